package emulator

import "time"

// startDesktops is StartDesktops: 1 to 100 IDs, no response but a RequestId. One
// ID that is unknown or not Stopped refuses the whole call.
type startDesktops struct {
	region string
	ids    []string
}

func parseStart(p *params) operation {
	op := &startDesktops{region: p.required("RegionId"), ids: p.list("DesktopId", 100)}
	if len(op.ids) == 0 {
		p.fail(errMissing("DesktopId"))
	}
	return op
}

func (op *startDesktops) run(e *EDS, c *Call, now time.Time) (any, *apiError) {
	found, unknown := e.store.known(op.region, op.ids)
	wrongState := false
	for _, d := range found {
		switch {
		case d.Ghost:
			unknown = append(unknown, d.DesktopId)
		case d.actual(now) != "Stopped" || len(d.ManagementFlags) > 0:
			wrongState = true
		}
	}
	switch {
	case len(unknown) > 0:
		return nil, errNotFound(e)
	case wrongState:
		return nil, errWrongState(e)
	}
	for _, d := range found {
		c.Started = append(c.Started, d.DesktopId)
		d.beginStart(now, e.startTime(), e.VisibleAfter)
	}
	return map[string]string{"RequestId": c.RequestId}, nil
}
