package eds

import (
	"context"

	"github.com/alibabacloud-go/tea/dara"

	sdk "github.com/alibabacloud-go/ecd-20200930/v5/client"
)

// StartDesktops makes one StartDesktops call, for an operator who undoes what the function did. It is
// no method, so that nothing that holds a Session can come by it: the function starts nothing, and
// what it does not call is not even in its binary.
func StartDesktops(ctx context.Context, s *Session, regionID string, desktopIDs []string) (requestID string, err error) {
	r, err := s.call(ctx, "StartDesktops", regionID, nil, func(ctx context.Context, c *sdk.Client, o *dara.RuntimeOptions) error {
		_, err := c.StartDesktopsWithContext(ctx, &sdk.StartDesktopsRequest{
			RegionId:  &regionID,
			DesktopId: pointers(desktopIDs),
		}, o)
		return err
	})
	return r.requestID, err
}
