package routes

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"stopdesktops/events"
)

// condition holds if the path finds one of the values or, with isNot, if it finds none of them.
type condition struct {
	path   query
	values []string
	isNot  bool
}

// holds says whether the condition holds for what the path has found. A value that is an object or an
// array is not understood, so it satisfies no condition.
func (c condition) holds(found []any) bool {
	one := slices.ContainsFunc(found, func(v any) bool {
		return slices.ContainsFunc(c.values, func(expected string) bool { return equal(v, expected) })
	})
	if !c.isNot {
		return one
	}
	return !one && !slices.ContainsFunc(found, func(v any) bool {
		_, ok := scalar(v)
		return !ok && v != nil
	})
}

// equal says whether a value that was found is the one that a condition names. Numbers are equal however they are
// written: Jira sends 50.0 for 50.
func equal(found any, expected string) bool {
	text, ok := scalar(found)
	if _, isNumber := found.(json.Number); isNumber && text != expected {
		return events.SameNumber(text, expected)
	}
	return ok && text == expected
}

// What a message about conditions shows at most: conditions, values of each, characters of a value.
const (
	maxUnmet  = 3
	maxValues = 3
	maxShown  = 64
)

// unmet says which conditions do not hold for a payload at path: what the route expects, and
// what the event has. at is the path of the first; it is empty if all hold.
func unmet(conditions []condition, doc any, path string) (at, message string) {
	var sentences []string
	more := 0
	for _, c := range conditions {
		found := c.path.find(doc)
		switch {
		case c.holds(found):
		case at == "":
			at = c.path.under(path)
			sentences = append(sentences, "the route expects "+c.difference(found, path))
		case len(sentences) < maxUnmet:
			sentences = append(sentences, "It also expects "+c.difference(found, path))
		default:
			more++
		}
	}
	if more == 1 {
		sentences = append(sentences, "1 more condition does not hold.")
	} else if more > 1 {
		sentences = append(sentences, fmt.Sprintf("%d more conditions do not hold.", more))
	}
	return at, strings.Join(sentences, " ")
}

// difference between what the condition expects and what was found.
func (c condition) difference(found []any, path string) string {
	relation := "="
	if c.isNot {
		relation = "other than"
	}
	expected := make([]any, len(c.values))
	for i, v := range c.values {
		expected[i] = v
	}
	return fmt.Sprintf("%s %s %s; the event has %s.", c.path.under(path), relation, shown(expected, "or"), shown(found, "and"))
}

// shown is a list of values as a message shows them: the first ones, and how many there are beside them.
func shown(values []any, last string) string {
	if len(values) == 0 {
		return "no such member"
	}
	var texts []string
	for _, v := range values[:min(len(values), maxValues)] {
		texts = append(texts, shownValue(v))
	}
	if more := len(values) - len(texts); more > 0 {
		texts = append(texts, fmt.Sprintf("%d more", more))
	}
	if len(texts) == 1 {
		return texts[0]
	}
	return strings.Join(texts[:len(texts)-1], ", ") + " " + last + " " + texts[len(texts)-1]
}

// shownValue is one value, quoted and cut. Quoting makes blanks and invisible characters visible: they are
// often why two values differ, so they must not be cleaned away here.
func shownValue(v any) string {
	text, ok := scalar(v)
	if !ok {
		switch v.(type) {
		case nil:
			return "null"
		case []any:
			return "an array"
		}
		return "an object"
	}
	if runes := []rune(text); len(runes) > maxShown {
		text = string(runes[:maxShown]) + "…"
	}
	return strconv.Quote(text)
}
