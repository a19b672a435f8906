package events

import (
	"strconv"
	"strings"
	"time"
)

// parseTime reads the times that EventBridge and its publishers write: RFC 3339
// with any fraction, with a space for the T, and with the zones of parseZone; or
// Unix seconds or milliseconds. The result is in UTC.
//
// A time without a zone is not guessed: eight hours off is a wrong decision.
// Neither are years before 1970, which are defaults rather than times and would
// include the zero time, which means "none".
func parseTime(s string) (time.Time, bool) {
	s = strings.TrimSpace(s)
	if t, ok := unixTime(s); ok {
		return t, true
	}
	const layout = "2006-01-02T15:04:05"
	if len(s) <= len(layout) || len(s) > 96 {
		return time.Time{}, false
	}
	date, rest := []byte(s[:len(layout)]), s[len(layout):]
	if date[10] == ' ' || date[10] == 't' {
		date[10] = 'T'
	}
	t, err := time.Parse(layout, string(date))
	if err != nil {
		return time.Time{}, false
	}
	nanoseconds, rest, ok := fraction(rest)
	if !ok {
		return time.Time{}, false
	}
	offset, ok := parseZone(strings.TrimSpace(rest))
	if !ok {
		return time.Time{}, false
	}
	t = t.Add(nanoseconds - offset)
	if t.Year() < 1970 || t.Year() > 9999 {
		return time.Time{}, false
	}
	return t, true
}

// unixTime reads a whole number, which some serializers write as 1795172417093.0 or 1.795172417093e+12: with nine
// or ten digits it is seconds, with twelve or thirteen milliseconds, which is 1973 to 2286 in both. 20261102 is
// neither.
func unixTime(s string) (time.Time, bool) {
	n, _, whole, fits := WholeNumber(s)
	if !whole || !fits || n < 0 {
		return time.Time{}, false
	}
	switch n := int64(n); len(strconv.FormatInt(n, 10)) {
	case 9, 10:
		return time.Unix(n, 0).UTC(), true
	case 12, 13:
		return time.UnixMilli(n).UTC(), true
	}
	return time.Time{}, false
}

// fraction reads a fraction of a second, if there is one; digits beyond nanoseconds
// are cut.
func fraction(s string) (time.Duration, string, bool) {
	if s == "" || s[0] != '.' && s[0] != ',' {
		return 0, s, true
	}
	n := digits(s[1:])
	if n == 0 {
		return 0, s, false
	}
	nanos, err := strconv.Atoi((s[1:1+n] + "000000000")[:9])
	return time.Duration(nanos), s[1+n:], err == nil
}

// parseZone reads Z, ±hh:mm, ±hhmm, GMT+8:00 and the names that occur. CST is not
// among them: it is China's time and America's.
func parseZone(s string) (time.Duration, bool) {
	switch s {
	case "Z", "z", "UTC", "GMT":
		return 0, true
	case "PRC", "Asia/Shanghai", "Asia/Chongqing":
		return 8 * time.Hour, true // there has been no summer time since 1991
	}
	named := strings.HasPrefix(s, "GMT") || strings.HasPrefix(s, "UTC")
	if named {
		s = s[3:]
	}
	if s == "" || s[0] != '+' && s[0] != '-' {
		return 0, false
	}
	hours, minutes, ok := clock(s[1:], named)
	if !ok {
		return 0, false
	}
	offset := time.Duration(hours)*time.Hour + time.Duration(minutes)*time.Minute
	if s[0] == '-' {
		offset = -offset
	}
	return offset, true
}

// clock reads hh:mm or hhmm; loosely also h:mm, h and hh.
func clock(s string, loosely bool) (hours, minutes int, ok bool) {
	n := digits(s)
	switch {
	case n == 2 && len(s) == 5 && s[2] == ':' && digits(s[3:]) == 2:
		s = s[:2] + s[3:]
	case n == 4 && len(s) == 4:
	case loosely && n == 1 && len(s) == 4 && s[1] == ':' && digits(s[2:]) == 2:
		s = "0" + s[:1] + s[2:]
	case loosely && n == 1 && len(s) == 1:
		s = "0" + s + "00"
	case loosely && n == 2 && len(s) == 2:
		s += "00"
	default:
		return 0, 0, false
	}
	hours, minutes = int(s[0]-'0')*10+int(s[1]-'0'), int(s[2]-'0')*10+int(s[3]-'0')
	return hours, minutes, hours <= 18 && minutes < 60
}

// digits counts the digits s begins with.
func digits(s string) int {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return i
		}
	}
	return len(s)
}

// ParseTime reads a time as senders write it, text or number; see parseTime. The result is in UTC.
func ParseTime(s string) (time.Time, bool) { return parseTime(s) }
