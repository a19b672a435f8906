package approval

import (
	"bytes"
	"regexp"
	"sync"
)

// begins is how every token begins: base64url of {"Key".
const begins = "eyJLZXki"

// hidden is what a text shows in place of a token.
const hidden = "(hidden ApprovalToken)"

// tokens matches those in a text, also ones that are cut off.
var tokens = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(begins + `[A-Za-z0-9_-]*(\.[A-Za-z0-9_-]*)?`)
})

// Hide returns the text without the tokens in it, for a screen or a file that more people read than may use them. JSON
// stays JSON. A token is known by its form, whatever member holds it.
func Hide(text []byte) []byte {
	if !bytes.Contains(text, []byte(begins)) {
		return text
	}
	return tokens().ReplaceAllLiteral(text, []byte(hidden))
}
