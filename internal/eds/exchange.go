package eds

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net/http"
	"net/http/httptrace"

	"github.com/alibabacloud-go/tea/dara"
)

var minimumTLS = &tls.Config{MinVersion: tls.VersionTLS12}

// maxAnswer is the largest answer that is read, in bytes: 100 desktops of DescribeDesktops are 90 KB.
const maxAnswer = 8 << 20

// signer is the HTTP client that the SDK uses. It sends nothing: it keeps the request that the SDK
// has built and signed, and ends the SDK's part. What the SDK would do with an answer costs more than
// all the rest, and hides what matters of a failure.
type signer struct{}

var _ dara.HttpClient = signer{}

// errSigned ends the SDK's part of a call.
var errSigned = errors.New("the request is signed")

type signedKey struct{}

// Call takes a request that the SDK has signed.
func (signer) Call(request *http.Request, _ *http.Transport) (*http.Response, error) {
	if signed, ok := request.Context().Value(signedKey{}).(**http.Request); ok {
		*signed = request
	}
	return nil, errSigned
}

// sign lets the SDK build and sign the request of a call: nil if it could not.
//
// It does so in a separate goroutine. For each nonce the SDK has the stack of its goroutine written
// out, and ours is deep: that was a sixth of all that a warm function did.
func sign[C any](ctx context.Context, client C, call func(context.Context, C, *dara.RuntimeOptions) error) *http.Request {
	var signed *http.Request
	var fault any
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer func() { fault = recover() }() // here it would end the process
		growStack()
		_ = call(context.WithValue(ctx, signedKey{}, &signed), client, &dara.RuntimeOptions{})
	}()
	<-done
	if fault != nil {
		panic("the SDK panicked while it signed") // its own words may hold the request
	}
	return signed
}

// growStack makes the stack of a new goroutine as large as the SDK needs, while there is nothing on it to
// copy. Otherwise it would grow several times, at depths where a copy is expensive.
//
//go:noinline
func growStack() (last byte) {
	var room [8 << 10]byte
	for i := range room[:1] {
		last = room[len(room)-1-i]
	}
	return last
}

// exchange is what really went over the wire for one call.
type exchange struct {
	connected bool // a connection was had: from here on the request may have had its effect
	answered  bool
	status    int
	header    http.Header
	body      []byte
	err       error // why there is no answer, or only a part of one
}

// exchange a signed request for its answer.
func (c *Client) exchange(request *http.Request) *exchange {
	x := &exchange{}
	trace := &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { x.connected = true }}
	ctx, cancel := context.WithTimeout(httptrace.WithClientTrace(request.Context(), trace), callTimeout)
	defer cancel()
	response, err := c.http.RoundTrip(request.WithContext(ctx))
	if err != nil {
		x.err = err
		return x
	}
	defer response.Body.Close()
	x.connected, x.answered = true, true
	x.status, x.header = response.StatusCode, response.Header
	x.body, x.err = io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	return x
}
