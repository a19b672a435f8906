package events

import (
	"encoding/base64"
	"encoding/json"
	"net/url"
	"time"
)

// MaxHTTPBody is the largest body of an HTTP request that is decoded, in bytes. A stranger can send 32 MB,
// and each copy of that counts where the function has 128 MB.
const MaxHTTPBody = 256 << 10

// HTTPRequest is what the HTTP trigger delivered. Nothing in it is authenticated.
// Members that are missing or of an odd type are zero.
type HTTPRequest struct {
	Method    string
	Path      string            // decoded
	RawPath   string            // as in the URL
	Header    map[string]string // names as they came; FC joins repeated headers with commas
	Query     map[string]string // decoded; repeated parameters joined with commas
	Body      []byte            // decoded if it came in base64
	TooLarge  bool              // the body is larger than MaxHTTPBody, and Body is nil
	Time      time.Time         // when it arrived at FC, in UTC
	RequestID string
	SourceIP  string
}

// Get returns a header, whatever the case of its name.
func (r *HTTPRequest) Get(name string) string {
	if v, ok := r.Header[name]; ok {
		return v
	}
	name = lower(name)
	for n, v := range r.Header {
		if lower(n) == name {
			return v
		}
	}
	return ""
}

func readHTTP(o object) (*HTTPRequest, *Error) {
	for _, name := range []string{"rawPath", "headers", "queryParameters", "requestContext"} {
		if len(o.values[name]) > MaxHTTPBody {
			return nil, o.get(name).fault(TooLarge, "is longer than %d bytes", MaxHTTPBody)
		}
	}
	r := &HTTPRequest{RawPath: o.text("rawPath")}
	if err := r.readContext(o); err != nil {
		return nil, err
	}
	if r.Path == "" {
		if decoded, err := url.PathUnescape(r.RawPath); err == nil {
			r.Path = decoded
		}
	}
	var err *Error
	if r.Header, err = readStrings(o.get("headers"), lower); err != nil {
		return nil, err
	}
	same := func(name string) string { return name }
	if r.Query, err = readStrings(o.get("queryParameters"), same); err != nil {
		return nil, err
	}
	if err = r.readBody(o.get("body"), isTrue(o.values["isBase64Encoded"])); err != nil {
		return nil, err
	}
	return r, nil
}

func (r *HTTPRequest) readContext(o object) *Error {
	context, err := readEnvelope(o.get("requestContext"))
	if err != nil {
		return err
	}
	r.RequestID = context.text("requestId")
	// timeEpoch has milliseconds, time only seconds.
	if r.Time, _ = context.time("timeEpoch"); r.Time.IsZero() {
		r.Time, _ = context.time("time")
	}
	http, err := readEnvelope(context.get("http"))
	if err != nil {
		return err
	}
	r.Method, r.Path, r.SourceIP = http.text("method"), http.text("path"), http.text("sourceIp")
	return nil
}

// readBody decodes the body, unless it is too large.
func (r *HTTPRequest) readBody(body value, encoded bool) *Error {
	b := body.json
	// JSON needs at most six characters for a byte (\u0061), and two quotation marks.
	if r.TooLarge = len(b) > 6*MaxHTTPBody+2; r.TooLarge {
		return nil
	}
	switch {
	case body.kind != '"':
		r.Body = b // a test event written by hand may hold the JSON itself
	case !encoded:
		r.Body = []byte(body.text())
	default:
		var err error
		if r.Body, err = base64.StdEncoding.DecodeString(body.text()); err != nil {
			return body.fault(InvalidValue, "is not base64, though isBase64Encoded says so")
		}
	}
	if r.TooLarge = len(r.Body) > MaxHTTPBody; r.TooLarge {
		r.Body = nil
	}
	return nil
}

func isTrue(b json.RawMessage) bool { return string(b) == "true" || string(b) == `"true"` }

// lower folds ASCII only: header names are ASCII, and Unicode would fold the Kelvin
// sign to k.
func lower(s string) string {
	b := []byte(s)
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	return string(b)
}
