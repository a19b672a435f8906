package eds

import (
	"context"
	"net/http"
	"slices"
	"time"

	"stopdesktops/internal/stop"

	openapiutil "github.com/alibabacloud-go/darabonba-openapi/v2/utils"
	"github.com/alibabacloud-go/tea/dara"

	sdk "github.com/alibabacloud-go/ecd-20200930/v5/client"
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
func Ask(ctx context.Context, s *Session, action, regionID string, parameters map[string]string) (*Response, error) {
	client, _, err := s.sdkClient(ctx, regionID)
	if err != nil {
		return nil, named(action, toCallError(err))
	}
	if !slices.Contains(askable, action) {
		return nil, named(action, notSigned())
	}
	query := map[string]any{"RegionId": regionID}
	for name, value := range parameters {
		query[name] = value
	}
	request := sign(ctx, client, func(ctx context.Context, c *sdk.Client, o *dara.RuntimeOptions) error {
		_, err := c.CallApiWithCtx(ctx, rpc(action, "2020-09-30"), &openapiutil.OpenApiRequest{Query: openapiutil.Query(query)}, o)
		return err
	})
	if request == nil {
		return nil, named(action, notSigned())
	}
	sent := time.Now()
	x := s.client.exchange(request)
	if !x.answered || x.err != nil {
		return nil, named(action, unanswered(x))
	}
	return &Response{Status: x.status, Header: x.header, Body: x.body, Took: time.Since(sent), caller: s.caller}, nil
}
