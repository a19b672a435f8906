package emulator

import (
	"encoding/base64"
	"encoding/json"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// httpEvent is what the HTTP trigger of Function Compute 3.0 gives to a
// function of a built-in runtime.
type httpEvent struct {
	Version         string             `json:"version"`
	RawPath         string             `json:"rawPath"`
	Body            string             `json:"body"`
	IsBase64Encoded bool               `json:"isBase64Encoded"`
	Headers         map[string]string  `json:"headers"`
	QueryParameters map[string]string  `json:"queryParameters"`
	RequestContext  httpRequestContext `json:"requestContext"`
}

type httpRequestContext struct {
	AccountId    string          `json:"accountId"`
	DomainName   string          `json:"domainName"`
	DomainPrefix string          `json:"domainPrefix"`
	Http         httpRequestLine `json:"http"`
	RequestId    string          `json:"requestId"`
	Time         string          `json:"time"`
	TimeEpoch    string          `json:"timeEpoch"` // milliseconds, as text
}

type httpRequestLine struct {
	Method    string `json:"method"`
	Path      string `json:"path"` // decoded, unlike rawPath
	Protocol  string `json:"protocol"`
	SourceIp  string `json:"sourceIp"`
	UserAgent string `json:"userAgent"`
}

// HTTPEvent is the event of a request with this method, target (a path with a
// query, or a whole URL), header and body, as the HTTP trigger would build it
// now. It panics if target is not a URL: it is made for tests and commands
// that write the target themselves.
func HTTPEvent(method, target string, header http.Header, body []byte) []byte {
	u, err := url.Parse(target)
	if err != nil {
		panic(err)
	}
	ev := newHTTPEvent(method, u, header, body, false)
	ev.complete(newFCRequestId(), "1000000000000000", u.Host, "127.0.0.1", time.Now())
	return ev.encode()
}

// newHTTPEvent is the part of the event that the request decides.
func newHTTPEvent(method string, u *url.URL, header http.Header, body []byte, forceBase64 bool) *httpEvent {
	ev := &httpEvent{Version: "v1", RawPath: u.EscapedPath(), Headers: map[string]string{}, QueryParameters: map[string]string{}}
	setDefault(&ev.RawPath, "/")
	if forceBase64 || !isText(header.Get("Content-Type"), body) {
		ev.Body, ev.IsBase64Encoded = base64.StdEncoding.EncodeToString(body), true
	} else {
		ev.Body = string(body)
	}
	values := map[string][]string{}
	for name, list := range header {
		name = http.CanonicalHeaderKey(name)
		values[name] = append(values[name], list...)
	}
	for name, list := range values {
		if passedOn(name) {
			ev.Headers[name] = strings.Join(list, ",")
		}
	}
	for name, list := range u.Query() {
		ev.QueryParameters[name] = strings.Join(list, ",")
	}
	path := u.Path
	setDefault(&path, "/")
	ev.RequestContext.Http = httpRequestLine{Method: method, Path: path, Protocol: "HTTP/1.1", UserAgent: header.Get("User-Agent")}
	return ev
}

// complete adds what the platform decides. host names the domain of the
// trigger; the emulator's default takes the place of the *.fcapp.run one.
func (ev *httpEvent) complete(requestId, accountId, host, sourceIp string, now time.Time) {
	setDefault(&host, "emulator.cn-hangzhou.fcapp.run")
	prefix, _, _ := strings.Cut(host, ".")
	c := &ev.RequestContext
	c.RequestId, c.AccountId, c.DomainName, c.DomainPrefix, c.Http.SourceIp = requestId, accountId, host, prefix, sourceIp
	c.Time = now.UTC().Format(time.RFC3339)
	c.TimeEpoch = strconv.FormatInt(now.UnixMilli(), 10)
	if ev.Headers["Host"] == "" {
		ev.Headers["Host"] = host
	}
}

func (ev *httpEvent) encode() []byte {
	b, err := json.Marshal(ev)
	if err != nil {
		panic(err) // strings and booleans only
	}
	return b
}

// passedOn reports whether the function gets to see a request header.
func passedOn(name string) bool {
	switch name {
	case "Connection", "Keep-Alive":
		return false
	}
	return !strings.HasPrefix(name, "X-Fc-")
}

// isText guesses whether the trigger passes the body on as it is. Which types
// count as binary is not documented.
func isText(contentType string, body []byte) bool {
	if !utf8.Valid(body) {
		return false
	}
	t, _, err := mime.ParseMediaType(contentType)
	switch {
	case contentType == "":
		return true
	case err != nil:
		return false
	case strings.HasPrefix(t, "text/"), strings.HasSuffix(t, "+json"), strings.HasSuffix(t, "+xml"):
		return true
	}
	switch t {
	case "application/json", "application/xml", "application/javascript", "application/x-www-form-urlencoded":
		return true
	}
	return false
}
