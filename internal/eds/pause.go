package eds

import (
	"maps"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// longestAsked caps what a header may ask for. A larger number might not fit into a duration.
const longestAsked = time.Hour

// pauseHeaders are the headers by which the service may ask a throttled caller to wait, and how each says it.
var pauseHeaders = map[string]func(header http.Header, name string, now time.Time) time.Duration{
	"Retry-After":          retryAfter,
	"X-Ratelimit-User":     timeLeft,
	"X-Ratelimit-User-Api": timeLeft,
	"Ratelimit-Reset":      seconds,
}

// PauseHeaders returns the names of the headers by which the function lets itself be asked to wait.
func PauseHeaders() []string { return slices.Sorted(maps.Keys(pauseHeaders)) }

// pauseAsked returns how long the service asks a throttled caller to wait, or 0 if it does not say.
// Of several headers the longest pause counts: the call is throttled until all of them allow it.
func pauseAsked(header http.Header, now time.Time) time.Duration {
	var asked time.Duration
	for name, read := range pauseHeaders {
		asked = max(asked, read(header, name, now))
	}
	return min(asked, longestAsked)
}

// timeLeft returns TimeLeft, in milliseconds, of an Alibaba Cloud header such as
// "Limit:1000,Remain:0,TimeLeft:1234". It returns 0 if the header says that calls remain: then
// another limit has throttled the call.
func timeLeft(header http.Header, name string, _ time.Time) time.Duration {
	var left time.Duration
	for part := range strings.SplitSeq(header.Get(name), ",") {
		name, value, _ := strings.Cut(part, ":")
		switch value = strings.TrimSpace(value); strings.ToLower(strings.TrimSpace(name)) {
		case "timeleft":
			left = pause(value, time.Millisecond)
		case "remain":
			if n, err := strconv.Atoi(value); err == nil && n > 0 {
				return 0
			}
		}
	}
	return left
}

// retryAfter returns the pause of a Retry-After header (RFC 9110): a number of seconds, or a date. A
// date is compared with the clock of the service, if the response has its Date.
func retryAfter(header http.Header, name string, now time.Time) time.Duration {
	value := header.Get(name)
	until, err := http.ParseTime(value)
	if err != nil {
		return pause(value, time.Second)
	}
	if date, err := http.ParseTime(header.Get("Date")); err == nil {
		now = date
	}
	return min(max(until.Sub(now), 0), longestAsked)
}

// seconds returns the pause of a header that is a number of seconds.
func seconds(header http.Header, name string, _ time.Time) time.Duration {
	return pause(header.Get(name), time.Second)
}

// pause returns a number of units as a duration, or 0 if it is not a number.
func pause(number string, unit time.Duration) time.Duration {
	n, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
	if err != nil || math.IsNaN(n) || n <= 0 {
		return 0
	}
	return time.Duration(min(n*float64(unit), float64(longestAsked)))
}
