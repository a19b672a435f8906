package eds

import (
	"context"
	"strconv"
	"unique"

	"stopdesktops/events"
	"stopdesktops/internal/stop"
)

// StopDesktops makes one StopDesktops call.
func (s *Session) StopDesktops(ctx context.Context, call stop.StopCall) (requestID string, err error) {
	query := parameters{}
	query.list("DesktopId", call.DesktopIDs)
	query.set("StoppedMode", call.StoppedMode)
	if call.OsUpdate != nil {
		query.set("OsUpdate", strconv.FormatBool(*call.OsUpdate))
	}
	r, err := s.call(ctx, "StopDesktops", call.RegionID, query, nil)
	return r.requestID, err
}

// desktopInfo is what is read of an answer to DescribeDesktopInfo. Desktops is a pointer because a
// missing list differs from an empty one: see rowsOf.
type desktopInfo struct {
	Desktops *[]struct {
		DesktopId        string
		DesktopStatus    string
		ConnectionStatus string
		ManagementFlag   []string
	}
}

// DescribeDesktopInfo makes one DescribeDesktopInfo call.
func (s *Session) DescribeDesktopInfo(ctx context.Context, regionID string, desktopIDs []string) ([]stop.Desktop, error) {
	query := parameters{}
	query.list("DesktopId", desktopIDs)
	var info desktopInfo
	r, err := s.call(ctx, "DescribeDesktopInfo", regionID, query, &info)
	if err != nil {
		return nil, err
	}
	rows, err := rowsOf(r, "Desktops", info.Desktops)
	if err != nil {
		return nil, err
	}
	desktops := make([]stop.Desktop, len(rows))
	for i, d := range rows {
		desktops[i] = stop.Desktop{
			DesktopID:        d.DesktopId,
			DesktopStatus:    word(d.DesktopStatus),
			ConnectionStatus: word(d.ConnectionStatus),
			ManagementFlags:  cleanAll(d.ManagementFlag),
		}
	}
	return desktops, nil
}

// word is a state as EDS tells it, made fit for logs. There are few different ones and many desktops,
// so each is kept once.
func word(text string) string { return unique.Make(events.Clean(text, 32)).Value() }

func cleanAll(texts []string) []string {
	for i := range texts {
		texts[i] = word(texts[i])
	}
	return texts
}
