package callback

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"stopdesktops/internal/report"
)

// reached are the outcomes in which a desktop is stopped, or on its way there, as the event asked.
// already_stopped is one of them: nothing had to be done, and the event got what it asked for.
var reached = []report.Outcome{report.Stopped, report.Stopping, report.Accepted, report.AlreadyStopped}

// stopped says whether the event stopped at least one desktop. Only an event that is done or accepted
// does: a plan, a duplicate or a stale event stops nothing, whatever state its desktops are in.
func (m *message) stopped() bool {
	if m.Status != report.StatusDone && m.Status != report.StatusAccepted {
		return false
	}
	for _, outcome := range reached {
		if m.Counts[outcome] > 0 {
			return true
		}
	}
	return false
}

// color of the status, by a name that Feishu's cards know. The cards of no other platform here have a
// color. Green means that at least one desktop is stopped as asked: some people read only the color.
func (m *message) color() string {
	switch {
	case m.Status == report.StatusPartial:
		return "orange"
	case !m.Status.Succeeded():
		return "red"
	case m.stopped():
		return "green"
	}
	return "grey"
}

// statusText is the status in words. Most platforms show no color, so these words say that nothing
// was stopped where the status alone does not.
func (m *message) statusText() string {
	if m.Status == report.StatusDone && !m.stopped() {
		return m.words.term("nothing_stopped")
	}
	return m.words.term(string(m.Status))
}

// stoppedText names the desktops that the event stopped, by outcome, and counts those beyond the limit.
// A report has at most CALLBACK_MAX_DESKTOPS desktops, so the total comes from its counts.
func (m *message) stoppedText() string {
	var groups []string
	left := m.most
	for _, outcome := range append([]report.Outcome{report.WouldStop}, reached...) {
		var named []string
		rest := m.Counts[outcome]
		for _, d := range m.Desktops {
			switch {
			case d.Outcome != outcome:
			case m.untouched(d): // it is among those that were not stopped
				rest--
			case left > 0 || m.most > 0 && len(named) == 0: // each outcome has one example
				named, left, rest = append(named, foreign(d.DesktopId, 64)), left-1, rest-1
			}
		}
		if len(named) == 0 {
			continue
		}
		if rest > 0 {
			named = append(named, fill(m.words.More, "", rest))
		}
		groups = append(groups, m.words.term(string(outcome))+m.words.Colon+strings.Join(named, m.words.List))
	}
	return capital(strings.Join(groups, m.words.Groups))
}

// capital begins a line with a capital letter, as the lines with a label do.
func capital(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	if size == 0 {
		return s
	}
	return string(unicode.ToUpper(first)) + s[size:]
}
