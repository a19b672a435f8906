package emulator

import (
	"cmp"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// An operation is a call whose parameters are understood.
type operation interface {
	// run does it with e.mu held and returns the body of the response, which is
	// encoded after e.mu was released and so must not share memory.
	run(e *EDS, c *Call, now time.Time) (any, *apiError)
}

// actions are the parsers of the actions that are emulated.
var actions = map[string]func(*params) operation{
	"StopDesktops":         parseStop,
	"StartDesktops":        parseStart,
	"DescribeDesktopInfo":  parseInfo,
	"DescribeDesktops":     parseDescribe,
	"ListTagResources":     parseListTags,
	"DescribeClientEvents": parseEvents,
}

// handle does what the request asks for and decides what is sent back. The
// effect is complete when it returns.
func (e *EDS) handle(r *http.Request) (*Call, *reply) {
	body, readErr := io.ReadAll(io.LimitReader(r.Body, 1<<20))

	e.mu.Lock()
	defer e.mu.Unlock()
	now := e.now()
	c, rep := newCall(e, r, now)
	if r.URL.Path == redirectedPath {
		arrived(e, c, rep, r)
		return c, rep
	}
	var op operation
	err := checkRequest(r, body, readErr, cmp.Or(e.MaxURI, 16<<10))
	if err == nil {
		op, err = e.authorize(c, r, body, now)
	}
	if err == nil && op == nil {
		err = &apiError{Status: 404, Code: "InvalidAction.NotFound", Message: "Specified api is not found.", violation: "unknown action"}
	}
	rep.delay = e.latency(c.Action)
	if err != nil {
		e.refuse(c, rep, err)
		return c, rep
	}
	e.perform(c, rep, op, now)
	return c, rep
}

// newCall notes a request, and begins its reply.
func newCall(e *EDS, r *http.Request, now time.Time) (*Call, *reply) {
	c := &Call{Seq: len(e.calls) + 1, Time: now, Action: r.Header.Get("x-acs-action"), Params: r.URL.Query(), RequestId: newRequestId(), AccountId: accountOf(e)}
	c.RegionId = c.Params.Get("RegionId")
	c.DesktopIds = idsOf(c.Params)
	e.calls = append(e.calls, c)
	return c, &reply{requestId: c.RequestId, host: r.Host, emptyList: e.EmptyList}
}

// arrived answers who followed a redirect.
func arrived(e *EDS, c *Call, rep *reply, r *http.Request) {
	e.violate(c, "followed a redirect, with %s", sentSecrets(r))
	rep.body = map[string]string{"RequestId": c.RequestId}
	c.Status = http.StatusOK
}

// perform runs op, unless a fault comes before, and applies the changes that
// others make after it.
func (e *EDS) perform(c *Call, rep *reply, op operation, now time.Time) {
	f := e.matchFault(c)
	if f == nil || f.afterEffect() {
		body, err := op.run(e, c, now)
		if err != nil {
			e.refuse(c, rep, err)
		} else {
			c.Status, rep.body = http.StatusOK, e.altered(c, body)
			if recorded, ok := body.(*recordedAnswer); ok {
				recorded.apply(c, rep)
			}
		}
	}
	if f != nil {
		f.apply(c, rep)
	} else if c.Status == http.StatusOK {
		e.store.tell(c.Stopped, true)
	}
	e.applyChanges(c, now)
}

// altered is the body after Alter.
func (e *EDS) altered(c *Call, body any) any {
	if e.Alter == nil {
		return body
	}
	text, err := json.Marshal(body)
	altered := map[string]any{}
	if err != nil || json.Unmarshal(text, &altered) != nil {
		panic("the bodies are structs of this package")
	}
	e.Alter(*c, altered)
	return altered
}

// refuse makes err the response.
func (e *EDS) refuse(c *Call, rep *reply, err *apiError) {
	c.Status, c.Code = err.Status, err.Code
	rep.status, rep.header, rep.body = err.Status, err.header, err.body(c.RequestId, rep.host)
	if err.violation != "" {
		e.violate(c, "%s", err.violation)
	}
}

// checkRequest checks the shape of the HTTP request. limit is that of its target, in bytes.
func checkRequest(r *http.Request, body []byte, readErr error, limit int) *apiError {
	switch {
	case len(r.RequestURI) > limit:
		return &apiError{Status: 414, Code: "RequestURITooLong", Message: fmt.Sprintf("The request target has %d bytes; at most %d are allowed.", len(r.RequestURI), limit), violation: "request target too long"}
	case r.Method != http.MethodPost:
		return &apiError{Status: 405, Code: "UnsupportedHTTPMethod", Message: "This http method is not supported.", violation: "method " + r.Method}
	case r.URL.Path != "/":
		return &apiError{Status: 404, Code: "InvalidAction.NotFound", Message: "Specified api is not found.", violation: "path " + r.URL.Path}
	case readErr != nil:
		return errParameter("the body cannot be read: %v", readErr)
	case len(body) > 0:
		return errParameter("parameters belong into the query; the body has %d bytes", len(body))
	}
	if _, err := url.ParseQuery(r.URL.RawQuery); err != nil {
		return errParameter("the query cannot be read: %v", err)
	}
	return nil
}

// authorize checks who calls, whether they may, how often, and with what.
func (e *EDS) authorize(c *Call, r *http.Request, body []byte, now time.Time) (operation, *apiError) {
	cred, err := identify(e, c, r, body, now)
	if err != nil {
		return nil, err
	}
	if v := r.Header.Get("x-acs-version"); v != apiVersion {
		return nil, &apiError{Status: 400, Code: "InvalidVersion", Message: "Specified parameter Version is not valid.", violation: "version " + v}
	}
	parse := actions[c.Action]
	if parse == nil {
		return nil, nil
	}
	if cred.denies(c.Action) {
		return nil, errDenied(cred, accountOf(e), c.Action)
	}
	if err := e.meter.admit(e, c.Action, now); err != nil {
		return nil, err
	}
	if e.Replay != nil {
		return replay{}, nil
	}
	p := newParams(c.Params)
	region := p.required("RegionId")
	if _, ok := e.store.regions[region]; p.err == nil && !ok {
		p.fail(errRegion(region))
	}
	op := parse(p)
	return op, p.finish()
}

// identify checks who signed the request, and that it comes for the first time.
func identify(e *EDS, c *Call, r *http.Request, body []byte, now time.Time) (*Credential, *apiError) {
	cred, err := keysOf(e).authenticate(r, body, now)
	if cred != nil {
		c.AccessKeyId = cred.AccessKeyId
	}
	if err == nil {
		err = e.nonces.use(r.Header.Get("x-acs-signature-nonce"), now)
	}
	return cred, err
}

// latency is how late this response is.
func (e *EDS) latency(action string) time.Duration {
	d, ok := e.ActionLatency[action]
	if !ok {
		d = e.Latency
	}
	if e.Jitter > 0 {
		d += time.Duration(e.rand.Int64N(int64(e.Jitter)))
	}
	return d
}

// newRequestId looks like the service's: an upper-case UUID.
func newRequestId() string {
	var b [16]byte
	rand.Read(b[:])
	return strings.ToUpper(fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:]))
}

// sentSecrets names the credential headers a request carries.
func sentSecrets(r *http.Request) string {
	var names []string
	for _, name := range []string{"Authorization", "X-Acs-Security-Token", "X-Acs-Accesskey-Id"} {
		if r.Header.Get(name) != "" {
			names = append(names, strings.ToLower(name))
		}
	}
	if names == nil {
		return "no credential"
	}
	return strings.Join(names, ", ")
}
