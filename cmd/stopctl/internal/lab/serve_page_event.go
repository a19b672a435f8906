package lab

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"stopdesktops/cmd/stopctl/internal/page"
	"stopdesktops/cmd/stopctl/internal/reportfile"
	"stopdesktops/cmd/stopctl/internal/terminal"
	"stopdesktops/cmd/stopctl/internal/words"
	"stopdesktops/internal/report"
)

// What the page shows of one event.
const (
	maxPageRows  = 200
	maxPageLines = 500     // of the log
	maxPageText  = 1 << 18 // of the event, of a report and of a line
)

// tones of the page in place of the terminal's colours.
var tones = map[terminal.Style]page.Tone{
	terminal.Green: page.Good, terminal.Cyan: page.Moving, terminal.Blue: page.Plan, terminal.Yellow: page.Left, terminal.Red: page.Bad,
}

// pageEvent is a record for the page.
func pageEvent(n int, r *record) page.Event {
	r = r.withoutTokens()
	e := page.Event{
		Number: n, Title: r.title, Time: time.Now().Format(time.TimeOnly), Took: terminal.Duration(r.result.Duration),
		Calls: callLines(r.calls), Violations: r.violations, Log: r.log,
	}
	e.Title = strings.TrimPrefix(e.Title, e.Time+" ")
	e.Answer = pageAnswer(r)
	e.Rows, e.More = pageRows(r)
	e.Callbacks = pageCallbacks(r)
	var paths []string
	for _, rep := range r.reports {
		if p := rep.Error; p != nil {
			e.Problems, paths = append(e.Problems, words.Problem(p)), append(paths, p.Path)
		}
		for _, w := range rep.Warnings {
			e.Warnings = append(e.Warnings, words.Warning(w))
		}
	}
	if len(r.reports) == 0 && r.result.FunctionError != nil {
		e.Problems = append(e.Problems, limited(r.result.FunctionError.Message))
	}
	text := sent(r)
	if e.Lines = page.Mark(text, paths); len(text) <= maxPageText {
		e.Sent = string(text)
	}
	e.Warnings = append(e.Warnings, reportfile.Warnings(r.log)...)
	e.Report = reportsJSON(r.reports)
	if more := len(e.Log) - maxPageLines; more > 0 {
		e.Log = append(e.Log[:maxPageLines:maxPageLines], fmt.Sprintf("… and %d more", more))
	}
	for i, line := range e.Log {
		e.Log[i] = limited(line)
	}
	return e
}

// sent is the event as its sender wrote it: of an HTTP request the body, without headers, which may hold secrets.
func sent(r *record) []byte {
	if _, ok := r.httpAnswer(); !ok {
		return r.event
	}
	var request struct {
		Body            string
		IsBase64Encoded bool
	}
	if json.Unmarshal(r.event, &request) != nil {
		return r.event
	}
	if body, err := base64.StdEncoding.DecodeString(request.Body); err == nil && request.IsBase64Encoded {
		return body
	}
	return []byte(request.Body)
}

// limited is a text as far as the page shows it.
func limited(text string) string {
	if len(text) <= maxPageText {
		return text
	}
	return strings.ToValidUTF8(text[:maxPageText], "") + " …"
}

func pageAnswer(r *record) page.Line {
	kind, own := answerKind(r)
	all := map[report.Status]int{}
	tone := page.Plain
	for _, rep := range r.reports {
		all[rep.Status]++
		if next := tones[words.StatusStyle(rep.Status)]; tone == page.Plain || next == page.Bad {
			tone = next
		}
	}
	if !own {
		tone = page.Bad
	}
	text := terminal.Counts(all)
	if len(r.reports) == 1 {
		text = string(r.reports[0].Status)
	}
	return page.Line{Text: strings.TrimSuffix(limited(kind)+" · "+text, " · "), Tone: tone}
}

func pageRows(r *record) (rows []page.Row, more string) {
	left := map[report.Outcome]int{}
	for _, rep := range r.reports {
		for _, d := range rep.Desktops {
			if len(rows) >= maxPageRows {
				left[d.Outcome]++
				continue
			}
			rows = append(rows, page.Row{DesktopId: d.DesktopId, Change: r.change(d.DesktopId), Outcome: string(d.Outcome),
				Reason: cmp.Or(d.Reason, d.Code), Tone: tones[words.OutcomeStyle(d.Outcome)]})
		}
	}
	for _, id := range r.strays() {
		rows = append(rows, page.Row{DesktopId: id, Change: r.change(id), Outcome: "stopped, but in no report", Tone: page.Bad})
	}
	if len(left) > 0 {
		more = terminal.Counts(left)
	}
	return rows, more
}

func pageCallbacks(r *record) []page.Callback {
	var all []page.Callback
	for _, d := range r.deliveries {
		c := page.Callback{Line: page.Line{Text: callbackText(d), Tone: page.Good}, Body: indented(d.Body)}
		if d.Err != "" || d.Status >= 300 || d.Status == 0 {
			c.Tone = page.Bad
		}
		all = append(all, c)
	}
	if len(r.deliveries) > 0 || !r.ownCallback {
		return all
	}
	for _, rep := range r.reports {
		if c := rep.Callback; c != nil {
			all = append(all, page.Callback{Line: page.Line{Text: strings.TrimSpace("to your CALLBACK_URL: " + c.Status + " " + c.Code)}})
		}
	}
	return all
}

func reportsJSON(reports []report.Report) string {
	var v any = reports
	switch len(reports) {
	case 0:
		return ""
	case 1:
		v = reports[0]
	}
	text, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return ""
	}
	return limited(string(text))
}

func indented(body []byte) string {
	var b bytes.Buffer
	if json.Indent(&b, body, "", "  ") != nil {
		return limited(string(body))
	}
	return limited(b.String())
}
