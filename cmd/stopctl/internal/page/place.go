package page

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"stopdesktops/events"
)

// MarkedLine is a line of an event.
type MarkedLine struct {
	Number int // from 1; 0: lines are left out here
	Text   string
	Marked bool
}

// What is shown of a large event: lines around those that are marked, and so much of each.
const (
	shownLines   = 400
	aroundMark   = 20
	shownOfLine  = 2000
	deepestLevel = 100     // the function takes 64
	largest      = 1 << 20 // of an event, in bytes, in which a place is looked for
)

// Mark returns the lines of an event and marks those that the JSON paths lead to, or come nearest to. An event in one
// line is indented. The place of what is no JSON is that of its first fault. Of an event of more than 1 MiB the beginning
// is returned, without marks.
func Mark(event []byte, paths []string) []MarkedLine {
	if len(event) > largest {
		return append(excerpt(split(event[:largest], nil)), MarkedLine{Text: "…"})
	}
	text := shown(event)
	marked := map[int]bool{}
	if line, _, what := events.SyntaxFault(text); what != "" {
		marked[line] = len(paths) > 0
	} else {
		for _, path := range paths {
			if line := lineOf(text, steps(path)); line > 0 {
				marked[line] = true
			}
		}
	}
	return excerpt(split(text, marked))
}

func split(text []byte, marked map[int]bool) []MarkedLine {
	var lines []MarkedLine
	for i, line := range strings.Split(strings.TrimRight(string(text), "\n"), "\n") {
		lines = append(lines, MarkedLine{i + 1, clip(strings.ReplaceAll(line, "\t", "    ")), marked[i+1]})
	}
	return lines
}

// shown is the event in lines.
func shown(event []byte) []byte {
	text := bytes.TrimPrefix(event, []byte("\ufeff"))
	if bytes.ContainsRune(bytes.TrimSpace(text), '\n') {
		return text
	}
	var b bytes.Buffer
	if json.Indent(&b, bytes.TrimSpace(text), "", "  ") != nil {
		return text
	}
	return b.Bytes()
}

func clip(line string) string {
	if len(line) <= shownOfLine {
		return line
	}
	return strings.ToValidUTF8(line[:shownOfLine], "") + " …"
}

// excerpt leaves out what is neither at the beginning nor around a mark.
func excerpt(lines []MarkedLine) []MarkedLine {
	if len(lines) <= shownLines {
		return lines
	}
	var few []MarkedLine
	for i, line := range lines {
		near := lines[max(0, i-aroundMark):min(len(lines), i+aroundMark+1)]
		switch {
		case i < shownLines || slices.ContainsFunc(near, func(l MarkedLine) bool { return l.Marked }):
			few = append(few, line)
		case few[len(few)-1].Number > 0:
			few = append(few, MarkedLine{Text: "…"})
		}
	}
	return few
}

// step of a JSON path: a member, or an element if name is empty.
type step struct {
	name  string
	index int
}

func (s step) is(name string) bool {
	begin, cut := strings.CutSuffix(s.name, "…") // long names are cut in a path
	return s.name == name || cut && strings.HasPrefix(name, begin)
}

// steps of a path as the function writes it: $.a[0]['b c'].
func steps(path string) []step {
	var all []step
	rest := strings.TrimPrefix(path, "$")
	for rest != "" {
		var s step
		switch {
		case strings.HasPrefix(rest, "['"):
			s.name, rest = quoted(rest[2:])
		case rest[0] == '[':
			number, after, _ := strings.Cut(rest[1:], "]")
			s.index, _ = strconv.Atoi(number)
			rest = after
		default:
			rest = strings.TrimPrefix(rest, ".")
			end := strings.IndexAny(rest, ".[")
			if end < 0 {
				end = len(rest)
			}
			s.name, rest = rest[:end], rest[end:]
			if s.name == "" {
				return all
			}
		}
		all = append(all, s)
	}
	return all
}

// quoted reads a name up to '].
func quoted(text string) (name, rest string) {
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		switch {
		case text[i] == '\\' && i+1 < len(text):
			i++
		case strings.HasPrefix(text[i:], "']"):
			return b.String(), text[i+2:]
		}
		b.WriteByte(text[i])
	}
	return b.String(), ""
}

// lineOf returns the line, from 1, of what the steps lead to, as far as they can be followed. 0: nowhere.
func lineOf(text []byte, path []step) int {
	s := &search{d: json.NewDecoder(bytes.NewReader(text)), path: path}
	s.d.UseNumber()
	_ = s.value(0, 0)
	if s.offset == 0 {
		return 0
	}
	return 1 + bytes.Count(text[:s.offset], []byte("\n"))
}

// search follows a path through JSON.
type search struct {
	d      *json.Decoder
	path   []step
	depth  int   // how many steps were followed
	offset int64 // behind the token that was found
}

// found notes the place that so many steps lead to. Of a member that is there twice, the second is the fault.
func (s *search) found(followed int) {
	if followed >= s.depth {
		s.depth, s.offset = followed, s.d.InputOffset()
	}
}

// value reads a value that the first steps led to; followed is -1 if they did not.
func (s *search) value(followed, level int) error {
	token, err := s.d.Token()
	if err != nil {
		return err
	}
	if level > deepestLevel {
		return strconv.ErrRange
	}
	if followed == 0 || followed > 0 && s.path[followed-1].name == "" {
		s.found(followed)
	}
	delim, _ := token.(json.Delim)
	if delim != '{' && delim != '[' {
		return nil
	}
	for i := 0; s.d.More(); i++ {
		next, err := s.next(delim, followed, i)
		if err != nil {
			return err
		}
		if err := s.value(next, level+1); err != nil {
			return err
		}
	}
	_, err = s.d.Token()
	return err
}

// next reads the name of a member, and returns how many steps lead to what follows.
func (s *search) next(delim json.Delim, followed, index int) (int, error) {
	onPath := followed >= 0 && followed < len(s.path)
	if delim == '[' {
		if onPath && s.path[followed].name == "" && s.path[followed].index == index {
			return followed + 1, nil
		}
		return -1, nil
	}
	token, err := s.d.Token()
	if name, _ := token.(string); err == nil && onPath && s.path[followed].name != "" && s.path[followed].is(name) {
		s.found(followed + 1)
		return followed + 1, nil
	}
	return -1, err
}
