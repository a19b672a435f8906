package events

import (
	"encoding/base64"
	"encoding/json"
	"net/url"
	"strings"
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

func isHTTP(o object) bool {
	version, _ := scalar(o.get("version"))
	return version == "v1" && hasMember(o.get("requestContext"), "http")
}

func httpEvent(o object, at place) Event {
	e := Event{Kind: HTTP, Path: at.path}
	if e.HTTP, e.Err = readHTTP(o, at.path); e.Err != nil {
		e.HTTP = nil
	}
	return e
}

func readHTTP(o object, path string) (*HTTPRequest, *Error) {
	if err := o.duplicateFault(); err != nil {
		return nil, err
	}
	for _, name := range []string{"rawPath", "headers", "queryParameters", "requestContext"} {
		if len(o.get(name)) > MaxHTTPBody {
			return nil, fault(TooLarge, memberPath(path, name), "is longer than %d bytes", MaxHTTPBody)
		}
	}
	r := &HTTPRequest{RawPath: o.text("rawPath")}
	if err := r.readContext(o.get("requestContext"), memberPath(path, "requestContext")); err != nil {
		return nil, err
	}
	if r.Path == "" {
		if decoded, err := url.PathUnescape(r.RawPath); err == nil {
			r.Path = decoded
		}
	}
	var err *Error
	if r.Header, err = stringMap(o.get("headers"), memberPath(path, "headers"), lower); err != nil {
		return nil, err
	}
	same := func(name string) string { return name }
	if r.Query, err = stringMap(o.get("queryParameters"), memberPath(path, "queryParameters"), same); err != nil {
		return nil, err
	}
	return r, r.readBody(o.get("body"), isTrue(o.get("isBase64Encoded")), memberPath(path, "body"))
}

func (r *HTTPRequest) readContext(b []byte, path string) *Error {
	context, err := readEnvelope(b, path)
	if err != nil {
		return err
	}
	r.RequestID = context.text("requestId")
	// timeEpoch has milliseconds, time only seconds.
	var ok bool
	if r.Time, ok = readTime(context.get("timeEpoch")); !ok {
		r.Time, _ = readTime(context.get("time"))
	}
	http, err := readEnvelope(context.values["http"], memberPath(path, "http"))
	if err != nil {
		return err
	}
	r.Method, r.Path, r.SourceIP = http.text("method"), http.text("path"), http.text("sourceIp")
	return nil
}

// text returns a string member, or "".
func (o object) text(name string) string {
	s, _ := scalar(o.get(name))
	return s
}

// stringMap reads an object of strings. Names that fold to the same are refused:
// which of the two counts would depend on who reads them. Arrays are joined with
// commas; values of other types are left out.
func stringMap(b []byte, path string, fold func(string) string) (map[string]string, *Error) {
	if kindOf(b) != '{' {
		return nil, nil
	}
	result, seen := make(map[string]string), make(map[string]bool)
	for name, value := range members(b) {
		if folded := fold(name); seen[folded] {
			return nil, fault(DuplicateField, path, "holds a name twice") // a stranger's: not repeated
		} else {
			seen[folded] = true
		}
		if len(seen) > maxMembers {
			return nil, fault(TooLarge, path, "has more than %d members", maxMembers)
		}
		if s, ok := joined(value); ok {
			result[name] = s
		}
	}
	return result, nil
}

// joined returns a scalar, or the elements of an array as Function Compute joins the values of a name that came more
// than once: with commas.
func joined(b []byte) (string, bool) {
	var list []json.RawMessage
	if kindOf(b) != '[' || json.Unmarshal(b, &list) != nil || len(list) == 0 {
		return scalar(b)
	}
	texts := make([]string, len(list))
	for i, element := range list {
		texts[i], _ = scalar(element)
	}
	return strings.Join(texts, ","), true
}

// readBody decodes the body, unless it is too large.
func (r *HTTPRequest) readBody(b json.RawMessage, encoded bool, path string) *Error {
	// JSON needs at most six characters for a byte (\u0061), and two quotation marks.
	if r.TooLarge = len(b) > 6*MaxHTTPBody+2; r.TooLarge {
		return nil
	}
	switch {
	case kindOf(b) != '"':
		r.Body = b // a test event written by hand may hold the JSON itself
	case !encoded:
		r.Body = []byte(text(b))
	default:
		var err error
		if r.Body, err = base64.StdEncoding.DecodeString(text(b)); err != nil {
			return fault(InvalidValue, path, "is not base64, though isBase64Encoded says so")
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
