package emulator

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// What an HTTP trigger lets through, in bytes.
const (
	maxHTTPHeaders = 8 << 10 // of a request, and of a response
	maxHTTPTarget  = 4 << 10 // path and query
)

// An Invoker runs a function: a [Process] or a [Runtime].
type Invoker interface {
	Invoke(ctx context.Context, inv Invocation) (Result, error)
}

// HTTPTrigger is an anonymous HTTP trigger of Function Compute 3.0. Function
// is required; the rest may be empty. A function that fails is answered 502
// with the header X-Fc-Error-Type.
type HTTPTrigger struct {
	Function Invoker
	// Invocation is the pattern of every invocation; Event, RequestID and
	// RetryCount of it are not used.
	Invocation Invocation
	// Methods are the methods of the trigger; empty: all it can have. Another
	// one is answered 405.
	Methods []string
	// ForceBase64 encodes every body, as the trigger does with those it takes
	// for binary.
	ForceBase64 bool
	// DomainName is that of the event; default: the Host of the request.
	DomainName string
	// MaxRetries is how often an asynchronous invocation that failed is tried
	// again, 0 to 3. The default of Function Compute is 3.
	MaxRetries int
	// RetryDelay passes before each retry.
	RetryDelay time.Duration
	// Now is the clock of the events; default time.Now.
	Now func() time.Time

	background sync.WaitGroup
	mu         sync.Mutex
	async      []Result
}

// ServeHTTP invokes the function for one request.
func (t *HTTPTrigger) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	id := newFCRequestId()
	w.Header().Set("X-Fc-Request-Id", id)
	if !t.allowed(r.Method) {
		refuse(w, http.StatusMethodNotAllowed, "MethodNotAllowed", "the trigger does not have the method "+r.Method)
		return
	}
	asynchronous := strings.EqualFold(r.Header.Get("X-Fc-Invocation-Type"), "Async")
	event, err := t.event(r, id, asynchronous)
	if err != nil {
		refuse(w, http.StatusBadRequest, "InvalidArgument", err.Error())
		return
	}
	inv := t.Invocation
	inv.Event, inv.RequestID, inv.RetryCount = event, id, 0
	if asynchronous {
		t.background.Add(1)
		go t.invokeAsync(context.WithoutCancel(r.Context()), inv)
		w.WriteHeader(http.StatusAccepted)
		return
	}
	res, err := t.Function.Invoke(r.Context(), inv)
	if err != nil {
		res.FunctionError = asFunctionError(err)
	}
	if res.FunctionError != nil {
		writeFunctionError(w, res.FunctionError)
		return
	}
	writeResponse(w, res.Payload)
}

func (t *HTTPTrigger) allowed(method string) bool {
	methods := t.Methods
	if methods == nil {
		methods = []string{"GET", "POST", "PUT", "DELETE", "HEAD", "PATCH", "OPTIONS"}
	}
	return slices.Contains(methods, method)
}

// event turns the request into the event, within the trigger's limits.
func (t *HTTPTrigger) event(r *http.Request, id string, asynchronous bool) ([]byte, error) {
	if n := len(r.URL.RequestURI()); n > maxHTTPTarget {
		return nil, fmt.Errorf("path and query have %d bytes; at most %d are allowed", n, maxHTTPTarget)
	}
	if n := headerSize(r.Header); n > maxHTTPHeaders {
		return nil, fmt.Errorf("the headers have %d bytes; at most %d are allowed", n, maxHTTPHeaders)
	}
	limit := MaxEvent
	if asynchronous {
		limit = MaxAsyncEvent
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, int64(limit)+1))
	if err != nil {
		return nil, err
	}
	if len(body) > limit {
		return nil, fmt.Errorf("the body has more than %d bytes", limit)
	}
	ev := newHTTPEvent(r.Method, r.URL, r.Header, body, t.ForceBase64)
	host := t.DomainName
	setDefault(&host, r.Host)
	source, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		source = "127.0.0.1"
	}
	account := t.Invocation.AccountId
	setDefault(&account, "1000000000000000")
	now := time.Now
	if t.Now != nil {
		now = t.Now
	}
	ev.complete(id, account, host, source, now())
	return ev.encode(), nil
}

// headerSize counts names and values.
func headerSize(h http.Header) int {
	n := 0
	for name, values := range h {
		for _, v := range values {
			n += len(name) + len(v)
		}
	}
	return n
}

// refuse writes an error of the platform.
func refuse(w http.ResponseWriter, status int, code, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(map[string]string{"RequestId": w.Header().Get("X-Fc-Request-Id"), "Code": code, "Message": message})
}

// asFunctionError is how the platform shows an instance that gave no response.
func asFunctionError(err error) *FunctionError {
	var exit *ExitError
	if errors.As(err, &exit) {
		return &FunctionError{Type: "FunctionProcessExit", Message: exit.Error()}
	}
	return &FunctionError{Type: "FunctionNotStarted", Message: err.Error()}
}

func writeFunctionError(w http.ResponseWriter, e *FunctionError) {
	w.Header().Set("X-Fc-Error-Type", "UnhandledInvocationError")
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusBadGateway)
	json.NewEncoder(w).Encode(e)
}

// httpResponse is what a function returns to an HTTP trigger. Headers is a
// pointer to tell null from {}.
type httpResponse struct {
	StatusCode      *int               `json:"statusCode"`
	Headers         *map[string]string `json:"headers"`
	IsBase64Encoded bool               `json:"isBase64Encoded"`
	Body            string             `json:"body"`
}

// writeResponse writes what the function returned. What is not a response is
// answered 502, although Function Compute may guess one.
func writeResponse(w http.ResponseWriter, payload []byte) {
	res, body, err := parseResponse(payload)
	if err != nil {
		refuse(w, http.StatusBadGateway, "BadResponse", err.Error())
		return
	}
	for name, value := range *res.Headers {
		if settable(name) {
			w.Header().Set(name, value)
		}
	}
	w.WriteHeader(*res.StatusCode)
	w.Write(body)
}

func parseResponse(payload []byte) (httpResponse, []byte, error) {
	var res httpResponse
	dec := json.NewDecoder(strings.NewReader(string(payload)))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&res); err != nil {
		return res, nil, fmt.Errorf("the function did not return an HTTP response: %w", err)
	}
	switch {
	case res.StatusCode == nil || *res.StatusCode < 200 || *res.StatusCode > 599:
		return res, nil, errors.New("the function returned no statusCode from 200 to 599")
	case res.Headers == nil:
		return res, nil, errors.New("the function returned no headers; an empty object is needed")
	}
	h := http.Header{}
	for name, value := range *res.Headers {
		if name == "" || strings.ContainsAny(name, " :\r\n") || strings.ContainsAny(value, "\r\n\x00") {
			return res, nil, fmt.Errorf("the function returned an impossible header %q", name)
		}
		h.Set(name, value)
	}
	if n := headerSize(h); n > maxHTTPHeaders {
		return res, nil, fmt.Errorf("the response headers have %d bytes; at most %d are allowed", n, maxHTTPHeaders)
	}
	if !res.IsBase64Encoded {
		return res, []byte(res.Body), nil
	}
	body, err := base64.StdEncoding.DecodeString(res.Body)
	return res, body, err
}

// settable reports whether a function may set this response header; the
// platform drops the others without a word.
func settable(name string) bool {
	switch strings.ToLower(name) {
	case "connection", "content-length", "date", "keep-alive", "server", "upgrade":
		return false
	}
	return !strings.HasPrefix(strings.ToLower(name), "x-fc-")
}
