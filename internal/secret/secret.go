// Package secret holds text that must never be shown: keys, tokens, signing secrets, robot URLs.
package secret

import (
	"fmt"
	"io"
	"log/slog"
)

const redacted = "REDACTED"

// String is a text that prints as REDACTED however it is printed: fmt with any verb, JSON, text
// encoders, slog, and also as a field of another struct, exported or not. (fmt reads unexported
// fields by reflection and does not ask their methods; it finds a pointer there, not the text.)
// The zero value is the empty secret.
type String struct{ text *string }

// New makes a secret of text.
func New(text string) String { return String{&text} }

// Reveal gives the text. Call it at the one place that needs it, and do not keep the result.
func (s String) Reveal() string {
	if s.text == nil {
		return ""
	}
	return *s.text
}

// Empty says whether there is no text at all.
func (s String) Empty() bool { return s.Reveal() == "" }

// Format writes REDACTED for every verb and flag.
func (String) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, redacted) }

// String returns REDACTED.
func (String) String() string { return redacted }

// MarshalText returns REDACTED, also to encoding/json.
func (String) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// LogValue returns REDACTED.
func (String) LogValue() slog.Value { return slog.StringValue(redacted) }

// UnmarshalText keeps text as the secret, so that configuration readers can fill it.
func (s *String) UnmarshalText(text []byte) error {
	*s = New(string(text))
	return nil
}
