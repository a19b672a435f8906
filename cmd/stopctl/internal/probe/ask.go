package probe

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"stopdesktops/internal/eds"
	"stopdesktops/internal/stop"
)

// MaxCalls is how many calls [Probe.Run] makes at most, repeated ones included.
const MaxCalls = 40

// codeNotSent is the code of a call that was not made because there were MaxCalls already.
const codeNotSent = "NotSent"

// maxPause between two attempts at a call.
const maxPause = 10 * time.Second

// Probe asks one region.
type Probe struct {
	// Ask makes one call. The error is a *stop.CallError if no response came.
	Ask func(ctx context.Context, action string, parameters map[string]string) (*eds.Response, error)
	// TagKey is the key of the function's protect tag.
	TagKey string
	// RegionId of the calls.
	RegionId string

	calls     int
	extra     int // calls beside MaxCalls, for a stop
	exchanges []*Exchange
}

// ask makes a call and keeps what came of it. A call that is throttled or not served is made again once.
func (p *Probe) ask(ctx context.Context, action string, pairs ...string) *Exchange {
	parameters := map[string]string{}
	for i := 0; i < len(pairs); i += 2 {
		parameters[pairs[i]] = pairs[i+1]
	}
	x := p.once(ctx, action, parameters)
	if f := x.Failure; f != nil && f.Code != codeNotSent && (f.Family == stop.Throttled || f.Family == stop.Temporary) &&
		Sleep(ctx, min(max(f.RetryAfter, time.Second), maxPause)) {
		x = p.once(ctx, action, parameters)
	}
	return x
}

func (p *Probe) once(ctx context.Context, action string, parameters map[string]string) *Exchange {
	x := &Exchange{Action: action, Parameters: maps.Clone(parameters)}
	if p.calls >= MaxCalls+p.extra {
		x.Failure = &stop.CallError{Action: action, Family: stop.Temporary, Code: codeNotSent}
		return x
	}
	p.calls++
	p.exchanges = append(p.exchanges, x)
	response, err := p.Ask(ctx, action, parameters)
	x.At = time.Now()
	if err != nil {
		if !errors.As(err, &x.Failure) {
			x.Failure = &stop.CallError{Action: action, Family: stop.Temporary, Code: "NoResponse"}
		}
		return x
	}
	x.Status, x.Header, x.Body, x.Took = response.Status, response.Header, response.Body, response.Took
	x.Failure = response.Failure(action)
	return x
}

// Sleep returns false if ctx ended before.
func Sleep(ctx context.Context, d time.Duration) bool {
	select {
	case <-time.After(d):
		return true
	case <-ctx.Done():
		return false
	}
}

// numbered are the parameters of a list: Name.1, Name.2 …
func numbered(name string, values ...string) []string {
	var pairs []string
	for i, v := range values {
		pairs = append(pairs, name+"."+strconv.Itoa(i+1), v)
	}
	return pairs
}

// latency is the median of the calls that got a response.
func latency(exchanges []*Exchange) time.Duration {
	var took []time.Duration
	for _, x := range exchanges {
		if x.Status > 0 {
			took = append(took, x.Took)
		}
	}
	if len(took) == 0 {
		return 0
	}
	slices.Sort(took)
	return took[len(took)/2]
}

// begins tells whether a code begins with one of these.
func begins(code string, prefixes ...string) bool {
	return slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(code, p) })
}
