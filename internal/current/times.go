package current

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"stopdesktops/events"
)

// eachTime calls change for every time in a JSON document and puts the result in its place, spelled as the time
// was. It finds times at any depth, also in JSON inside a text, plain or base64. Everything else stays as it was
// written.
//
// A time is a text that is one as a whole, as the function reads it: with its zone. Digits are a time in a member with
// the name of one, and as a number of milliseconds of the years around. An identifier stays as it is.
func eachTime(doc []byte, change func(time.Time) time.Time) []byte {
	inner := bytes.TrimSpace(doc)
	if !json.Valid(inner) {
		return doc
	}
	changed := changer(change).value(inner, "")
	if bytes.Equal(changed, inner) {
		return doc
	}
	at := bytes.Index(doc, inner)
	return bytes.Join([][]byte{doc[:at], changed, doc[at+len(inner):]}, nil)
}

type changer func(time.Time) time.Time

var (
	timeName       = regexp.MustCompile(`(?i:time|date|epoch|created|modified|occurred|(?:^|[_-])(?:ts|at)$)|[a-z0-9](?:At|Ts|TS)$`)
	identifierName = regexp.MustCompile(`(?i:(?:^|[_-])(?:id|key)$)|[a-z0-9](?:Id|ID|Key)$`)
	milliseconds   = regexp.MustCompile(`^1[5-9]\d{11}$`) // of the years 2017 to 2033
)

// value returns a valid JSON value, the member of that name or an element of it, with its times changed.
func (c changer) value(raw []byte, name string) []byte {
	switch {
	case raw[0] == '{' || raw[0] == '[':
		return c.elements(raw, name)
	case identifierName.MatchString(name):
		return raw
	case raw[0] == '"':
		return c.text(raw, name)
	case milliseconds.Match(raw):
		name = "time"
	}
	if changed, ok := c.time(string(raw), name); ok {
		return []byte(changed)
	}
	return raw
}

// elements returns an object or an array with the times in it changed.
func (c changer) elements(raw []byte, name string) []byte {
	decoder := json.NewDecoder(bytes.NewReader(raw))
	_, _ = decoder.Token()
	var out bytes.Buffer
	done := 0
	for decoder.More() {
		if raw[0] == '{' {
			token, _ := decoder.Token()
			name, _ = token.(string)
		}
		var element json.RawMessage
		if decoder.Decode(&element) != nil {
			return raw // valid JSON has no such element
		}
		end := int(decoder.InputOffset())
		out.Write(raw[done : end-len(element)])
		out.Write(c.value(element, name))
		done = end
	}
	out.Write(raw[done:])
	return out.Bytes()
}

// text returns a string with its time changed, or the times of the JSON in it.
func (c changer) text(raw []byte, name string) []byte {
	var s string
	if json.Unmarshal(raw, &s) != nil {
		return raw
	}
	changed, ok := c.time(s, name)
	if !ok {
		changed = c.opened(s)
	}
	if changed == s {
		return raw
	}
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(changed) // a string
	return bytes.TrimSpace(out.Bytes())
}

// opened changes the times of a JSON object, array or text in a text, or in the base64 of one.
func (c changer) opened(s string) string {
	if isDocument([]byte(s)) {
		return string(eachTime([]byte(s), c))
	}
	decoded, err := base64.StdEncoding.DecodeString(strings.TrimSpace(s))
	if err != nil || !isDocument(decoded) {
		return s
	}
	changed := eachTime(decoded, c)
	if bytes.Equal(changed, decoded) {
		return s
	}
	return base64.StdEncoding.EncodeToString(changed)
}

func isDocument(b []byte) bool {
	b = bytes.TrimSpace(b)
	return len(b) > 0 && (b[0] == '{' || b[0] == '[' || b[0] == '"')
}

// time changes a text that is a time. Quotes and percent-encoding are those of a CloudEvent's header.
func (c changer) time(s, name string) (string, bool) {
	if inner, ok := strings.CutPrefix(s, `"`); ok {
		inner, closed := strings.CutSuffix(inner, `"`)
		changed, ok := c.time(inner, name)
		return `"` + changed + `"`, closed && ok
	}
	plain := strings.TrimSpace(s)
	if decoded, err := url.PathUnescape(plain); err == nil {
		plain = decoded
	}
	t, ok := events.ParseTime(plain)
	n, digits, _, _ := events.WholeNumber(plain)
	if !ok || digits && !timeName.MatchString(name) {
		return s, false
	}
	to := c(t)
	switch {
	case to.Equal(t):
		return s, true
	case digits && int64(n) == t.Unix():
		return strconv.FormatInt(to.Unix(), 10), true
	case digits:
		return strconv.FormatInt(to.UnixMilli(), 10), true
	}
	return respell(plain, to.Sub(t)), true
}

// respell moves a time that the function can read: its clock, and its fraction to as many digits as it has. The
// separators and the zone stay as they are.
func respell(s string, move time.Duration) string {
	const layout, nanoseconds = "2006-01-02T15:04:05", 9
	clock, rest := []byte(s[:len(layout)]), s[len(layout):]
	separator := clock[10]
	clock[10] = 'T'
	t, err := time.Parse(layout, string(clock))
	if err != nil {
		return s
	}
	mark, fraction := "", ""
	if rest != "" && (rest[0] == '.' || rest[0] == ',') {
		zone := strings.TrimLeft(rest[1:], "0123456789")
		mark, fraction, rest = rest[:1], rest[1:len(rest)-len(zone)], zone
	}
	padded := (fraction + strings.Repeat("0", nanoseconds))[:nanoseconds]
	n, _ := strconv.Atoi(padded) // digits
	t = t.Add(time.Duration(n) + move)
	clock = []byte(t.Format(layout))
	clock[10] = separator
	moved := fmt.Sprintf("%09d", t.Nanosecond()) + strings.Repeat("0", max(0, len(fraction)-nanoseconds))
	return string(clock) + mark + moved[:len(fraction)] + rest
}
