package emulator

import (
	"math/rand/v2"
	"net/http"
	"sync"
	"time"
)

// How [EDS.MixedCalls], [EDS.UnknownIds] and [EDS.UnknownResources] can be set.
const (
	Refuse  = "refuse"  // the whole call is refused
	Partial = "partial" // the rest of the call is done and nothing said
	Omit    = "omit"    // the unknown are left out of the response
)

// How [EDS.NumberedPages] can be set.
const (
	Ignored  = "ignored"  // every page is the first one
	Reversed = "reversed" // the order is the other way round than by token
	Refused  = "refused"  // PageNumber is no parameter
)

// How [EDS.ShowPooled] can be set.
const (
	ByID   = "by-id"
	Always = "always"
)

// EDS emulates Elastic Desktop Service for one account. The zero value is
// ready for use: an empty fleet in cn-hangzhou, the [DefaultCredential] and
// the [OperatorCredential].
// Set the fields before the first request; afterwards use the methods, which
// are safe for concurrent use.
//
// DescribeDesktops filters by DesktopId, OfficeSiteId, DesktopGroupId,
// EndUserId, PolicyGroupId, ResourceGroupId, ChargeType, SubPayType,
// DesktopName (exactly), DesktopStatus, DesktopStatusList, Tag and
// FilterDesktopGroup, whose default hides pooled desktops. It pages by
// NextToken and MaxResults, or by PageNumber and PageSize; both together are
// refused.
type EDS struct {
	Desktops     []Desktop     // the fleet at the beginning; IDs are unique
	Regions      []string      // regions that exist; default: those of the fleet, or DefaultRegion
	ClientEvents []ClientEvent // what users did before the beginning
	Credentials  []Credential  // known identities; default: DefaultCredential and OperatorCredential

	// AccountId of the account, 16 digits; default: DefaultAccountId.
	AccountId string
	// Roles that STS may issue sessions of. A session sees this account only.
	Roles []Role
	// Accounts behind the same endpoint. Who signs decides which of them answers:
	// no account sees the desktops of another. They have no Accounts themselves.
	Accounts []*EDS

	// AllowPermanentKeys lets a Credential without SecurityToken sign.
	AllowPermanentKeys bool

	// Now is the clock for signatures, states and history; default time.Now.
	// Latency and Delay pass on the real clock whatever Now says.
	Now func() time.Time

	// StopTime is how long a stop takes; 0: DefaultStopTime.
	StopTime time.Duration
	// StartTime is how long a start takes; 0: DefaultStartTime.
	StartTime time.Duration
	// VisibleAfter is how long describes show the old state after a stop or a
	// start was accepted, as a service that is only eventually consistent.
	VisibleAfter time.Duration
	// ClientEventDelay is how long an event takes until DescribeClientEvents
	// shows it.
	ClientEventDelay time.Duration

	// MixedCalls says what becomes of a StopDesktops call with an ID that is
	// unknown or not Running among others: Refuse (the default) stops none,
	// Partial stops the Running ones and says nothing. A call in which nothing
	// can be stopped is refused in both.
	MixedCalls string
	// UnknownIds says what DescribeDesktopInfo does with an ID it does not
	// know: Omit (the default) or Refuse.
	UnknownIds string
	// UnknownResources says what ListTagResources does with a ResourceId it does
	// not know: Omit (the default) or Refuse. Neither is documented.
	UnknownResources string
	// StateError is how StopDesktops refuses a desktop that is not Running or
	// is under management, and StartDesktops one that is not Stopped; default
	// 400 IncorrectDesktopStatus. The real code is not published.
	StateError APIError
	// NotFoundError is how an unknown ID is refused; default 404
	// InvalidDesktopId.NotFound. The real code is not published.
	NotFoundError APIError
	// TagsInDescribe fills Tags in the rows of DescribeDesktops, which the real
	// service is reported to leave empty.
	TagsInDescribe bool
	// EmptyList says how a list of nothing is answered, in every action and at
	// every depth: "" as [], "null" as null, "absent" not at all. Which of them
	// the real service does is not documented. EndUserIds has a field of its
	// own: NoEndUserIds.
	EmptyList string
	// NoEndUserIds leaves EndUserIds out of the rows of DescribeDesktops. Its
	// filter by EndUserId works all the same.
	NoEndUserIds bool
	// ShowPooled says when DescribeDesktops lists pooled desktops although
	// FilterDesktopGroup is not given: "" never, ByID where their IDs are given,
	// Always.
	ShowPooled string
	// LargestPage is how many rows DescribeDesktops answers at most, whatever is
	// asked for; 0: as many as asked for.
	LargestPage int
	// NumberedPages says how DescribeDesktops takes PageNumber: "" as documented
	// and in the order of the tokens, Ignored, Reversed or Refused. The
	// documentation does not tell the order.
	NumberedPages string
	// AnyNamespace answers an empty list for a ResourceType that nobody knows,
	// instead of a refusal.
	AnyNamespace bool
	// DateOffset is added to the time that the header Date names.
	DateOffset time.Duration
	// Headers are set in every response, instead of those it would have.
	Headers map[string]string
	// Alter changes the body of a successful response before it is sent, for what
	// no other field can break. It runs while the EDS is locked.
	Alter func(c Call, body map[string]any)
	// Replay answers from a recording and from nothing else: the fleet has no
	// effect. Who signs is checked as always.
	Replay *Recording

	// Latency delays every response; the effect comes first.
	Latency time.Duration
	// ActionLatency replaces Latency for the actions it names.
	ActionLatency map[string]time.Duration
	// Jitter adds up to so much to the latency, at random but repeatable: Seed
	// chooses the sequence.
	Jitter time.Duration
	Seed   uint64

	// MaxQPS is how many calls the account may make in any second, all actions
	// together; more are answered Throttling.User. 0: no limit.
	MaxQPS int
	// Quota is how many calls of each action the account may make in any
	// QuotaWindow; more are answered Throttling.Api. The published quota of most
	// actions is 1,000 in 60 s. The limit is hard: no burst passes it. Refused
	// calls do not count. 0: no limit.
	Quota int
	// ActionQuota replaces Quota for the actions it names.
	ActionQuota map[string]int
	// QuotaWindow is the time that Quota is for; 0: DefaultQuotaWindow.
	QuotaWindow time.Duration
	// ThrottleStatus is the HTTP status of both responses, 429 (default) or 400.
	ThrottleStatus int
	// ThrottleTimeLeft adds the header that says how long to wait.
	ThrottleTimeLeft bool

	// MaxURI is the longest request target in bytes; 0: 16 KiB. A longer one is
	// answered 414.
	MaxURI int

	Faults  []Fault  // what goes wrong
	Changes []Change // what others do to the desktops meanwhile

	once    sync.Once
	mu      sync.Mutex // guards everything below
	store   store
	events  eventLog
	nonces  nonces
	meter   meter
	played  map[string]int // responses of Replay that were given, by call
	faults  []counter      // one per Faults
	changes []counter      // one per Changes
	roles   []*assumable
	issued  map[string]*stsSession // by AccessKeyId
	calls   []*Call
	broken  []string // violations
	rand    *rand.Rand
}

// load turns the exported fields into what is looked up per call.
func (e *EDS) load() {
	e.once.Do(func() {
		e.mu.Lock()
		defer e.mu.Unlock()
		now := e.now()
		e.store = newStore(e.Regions, e.Desktops)
		for _, d := range e.store.byId {
			if d.DesktopStatus == "Stopping" {
				d.beginStop(now, e.stopTime(), 0)
			}
		}
		e.events = newEventLog(e.ClientEvents, now)
		e.nonces = nonces{}
		e.played = map[string]int{}
		e.meter.used = map[string]window{}
		e.faults = make([]counter, len(e.Faults))
		e.changes = make([]counter, len(e.Changes))
		for _, r := range e.Roles {
			e.roles = append(e.roles, &assumable{r, make([]counter, len(r.Faults))})
		}
		e.issued = map[string]*stsSession{}
		e.rand = rand.New(rand.NewPCG(e.Seed, 0))
	})
}

func (e *EDS) now() time.Time {
	if e.Now != nil {
		return e.Now()
	}
	return time.Now()
}

func (e *EDS) stopTime() time.Duration {
	if e.StopTime > 0 {
		return e.StopTime
	}
	return DefaultStopTime
}

func (e *EDS) startTime() time.Duration {
	if e.StartTime > 0 {
		return e.StartTime
	}
	return DefaultStartTime
}

// Desktop is the desktop with this ID as it is now, whatever describes show.
func (e *EDS) Desktop(id string) (Desktop, bool) {
	e.load()
	e.mu.Lock()
	defer e.mu.Unlock()
	d, ok := e.store.byId[id]
	if !ok {
		return Desktop{}, false
	}
	return d.snapshot(e.now()), true
}

// Set changes a desktop as somebody else would: a user connects, an
// administrator starts it. It reports whether the desktop exists. A user who
// connects or disconnects leaves a client event.
func (e *EDS) Set(id string, s State) bool {
	e.load()
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.set(id, s, e.now())
}

// set is Set with e.mu held.
func (e *EDS) set(id string, s State, now time.Time) bool {
	d, ok := e.store.byId[id]
	if !ok {
		return false
	}
	before := d.connection()
	d.set(s)
	if s.DesktopStatus != nil && *s.DesktopStatus == "Stopping" {
		d.beginStop(now, e.stopTime(), 0)
	}
	if s.ConnectionStatus != nil && *s.ConnectionStatus != before {
		e.events.addSession(d, *s.ConnectionStatus, now)
	}
	return true
}

// ServeHTTP answers one call of the API, for the account that signed it.
func (e *EDS) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	account := ownerOf(e, r)
	account.load()
	serve(account, w, r, account.handle)
}

// serve sends what handle decides.
func serve(e *EDS, w http.ResponseWriter, r *http.Request, handle func(*http.Request) (*Call, *reply)) {
	arrived := time.Now()
	call, rep := handle(r)
	rep.overrides = headersOf(e, call.Time)
	delivered := false
	defer func() { // also when deliver drops the connection
		e.mu.Lock()
		defer e.mu.Unlock()
		call.Duration = time.Since(arrived)
		if !delivered && call.Fault == "" {
			call.Status = 0 // the client did not wait
			e.store.tell(call.Stopped, false)
		}
	}()
	rep.deliver(w, r)
	delivered = true
}
