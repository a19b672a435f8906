package eds

import (
	"context"
	"crypto/tls"
	"io"
	"net/http"
	"net/http/httptrace"
)

var minimumTLS = &tls.Config{MinVersion: tls.VersionTLS12}

// maxAnswer is the largest answer that is read, in bytes: 100 desktops of DescribeDesktops are 90 KB.
const maxAnswer = 8 << 20

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
	response, err := c.roundTrip(request.WithContext(ctx))
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
