package eds

import (
	"context"
	"net/http"
	"slices"
	"time"

	"stopdesktops/internal/stop"
)

// Response is what EDS sent back for one call, as it came.
type Response struct {
	Status int
	Header http.Header
	Body   []byte
	Took   time.Duration

	caller *caller
}

// Failure returns the error that the function would read from the response. It is nil for a success.
func (r *Response) Failure(action string) *stop.CallError {
	x := &exchange{connected: true, answered: true, status: r.Status, header: r.Header, body: r.Body}
	if _, failed := x.read(nil); failed != nil {
		return r.caller.explain(named(action, failed), r.Body)
	}
	return nil
}

// askable are the actions that Ask makes: those of the function, and no other.
var askable = []string{"DescribeDesktopInfo", "DescribeDesktops", "ListTagResources", "DescribeClientEvents", "StopDesktops"}

// Ask makes one call with any parameters and returns the response as it came, for an operator who
// compares EDS with what the function assumes. The error is a *stop.CallError if no response came.
// Like StartDesktops it is no method, so it is not in the function's binary.
func Ask(ctx context.Context, s *Session, action, regionID string, given map[string]string) (*Response, error) {
	if !slices.Contains(askable, action) {
		return nil, named(action, notSigned())
	}
	query := parameters{}
	for name, value := range given {
		query[name] = &value // also an empty one
	}
	request, _, err := s.sign(ctx, action, regionID, query)
	if err != nil {
		return nil, named(action, toCallError(err))
	}
	sent := time.Now()
	x := s.client.exchange(request)
	if !x.answered || x.err != nil {
		return nil, named(action, unanswered(x))
	}
	return &Response{Status: x.status, Header: x.header, Body: x.body, Took: time.Since(sent), caller: s.caller}, nil
}
