// Package terminal runs a command line of stopctl and shows what it has to say: colours, tables, wrapping, progress,
// usage errors and exit codes. It knows nothing of what the commands do.
package terminal

import (
	"fmt"
	"io"
	"os"
	"strings"
)

// Style is an ANSI style; the zero value is plain.
type Style string

// The styles.
const (
	Plain  Style = ""
	Bold   Style = "1"
	Dim    Style = "2"
	Red    Style = "31"
	Green  Style = "32"
	Yellow Style = "33"
	Blue   Style = "34"
	Cyan   Style = "36"
)

// Screen shows what a command has to say.
type Screen struct {
	Out, Err io.Writer
	color    bool // on out
	Live     bool // Err is a terminal that can rewrite a line
	Verbose  bool // -v was given
	Quiet    bool // -q was given: no progress and no notes
	line     progressLine
}

// NewScreen shows on the writers of o, as -color, -q and -v say.
func NewScreen(o Outside) *Screen {
	s := &Screen{Out: o.Out, Err: o.Err}
	l := looks{}
	if o.looks != nil {
		l = *o.looks
	}
	s.Verbose, s.Quiet = l.verbose, l.quiet
	dumb := o.Getenv("TERM") == "dumb"
	switch l.color {
	case "always":
		s.color = true
	case "auto", "":
		s.color = onTerminal(o.Out) && o.Getenv("NO_COLOR") == "" && !dumb
	}
	s.Live = onTerminal(o.Err) && !dumb && !s.Quiet
	return s
}

func onTerminal(w io.Writer) bool {
	for {
		wrapped, ok := w.(interface{ unwrap() io.Writer })
		if !ok {
			break
		}
		w = wrapped.unwrap()
	}
	if own, ok := w.(interface{ IsTerminal() bool }); ok {
		return own.IsTerminal()
	}
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// Blank writes an empty line.
func (s *Screen) Blank() { fmt.Fprintln(s.Out) }

// Paint a text, if there is colour.
func (s *Screen) Paint(st Style, text string) string {
	if !s.color || st == Plain || strings.TrimSpace(text) == "" {
		return text
	}
	return mark + string(st) + "m" + text + mark + "0m"
}
