package eds

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net/http"
	"net/http/httptrace"
	"strings"

	"github.com/alibabacloud-go/tea/dara"
)

var minimumTLS = &tls.Config{MinVersion: tls.VersionTLS12}

// maxAnswer is the largest answer that is read, in bytes: 100 desktops of DescribeDesktops are 90 KB.
const maxAnswer = 8 << 20

// exchange is what really went over the wire for one call. It travels in the context of the call,
// through the SDK, to the sender.
type exchange struct {
	connected bool // a connection was had: from here on the request may have had its effect
	answered  bool
	status    int
	header    http.Header
	body      []byte
	err       error // why there is no answer, or only a part of one
}

type exchangeKey struct{}

func withExchange(ctx context.Context) (context.Context, *exchange) {
	x := &exchange{}
	return context.WithValue(ctx, exchangeKey{}, x), x
}

// sender is the HTTP client that the SDK uses. It keeps the answer in the call's exchange and hands
// an empty one to the SDK.
type sender struct{ client *http.Client }

var _ dara.HttpClient = sender{}

var errNoExchange = errors.New("the call was not made through this package")

// Call sends a request that the SDK has signed. The transport that the SDK offers is not used.
func (s sender) Call(request *http.Request, _ *http.Transport) (*http.Response, error) {
	x, ok := request.Context().Value(exchangeKey{}).(*exchange)
	if !ok {
		return nil, errNoExchange
	}
	trace := &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { x.connected = true }}
	response, err := s.client.Do(request.WithContext(httptrace.WithClientTrace(request.Context(), trace)))
	if err != nil {
		x.err = err
		return nil, err
	}
	defer response.Body.Close()
	x.connected, x.answered = true, true
	x.status, x.header = response.StatusCode, response.Header
	x.body, x.err = io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	return &http.Response{
		Status:     http.StatusText(http.StatusOK),
		StatusCode: http.StatusOK,
		Header:     http.Header{},
		Body:       io.NopCloser(strings.NewReader("{}")),
		Request:    request,
	}, nil
}
