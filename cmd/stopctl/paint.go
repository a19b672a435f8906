package main

import (
	"fmt"
	"io"
	"os"
	"strings"
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

// screen shows what a command has to say.
type screen struct {
	out, err io.Writer
	color    bool // on out
	live     bool // err is a terminal that can rewrite a line
}

// newScreen shows on the writers of o. color is auto, always or never.
func newScreen(o outside, color string) *screen {
	s := &screen{out: o.out, err: o.err}
	dumb := o.getenv("TERM") == "dumb"
	switch color {
	case "always":
		s.color = true
	case "auto":
		s.color = onTerminal(o.out) && o.getenv("NO_COLOR") == "" && !dumb
	}
	s.live = onTerminal(o.err) && !dumb
	return s
}

func onTerminal(w io.Writer) bool {
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

func (s *screen) blank() { fmt.Fprintln(s.out) }

// paint a text, if there is colour.
func (s *screen) paint(st style, text string) string {
	if !s.color || st == plain || strings.TrimSpace(text) == "" {
		return text
	}
	return "\x1b[" + string(st) + "m" + text + "\x1b[0m"
}
