package callback

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"stopdesktops/events"
	"stopdesktops/internal/report"
)

// message of a report, for people.
func (f format) message(function string, rep report.Report) map[string]any {
	m := &message{Report: rep, function: function, words: vocabulary()[f.language], most: maxNamed}
	for {
		rendered := render(f.skeleton.root, func(name string) string { return placeholders()[name](m) }).(map[string]any)
		if m.most == 0 || f.fits(rendered) {
			return rendered
		}
		m.most /= 2
	}
}

// largest is the size of a message that a platform takes, where the longest texts could make a larger
// one. WeCom takes 4096 bytes of markdown, Slack 3000 characters in a section. The bytes of the whole
// message are more than either, so they are a safe measure.
var largest = map[string]int{weCom: 4096, slack: 3000}

// fits reports whether the platform takes a message of this size.
func (f format) fits(rendered map[string]any) bool {
	limit := largest[f.platform]
	if limit == 0 {
		return true
	}
	body, err := json.Marshal(rendered)
	return err != nil || len(body) <= limit
}

type message struct {
	report.Report
	function string
	words    words
	most     int // desktops that are named as stopped: less where the message would be too large
}

// words of a language.
type words struct {
	NotGiven, None, NoDesktops, Count, List, Groups, Colon, More, MoreWarnings, Others string
	chinese                                                                            bool
}

var vocabulary = sync.OnceValue(func() map[string]words {
	all := map[string]words{}
	for _, language := range []string{"en", "zh"} {
		var w words
		data, err := files.ReadFile("formats/words-" + language + ".json")
		if err == nil {
			err = json.Unmarshal(data, &w)
		}
		if err != nil {
			panic(err) // a fault of the build: a test reads them
		}
		w.chinese = language == "zh"
		all[language] = w
	}
	return all
})

// term is the word for a status, an outcome or a reason, or the code itself if there is none.
func (w words) term(code string) string {
	if word := w.of(code); word != "" {
		return word
	}
	return foreign(code, 40)
}

// of returns the word for a code of a report; empty: there is none.
func (w words) of(code string) string {
	if w.chinese {
		return report.Catalog()[code].Chinese
	}
	return report.Catalog()[code].English
}

// placeholders are what a skeleton may hold: members of the report by their names, and texts made
// of them. They are made at the first asking: most functions send no messages, and none should
// start later for them.
var placeholders = sync.OnceValue(func() map[string]func(*message) string {
	all := map[string]func(*message) string{
		"Function":      func(m *message) string { return foreign(m.function, 128) },
		"InvocationId":  func(m *message) string { return foreign(m.InvocationId, 128) },
		"EventId":       func(m *message) string { return foreign(m.EventId, 80) },
		"Kind":          func(m *message) string { return foreign(m.Kind, 128) },
		"Source":        func(m *message) string { return foreign(m.Source, 128) },
		"EventTime":     (*message).eventTime,
		"Status":        func(m *message) string { return string(m.Status) },
		"Reason":        func(m *message) string { return foreign(m.Reason, 80) },
		"RequestedBy":   func(m *message) string { return foreign(m.RequestedBy, 60) },
		"Version":       func(m *message) string { return foreign(m.Version, 128) },
		"Account":       func(m *message) string { return foreign(m.Account, 128) },
		"RegionId":      func(m *message) string { return foreign(m.RegionId, 128) },
		"StoppedMode":   func(m *message) string { return foreign(m.StoppedMode, 128) },
		"Error.Code":    func(m *message) string { return foreign(m.problem().Code, 40) },
		"Error.Message": func(m *message) string { return foreign(m.problem().Message, 120) },
		"Error.Path":    func(m *message) string { return foreign(m.problem().Path, 60) },

		"StatusColor":     (*message).color,
		"StatusText":      (*message).statusText,
		"ReasonText":      func(m *message) string { return m.or(foreign(m.Reason, 80)) },
		"RequestedByText": func(m *message) string { return m.or(foreign(m.RequestedBy, 60)) },
		"CountsText":      (*message).counts,
		"StoppedText":     (*message).stoppedText,
		"NotStoppedText":  (*message).notStopped,
		"ErrorText":       (*message).errorText,
		"WarningsText":    (*message).warningsText,
	}
	for _, outcome := range outcomes {
		all["Counts."+string(outcome)] = func(m *message) string { return strconv.Itoa(m.Counts[outcome]) }
	}
	return all
})

func placeholderNames() []string { return slices.Sorted(maps.Keys(placeholders())) }

func (m *message) problem() report.Problem {
	if m.Error == nil {
		return report.Problem{}
	}
	return *m.Error
}

func (m *message) or(value string) string {
	if value == "" {
		return m.words.NotGiven
	}
	return value
}

func (m *message) eventTime() string {
	if m.EventTime.IsZero() {
		return ""
	}
	return m.EventTime.UTC().Format(time.RFC3339)
}

func (m *message) errorText() string {
	if m.Error == nil {
		return ""
	}
	p := m.Error
	var parts []string
	for _, part := range []string{foreign(p.Code, 40), foreign(p.Path, 60), foreign(p.Message, 120)} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	return strings.Join(parts, m.words.Colon)
}

// outcomes in the order of good news first.
var outcomes = []report.Outcome{report.Stopped, report.AlreadyStopped, report.Stopping, report.Accepted, report.WouldStop,
	report.Skipped, report.NotAttempted, report.NotFound, report.Failed}

// counts says what happened in numbers.
func (m *message) counts() string {
	var parts []string
	for _, outcome := range outcomes {
		if n := m.Counts[outcome]; n > 0 {
			parts = append(parts, fill(m.words.Count, m.words.term(string(outcome)), n))
		}
	}
	if len(parts) == 0 {
		return m.words.NoDesktops
	}
	return strings.Join(parts, m.words.List)
}

func fill(pattern, name string, n int) string {
	return strings.NewReplacer("${Name}", name, "${N}", strconv.Itoa(n)).Replace(pattern)
}

// How many desktops and reasons a message names: WeCom takes 4096 bytes in all. As many again are named
// as stopped.
const (
	maxNamed   = 15
	maxReasons = 5
)

// notStopped names the desktops that were not stopped, by reason, and counts those beyond the limit.
func (m *message) notStopped() string {
	ids := map[report.DesktopReport][]string{} // by what their reports have in common
	var reasons []report.DesktopReport
	unnamed := m.Counts[report.Failed] + m.Counts[report.NotFound] + m.Counts[report.NotAttempted] + m.Counts[report.Skipped]
	for _, d := range m.Desktops {
		if !m.untouched(d) {
			continue
		}
		why := report.DesktopReport{Outcome: d.Outcome, Reason: d.Reason, Code: d.Code}
		if ids[why] == nil {
			reasons = append(reasons, why)
		}
		ids[why] = append(ids[why], d.DesktopId)
		if d.Outcome != report.Accepted {
			unnamed--
		}
	}
	var groups []string
	left := maxNamed
	for i, why := range reasons {
		all := ids[why]
		if i >= maxReasons {
			unnamed += len(all)
			continue
		}
		named := all[:min(len(all), max(left, 1))] // each reason has one example
		left -= len(named)
		var names []string
		for _, id := range named {
			names = append(names, foreign(id, 64))
		}
		if more := len(all) - len(named); more > 0 {
			names = append(names, fill(m.words.More, "", more))
		}
		groups = append(groups, m.why(why)+m.words.Colon+strings.Join(names, m.words.List))
	}
	if unnamed > 0 {
		groups = append(groups, m.words.Others+m.words.Colon+fill(m.words.More, "", unnamed))
	}
	switch {
	case len(groups) == 0 && len(m.Counts) == 0: // no desktop was known: the error says why
		return ""
	case len(groups) == 0:
		return m.words.None
	}
	return strings.Join(groups, m.words.Groups)
}

// untouched says whether a desktop was not stopped and is not on its way.
func (m *message) untouched(d report.DesktopReport) bool {
	switch d.Outcome {
	case report.Skipped, report.NotAttempted, report.Failed, report.NotFound:
		return true
	case report.Accepted: // the wait is over, and it runs on
		return d.State == "Running" && m.Status == report.StatusPartial && m.problem().Code == report.CodeStillRunning
	}
	return false
}

// why a desktop was not stopped.
func (m *message) why(d report.DesktopReport) string {
	switch d.Outcome {
	case report.Skipped, report.NotAttempted:
		if state, ok := strings.CutPrefix(d.Reason, report.ReasonStatePrefix); ok {
			return m.words.term("state") + " " + foreign(state, 40)
		}
		return m.words.term(d.Reason)
	case report.Accepted:
		return m.words.term("still_running")
	}
	return strings.TrimSpace(m.words.term(string(d.Outcome)) + " " + foreign(d.Code, 40))
}

// foreign makes text of somebody else fit for a message: one line, of so many characters, in which
// nothing is a link, a mention or formatting to any of the platforms. Text that has its form is written
// with letters that look alike.
func foreign(s string, limit int) string {
	if most := 8 * limit; len(s) > most {
		s = strings.ToValidUTF8(s[:most], "")
	}
	s = events.Clean(s, 4*limit)
	if runes := []rune(s); len(runes) > limit {
		s = string(runes[:limit]) + "…"
	}
	s = entity().ReplaceAllString(s, "＆$1")
	s = dot().ReplaceAllString(s, "$1․") // ONE DOT LEADER: li․si is no address
	return lookAlike.Replace(s)
}

var (
	entity    = pattern(`&(#?[0-9A-Za-z]+;?)`)
	dot       = pattern(`([^\s.])\.`)
	lookAlike = strings.NewReplacer("@", "＠", "<", "＜", ">", "＞", "[", "［", "]", "］", "://", "：//", "*", "＊", "`", "＇", "~", "～", "\\", "＼",
		"．", "․", "。", "｡")
)
