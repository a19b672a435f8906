// Package callback delivers reports: each as a CloudEvent in JSON, signed as Standard Webhooks
// wants it, or as a message for people from a skeleton. The result of a delivery never changes what was done to a desktop.
package callback

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"time"

	"github.com/cenkalti/backoff/v5"

	"stopdesktops/internal/clock"
	"stopdesktops/internal/report"
	"stopdesktops/internal/secret"
	"stopdesktops/internal/webhook"
)

// Options of a Sender.
type Options struct {
	// Destination of the reports, unless their event names another.
	Destination *Destination
	// Named says how reports are written and signed that go to a destination that an event names. nil: as
	// for Destination.
	Named *Destination
	// AllowedHosts are those that an event may name; none: no event may.
	AllowedHosts []string
	// Source of the CloudEvents: the function's name.
	Source string
	// Timeout of one attempt.
	Timeout time.Duration
	// MaxDesktops named in one delivery, problems first.
	MaxDesktops int
	// Silent sends nothing. Which destinations an event may name is checked all the same.
	Silent bool

	// Dial makes the connections; nil for TCP.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	// Lookup asks DNS for the destinations of events; nil for the system's resolver.
	Lookup func(ctx context.Context, host string) ([]netip.Addr, error)
	// TLS has the certificates to trust; nil for the system's.
	TLS *tls.Config
}

// Sender delivers reports. It is a handler.Callback and is safe for concurrent use.
type Sender struct {
	options Options
	trusted *http.Client // for the configured destination
	guarded *http.Client // for those that events name
}

// Faults of Options, by the variable that they come from. They do not show a secret.
type Faults map[string]error

func (f Faults) add(variable string, err error) {
	if err != nil {
		f[variable] = err
	}
}

// New makes a Sender. Without faults they are nil.
func New(o Options) (*Sender, Faults) {
	faults := Faults{}
	faults.add("CALLBACK_ALLOWED_HOSTS", checkHosts(o.AllowedHosts))
	if len(faults) > 0 {
		return nil, faults
	}
	if o.Named == nil {
		o.Named = o.Destination
	}
	if o.Dial == nil {
		o.Dial = (&net.Dialer{Timeout: 3 * time.Second}).DialContext
	}
	if o.Lookup == nil {
		o.Lookup = lookup
	}
	return &Sender{
		options: o,
		trusted: newClient(o.Dial, o.TLS),
		guarded: newClient(guarded(o.Lookup, o.Dial), o.TLS),
	}, nil
}

// maxTries of one delivery.
const maxTries = 3

// maxResponse is how much of a response is read, in bytes.
const maxResponse = 64 << 10

// maxPause is the longest that a receiver can ask us to wait, in seconds: more than any invocation
// has, and no more than a Duration holds.
const maxPause = 24 * 60 * 60

// ReportType begins the type of the CloudEvent of each report; its status follows.
const ReportType = "com.aliyun.ecd.desktops.stop."

// cloudEvent is CloudEvents 1.0 in JSON.
type cloudEvent struct {
	SpecVersion     string        `json:"specversion"`
	ID              string        `json:"id"`
	Source          string        `json:"source"`
	Type            string        `json:"type"`
	Subject         string        `json:"subject,omitempty"`
	Time            time.Time     `json:"time"`
	DataContentType string        `json:"datacontenttype"`
	Traceparent     string        `json:"traceparent,omitempty"` // extension Distributed Tracing
	Data            report.Report `json:"data"`
}

// Admit says whether an event may name a destination; the error is for its sender.
func (s *Sender) Admit(url string) error {
	_, err := s.parseNamed(url)
	return err
}

// minLeft is the time below which no attempt is begun.
const minLeft = 50 * time.Millisecond

// Deliver sends a report to the URL that its event names, or to the configured one if that is empty.
// Without a destination, or if the destination does not take the report, the result is empty.
func (s *Sender) Deliver(ctx context.Context, to string, rep report.Report) report.CallbackResult {
	d, wanted := s.delivery(to, rep)
	if !wanted {
		return report.CallbackResult{}
	}
	result := s.send(ctx, d)
	if d.url != nil {
		result.Host = d.url.Hostname()
	}
	return result
}

// delivery is one report on its way to one destination.
type delivery struct {
	id     string
	to     *Destination // whose format and keys hold
	url    *url.URL     // nil: it is not one that reports may go to
	client *http.Client
	event  []byte         // CloudEvents
	text   map[string]any // a message for people
	robot  secret.String  // signs for the robot; empty: nothing is signed
	trace  string         // the report's Traceparent
}

func (s *Sender) delivery(to string, rep report.Report) (d delivery, wanted bool) {
	configured := s.options.Destination
	switch {
	case s.options.Silent:
		return d, false
	case to != "":
		url, err := s.parseNamed(to)
		if err != nil {
			return d, true
		}
		d.to, d.client, d.url = s.options.Named, s.guarded, url
	case configured.url.Empty() || configured.On == Problems && rep.Status.Succeeded():
		return d, false
	default:
		d.to, d.client, d.url, d.robot = configured, s.trusted, configured.parsed(), configured.RobotSecret
	}
	d.id, d.trace = "msg_"+rand.Text(), rep.Traceparent
	if f := d.to.format; f.forPeople() {
		d.text = f.message(s.options.Source, rep)
	} else {
		d.event = s.cloudEvent(d.id, rep)
	}
	return d, true
}

func (s *Sender) cloudEvent(id string, rep report.Report) []byte {
	body, _ := json.Marshal(cloudEvent{
		SpecVersion:     "1.0",
		ID:              id,
		Source:          s.options.Source,
		Type:            ReportType + string(rep.Status),
		Subject:         rep.EventId,
		Time:            time.Now().UTC().Truncate(time.Millisecond),
		DataContentType: "application/json",
		Traceparent:     rep.Traceparent,
		Data:            truncate(rep, s.options.MaxDesktops),
	})
	return body
}

// send tries again after a fault that may pass: no response, 429 and 5xx. All attempts have the same ID,
// so that a receiver can tell a second attempt from a second report.
func (s *Sender) send(ctx context.Context, d delivery) report.CallbackResult {
	if d.url == nil {
		return report.CallbackResult{Status: report.CallbackFailed, Code: "refused"}
	}
	if timeLeft(ctx) < minLeft {
		return report.CallbackResult{Status: report.CallbackNotAttempted, Code: "deadline"}
	}
	pause := backoff.NewExponentialBackOff()
	for attempt := 1; ; attempt++ {
		again, asked, code := s.attempt(ctx, d)
		switch {
		case code == "":
			return report.CallbackResult{Status: report.CallbackDelivered, Attempts: attempt}
		case !again || attempt == maxTries || !pauseFor(ctx, max(pause.NextBackOff(), asked)):
			return report.CallbackResult{Status: report.CallbackFailed, Attempts: attempt, Code: code}
		}
	}
}

// truncate a report to so many desktops: they are in order, problems first. One that is sent again may
// have been cut before.
func truncate(rep report.Report, limit int) report.Report {
	if extra := len(rep.Desktops) - limit; extra > 0 {
		rep.Desktops = rep.Desktops[:limit]
		rep.Truncated += extra
	}
	if rep.Truncated > 0 {
		rep.ApprovalToken = "" // who approves must see the whole list
	}
	return rep
}

// attempt sends the body once. An empty code is success; again says whether another attempt may help, and
// asked how long the receiver asks to wait. Codes name no address: a person who reads the report
// need not know where names of the function's network lead.
func (s *Sender) attempt(ctx context.Context, d delivery) (again bool, asked time.Duration, code string) {
	ctx, cancel := context.WithTimeout(ctx, s.attemptTime(ctx))
	defer cancel()
	request, err := s.request(ctx, d, time.Now())
	if err != nil {
		return false, 0, report.CodeInternal
	}
	response, err := d.client.Do(request)
	if err != nil {
		return !errors.Is(err, errRefused), 0, failureCode(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, maxResponse))
	status := response.StatusCode
	switch ok := status >= 200 && status < 300; {
	case ok && d.to.format.respondsInBody() && err != nil:
		return true, 0, failureCode(err)
	case ok && d.to.format.respondsInBody():
		again, code = d.to.format.robotResponse(body)
		return again, 0, code
	case ok:
		return false, 0, ""
	}
	seconds, _ := strconv.Atoi(response.Header.Get("Retry-After"))
	again = status == http.StatusTooManyRequests || status >= 500
	return again, time.Duration(min(seconds, maxPause)) * time.Second, fmt.Sprintf("http_%d", status)
}

// request of one attempt, signed for the time now.
func (s *Sender) request(ctx context.Context, d delivery, now time.Time) (*http.Request, error) {
	to, body, kind := d.url, d.event, "application/cloudevents+json; charset=utf-8"
	if d.text != nil {
		text := d.text
		switch {
		case d.robot.Empty():
		case d.to.format.platform == dingTalk:
			to = dingTalkURL(to, d.robot, now)
		case d.to.format.platform == feishu:
			text = feishuMessage(text, d.robot, now)
		}
		var err error
		if body, err = json.Marshal(text); err != nil {
			return nil, err
		}
		kind = "application/json; charset=utf-8"
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, to.String(), bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header = webhook.Sign(d.to.Keys, d.id, now, body)
	request.Header.Set("Content-Type", kind)
	request.Header.Set("User-Agent", "stop-desktops")
	if d.trace != "" { // passed on as it came: this program makes no spans
		request.Header.Set("Traceparent", d.trace)
	}
	return request, nil
}

// attemptTime is the timeout of one attempt, and at most half of the time left.
func (s *Sender) attemptTime(ctx context.Context) time.Duration {
	return min(s.options.Timeout, timeLeft(ctx)/2)
}

func timeLeft(ctx context.Context) time.Duration {
	if ctx.Err() != nil {
		return 0
	}
	if deadline, ok := ctx.Deadline(); ok {
		return time.Until(deadline)
	}
	return maxPause * time.Second
}

func failureCode(err error) string {
	var timeout net.Error
	if errors.Is(err, errRefused) {
		return "refused"
	}
	if errors.Is(err, context.DeadlineExceeded) || errors.As(err, &timeout) && timeout.Timeout() {
		return "timeout"
	}
	return "unreachable"
}

// pauseFor waits for d. It returns false, at once, if there is not that much time left.
func pauseFor(ctx context.Context, d time.Duration) bool {
	return timeLeft(ctx) > d && clock.Sleep(ctx, d)
}
