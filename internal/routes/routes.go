package routes

import (
	"encoding/json"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"go.yaml.in/yaml/v3"

	"stopdesktops/events"
	"stopdesktops/internal/callback"
	"stopdesktops/internal/secret"
	"stopdesktops/internal/setting"
	"stopdesktops/internal/webhook"
)

// Table is what the routes file says.
type Table struct {
	http   map[string]*Route
	events map[eventKey]*Route
	// List has every route, in the order of the file.
	List []*Route
}

type eventKey struct{ source, kind string }

// Route is one way in, as the file says it.
type Route struct {
	Name   string // the path, or the source and the type
	Scheme string // empty: it is for events
	// Verifier authenticates by Scheme; nil if the secrets are not looked up.
	Verifier    *webhook.Verifier
	Async       bool
	CloudEvents bool
	Approves    []string      // names of the routes whose plans its requests approve
	Mapping     *Mapping      // nil: what comes in is the request
	Window      time.Duration // how far the time that Mapping finds may be from the clock

	// What its requests may ask for.
	Accounts     []string // names of other accounts; empty: the function's own account
	Regions      []string // empty: what the configuration allows
	StoppedModes []string // likewise
	AllowForce   bool
	MaxDesktops  int // 0: not limited here
	MaxBatch     int // likewise

	// Callback is where its reports go; nil: where those of the function go.
	Callback *callback.Destination
	// OwnURL says that Callback goes to a place that only this route names.
	OwnURL bool
	// Dedicated says that Callback is for the receiver of this route alone. What goes to a destination that
	// an event names is written and signed as for the whole function.
	Dedicated bool
}

// HTTP returns the route of a path, or nil. any says whether there are HTTP routes.
func (t *Table) HTTP(path string) (route *Route, any bool) { return t.http[path], len(t.http) > 0 }

// Event returns the route of a source and a type, or else that of the source with any type, or nil. any
// says whether there are routes for events.
func (t *Table) Event(source, eventType string) (route *Route, any bool) {
	route = t.events[eventKey{source, eventType}]
	if route == nil {
		route = t.events[eventKey{source, ""}]
	}
	return route, len(t.events) > 0
}

// Options of Read.
type Options struct {
	// Lookup finds an environment variable. nil: the secrets are not read.
	Lookup func(name string) (value string, set bool)
	// Limits that no route may widen; nil: they are not known.
	Limits *Limits
	// Callback is what the function has, and a route that says nothing else; nil: it is not known.
	Callback *callback.Settings
	// CallbackHosts are those that an event may name.
	CallbackHosts []string
	// Folder of the skeletons of messages that routes name.
	Folder string
}

// Limits of the whole function.
type Limits struct {
	Accounts    []string // that have a role
	Regions     []string
	AllowForce  bool
	MaxDesktops int
}

// Read the routes that the text of a file says. The error joins one for each fault, with name, line
// and path. None of them shows a secret.
func Read(name, text string, o Options) (*Table, error) {
	f := file{reader: reader{name: name}, Options: o, table: &Table{http: map[string]*Route{}, events: map[eventKey]*Route{}}}
	if doc, ok := f.document(text); ok {
		f.object(doc, map[string]func(at){
			"http":   func(a at) { f.list(a, f.httpRoute) },
			"events": func(a at) { f.list(a, f.eventRoute) },
		})
		if len(f.table.List) == 0 && len(f.faults) == 0 {
			f.fault(doc, "holds no routes: take the file away, or write one")
		}
		f.gatewayAlone(doc)
		f.checkApproves()
	}
	if err := f.err(); err != nil {
		return nil, err
	}
	return f.table, nil
}

// gatewayAlone: one trigger either checks callers itself or is open to all. Beside a route that checks
// them here, one that leaves it to the trigger would let in everybody.
func (f *file) gatewayAlone(doc at) {
	checked := func(e *Route) bool { return e.Scheme != "" && e.Scheme != webhook.Gateway }
	for _, e := range f.table.List {
		if e.Scheme == webhook.Gateway && slices.ContainsFunc(f.table.List, checked) {
			f.fault(doc, "route %s has scheme gateway, which needs a trigger that checks every caller; the other schemes need an open one: make them two functions", e.Name)
		}
	}
}

// file being read.
type file struct {
	reader
	Options
	table    *Table
	approves []approving
}

// common are the members of every route.
func (f *file) common(route *Route, m *Mapping) map[string]func(at) {
	return map[string]func(at){
		"when":     func(a at) { f.list(a, func(a at) { f.condition(a, m) }) },
		"request":  func(a at) { f.request(a, m) },
		"allow":    func(a at) { f.allow(a, route) },
		"callback": func(a at) { f.callback(a, route) },
	}
}

func (f *file) httpRoute(a at) {
	route, m := &Route{}, &Mapping{}
	var timed *at
	members := f.common(route, m)
	members["path"] = func(a at) { f.path(a, route) }
	members["auth"] = func(a at) { f.auth(a, route) }
	members["async"] = func(a at) { f.bool(a, &route.Async) }
	members["approves"] = func(a at) { f.approving(a, route) }
	members["cloudevents"] = func(a at) { f.bool(a, &route.CloudEvents) }
	members["time"] = func(a at) { timed = &a; f.time(a, route, m) }
	seen := f.object(a, members)
	for _, name := range []string{"path", "auth"} {
		if !seen[name] && a.resolve().node.Content != nil {
			f.fault(a, "needs %s", name)
		}
	}
	if timed != nil && route.Scheme != "" {
		switch {
		case !webhook.Signs(route.Scheme):
			f.fault(*timed, "needs a scheme that signs the body; %s does not", route.Scheme)
		case webhook.Timed(route.Scheme):
			f.fault(*timed, "is not needed: scheme %s signs a time itself", route.Scheme)
		}
	}
	if timed != nil && !seen["request"] {
		f.fault(*timed, "needs request beside it: without one the body is itself a request, which has no place for a time")
	}
	f.finish(route, m)
	f.table.List = append(f.table.List, route)
}

func (f *file) eventRoute(a at) {
	route, m := &Route{}, &Mapping{}
	var key eventKey
	members := f.common(route, m)
	members["source"] = func(a at) { f.textOf(setting.Name, a, &key.source) }
	members["type"] = func(a at) { f.textOf(setting.Name, a, &key.kind) }
	seen := f.object(a, members)
	if !seen["source"] && a.resolve().node.Content != nil {
		f.fault(a, "needs source")
	}
	if key.source != "" && f.table.events[key] != nil {
		f.fault(a, "repeats the source and type of a route above")
	}
	route.Name = strings.TrimSpace(key.source + " " + key.kind)
	f.finish(route, m)
	f.table.events[key] = route
	f.table.List = append(f.table.List, route)
}

// finish a route whose members are read.
func (f *file) finish(route *Route, m *Mapping) {
	if m.fields != nil || m.conditions != nil || m.time != nil {
		route.Mapping = m
	}
}

func (f *file) path(a at, route *Route) {
	var text string
	if !f.text(a, &text) {
		return
	}
	switch {
	case !strings.HasPrefix(text, "/") || path.Clean(text) != text || strings.ContainsAny(text, "?#% \t"):
		f.fault(a, "must be a path such as /jira: no query, no %%, no / at the end")
	case f.table.http[text] != nil:
		f.fault(a, "is the path of a route above")
	}
	route.Name = text
	f.table.http[text] = route
}

var (
	variableName = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]*$`) })
	headerName   = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[A-Za-z0-9-]+$`) })
)

// auth reads how a route authenticates.
func (f *file) auth(a at, route *Route) {
	o := webhook.Options{}
	secretsAt, headerAt := a, a
	var named []at
	seen := f.object(a, map[string]func(at){
		"scheme":  func(a at) { f.text(a, &o.Scheme) },
		"secrets": func(a at) { secretsAt = a; f.list(a, func(a at) { named = append(named, a) }) },
		"header":  func(a at) { headerAt = a; f.text(a, &o.Header) },
	})
	if o.Scheme == "" {
		if !seen["scheme"] {
			f.fault(a, "needs a scheme: %s", strings.Join(webhook.Schemes, ", "))
		}
		return
	}
	if !slices.Contains(webhook.Schemes, o.Scheme) {
		f.fault(a, "scheme must be one of %s", strings.Join(webhook.Schemes, ", "))
		return
	}
	route.Scheme = o.Scheme
	if _, free := webhook.HeaderOf(o.Scheme); o.Header != "" && !free {
		f.fault(headerAt, "is fixed for scheme %s: leave it out", o.Scheme)
	} else if o.Header != "" && !headerName().MatchString(o.Header) {
		f.fault(headerAt, "is not the name of a header")
	}
	before := len(f.faults)
	for _, n := range named {
		o.Secrets = append(o.Secrets, f.secrets(n)...)
	}
	switch {
	case o.Scheme == webhook.Gateway && len(named) > 0:
		f.fault(secretsAt, "scheme gateway checks nothing itself and takes no secrets")
	case o.Scheme != webhook.Gateway && len(named) == 0:
		f.fault(secretsAt, "needs secrets: the names of the environment variables that hold them")
	case f.Lookup != nil && len(f.faults) == before:
		verifier, err := webhook.New(o)
		if err != nil {
			f.fault(secretsAt, "%s", strings.ReplaceAll(err.Error(), "\n", ", "))
			break
		}
		route.Verifier = verifier
	}
}

// secrets that a variable holds, separated by commas.
func (f *file) secrets(a at) []secret.String {
	value, ok := f.variable(a)
	if !ok {
		return nil
	}
	if err := setting.Secret.CheckList(value); err != nil {
		f.fault(a, "names an environment variable that %s", err)
		return nil
	}
	var all []secret.String
	for text := range strings.SplitSeq(value, ",") {
		all = append(all, secret.New(strings.TrimSpace(text)))
	}
	return all
}

// variable is the value of the environment variable that is named here. Its name is not repeated:
// a person who writes the secret itself into the file would find it in the log.
func (f *file) variable(a at) (value string, ok bool) {
	var name string
	switch {
	case !f.text(a, &name):
	case !variableName().MatchString(name):
		f.fault(a, "must be the name of an environment variable, not the secret itself")
	case f.Lookup != nil:
		value, _ = f.Lookup(name)
		if setting.Empty(value) {
			f.fault(a, "names an environment variable that is not set")
			return "", false
		}
		return value, true
	}
	return "", false
}

// maxWindow of a time in a body.
const maxWindow = 7 * 24 * time.Hour

func (f *file) time(a at, route *Route, m *Mapping) {
	route.Window = webhook.Window
	seen := f.object(a, map[string]func(at){
		"path": func(a at) {
			if q, ok := f.query(a, true); ok {
				m.time = &q
			}
		},
		"window": func(a at) {
			var text string
			if !f.text(a, &text) {
				return
			}
			window, err := time.ParseDuration(text)
			if err != nil || window < time.Minute || window > maxWindow {
				f.fault(a, "must be a duration from 1m to %s", maxWindow)
				return
			}
			route.Window = window
		},
	})
	if !seen["path"] {
		f.fault(a, "needs path")
	}
}

// query reads a JSONPath.
func (f *file) query(a at, single bool) (query, bool) {
	var text string
	if !f.text(a, &text) {
		return query{}, false
	}
	q, err := compile(text)
	switch {
	case err != nil:
		f.fault(a, "%s", err)
		return q, false
	case single && !q.singular:
		f.fault(a, "can find more than one value; here only one can be used")
		return q, false
	}
	return q, true
}

func (f *file) condition(a at, m *Mapping) {
	var c condition
	ok := false
	values := func(a at) { f.list(a, func(a at) { f.conditionValue(a, &c) }) }
	seen := f.object(a, map[string]func(at){
		"path":  func(a at) { c.path, ok = f.query(a, false) },
		"is":    values,
		"isNot": func(a at) { c.isNot = true; values(a) },
	})
	if !seen["path"] {
		f.fault(a, "needs path")
	}
	if seen["is"] == seen["isNot"] {
		f.fault(a, "needs either is or isNot")
	}
	if ok {
		m.conditions = append(m.conditions, c)
	}
}

func (f *file) conditionValue(a at, c *condition) {
	v, good := f.constant(a)
	if !good {
		return
	}
	text, isScalar := scalar(v)
	if !isScalar {
		f.fault(a, "must be a text, a number, true or false")
		return
	}
	if err := setting.Text.Check(text); err != nil {
		f.fault(a, "%s", err)
	}
	c.values = append(c.values, text)
}

// constant reads any value as JSON would have it.
func (f *file) constant(a at) (any, bool) {
	a = a.resolve()
	var v any
	if err := a.node.Decode(&v); err != nil || v == nil {
		f.fault(a, "must be a value")
		return nil, false
	}
	raw, err := json.Marshal(v)
	if err != nil {
		f.fault(a, "is not a value that JSON knows")
		return nil, false
	}
	doc, err := events.Document(raw, "$")
	return doc, err == nil
}

// request reads the mapping of the fields.
func (f *file) request(a at, m *Mapping) {
	members := map[string]func(at){}
	for name, kind := range kinds {
		members[name] = func(a at) {
			if fd, ok := f.field(a, name, kind); ok {
				m.fields = append(m.fields, fd)
			}
		}
	}
	seen := f.object(a, members)
	target := false
	for name := range seen {
		target = target || name == "DesktopId" || strings.HasPrefix(name, "Select.")
	}
	if seen["Select.All"] && slices.ContainsFunc(m.fields, func(f field) bool { return strings.HasPrefix(f.name, "Select.") && f.name != "Select.All" }) {
		f.fault(a, "asks for all desktops, and yet for some of them: leave out Select.All, or the others")
	}
	if !target {
		f.fault(a, "names no desktops: neither DesktopId nor anything of Select")
	}
	slices.SortFunc(m.fields, func(a, b field) int { return strings.Compare(a.name, b.name) })
}

// field reads how one field is filled: a path, or an object that says more.
func (f *file) field(a at, name string, k kind) (field, bool) {
	fd, before := field{name: name, kind: k}, len(f.faults)
	if n := a.resolve().node; n.Value != "" && !strings.HasPrefix(n.Value, "$") {
		f.fault(a, "must be a JSONPath; a constant is written {value: …}")
		return fd, false
	}
	if a.resolve().node.Value != "" {
		f.paths(a, &fd)
	} else {
		seen := f.object(a, map[string]func(at){
			"path":     func(a at) { f.list(a, func(a at) { f.paths(a, &fd) }) },
			"join":     func(a at) { f.join(a, &fd) },
			"value":    func(a at) { fd.constant = f.probed(a, name) },
			"default":  func(a at) { fd.fallback = f.probed(a, name) },
			"optional": func(a at) { f.bool(a, &fd.optional) },
		})
		switch {
		case seen["join"] && len(seen) > 1:
			f.fault(a, "joins its paths, so join must be its only member")
		case !seen["join"] && seen["path"] == seen["value"]:
			f.fault(a, "needs either path or value")
		case seen["value"] && (seen["default"] || seen["optional"]):
			f.fault(a, "is a constant, which needs neither default nor optional")
		case seen["default"] && fd.optional:
			f.fault(a, "has a default, so it is not optional")
		}
	}
	if k == constantOnly && len(fd.paths) > 0 {
		f.fault(a, "may only be a constant: {value: …}")
	}
	return fd, len(f.faults) == before
}

func (f *file) paths(a at, fd *field) {
	if q, ok := f.query(a, fd.kind != listOfTexts && fd.kind != listOfUsers); ok {
		fd.paths = append(fd.paths, q)
	}
}

// join reads the paths whose texts together are the ID of an event.
func (f *file) join(a at, fd *field) {
	if fd.name != "IdempotencyKey" {
		f.fault(a, "is for IdempotencyKey only")
		return
	}
	f.list(a, func(a at) {
		if q, ok := f.query(a, true); ok {
			fd.join = append(fd.join, q)
		}
	})
	if a.resolve().node.Kind != yaml.SequenceNode || len(a.resolve().node.Content) == 1 {
		f.fault(a, "must be a list of two paths or more, such as [$.issue.key, $.changelog.id]")
	}
}

// probed reads a constant, and checks that a request with it can be read.
func (f *file) probed(a at, name string) json.RawMessage {
	v, ok := f.constant(a)
	if !ok {
		return nil
	}
	raw, err := json.Marshal(v)
	if err != nil {
		return nil
	}
	probe := fmt.Sprintf(`{"DesktopId":["ecd-probe"],%q:%s}`, name, raw)
	if outer, inner, nested := strings.Cut(name, "."); nested {
		probe = fmt.Sprintf(`{"DesktopId":["ecd-probe"],%q:{%q:%s}}`, outer, inner, raw)
	}
	switch name {
	case "Account", "RegionId": // several of them go without IDs
		probe = fmt.Sprintf(`{"Select":{"All":true},%q:%s}`, name, raw)
	case "DesktopId":
		probe = fmt.Sprintf(`{%q:%s}`, name, raw)
	}
	if _, err := events.ParseRequests([]byte(probe), ""); err != nil {
		f.fault(a, "%s", err.(*events.Error).Message)
		return nil
	}
	return raw
}

// allow reads what may be asked for. More than the configuration allows is a fault: the person who writes it
// believes in it.
func (f *file) allow(a at, route *Route) {
	var accountsAt, regionsAt, forceAt, mostAt at
	f.object(a, map[string]func(at){
		"accounts": func(a at) { accountsAt = a; f.texts(a, &route.Accounts) },
		"regions":  func(a at) { regionsAt = a; f.texts(a, &route.Regions) },
		"modes": func(a at) {
			f.texts(a, &route.StoppedModes)
			for _, mode := range route.StoppedModes {
				if mode != "StopCharging" && mode != "KeepCharging" {
					f.fault(a, "must be StopCharging or KeepCharging, or both")
				}
			}
		},
		"force":       func(a at) { forceAt = a; f.bool(a, &route.AllowForce) },
		"maxDesktops": func(a at) { mostAt = a; f.number(a, &route.MaxDesktops) },
		"batch":       func(a at) { f.number(a, &route.MaxBatch) },
	})
	for _, account := range route.Accounts {
		switch {
		case !events.ValidAccount(account):
			f.fault(accountsAt, "holds something that is not the name of an account, such as prod; ARNs are set in ACCOUNTS only")
		case f.Limits != nil && !slices.Contains(f.Limits.Accounts, account):
			f.fault(accountsAt, "holds an account that is not among ACCOUNTS")
		}
	}
	for _, region := range route.Regions {
		switch {
		case !events.ValidRegionId(region):
			f.fault(regionsAt, "holds something that is not a region ID such as cn-hangzhou")
		case f.Limits != nil && !slices.Contains(f.Limits.Regions, region):
			f.fault(regionsAt, "holds a region that is not among ALLOWED_REGIONS")
		}
	}
	if f.Limits == nil {
		return
	}
	if route.AllowForce && !f.Limits.AllowForce {
		f.fault(forceAt, "is allowed here, but ALLOW_FORCE is not set")
	}
	if route.MaxDesktops > f.Limits.MaxDesktops {
		f.fault(mostAt, "is more than MAX_DESKTOPS")
	}
}
