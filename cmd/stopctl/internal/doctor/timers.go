package doctor

import (
	"context"
	"fmt"
	"strings"
	"time"

	"stopdesktops/cmd/stopctl/internal/agenda"
	"stopdesktops/cmd/stopctl/internal/setup"
	"stopdesktops/cmd/stopctl/internal/words"
	"stopdesktops/events"
	"stopdesktops/handler"
	"stopdesktops/internal/report"
	"stopdesktops/internal/stop"
)

// timerRequest is a request that a timer trigger makes.
type timerRequest struct {
	name, where string
	events.Request
}

// timers of the deployment.
func (s *checkup) timers() []agenda.Timer {
	if s.Deployed == nil {
		return nil
	}
	return agenda.Of(s.Deployed)
}

// timerRequests are those that can be read.
func (s *checkup) timerRequests() []timerRequest {
	var list []timerRequest
	for _, t := range s.timers() {
		for _, request := range t.Requests {
			list = append(list, timerRequest{t.Name(), setup.Line(t.Payload.Place), request})
		}
	}
	return list
}

// checkTimers: a timer that is refused each night is noticed by nobody. The function's own handler says
// whether it is.
func checkTimers(ctx context.Context, s *checkup) findings {
	var found findings
	for _, t := range s.timers() {
		name := "timer " + t.Name()
		add := func(f finding) {
			f.group, f.Check, f.Where = "Triggers", name, setup.Line(t.Payload.Place)
			found = append(found, f)
		}
		if len(s.faults) > 0 {
			add(finding{Status: warning, Message: "whether the payload of the " + name + " is let in cannot be told while the configuration has a fault", Do: "Correct it, and run doctor again."})
			continue
		}
		refused, reports := false, s.fire(ctx, &t)
		for _, rep := range reports {
			name := name
			if place := strings.Trim(rep.Account+"/"+rep.RegionId, "/"); len(reports) > 1 && place != "" {
				name += " for " + place
			}
			switch {
			case rep.Status == report.StatusRejected, rep.Status == report.StatusBlocked:
				refused = true
				add(finding{Status: problem, Message: fmt.Sprintf("the payload of the %s is `%s` each time: %s", name, rep.Status, words.Problem(rep.Error)),
					Do: "Correct it, or what the configuration says; `stopctl plan -trigger " + t.Name() + "` shows what it would do."})
			case rep.Status == report.StatusFailed && rep.Error != nil && rep.Error.Code == report.CodeCalendar: // and not that nobody was asked
				refused = true
				add(finding{Status: problem, Message: fmt.Sprintf("the %s would fail now: %s", name, words.Problem(rep.Error)), Do: "Add the year to the calendar (docs/operate.md, Workdays and holidays)."})
			}
		}
		switch {
		case refused:
		case len(reports) == 0:
			add(finding{Status: warning, Message: "whether the payload of the " + name + " is let in could not be found out", Do: "This may be a fault of stopctl. `stopctl plan -trigger " + t.Name() + "` shows what it would do."})
		default:
			add(finding{Status: fine, Message: "the payload of the " + name + " is let in"})
		}
	}
	return found
}

// fire a timer at the function's own handler, which can ask nobody: what gets as far as EDS is let in.
func (s *checkup) fire(ctx context.Context, t *agenda.Timer) []report.Report {
	c := s.config
	c.Disabled = false // which is said elsewhere, and hides the rest
	h := setup.Harmless(c, s.faults, func(string) (stop.EDS, error) { return nobody{}, nil })
	return h.Reports(ctx, handler.Invocation{RequestID: "stopctl-doctor", FunctionName: c.FunctionName}, t.Event(time.Now()))
}

// nobody answers in the place of EDS.
type nobody struct{}

func (nobody) asked(action string) error {
	return &stop.CallError{Action: action, Family: stop.Denied, Code: "NotAsked", Message: "nobody is asked"}
}

func (n nobody) DescribeDesktopInfo(context.Context, string, []string) ([]stop.Desktop, error) {
	return nil, n.asked("DescribeDesktopInfo")
}

func (n nobody) StopDesktops(context.Context, stop.StopCall) (string, error) {
	return "", n.asked("StopDesktops")
}

func (n nobody) DescribeDesktops(context.Context, string, events.Select, string) (p stop.Page[stop.Desktop], err error) {
	return p, n.asked("DescribeDesktops")
}

func (n nobody) DescribeDesktopsPage(context.Context, string, events.Select, int) (p stop.Page[stop.Desktop], err error) {
	return p, n.asked("DescribeDesktops")
}

func (n nobody) DescribeDesktopsByID(context.Context, string, []string, string) (p stop.Page[stop.Desktop], err error) {
	return p, n.asked("DescribeDesktops")
}

func (n nobody) ListTagResources(context.Context, string, events.Tag, string) (p stop.Page[stop.Tagged], err error) {
	return p, n.asked("ListTagResources")
}

func (n nobody) ListTagResourcesByID(context.Context, string, []string, string) (p stop.Page[stop.Tagged], err error) {
	return p, n.asked("ListTagResources")
}

func (n nobody) DescribeClientEvents(context.Context, string, time.Time, string) (p stop.Page[stop.ClientEvent], err error) {
	return p, n.asked("DescribeClientEvents")
}
