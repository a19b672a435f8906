package eds

import "context"

// StartDesktops makes one StartDesktops call, for an operator who undoes what the function did. It is
// no method, so that nothing that holds a Session can come by it: the function starts nothing, and
// what it does not call is not even in its binary.
func StartDesktops(ctx context.Context, s *Session, regionID string, desktopIDs []string) (requestID string, err error) {
	query := parameters{}
	query.list("DesktopId", desktopIDs)
	r, err := s.call(ctx, "StartDesktops", regionID, query, nil)
	return r.requestID, err
}
