package routes

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/theory/jsonpath"
	"github.com/theory/jsonpath/parser"
	"github.com/theory/jsonpath/registry"
	"github.com/theory/jsonpath/spec"

	"stopdesktops/internal/setting"
)

// maxPath is the longest JSONPath, in bytes.
const maxPath = 256

// query is a compiled JSONPath.
type query struct {
	text     string
	path     *jsonpath.Path
	singular bool // it finds one value at most
	elements bool // it finds the elements of a list: it has a wildcard or a slice
}

// compile refuses texts that are no JSONPath, and those that could take longer than one walk through the
// document: the sender chooses how large that is.
func compile(text string) (query, error) {
	if len(text) > maxPath {
		return query{}, fmt.Errorf("is longer than %d bytes", maxPath)
	}
	if err := plain(text); err != nil {
		return query{}, err
	}
	// Of the functions none is registered. match and search of this version are wrong besides.
	parsed, err := parser.Parse(&registry.Registry{}, text)
	if err != nil {
		return query{}, errors.New("is not a JSONPath: " + strings.TrimPrefix(err.Error(), "jsonpath: "))
	}
	elements := false
	for _, segment := range parsed.Segments() {
		for _, selector := range segment.Selectors() {
			switch selector.(type) {
			case spec.WildcardSelector, spec.SliceSelector:
				elements = true
			}
		}
		if len(segment.Selectors()) > 1 {
			return query{}, errors.New("has several selectors in one pair of brackets: write several paths")
		}
	}
	return query{text, jsonpath.New(parsed), parsed.Singular() != nil, elements}, nil
}

// plain checks the text outside of strings, before anything is parsed: the parts of a filter,
// the parsed form does not show.
func plain(text string) error {
	var quote byte
	depth, filter := 0, 0 // filter: the depth at which one begins
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case quote == 0 && c >= utf8.RuneSelf && misread(text[i:]):
			return fmt.Errorf("holds the character U+%04X outside of quotation marks, where it is part of a name: write an ordinary character, or the name as $['…']", []rune(text[i:])[0])
		case quote != 0:
			if c == '\\' {
				i++
			} else if c == quote {
				quote = 0
			}
		case c == '\'' || c == '"':
			quote = c
		case c == '[' || c == '(':
			depth++
		case c == ']' || c == ')':
			if depth--; depth < filter {
				filter = 0
			}
		case strings.HasPrefix(text[i:], ".."):
			return errors.New("uses .., which looks at everything: write the whole path")
		case c == '?' && filter > 0:
			return errors.New("has a filter inside a filter")
		case c == '?':
			filter = depth
		case c == '$' && i > 0 && filter > 0:
			return errors.New("looks at the whole document in a filter: use @")
		}
	}
	return nil
}

// misread says whether text starts with a quotation mark, a dot, or a bracket that only looks like one of JSONPath.
func misread(text string) bool {
	r, _ := utf8.DecodeRuneInString(text)
	return setting.Quote(r) || strings.ContainsRune("．［］", r)
}

// find the values, in the order of the document.
func (q query) find(doc any) []any {
	nodes := q.path.SelectLocated(doc)
	nodes.Sort()
	var found []any
	for _, n := range nodes {
		found = append(found, n.Node)
	}
	return found
}

// under returns the path that the query reads in a document at path.
func (q query) under(path string) string { return path + strings.TrimPrefix(q.text, "$") }
