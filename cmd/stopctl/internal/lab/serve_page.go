package lab

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"stopdesktops/cmd/stopctl/internal/page"
	"stopdesktops/cmd/stopctl/internal/words"
	"stopdesktops/internal/current"
	"stopdesktops/internal/emulator"
)

// onPage is the account as the page shows it.
type onPage struct{ *server }

func (s onPage) Facts() page.Facts {
	one, two := s.examples()
	f := page.Facts{Faults: s.faults, Replay: s.options.replay != "",
		Example: "{\n  \"DesktopId\": [\"" + one + "\", \"" + two + "\"],\n  \"WaitSeconds\": 5,\n  \"Reason\": \"INC-42\"\n}\n"}
	if s.proof() != nil {
		f.Path = s.path()
	}
	return f
}

// maxShown of the fleet's desktops are on the page.
const maxShown = 500

func (s onPage) Fleet() page.Fleet {
	l := s.lab.Load()
	var f page.Fleet
	counts := map[string]int{}
	for i, id := range l.ids {
		d, _ := l.em.EDS.Desktop(id)
		if counts[d.DesktopStatus]++; i < maxShown {
			f.Desktops = append(f.Desktops, shownDesktop(d))
		}
	}
	f.More = len(l.ids) - len(f.Desktops)
	for state, n := range counts {
		f.Counts = append(f.Counts, page.Count{State: state, Number: n})
	}
	slices.SortFunc(f.Counts, func(a, b page.Count) int { return strings.Compare(a.State, b.State) })
	return f
}

func shownDesktop(d emulator.Desktop) page.Desktop {
	p := page.Desktop{DesktopId: d.DesktopId, DesktopName: d.DesktopName, DesktopStatus: d.DesktopStatus,
		ConnectionStatus: d.ConnectionStatus, ManagementFlags: d.ManagementFlags, EndUserIds: d.EndUserIds}
	for _, tag := range d.Tags {
		p.Tags = append(p.Tags, words.Tag(tag.Key, &tag.Value))
	}
	return p
}

func (s onPage) Events() []page.Event { return s.history.events() }

func (s onPage) Working() bool { return s.history.working.Load() > 0 }

func (s onPage) Reset() error { return s.reset() }

// Send hands an event of the form to the function.
func (s onPage) Send(ctx context.Context, sending page.Sending) (int, error) {
	event := sending.Text
	if sending.Now {
		event = current.Event(event, time.Now())
	}
	if sending.HTTP {
		header := s.proof()
		if header == nil {
			return 0, errors.New("the page has no proof for HTTP events here: send them by the lines that the terminal shows")
		}
		event = emulator.HTTPEvent(http.MethodPost, s.path(), header, event)
	}
	rec, n := s.handle(ctx, emulator.Invocation{Event: event})
	if rec == nil {
		return 0, errStopped
	}
	return n, nil
}

// proof is the header by which the function takes an HTTP event; nil: the server has no secret of its own making.
func (s *server) proof() http.Header {
	if s.token == "" || len(s.routes) > 0 {
		return nil
	}
	name, value := "Authorization", "Bearer "+s.token
	if own := s.env["WEBHOOK_TOKEN_HEADER"]; own != "" && !strings.EqualFold(own, name) {
		name, value = own, s.token
	}
	return http.Header{name: {value}, "Content-Type": {"application/json"}}
}
