package emulator

import "time"

// DefaultQuotaWindow is the window of the published quotas.
const DefaultQuotaWindow = time.Minute

// A window holds the times of the calls that count against a limit.
type window []time.Time

// full drops the times that are not in the last d any more and reports whether
// limit calls are left, and how long until the first of them leaves too.
func (w *window) full(now time.Time, d time.Duration, limit int) (left time.Duration, full bool) {
	old := 0
	for old < len(*w) && now.Sub((*w)[old]) >= d {
		old++
	}
	*w = (*w)[old:]
	if len(*w) < limit {
		return 0, false
	}
	return d - now.Sub((*w)[len(*w)-limit]), true
}

// throttle counts the call against MaxQPS and against the quota of its action.
// Refused calls count against neither.
func (e *EDS) throttle(action string, now time.Time) *apiError {
	if e.MaxQPS > 0 {
		if left, full := e.recent.full(now, time.Second, e.MaxQPS); full {
			return e.throttled("Throttling.User", "Request was denied due to user flow control.", left)
		}
	}
	if quota := e.quota(action); quota > 0 {
		used := e.used[action]
		left, full := used.full(now, e.quotaWindow(), quota)
		if !full {
			used = append(used, now)
		}
		e.used[action] = used
		if full {
			return e.throttled("Throttling.Api", "Request was denied due to api flow control.", left)
		}
	}
	if e.MaxQPS > 0 {
		e.recent = append(e.recent, now)
	}
	return nil
}

func (e *EDS) quota(action string) int {
	if quota, ok := e.ActionQuota[action]; ok {
		return quota
	}
	return e.Quota
}

func (e *EDS) quotaWindow() time.Duration {
	if e.QuotaWindow > 0 {
		return e.QuotaWindow
	}
	return DefaultQuotaWindow
}

func (e *EDS) throttled(code, message string, left time.Duration) *apiError {
	var timeLeft int64
	if e.ThrottleTimeLeft {
		timeLeft = max(1, left.Milliseconds())
	}
	err := errThrottled(e.ThrottleStatus, timeLeft)
	err.Code, err.Message = code, message
	return err
}
