package probe

import (
	"context"
	"time"
)

// Result of all read-only questions.
type Result struct {
	Lines     []Line
	Calls     int
	Succeeded int           // calls that were not refused, throttled or lost
	Latency   time.Duration // the median
}

// Run asks the read-only questions. The error is a *stop.CallError if nothing can be found out: EDS is
// not reached, or does not accept the credentials.
func (p *Probe) Run(ctx context.Context) (*Result, error) {
	a := p.questions(ctx)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if first := p.exchanges[0]; hopeless(first) {
		return nil, first.Failure
	}
	result := &Result{Lines: a.lines(), Calls: p.calls, Latency: latency(p.exchanges)}
	for _, x := range p.exchanges {
		if x.Failure == nil {
			result.Succeeded++
		}
	}
	return result, nil
}

// hopeless tells whether a failure is one that every other question would meet too.
func hopeless(x *Exchange) bool {
	return x.Failure != nil && (x.Status == 0 && x.Failure.Code != codeNotSent || begins(x.Failure.Code, "InvalidAccessKey", "InvalidSecurityToken", "InvalidCredentials", "MissingSecurityToken",
		"SignatureDoesNotMatch", "IncompleteSignature", "InvalidTimeStamp", "InvalidRegion"))
}

// Count the lines with a verdict.
func Count(lines []Line, v Verdict) int {
	n := 0
	for _, l := range lines {
		if l.Verdict == v {
			n++
		}
	}
	return n
}
