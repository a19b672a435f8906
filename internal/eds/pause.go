package eds

import (
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// longestAsked caps what a header may ask for. A larger number might not fit into a duration.
const longestAsked = time.Hour

// pauseAsked returns how long the service asks a throttled caller to wait, or 0 if it does not say.
// Of several headers the longest pause counts: the call is throttled until all of them allow it.
func pauseAsked(header http.Header, now time.Time) time.Duration {
	asked := max(
		timeLeft(header.Get("X-Ratelimit-User-Api")),
		timeLeft(header.Get("X-Ratelimit-User")),
		retryAfter(header, now),
		pause(header.Get("RateLimit-Reset"), time.Second),
	)
	return min(asked, longestAsked)
}

// timeLeft returns TimeLeft, in milliseconds, of an Alibaba Cloud header such as
// "Limit:1000,Remain:0,TimeLeft:1234". It returns 0 if the header says that calls remain: then
// another limit has throttled the call.
func timeLeft(header string) time.Duration {
	var left time.Duration
	for part := range strings.SplitSeq(header, ",") {
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
func retryAfter(header http.Header, now time.Time) time.Duration {
	value := header.Get("Retry-After")
	until, err := http.ParseTime(value)
	if err != nil {
		return pause(value, time.Second)
	}
	if date, err := http.ParseTime(header.Get("Date")); err == nil {
		now = date
	}
	return min(max(until.Sub(now), 0), longestAsked)
}

// pause returns a number of units as a duration, or 0 if it is not a number.
func pause(number string, unit time.Duration) time.Duration {
	n, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
	if err != nil || math.IsNaN(n) || n <= 0 {
		return 0
	}
	return time.Duration(min(n*float64(unit), float64(longestAsked)))
}
