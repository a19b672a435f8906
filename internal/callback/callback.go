// Package callback delivers reports: each as a CloudEvent in JSON, signed as Standard Webhooks
// wants it. What becomes of a delivery never changes what was done to a desktop.
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
	"net/url"
	"strconv"
	"time"

	"github.com/cenkalti/backoff/v5"

	"stopdesktops/handler"
	"stopdesktops/internal/secret"
	"stopdesktops/internal/webhook"
)

// Options of a Sender.
type Options struct {
	// URL to deliver to. It may hold a token of its own and is a secret.
	URL secret.String
	// Keys sign each delivery; several while they are exchanged; none: no signature.
	Keys []webhook.Key
	// Source of the CloudEvents: the function's name.
	Source string
	// Timeout of one try.
	Timeout time.Duration
	// MaxDesktops named in one delivery, problems first.
	MaxDesktops int
	// Dial makes the connections; nil for TCP.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
}

// Sender delivers reports to one destination. It implements handler.Callback and is safe for
// concurrent use.
type Sender struct {
	options Options
	client  *http.Client
}

// New makes a Sender. Errors do not show the URL.
func New(o Options) (*Sender, error) {
	if err := checkURL(o.URL.Reveal()); err != nil {
		return nil, err
	}
	return &Sender{options: o, client: newClient(o)}, nil
}

func checkURL(text string) error {
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Hostname() == "" || u.User != nil:
		return errors.New("must be https://host/path, without user and password")
	case u.Scheme == "http" && !loopback(u.Hostname()):
		return errors.New("may be http:// on loopback only: use https://")
	case u.Scheme != "http" && u.Scheme != "https":
		return errors.New("must begin with https://")
	}
	return nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// newClient uses no proxy of the environment and follows no redirect: a report goes to the
// configured host or nowhere. It keeps no connections: minutes or days lie between two reports.
func newClient(o Options) *http.Client {
	dial := o.Dial
	if dial == nil {
		dial = (&net.Dialer{Timeout: 3 * time.Second}).DialContext
	}
	return &http.Client{
		Transport: &http.Transport{
			DialContext:         dial,
			TLSHandshakeTimeout: 5 * time.Second,
			TLSClientConfig:     &tls.Config{MinVersion: tls.VersionTLS12},
			DisableKeepAlives:   true,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// maxTries of one delivery.
const maxTries = 3

// maxAnswer is how much of an answer is read, to be thrown away.
const maxAnswer = 64 << 10

// maxPause is the longest that a receiver can ask us to wait, in seconds: more than any invocation
// has, and no more than a Duration holds.
const maxPause = 24 * 60 * 60

// cloudEvent is CloudEvents 1.0 in JSON.
type cloudEvent struct {
	SpecVersion     string         `json:"specversion"`
	ID              string         `json:"id"`
	Source          string         `json:"source"`
	Type            string         `json:"type"`
	Subject         string         `json:"subject,omitempty"`
	Time            time.Time      `json:"time"`
	DataContentType string         `json:"datacontenttype"`
	Data            handler.Report `json:"data"`
}

// Deliver sends a report, and tries again after what may pass: no answer, 429 and 5xx. The ID is
// the same over the tries, so that a receiver can tell a second try from a second report.
func (s *Sender) Deliver(ctx context.Context, report handler.Report) handler.CallbackResult {
	id := "msg_" + rand.Text()
	body, err := json.Marshal(cloudEvent{
		SpecVersion:     "1.0",
		ID:              id,
		Source:          s.options.Source,
		Type:            "com.aliyun.ecd.desktops.stop." + string(report.Status),
		Subject:         report.EventId,
		Time:            time.Now().UTC().Truncate(time.Millisecond),
		DataContentType: "application/json",
		Data:            truncate(report, s.options.MaxDesktops),
	})
	if err != nil {
		return handler.CallbackResult{Status: handler.CallbackFailed, Code: handler.CodeInternal}
	}
	pause := backoff.NewExponentialBackOff()
	for attempt := 1; ; attempt++ {
		again, asked, code := s.try(ctx, id, body)
		switch {
		case code == "":
			return handler.CallbackResult{Status: handler.CallbackDelivered, Attempts: attempt}
		case !again || attempt == maxTries || !sleep(ctx, max(pause.NextBackOff(), asked)):
			return handler.CallbackResult{Status: handler.CallbackFailed, Attempts: attempt, Code: code}
		}
	}
}

// truncate a report to so many desktops: they are in order, problems first.
func truncate(report handler.Report, limit int) handler.Report {
	if extra := len(report.Desktops) - limit; extra > 0 {
		report.Desktops, report.Truncated = report.Desktops[:limit], extra
	}
	return report
}

// try sends the body once. An empty code is success; again says whether another try may help, and
// asked how long the receiver wants us to wait. Codes name no address: whoever reads the report
// need not know where names of the function's network lead.
func (s *Sender) try(ctx context.Context, id string, body []byte) (again bool, asked time.Duration, code string) {
	ctx, cancel := context.WithTimeout(ctx, s.tryTime(ctx))
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, s.options.URL.Reveal(), bytes.NewReader(body))
	if err != nil {
		return false, 0, "invalid_url"
	}
	request.Header = webhook.Sign(s.options.Keys, id, time.Now(), body)
	request.Header.Set("Content-Type", "application/cloudevents+json; charset=utf-8")
	request.Header.Set("User-Agent", "stop-desktops")
	response, err := s.client.Do(request)
	if err != nil {
		return true, 0, failureCode(err)
	}
	defer response.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(response.Body, maxAnswer))
	status := response.StatusCode
	if status >= 200 && status < 300 {
		return false, 0, ""
	}
	seconds, _ := strconv.Atoi(response.Header.Get("Retry-After"))
	again = status == http.StatusTooManyRequests || status >= 500
	return again, time.Duration(min(seconds, maxPause)) * time.Second, fmt.Sprintf("http_%d", status)
}

// tryTime is the timeout of one try, and at most half of the time left.
func (s *Sender) tryTime(ctx context.Context) time.Duration {
	if deadline, ok := ctx.Deadline(); ok {
		return min(s.options.Timeout, time.Until(deadline)/2)
	}
	return s.options.Timeout
}

func failureCode(err error) string {
	var timeout net.Error
	if errors.Is(err, context.DeadlineExceeded) || errors.As(err, &timeout) && timeout.Timeout() {
		return "timeout"
	}
	return "unreachable"
}

// sleep for d, unless there is not that much time left.
func sleep(ctx context.Context, d time.Duration) bool {
	if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) <= d {
		return false
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
