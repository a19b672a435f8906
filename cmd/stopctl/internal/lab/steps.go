package lab

import (
	"net/http"
	"time"

	"stopdesktops/handler"
	"stopdesktops/internal/report"
)

// step of the walk: an event to a new instance of the function and an untouched default fleet.
type step struct {
	title string
	about string
	// The event: a sample in which request stands at the members named, or the request as it is,
	// or an HTTP request with it as its body.
	sample  string
	at      []string
	request string
	http    func(body []byte, now time.Time) http.Header
	// stopsQuickly: desktops need 300 ms to stop, not 20 s, so that the event can wait for it.
	stopsQuickly bool
	want         want
}

// want is what a step is expected to come to.
type want struct {
	desktops  []string // "ID outcome reason", in the order of the reports
	stops     []string // the StopDesktops calls: "StoppedMode ID ID"
	noCalls   bool     // nothing at all is asked of EDS
	callbacks []string // the end of their types
	failure   string   // type of the failure; empty: none
	http      int      // status of an answer over HTTP
	problem   string   // code of the first problem
}

// walk is one event of each kind that differs much from the others.
var walk = []step{
	{
		title:        "Timer",
		about:        "The request is the payload of a timer trigger. It waits to see the desktops stopped.",
		sample:       "timer",
		at:           []string{"payload"},
		request:      `{"DesktopId":["ecd-running1","ecd-running2","ecd-stopped1"],"WaitSeconds":5,"Reason":"evening stop"}`,
		stopsQuickly: true,
		want: want{
			desktops:  []string{"ecd-running1 stopped", "ecd-running2 stopped", "ecd-stopped1 already_stopped"},
			stops:     []string{"StopCharging ecd-running1 ecd-running2"},
			callbacks: []string{"done"},
		},
	},
	{
		title:  "EventBridge · a ticket of your own system",
		about:  "The request is the data of a CloudEvent. Somebody works on the second desktop: it is left alone.",
		sample: "eventbridge-object",
		want: want{
			desktops:  []string{"ecd-running1 accepted", "ecd-connected1 skipped connected"},
			stops:     []string{"StopCharging ecd-running1"},
			callbacks: []string{"accepted"},
		},
	},
	{
		title:  "EventBridge · a batch",
		about:  "Three events in one invocation. The third is no request: it harms no other. Each report goes out when its event is done.",
		sample: "eventbridge-array",
		want: want{
			desktops:  []string{"ecd-running1 accepted", "ecd-unknown1 skipped connection_unknown"},
			stops:     []string{"StopCharging ecd-running1"},
			callbacks: []string{"accepted", "done", "rejected"},
			failure:   handler.StopPartial,
			problem:   "InvalidJSON",
		},
	},
	{
		title:   "Simple Message Queue (MNS) · over EventBridge",
		about:   "A desktop that is just starting is not stopped.",
		sample:  "mns-queue",
		at:      []string{"data", "messageBody"},
		request: `{"RegionId":"cn-hangzhou","DesktopId":["ecd-running2","ecd-starting1"],"OsUpdate":true}`,
		want: want{
			desktops:  []string{"ecd-running2 accepted", "ecd-starting1 skipped state:Starting"},
			stops:     []string{"StopCharging ecd-running2"},
			callbacks: []string{"accepted"},
		},
	},
	{
		title:   "RocketMQ · over EventBridge",
		about:   "What is stopping or stopped already needs no call.",
		sample:  "rocketmq",
		at:      []string{"data", "body"},
		request: `{"DesktopId":["ecd-stopping1","ecd-stopped1","ecd-hibernated1"]}`,
		want: want{
			desktops:  []string{"ecd-stopping1 stopping", "ecd-stopped1 already_stopped", "ecd-hibernated1 already_stopped"},
			callbacks: []string{"accepted"},
		},
	},
	{
		title:        "EventBridge · a schedule",
		about:        "The request is the user data of the schedule. The desktops stay charged.",
		sample:       "scheduled",
		at:           []string{"data", "UserData"},
		request:      `{"DesktopId":["ecd-running3","ecd-running4"],"StoppedMode":"KeepCharging","WaitSeconds":5}`,
		stopsQuickly: true,
		want: want{
			desktops:  []string{"ecd-running3 stopped", "ecd-running4 stopped"},
			stops:     []string{"KeepCharging ecd-running3 ecd-running4"},
			callbacks: []string{"done"},
		},
	},
	{
		title:   "HTTP · a signed webhook",
		about:   "Signed as Standard Webhooks. One of the desktops does not exist: the other is stopped, and the answer says so.",
		request: `{"DesktopId":["ecd-running1","ecd-nosuch1"],"Reason":"INC-42","RequestedBy":"li.wei"}`,
		http:    signed,
		want: want{
			desktops:  []string{"ecd-nosuch1 not_found", "ecd-running1 accepted"},
			stops:     []string{"StopCharging ecd-running1"},
			callbacks: []string{"partial"},
			http:      http.StatusMultiStatus,
			problem:   "DesktopNotFound",
		},
	},
	{
		title:   "HTTP · a wrong signature",
		about:   "A sender without a valid signature is refused: no call, no callback.",
		request: `{"DesktopId":["ecd-running1"]}`,
		http:    forged,
		want:    want{noCalls: true, http: http.StatusUnauthorized, problem: report.CodeUnauthenticated},
	},
	{
		title:   "Direct · invoked by a program or by hand",
		about:   "Names of fields may be written in other ways, and IDs in one string.",
		request: `{"desktop_ids":"ecd-running1, ecd-running2","requested_by":"li.wei"}`,
		want: want{
			desktops:  []string{"ecd-running1 accepted", "ecd-running2 accepted"},
			stops:     []string{"StopCharging ecd-running1 ecd-running2"},
			callbacks: []string{"accepted"},
		},
	},
	{
		title: "Direct · a dry run",
		about: "The plan for all ten desktops. Nothing is stopped.",
		request: `{"DesktopId":["ecd-running1","ecd-running2","ecd-running3","ecd-running4","ecd-connected1","ecd-unknown1",` +
			`"ecd-stopped1","ecd-stopping1","ecd-starting1","ecd-hibernated1"],"DryRun":true}`,
		want: want{
			desktops: []string{
				"ecd-stopping1 stopping", "ecd-connected1 skipped connected", "ecd-unknown1 skipped connection_unknown",
				"ecd-starting1 skipped state:Starting", "ecd-running1 would_stop", "ecd-running2 would_stop",
				"ecd-running3 would_stop", "ecd-running4 would_stop", "ecd-stopped1 already_stopped", "ecd-hibernated1 already_stopped",
			},
			callbacks: []string{"planned"},
		},
	},
	{
		title:   "Direct · a field with a typo",
		about:   "What is not understood is refused as a whole, with the place of the fault.",
		request: `{"DesktopId":["ecd-running1"],"StopedMode":"KeepCharging"}`,
		want: want{
			noCalls:   true,
			callbacks: []string{"rejected"},
			failure:   handler.EventRejected,
			problem:   "UnknownField",
		},
	},
}
