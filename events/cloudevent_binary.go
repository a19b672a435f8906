package events

import (
	"strings"
	"time"
	"unicode/utf8"
)

// binaryEvent reads the events of a request in binary mode: its body, which the attributes in the headers name.
func binaryEvent(r *HTTPRequest) ([]Event, *Error) {
	attribute := map[string]string{}
	for _, name := range attributeHeaders[:4] {
		value, err := r.attribute(name)
		if err != nil {
			return nil, err
		}
		if value == "" {
			return nil, fault(MissingField, "$", "the header ce-%s is missing: a CloudEvent in binary mode needs it, and a plain request must not have the ce- headers of one", name)
		}
		attribute[name] = value
	}
	if unfilled(attribute["id"]) {
		return nil, fault(InvalidValue, "$", "the header ce-id %s", unfilledID)
	}
	if attribute["specversion"] != "1.0" {
		return nil, fault(InvalidValue, "$", "the header ce-specversion must be 1.0")
	}
	when, err := r.binaryTime()
	if err != nil {
		return nil, err
	}
	traceparent := Traceparent(r.Get("ce-traceparent"))
	list, err := decodeBody(r.Body)
	for i := range list {
		e := &list[i]
		e.ID, e.Source, e.Type, e.Time, e.Traceparent = attribute["id"], attribute["source"], attribute["type"], when, traceparent
	}
	return list, err
}

// binaryTime reads the header ce-time. It is zero if the header is missing.
func (r *HTTPRequest) binaryTime() (time.Time, *Error) {
	text, err := r.attribute("time")
	if err != nil || r.Get("ce-time") == "" {
		return time.Time{}, err
	}
	when, ok := parseTime(text)
	if !ok {
		return time.Time{}, fault(InvalidTime, "$", "the header ce-time is not a time with its zone, such as 2026-11-02T19:00:00+08:00")
	}
	return when, nil
}

// attribute returns a context attribute of a CloudEvent in binary mode, from its header. It is "" if the header is
// missing. The decoding is that of the HTTP protocol binding of CloudEvents 1.0, 3.1.3.2.
func (r *HTTPRequest) attribute(name string) (string, *Error) {
	header := "ce-" + name
	raw := strings.Trim(r.Get(header), " \t")
	if !utf8.ValidString(raw) || strings.ContainsRune(raw, utf8.RuneError) {
		// Two different values would look the same: the second event would pass for a duplicate.
		return "", fault(InvalidUTF8, "$", "the header %s holds bytes that are not UTF-8: send the text as percent-encoded UTF-8, é as %%C3%%A9", header)
	}
	value, err := unquote(raw, header)
	if err != nil {
		return "", err
	}
	value = percentDecode(value)
	switch {
	case !utf8.ValidString(value):
		return "", fault(InvalidUTF8, "$", "the header %s holds percent-encoded bytes that are not UTF-8: send the text as percent-encoded UTF-8, é as %%C3%%A9", header)
	case len(value) > maxName:
		return "", fault(TooLarge, "$", "the header %s is longer than %d bytes", header, maxName)
	case !printable(value):
		return "", fault(InvalidValue, "$", "the header %s holds control or formatting characters", header)
	}
	return value, nil
}

// unquote undoes the quotes and backslash escapes of a quoted string (RFC 9110, 5.6.4). A value without quotes around
// it stays as it is.
//
// Function Compute joins repeated headers with commas, and nothing shows which of the values the sender meant. A bare
// comma is therefore refused; quoted or percent-encoded, it belongs to one value.
func unquote(raw, header string) (string, *Error) {
	half := fault(InvalidValue, "$", "the header %s holds half a pair of quotes: percent-encode a quote as %%22", header)
	if !strings.HasPrefix(raw, `"`) {
		switch {
		case strings.Contains(raw, ","):
			return "", fault(DuplicateField, "$", "the header %s is there twice, or holds a comma: send it once, a comma as %%2C", header)
		case strings.Count(raw, `"`)%2 == 1:
			return "", half
		}
		return raw, nil
	}
	var value strings.Builder
	for i := 1; i < len(raw); i++ {
		switch c := raw[i]; {
		case c == '\\' && i+1 == len(raw):
			return "", half
		case c == '\\':
			i++
			value.WriteByte(raw[i])
		case c != '"':
			value.WriteByte(c)
		case i+1 == len(raw):
			return value.String(), nil
		case strings.HasPrefix(strings.TrimLeft(raw[i+1:], " \t"), ","):
			return "", fault(DuplicateField, "$", "the header %s is there twice: send it once", header)
		default:
			return "", fault(InvalidValue, "$", "the header %s holds text behind its closing quote", header)
		}
	}
	return "", half
}

// percentDecode replaces each % and two hexadecimal digits by the byte. Any other % stays: many senders do not encode
// theirs.
func percentDecode(s string) string {
	if !strings.Contains(s, "%") {
		return s
	}
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) {
			high, ok := hexDigit(s[i+1])
			low, ok2 := hexDigit(s[i+2])
			if ok && ok2 {
				b = append(b, high<<4|low)
				i += 2
				continue
			}
		}
		b = append(b, s[i])
	}
	return string(b)
}

func hexDigit(c byte) (byte, bool) {
	switch {
	case '0' <= c && c <= '9':
		return c - '0', true
	case 'a' <= c && c <= 'f':
		return c - 'a' + 10, true
	case 'A' <= c && c <= 'F':
		return c - 'A' + 10, true
	}
	return 0, false
}
