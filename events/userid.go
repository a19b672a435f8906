package events

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

const maxUserId = 128 // characters

func validEndUserId(s string) bool { return userIdFault(s, 0) == "" }

// userIdFault says why s is no user ID: "" if it is one. Directories differ in what they allow, so
// only what cannot be part of an ID is refused: it would match nobody, and spare nobody.
func userIdFault(s string, skipped int) string {
	const not = "is not a user ID: "
	switch {
	case s == "":
		return not + "it is empty"
	case utf8.RuneCountInString(s) > maxUserId:
		return fmt.Sprintf(not+"it is longer than %d characters", maxUserId)
	case strings.HasPrefix(s, " ") || strings.HasSuffix(s, " "):
		return not + "it has a blank at an end"
	}
	for _, mistake := range userIdMistakes {
		if found := flaw(s, skipped, mistake.has); found != "" {
			return not + "it has " + found + ": " + mistake.advice
		}
	}
	return ""
}

// userIdMistakes are the characters that no user ID has, by what their sender probably meant.
var userIdMistakes = []struct {
	has    func(rune) bool
	advice string
}{
	{invisible, "take it out"},
	{func(r rune) bool { return quotation(r) || quotation(narrow(r)) }, "write the ID without quotation marks"},
	{func(r rune) bool { return strings.ContainsRune("{}$", narrow(r)) }, "a placeholder was not filled in"},
	{func(r rune) bool { return strings.ContainsRune("*?", narrow(r)) }, "there are no wildcards, so name each user"},
	{divides, "give each user an element of the list"},
}
