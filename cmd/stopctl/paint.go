package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"unicode"

	"stopdesktops/internal/report"
)

// style is an ANSI style; the zero value is plain.
type style string

const (
	plain  style = ""
	bold   style = "1"
	dim    style = "2"
	red    style = "31"
	green  style = "32"
	yellow style = "33"
	blue   style = "34"
	cyan   style = "36"
)

// screen is where a run is shown.
type screen struct {
	out, err io.Writer
	color    bool // on out
	live     bool // err is a terminal that can rewrite a line
	verbose  bool
	json     bool

	self      string // how to call this command again
	lastLabel string // of what was written last; see labelled
}

func newScreen(o *runOptions, out outside) *screen {
	s := &screen{out: out.out, err: out.err, verbose: o.verbose, json: o.output == "json", self: out.self}
	dumb := out.getenv("TERM") == "dumb"
	switch o.color {
	case "always":
		s.color = true
	case "auto":
		s.color = terminal(out.out) && out.getenv("NO_COLOR") == "" && !dumb
	}
	s.live = terminal(out.err) && !dumb
	return s
}

func terminal(w io.Writer) bool {
	if c, ok := w.(*checkedWriter); ok {
		w = c.to
	}
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// paint a text, if there is colour.
func (s *screen) paint(st style, text string) string {
	if !s.color || st == plain || strings.TrimSpace(text) == "" {
		return text
	}
	return "\x1b[" + string(st) + "m" + text + "\x1b[0m"
}

// outcomeStyle: green is final, cyan on its way, yellow left alone, red somebody's business.
func outcomeStyle(o report.Outcome) style {
	switch o {
	case report.Stopped, report.AlreadyStopped:
		return green
	case report.Accepted, report.Stopping:
		return cyan
	case report.WouldStop:
		return blue
	case report.Skipped:
		return yellow
	}
	return red
}

func statusStyle(st report.Status) style {
	switch st {
	case report.StatusDone:
		return green
	case report.StatusAccepted:
		return cyan
	case report.StatusPlanned:
		return blue
	case report.StatusStale, report.StatusDuplicate, report.StatusDisabled:
		return yellow
	}
	return red
}

// visible writes control and formatting characters as escapes: what comes in events must not move
// the cursor, nor turn the text round.
func visible(text string) string {
	if !strings.ContainsFunc(text, hidden) {
		return text
	}
	var b strings.Builder
	for _, r := range text {
		if hidden(r) {
			b.WriteString(escape(r))
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

func hidden(r rune) bool { return r != '\n' && (unicode.IsControl(r) || unicode.Is(unicode.Cf, r)) }

func escape(r rune) string {
	if r > 0xffff {
		return fmt.Sprintf(`\U%08x`, r)
	}
	return fmt.Sprintf(`\u%04x`, r)
}
