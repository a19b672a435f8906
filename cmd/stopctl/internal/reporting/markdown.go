package reporting

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"

	"stopdesktops/cmd/stopctl/internal/terminal"
)

// mostProblems is how many problems Markdown names.
const mostProblems = 100

// writeMarkdown writes the totals, and each problem.
func writeMarkdown(w io.Writer, s *summary) error {
	var b bytes.Buffer
	fmt.Fprintf(&b, "# Desktops stopped, %s\n\n", s.Period())
	fmt.Fprintf(&b, "%s, %s. Times are in %s. Hours stopped are counted until %s: at least – at most.\n", terminal.Plural(s.Events, "event"), terminal.Plural(s.Total.Decisions(), "decision"), plain(s.Zone), s.Until)
	if s.Emulated {
		b.WriteString("\n**From stopctl run: an account that is not real.**\n")
	}
	for _, part := range []struct {
		title, name string
		groups      []*group
		detail      string
	}{
		{"By day", "day", slices.Concat(s.ByDay, []*group{s.totalGroup()}), ""}, {"By event", "event", s.ByEvent, "asked for"},
		{"By outcome and reason", "outcome", s.ByReason, "meaning"}, {"By office", "office", s.ByOffice, ""},
	} {
		groupTable(&b, part.title, part.name, part.detail, part.groups)
	}
	problemTable(&b, s.Problems())
	_, err := w.Write(b.Bytes())
	return err
}

// totalGroup is the last line of a table.
func (s *summary) totalGroup() *group {
	total := s.Total
	total.Name = "all"
	return &total
}

func groupTable(b *bytes.Buffer, title, name, detail string, groups []*group) {
	if len(groups) == 0 {
		return
	}
	fmt.Fprintf(b, "\n## %s\n\n| %s |", title, name)
	if detail != "" {
		fmt.Fprintf(b, " %s |", detail)
	}
	b.WriteString(" stopped | already stopped | skipped | planned | problems | hours stopped |\n|---|")
	if detail != "" {
		b.WriteString("---|")
	}
	b.WriteString("--:|--:|--:|--:|--:|--:|\n")
	for _, g := range groups {
		fmt.Fprintf(b, "| %s |", plain(g.Name))
		if detail != "" {
			fmt.Fprintf(b, " %s |", plain(g.Detail))
		}
		fmt.Fprintf(b, " %d | %d | %d | %d | %d | %s |\n", g.Stopped, g.Already, g.Skipped, g.Planned, g.Problem, g.Hours())
	}
}

func problemTable(b *bytes.Buffer, problems []*row) {
	if len(problems) == 0 {
		b.WriteString("\nThere were no problems.\n")
		return
	}
	b.WriteString("\n## Problems\n\n| when | event | desktop | outcome | why |\n|---|---|---|---|---|\n")
	for i, r := range problems {
		if i == mostProblems {
			fmt.Fprintf(b, "\n%d more: -o csv has all.\n", len(problems)-i)
			return
		}
		fmt.Fprintf(b, "| %s | %s | %s | %s | %s |\n", plain(strings.TrimSpace(r.Day()+" "+r.Clock())), plain(r.Event()), plain(r.d.DesktopId), plain(r.Outcome()), plain(r.why()))
	}
}

// why joins the reason and its detail, which may begin with it.
func (r *row) why() string {
	reason, detail := r.Reason(), r.Detail()
	switch {
	case detail == "":
		return reason
	case reason == "" || strings.HasPrefix(detail, reason):
		return detail
	}
	return reason + ": " + detail
}

// plain escapes a foreign text for Markdown: it makes no table cell, HTML, link or picture.
func plain(text string) string {
	var b strings.Builder
	runes := []rune(text)
	for i, r := range runes {
		switch {
		case r == '<':
			b.WriteString("&lt;")
		case r == '>':
			b.WriteString("&gt;")
		case r == '&':
			b.WriteString("&amp;")
		case unicode.IsControl(r):
			b.WriteByte(' ')
		case strings.ContainsRune("\\|`*[]#!~$", r), r == '_' && !inWord(runes, i), r == ':' && strings.HasPrefix(string(runes[i:]), "://"), r == '.' && strings.HasSuffix(strings.ToLower(string(runes[:i])), "www"):
			b.WriteString(`\` + string(r))
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// inWord reports whether there is a letter or digit on both sides: then an underscore marks nothing.
func inWord(text []rune, i int) bool {
	letter := func(i int) bool {
		return i >= 0 && i < len(text) && (unicode.IsLetter(text[i]) || unicode.IsDigit(text[i]))
	}
	return letter(i-1) && letter(i+1)
}
