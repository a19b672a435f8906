package events

// Limits of a request's fields, in characters unless said otherwise.
const (
	maxText           = 256
	maxRawText        = 16 << 10 // bytes, before control and formatting characters are taken out
	maxIdempotencyKey = 128
	maxCallbackUrl    = 2048 // bytes
	maxIdleMinutes    = 30 * 24 * 60
	maxWaitSeconds    = 3600
	maxApprovalToken  = 4096 // bytes
)

// The kinds of days, as a request and a calendar name them.
const (
	Workday = "workday"
	Holiday = "holiday"
)

// Request says which desktops of one account and region a sender asks to stop, and how. Its names are those of the EDS API.
// Marshalled and parsed again it is the same.
//
// Whether it is allowed (regions, Force, the callback's host) is decided elsewhere.
type Request struct {
	Account     string   `json:",omitempty"` // the name of another account; "": the function's own
	RegionId    string   `json:",omitempty"` // the region of the desktops
	DesktopId   []string `json:",omitempty"` // the desktops to stop, in the order asked, without repeats; nil: not given
	StoppedMode string   `json:",omitempty"` // StopCharging, KeepCharging, or "" for the default
	OsUpdate    *bool    `json:",omitempty"` // true installs the patch that EDS has ready for the desktop

	// With both DesktopId and Select a desktop must be in both. One is always set.
	Select  *Select  `json:",omitempty"`
	Exclude *Exclude `json:",omitempty"`

	DryRun      bool `json:",omitempty"` // true plans and stops nothing
	Force       bool `json:",omitempty"` // true also stops desktops that a user is connected to; never together with IdleMinutes
	IdleMinutes int  `json:",omitempty"` // spares desktops that were used within so many minutes; 0: not asked
	WaitSeconds *int `json:",omitempty"` // how many seconds to wait until the desktops are seen Stopped

	On string `json:",omitempty"` // the kind of day that the event must be of: workday, holiday, or "" for any day

	CallbackUrl    string `json:",omitempty"` // where this event's report goes instead of CALLBACK_URL
	Reason         string `json:",omitempty"` // a ticket number or text, cleaned for logs
	RequestedBy    string `json:",omitempty"` // a person or a system, cleaned for logs
	IdempotencyKey string `json:",omitempty"` // the sender's ID for the event
	ApprovalToken  string `json:",omitempty"` // proves that another person approved these desktops and options; a secret until it expires
}

// ParseRequests reads the JSON object payload, which is at path ("$" if it is empty). It returns one request, or
// one for each account and region if the payload names several: they differ in Account and RegionId, and share the
// rest. It refuses whatever it does not fully understand; the error is an [*Error]. Policies (allowed regions, hosts
// and so on) are not its business.
func ParseRequests(payload []byte, path string) ([]Request, error) {
	if path == "" {
		path = "$"
	}
	list, err := parseRequests(payload, path)
	if err != nil {
		return nil, err
	}
	return list, nil
}

// ParseRequest is ParseRequests for a payload that may name one account and one region only.
func ParseRequest(payload []byte, path string) (Request, error) {
	list, err := ParseRequests(payload, path)
	switch {
	case err != nil:
		return Request{}, err
	case len(list) > 1:
		return Request{}, fault(Conflict, path, "names several accounts or regions, and only one of each is taken here: send a request for each")
	}
	return list[0], nil
}

func parseRequests(payload []byte, path string) ([]Request, *Error) {
	v, err := read(payload, place{parent: path}, "is empty: send a request")
	if err != nil {
		return nil, err
	}
	var r Request
	var in places
	given, err := readFields(v, requestFields(&in), &r)
	if err != nil {
		return nil, err
	}
	if r.DesktopId == nil && r.Select == nil {
		return nil, v.fault(NoTarget, "name desktops in DesktopId or choose them with Select")
	}
	if r.ApprovalToken != "" && r.DesktopId == nil {
		return nil, fault(MissingField, path+".DesktopId", "name the approved desktops: an approval is for exactly these")
	}
	if r.Force && r.IdleMinutes > 0 {
		return nil, fault(Conflict, given["IdleMinutes"], "excludes Force: one spares users, the other does not")
	}
	if err := in.fault(r, given); err != nil {
		return nil, err
	}
	return in.each(r), nil
}

// requestFields are those of a request. Its accounts and regions are read into in.
func requestFields(in *places) []field[Request] {
	return []field[Request]{
		{"Account", func(_ *Request, v value) (err *Error) { in.accounts, err = v.accounts(); return }},
		{"RegionId", func(_ *Request, v value) (err *Error) { in.regions, err = v.regions(); return }},
		{"DesktopId", func(r *Request, v value) (err *Error) { r.DesktopId, err = v.desktopIds(); return }},
		{"StoppedMode", func(r *Request, v value) (err *Error) {
			r.StoppedMode, err = v.either("StopCharging", "KeepCharging")
			return
		}},
		{"OsUpdate", func(r *Request, v value) (err *Error) { r.OsUpdate, err = pointer(v.bool()); return }},
		{"Select", func(r *Request, v value) (err *Error) { r.Select, err = readSelect(v); return }},
		{"Exclude", func(r *Request, v value) (err *Error) { r.Exclude, err = readExclude(v); return }},
		{"DryRun", func(r *Request, v value) (err *Error) { r.DryRun, err = v.bool(); return }},
		{"Force", func(r *Request, v value) (err *Error) { r.Force, err = v.literal(); return }},
		{"IdleMinutes", func(r *Request, v value) (err *Error) { r.IdleMinutes, err = v.integer(1, maxIdleMinutes); return }},
		{"WaitSeconds", func(r *Request, v value) (err *Error) {
			r.WaitSeconds, err = pointer(v.integer(0, maxWaitSeconds))
			return
		}},
		{"On", func(r *Request, v value) (err *Error) { r.On, err = v.either(Workday, Holiday); return }},
		{"CallbackUrl", func(r *Request, v value) (err *Error) { r.CallbackUrl, err = v.callbackUrl(); return }},
		{"Reason", func(r *Request, v value) (err *Error) { r.Reason, err = v.note(); return }},
		{"RequestedBy", func(r *Request, v value) (err *Error) { r.RequestedBy, err = v.note(); return }},
		{"IdempotencyKey", func(r *Request, v value) (err *Error) { r.IdempotencyKey, err = v.idempotencyKey(); return }},
		{"ApprovalToken", func(r *Request, v value) (err *Error) { r.ApprovalToken, err = approvalToken(v); return }},
	}
}

func pointer[T any](v T, err *Error) (*T, *Error) {
	if err != nil {
		return nil, err
	}
	return &v, nil
}
