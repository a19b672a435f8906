package emulator

import (
	"cmp"
	"time"
)

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

// A meter counts the calls of the account.
type meter struct {
	recent window            // calls of the last second, for MaxQPS
	used   map[string]window // calls of the last QuotaWindow by action, for Quota
}

// admit counts the call against MaxQPS and against the quota of its action.
// Refused calls count against neither.
func (m *meter) admit(e *EDS, action string, now time.Time) *apiError {
	if e.MaxQPS > 0 {
		if left, full := m.recent.full(now, time.Second, e.MaxQPS); full {
			return errQuota(e, "Throttling.User", "Request was denied due to user flow control.", left)
		}
	}
	if quota := quotaOf(e, action); quota > 0 {
		used := m.used[action]
		left, full := used.full(now, cmp.Or(e.QuotaWindow, DefaultQuotaWindow), quota)
		if !full {
			used = append(used, now)
		}
		m.used[action] = used
		if full {
			return errQuota(e, "Throttling.Api", "Request was denied due to api flow control.", left)
		}
	}
	if e.MaxQPS > 0 {
		m.recent = append(m.recent, now)
	}
	return nil
}

func quotaOf(e *EDS, action string) int {
	if quota, ok := e.ActionQuota[action]; ok {
		return quota
	}
	return e.Quota
}

func errQuota(e *EDS, code, message string, left time.Duration) *apiError {
	var timeLeft int64
	if e.ThrottleTimeLeft {
		timeLeft = max(1, left.Milliseconds())
	}
	err := errThrottled(e.ThrottleStatus, timeLeft)
	err.Code, err.Message = code, message
	return err
}
