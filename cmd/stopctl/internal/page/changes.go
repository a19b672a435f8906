package page

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// interval between two checks of the account, while somebody watches. A check that takes long is made less often.
const interval = 200 * time.Millisecond

// changes streams what changes as server-sent events: "fleet" with the rows of all desktops, "event" with the card of
// an event, "working" and "idle". "reload" says that the server is another than the page's.
func (p *Page) changes(w http.ResponseWriter, r *http.Request) {
	since := r.Header.Get("Last-Event-ID") // after a lost connection
	if since == "" {
		since = r.FormValue("since")
	}
	w.Header().Set("Content-Type", "text/event-stream")
	out := &stream{w: w, control: http.NewResponseController(w)}
	instance, number, _ := strings.Cut(since, "-")
	if instance != p.instance {
		out.send("reload", "", "")
		return
	}
	watched := &watch{Page: p, out: out}
	_, _ = fmt.Sscan(number, &watched.last)
	for out.err == nil {
		started := time.Now()
		watched.check()
		select {
		case <-r.Context().Done():
			return
		case <-time.After(max(interval, 10*time.Since(started))):
		}
	}
}

// watch is what one browser knows.
type watch struct {
	*Page
	out     *stream
	last    int // the newest event that it has
	fleet   string
	working string
	quiet   int // checks without anything new
}

// check sends what is new since the last time.
func (w *watch) check() {
	sent := w.out.sent
	working := "idle"
	if w.account.Working() {
		working = "working"
	}
	if working != w.working {
		w.out.send(working, "", "")
		w.working = working
	}
	if fleet, err := render("fleet", w.account.Fleet()); err == nil && fleet != w.fleet {
		w.out.send("fleet", "", fleet)
		w.fleet = fleet
	}
	for _, e := range slices.Backward(w.account.Events()) {
		if e.Number > w.last {
			card, err := render("event", e.Opened())
			if err != nil {
				card = ""
			}
			w.out.send("event", w.id(e.Number), card)
			w.last = e.Number
		}
	}
	if w.quiet++; w.out.sent > sent {
		w.quiet = 0
	} else if w.quiet%50 == 0 {
		w.out.comment() // finds out that nobody listens any more
	}
}

// stream of server-sent events.
type stream struct {
	w       http.ResponseWriter
	control *http.ResponseController
	sent    int
	err     error
}

func (s *stream) send(event, id, data string) {
	if s.err != nil {
		return
	}
	var b strings.Builder
	fmt.Fprintf(&b, "event: %s\n", event)
	if id != "" {
		fmt.Fprintf(&b, "id: %s\n", id)
	}
	for line := range strings.SplitSeq(strings.ReplaceAll(data, "\r", ""), "\n") {
		fmt.Fprintf(&b, "data: %s\n", line)
	}
	s.write(b.String() + "\n")
	s.sent++
}

func (s *stream) comment() { s.write(": still here\n\n") }

func (s *stream) write(text string) {
	if _, s.err = s.w.Write([]byte(text)); s.err == nil {
		s.err = s.control.Flush()
	}
}
