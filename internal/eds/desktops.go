package eds

import (
	"context"
	"unique"

	"github.com/alibabacloud-go/tea/dara"

	sdk "github.com/alibabacloud-go/ecd-20200930/v5/client"

	"stopdesktops/events"
	"stopdesktops/internal/stop"
)

// StopDesktops makes one StopDesktops call.
func (s *Session) StopDesktops(ctx context.Context, call stop.StopCall) (requestID string, err error) {
	r, err := s.call(ctx, "StopDesktops", call.RegionID, nil, func(ctx context.Context, c *sdk.Client, o *dara.RuntimeOptions) error {
		_, err := c.StopDesktopsWithContext(ctx, &sdk.StopDesktopsRequest{
			RegionId:    &call.RegionID,
			DesktopId:   pointers(call.DesktopIDs),
			StoppedMode: &call.StoppedMode,
			OsUpdate:    call.OsUpdate,
		}, o)
		return err
	})
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
	var info desktopInfo
	r, err := s.call(ctx, "DescribeDesktopInfo", regionID, &info, func(ctx context.Context, c *sdk.Client, o *dara.RuntimeOptions) error {
		_, err := c.DescribeDesktopInfoWithContext(ctx, &sdk.DescribeDesktopInfoRequest{
			RegionId:  &regionID,
			DesktopId: pointers(desktopIDs),
		}, o)
		return err
	})
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

func pointers(texts []string) []*string {
	pointers := make([]*string, len(texts))
	for i := range texts {
		pointers[i] = &texts[i]
	}
	return pointers
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
