package emulator

import (
	"cmp"
	"io"
	"net/http"
	"path"
	"slices"
	"strings"
	"sync"
	"time"
)

// Receiver is the endpoint of somebody who gets callbacks. It checks each
// delivery as a careful receiver would: a CloudEvent 1.0 in structured mode,
// signed as Standard Webhooks, sent by POST. One that fails a check is
// answered 400 or 401 and kept with the reason. The zero value answers 200,
// and has no secret: it checks no signature, and each delivery says so.
type Receiver struct {
	// Secrets are those a signature may be made with, each whsec_ and base64 of
	// 24 to 64 bytes; several during a rotation.
	Secrets []string
	// Tolerance is how far webhook-timestamp may be from Now; 0: 5 minutes.
	Tolerance time.Duration
	// Types are the CloudEvents types that are expected; empty: any.
	Types []string
	// MaxBody is the largest body in bytes, answered 413 beyond; 0: 1 MiB.
	MaxBody int64
	// Answers are given to the deliveries that pass the checks, the nth to the
	// nth request; when they are used up, 200.
	Answers []Answer
	// RedirectTo answers every delivery 307 to this URL, which a careful sender
	// does not follow.
	RedirectTo string
	// Robot makes it a robot of a chat system, such as RobotDingTalk, that takes
	// messages instead of CloudEvents; Secrets are then those of the robot's sign.
	// A URL whose path ends in /dingtalk, /feishu, /wecom, /slack or /custom is
	// such a robot in any case, and one that checks no sign.
	Robot string
	// Now is the clock; default time.Now.
	Now func() time.Time

	mu         sync.Mutex
	deliveries []*Delivery
}

// An Answer is a scripted response of a [Receiver].
type Answer struct {
	Status   int           // 0: 200
	Header   http.Header   // such as Retry-After
	Delay    time.Duration // before anything is sent
	Body     string
	BodySize int  // send so many bytes of filler instead of Body
	Drop     bool // close the connection without a response
}

// A Delivery is one request to a [Receiver].
type Delivery struct {
	ID          string // webhook-id
	Time        time.Time
	Status      int // answered; 0: the connection was dropped
	Header      http.Header
	Body        []byte
	Event       *CloudEvent // nil if the body is none
	SignatureOK bool        // checked with a secret, and right
	Duplicate   bool        // an earlier delivery had the same ID, or the same source and id
	Err         string      // what is wrong, or was not checked; empty when all is well

	reply string // of a robot
}

// Deliveries is every request so far, in the order of arrival.
func (rc *Receiver) Deliveries() []Delivery {
	rc.mu.Lock()
	defer rc.mu.Unlock()
	list := make([]Delivery, len(rc.deliveries))
	for i, d := range rc.deliveries {
		list[i] = *d
		list[i].Header = d.Header.Clone()
		list[i].Body = slices.Clone(d.Body)
	}
	return list
}

// ServeHTTP takes one delivery.
func (rc *Receiver) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	limit := rc.MaxBody
	if limit <= 0 {
		limit = 1 << 20
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, limit+1))
	now := time.Now()
	if rc.Now != nil {
		now = rc.Now()
	}
	d := &Delivery{ID: r.Header.Get("Webhook-Id"), Time: now, Header: r.Header.Clone(), Body: body}
	switch {
	case err != nil:
		d.Status, d.Err = http.StatusBadRequest, "the body cannot be read: "+err.Error()
	case int64(len(body)) > limit:
		d.Status, d.Err = http.StatusRequestEntityTooLarge, "the body is too large"
	case r.Method != http.MethodPost:
		d.Status, d.Err = http.StatusMethodNotAllowed, "the method is "+r.Method
	case robots[path.Base(r.URL.Path)].took != "":
		rc.checkRobot(d, path.Base(r.URL.Path), nil, r.URL.Query(), now)
	case rc.Robot != "":
		rc.checkRobot(d, rc.Robot, rc.Secrets, r.URL.Query(), now)
	default:
		rc.check(d)
	}
	answer := rc.keep(d)
	answer.send(w, r)
}

// check fills in what the delivery is and what is wrong with it. The signature
// comes first: nothing is decoded that is not authentic.
func (rc *Receiver) check(d *Delivery) {
	var problems []string
	if err := rc.verify(d); err != nil {
		d.Status = http.StatusUnauthorized
		problems = append(problems, err.Error())
	} else if len(rc.Secrets) == 0 {
		problems = append(problems, "no secret is configured: the signature was not checked")
	} else {
		d.SignatureOK = true
	}
	ev, err := parseCloudEvent(d.Header.Get("Content-Type"), d.Body, rc.Types)
	if err != nil {
		problems = append(problems, err.Error())
		if d.Status == 0 {
			d.Status = http.StatusBadRequest
		}
	} else {
		d.Event = ev
	}
	d.Err = strings.Join(problems, "; ")
}

// keep adds the delivery to the history and decides how it is answered.
func (rc *Receiver) keep(d *Delivery) Answer {
	rc.mu.Lock()
	defer rc.mu.Unlock()
	for _, earlier := range rc.deliveries {
		sameID := d.ID != "" && earlier.ID == d.ID
		sameEvent := d.Event != nil && earlier.Event != nil && earlier.Event.Source == d.Event.Source && earlier.Event.ID == d.Event.ID
		d.Duplicate = d.Duplicate || sameID || sameEvent
	}
	n := len(rc.deliveries)
	rc.deliveries = append(rc.deliveries, d)
	if d.Status != 0 {
		return Answer{Status: d.Status, Body: cmp.Or(d.reply, d.Err)}
	}
	a := Answer{Body: d.reply}
	switch {
	case rc.RedirectTo != "":
		a = Answer{Status: http.StatusTemporaryRedirect, Header: http.Header{"Location": {rc.RedirectTo}}}
	case n < len(rc.Answers):
		a = rc.Answers[n]
	}
	if a.Status == 0 {
		a.Status = http.StatusOK
	}
	if d.Status = a.Status; a.Drop {
		d.Status = 0
	}
	return a
}

// send writes the response, or closes the connection.
func (a Answer) send(w http.ResponseWriter, r *http.Request) {
	if !sleep(r.Context(), a.Delay) || a.Drop {
		panic(http.ErrAbortHandler)
	}
	for name, values := range a.Header {
		w.Header()[http.CanonicalHeaderKey(name)] = values
	}
	w.WriteHeader(a.Status)
	if a.BodySize == 0 {
		io.WriteString(w, a.Body)
		return
	}
	filler := strings.Repeat("x", 32<<10)
	for left := a.BodySize; left > 0; left -= len(filler) {
		if _, err := io.WriteString(w, filler[:min(left, len(filler))]); err != nil {
			return // the sender has had enough, as it should
		}
	}
}
