package emulator

import "time"

// describeInfo is DescribeDesktopInfo: the state of 1 to 100 desktops, pooled
// ones included.
type describeInfo struct {
	region string
	ids    []string
}

func parseInfo(p *params) operation {
	op := &describeInfo{region: p.required("RegionId"), ids: p.list("DesktopId", 100)}
	if len(op.ids) == 0 {
		p.fail(errMissing("DesktopId"))
	}
	return op
}

type infoAnswer struct {
	Desktops  []infoRow
	RequestId string
}

type infoRow struct {
	DesktopId, DesktopStatus, ConnectionStatus string
	DesktopGroupId                             string `json:",omitempty"`
	ManagementFlag                             []string
	StartTime                                  string
	CurrentAppVersion                          string
}

func (op *describeInfo) run(e *EDS, c *Call, now time.Time) (any, *apiError) {
	found, unknown := e.store.known(op.region, op.ids)
	a := infoAnswer{Desktops: make([]infoRow, 0, len(found)), RequestId: c.RequestId}
	for _, d := range found {
		if d.Ghost {
			unknown = append(unknown, d.DesktopId)
			continue
		}
		status, connection := d.observe(now)
		a.Desktops = append(a.Desktops, infoRow{
			DesktopId: d.DesktopId, DesktopStatus: status, ConnectionStatus: connection,
			DesktopGroupId: d.DesktopGroupId, ManagementFlag: noNil(d.ManagementFlags),
			StartTime: firstStart, CurrentAppVersion: "2.7.0-R-20260105.000000",
		})
	}
	if len(unknown) > 0 && e.UnknownIds == Refuse {
		return nil, errNotFound(e)
	}
	return a, nil
}
