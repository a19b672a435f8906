package test

import (
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.yaml.in/yaml/v3"
	"golang.org/x/tools/txtar"

	"stopdesktops/handler"
	"stopdesktops/internal/compose"
	"stopdesktops/internal/config"
	"stopdesktops/internal/emulator"
	"stopdesktops/internal/pipes"
	"stopdesktops/internal/report"
	"stopdesktops/internal/secret"
	"stopdesktops/schema/schematest"
)

var update = flag.Bool("update", false, "rewrite what the scenarios want with what they get")

// scenarioTime is when every scenario begins.
var scenarioTime = time.Date(2026, time.November, 22, 20, 0, 0, 0, time.UTC)

const callbackSecret = "whsec_ZmFrZS1zZWNyZXQtb2YtYS1jYWxsYmFjay1yZWNlaXZlcg=="

// TestScenarios runs testdata/scenarios/*.txtar: each says in plain words what it shows, then
//
//	env            the function's variables, NAME=value lines        (optional)
//	fleet.yaml     the desktops, faults and changes, as for stopctl  (optional: the default fleet)
//	invocation     RetryCount, Timeout (such as 60s)                 (optional)
//	routes.yaml    the routes file                                   (optional)
//	calendar.txt   the calendar, which env names as CALENDAR_FILE    (optional)
//	http.yaml      what a system sends over HTTP, and how it signs it: see httpRequest
//	event.json     what comes in; event2.json, … come after it to the same instance
//	approve.json   an approval: its token is {{approve}} in events; approve2.json, … see scenarioApproval
//	callback.yaml  the receiver's Answers                            (optional)
//	want           what came out: status, desktops, calls, callback
//
// In events {{now}}, {{now-10m}}, {{now+1h}} stand for times, {{nowms}} for milliseconds since 1970. The whole function runs, with the real
// EDS SDK over the emulator, on a clock that jumps: a scenario of ten minutes takes milliseconds.
func TestScenarios(t *testing.T) {
	trusted() // outside of every bubble
	files, err := filepath.Glob("testdata/scenarios/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scenarios: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			t.Parallel()
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var got string
			synctest.Test(t, func(t *testing.T) { got = newScenario(t, archive).run() })
			if *update {
				setSection(archive, "want", got)
				if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if want := section(archive, "want"); got != want {
				t.Errorf("%s\n-- want --\n%s-- got --\n%s", archive.Comment, want, got)
			}
		})
	}
}

// TestCallbackTakesTheReserve: a receiver that never answers costs the reserve, here 6 of 60 seconds,
// and not the time that happens to be left.
func TestCallbackTakesTheReserve(t *testing.T) {
	trusted()
	archive, err := txtar.ParseFile("testdata/scenarios/callback-stalls.txtar")
	if err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		s := newScenario(t, archive)
		begin := time.Now()
		s.invoke("event.json", []byte(expand(section(archive, "event.json"))))
		if took := time.Since(begin); took < 3*time.Second || took > 7*time.Second {
			t.Errorf("took %v", took)
		}
	})
}

func section(a *txtar.Archive, name string) string {
	for _, f := range a.Files {
		if f.Name == name {
			return string(f.Data)
		}
	}
	return ""
}

func setSection(a *txtar.Archive, name, data string) {
	a.Files = slices.DeleteFunc(a.Files, func(f txtar.File) bool { return f.Name == name })
	a.Files = append(a.Files, txtar.File{Name: name, Data: []byte(data)})
}

// scenario is one file being run.
type scenario struct {
	t        *testing.T
	archive  *txtar.Archive
	eds      *emulator.EDS
	receiver *emulator.Receiver
	robot    *emulator.Receiver // of another team, at localhost:3: the platform is in section robot
	handler  *handler.Handler
	tokens   map[string]string // by the name of the section that approves, or minted1, …
	minted   int               // tokens that the function made
	log      bytes.Buffer
	shown    strings.Builder // everything, for the search for secrets
	out      strings.Builder

	sent struct { // the last HTTP request
		header http.Header
		body   []byte
		event  []byte
	}

	invocations int
	retry       int // of the platform; the file's RetryCount comes first
}

func newScenario(t *testing.T, archive *txtar.Archive) *scenario {
	time.Sleep(time.Until(scenarioTime))
	s := &scenario{t: t, archive: archive, receiver: &emulator.Receiver{Secrets: []string{callbackSecret}}}
	fleet := emulator.DefaultFleet()
	if text := section(archive, "fleet.yaml"); text != "" {
		var err error
		if fleet, err = emulator.LoadFleet(strings.NewReader(text)); err != nil {
			t.Fatalf("fleet.yaml: %v", err)
		}
	}
	s.eds = fleet.EDS()
	for _, account := range s.eds.All() {
		account.Latency = cmp.Or(account.Latency, 50*time.Millisecond)
	}
	if text := section(archive, "callback.yaml"); text != "" {
		if err := yaml.Unmarshal([]byte(text), &s.receiver.Answers); err != nil {
			t.Fatalf("callback.yaml: %v", err)
		}
	}
	code := t.TempDir()
	for _, name := range []string{"routes.yaml", "calendar.txt"} {
		if text := section(archive, name); text != "" {
			if err := os.WriteFile(filepath.Join(code, name), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	environ := append([]string{
		"FC_REGION=cn-hangzhou", "FC_FUNCTION_NAME=stop-desktops", "FC_FUNC_CODE_PATH=" + code,
		"EDS_ENDPOINT=http://localhost:1", "STS_ENDPOINT=http://localhost:4", "CALLBACK_URL=http://localhost:2/callback", "CALLBACK_SECRET=" + callbackSecret,
	}, strings.Split(section(archive, "env"), "\n")...)
	c, faults := config.Read(environ)
	s.becomeRobot(c)
	s.robot = &emulator.Receiver{Robot: strings.TrimSpace(section(archive, "robot")), Secrets: []string{robotSecret}}
	if s.robot.Robot == "" { // the route's program takes CloudEvents
		s.robot.Secrets = []string{callbackSecret}
	}
	dial := network(t, map[string]http.Handler{"localhost:1": s.eds, "localhost:4": s.eds.STS(), "localhost:2": s.receiver, "localhost:3": s.robot, namedAddress: s.receiver})
	s.approve()
	s.handler = compose.Handler(c, faults, compose.Outside{Log: &s.log, Version: "devel", Dial: dial, Lookup: lookup, TLS: trusted()})
	return s
}

// becomeRobot makes the receiver the robot that takes messages of the configured format.
func (s *scenario) becomeRobot(c config.Config) {
	robot, _, _ := strings.Cut(c.CallbackFormat, "-")
	if robot == "cloudevents" {
		return
	}
	s.receiver.Robot, s.receiver.Secrets = robot, nil
	for _, key := range c.CallbackSecrets {
		s.receiver.Secrets = append(s.receiver.Secrets, key.Reveal())
	}
}

// robotSecret signs for the robot of the other team.
const robotSecret = "fake-secret-of-a-robot"

// namedAddress is that of example.com, which an event may name as its CallbackUrl.
const namedAddress = "8.8.8.8:443"

// lookup is the DNS of the scenarios: inside.example.com leads into the network.
func lookup(_ context.Context, host string) ([]netip.Addr, error) {
	switch host {
	case "example.com":
		return []netip.Addr{netip.MustParseAddr("8.8.8.8")}, nil
	case "inside.example.com":
		return []netip.Addr{netip.MustParseAddr("100.100.100.200")}, nil
	}
	return nil, errors.New("no such host")
}

// certificate for example.com that httptest has, and trusted, which believes it.
var certificate = sync.OnceValue(func() *tls.Config {
	server := httptest.NewTLSServer(nil)
	defer server.Close()
	return &tls.Config{Certificates: server.TLS.Certificates}
})

var trusted = sync.OnceValue(func() *tls.Config {
	leaf, err := x509.ParseCertificate(certificate().Certificates[0].Certificate[0])
	if err != nil {
		panic(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(leaf)
	return &tls.Config{RootCAs: pool}
})

// network serves handlers over pipes, which a fake clock can see through.
func network(t *testing.T, handlers map[string]http.Handler) func(context.Context, string, string) (net.Conn, error) {
	listeners := map[string]*pipes.Listener{}
	for address, h := range handlers {
		l := pipes.Listen()
		server := &http.Server{Handler: h, ErrorLog: nil}
		if strings.HasSuffix(address, ":443") {
			server.TLSConfig = certificate().Clone() // a server changes its own
			go func() { _ = server.ServeTLS(l, "", "") }()
		} else {
			go func() { _ = server.Serve(l) }()
		}
		t.Cleanup(func() { _ = server.Close() })
		listeners[address] = l
	}
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		l, ok := listeners[address]
		if !ok {
			return nil, fmt.Errorf("nobody listens on %s", address)
		}
		return l.Dial(ctx, network, address)
	}
}

// run feeds the events and returns what is to be compared.
func (s *scenario) run() string {
	for _, f := range s.archive.Files {
		switch {
		case strings.HasPrefix(f.Name, "event"):
			s.invoke(f.Name, []byte(s.withTokens(expand(string(f.Data)))))
		case strings.HasPrefix(f.Name, "http"):
			s.invoke(f.Name, s.overHTTP(f.Name, string(f.Data)))
			s.retry = 0
		}
	}
	time.Sleep(10 * time.Second) // TLS connections that are closed from both ends say so for 5 seconds
	for _, account := range s.eds.All() {
		for _, v := range account.Violations() {
			fmt.Fprintf(&s.out, "VIOLATION: %s\n", v)
		}
	}
	s.checkLeaks()
	return s.out.String()
}

func (s *scenario) invoke(name string, event []byte) {
	before, delivered, robots := s.calls(), len(s.receiver.Deliveries()), len(s.robot.Deliveries())
	s.invocations++
	inv, ctx, cancel := s.invocation()
	defer cancel()
	s.log.Reset()
	answer, err := s.handler.Handle(ctx, inv, event)
	s.show(answer, err)
	if ctx.Err() != nil {
		s.t.Error("the answer came after the deadline")
	}

	fmt.Fprintf(&s.out, "%s\n", strings.TrimSuffix(strings.TrimSuffix(name, ".json"), ".yaml"))
	if h, ok := answer.(handler.HTTPResponse); ok {
		fmt.Fprintf(&s.out, "  http %d %s%s\n", h.StatusCode, h.Headers["Content-Type"], s.tokenText([]byte(h.Body)))
		if strings.Contains(h.Headers["Content-Type"], "problem") {
			fmt.Fprintf(&s.out, "  %s\n", h.Body)
		}
		s.silent(h)
	}
	s.valid(answer)
	var failure *handler.Failure
	if errors.As(err, &failure) {
		fmt.Fprintf(&s.out, "  function error %s\n", failure.Type)
	}
	for _, rep := range s.logged() {
		describe(&s.out, rep)
	}
	for _, c := range summarize(after(before, s.calls())) {
		fmt.Fprintf(&s.out, "  call %s\n", c)
	}
	for _, d := range s.receiver.Deliveries()[delivered:] {
		if d.Event != nil {
			s.validReport(d.Event.Data)
		}
	}
	s.out.WriteString(s.callbacks("callback", s.receiver.Deliveries()[delivered:]))
	s.out.WriteString(s.callbacks("robot", s.robot.Deliveries()[robots:]))
	s.out.WriteString(s.results())
}

// callbacks that arrived somewhere: those of a batch go out side by side, in no order.
func (s *scenario) callbacks(where string, tries []emulator.Delivery) string {
	var lines []string
	ids := map[string]bool{}
	for _, d := range tries {
		lines = append(lines, fmt.Sprintf("  %s %d %s%s\n", where, d.Status, eventType(d), s.tokenText(d.Body)))
		ids[d.ID] = true
	}
	slices.Sort(lines)
	if len(lines) > few {
		return fmt.Sprintf("  more than %d callbacks\n", few)
	}
	if len(lines) > len(ids) {
		lines = append(lines, fmt.Sprintf("  in %d tries with %d ID\n", len(tries), len(ids)))
	}
	return strings.Join(lines, "")
}

// valid checks each report of a response against the schema of reports.
func (s *scenario) valid(answer any) {
	text, err := json.Marshal(answer)
	if h, ok := answer.(handler.HTTPResponse); ok {
		text = []byte(h.Body)
		if h.Headers["Content-Type"] != "application/json" {
			return // no report: it is empty, or a problem document
		}
	}
	var batch struct{ Reports []json.RawMessage }
	if err != nil || json.Unmarshal(text, &batch) != nil {
		s.t.Errorf("the response is not JSON: %s, %v", text, err)
	}
	switch {
	case string(text) == "null": // there is an error instead
	case batch.Reports == nil:
		s.validReport(text)
	default:
		for _, one := range batch.Reports {
			s.validReport(one)
		}
	}
}

// validReport reads a report, and checks it against its schema.
func (s *scenario) validReport(text []byte) report.Report {
	s.t.Helper()
	var rep report.Report
	if err := errors.Join(json.Unmarshal(text, &rep), schematest.Check("report", text)); err != nil {
		s.t.Errorf("%.300s: %v", text, err)
	}
	return rep
}

// results of the deliveries, as the log has them: those that failed, and those that an event named.
func (s *scenario) results() string {
	seen := map[string]bool{} // how many of them there are is left to random pauses
	for line := range strings.Lines(s.log.String()) {
		var l struct {
			Msg      string
			Host     string
			Callback report.CallbackResult
		}
		if json.Unmarshal([]byte(line), &l) == nil && l.Msg == "callback" && (l.Callback.Status != report.CallbackDelivered || l.Host != "localhost") {
			seen[fmt.Sprintf("%s at %s", strings.TrimSpace(l.Callback.Status+" "+l.Callback.Code), l.Host)] = true
		}
	}
	text := ""
	for _, result := range slices.Sorted(maps.Keys(seen)) {
		text += fmt.Sprintf("  log: callback %s\n", result)
	}
	return text
}

// eventType of a delivery, or what is wrong with it. The receiver knows the secret, so an unsigned
// or badly signed delivery is wrong.
func eventType(d emulator.Delivery) string {
	if d.Event == nil && d.Err == "" {
		return "message " + string(d.Body)
	}
	if d.Event == nil || d.Err != "" {
		return "BAD: " + d.Err
	}
	text := strings.TrimPrefix(d.Event.Type, "com.aliyun.ecd.desktops.stop.")
	if trace := d.Header.Get("Traceparent"); trace != "" || d.Event.Extensions["traceparent"] != nil {
		text += fmt.Sprintf(", trace %s and %v", trace, d.Event.Extensions["traceparent"])
	}
	return text
}

// invocation as the section of that name wants it.
func (s *scenario) invocation() (handler.Invocation, context.Context, context.CancelFunc) {
	var o struct {
		RetryCount int           `yaml:"RetryCount"`
		Timeout    time.Duration `yaml:"Timeout"`
		NoRole     bool          `yaml:"NoRole"`
	}
	d := yaml.NewDecoder(strings.NewReader(section(s.archive, "invocation")))
	d.KnownFields(true)
	if err := d.Decode(&o); err != nil && !errors.Is(err, io.EOF) {
		s.t.Fatalf("invocation: %v", err)
	}
	ctx, cancel := context.WithTimeout(s.t.Context(), cmp.Or(o.Timeout, time.Minute))
	inv := handler.Invocation{RequestID: fmt.Sprintf("1-scenario-%d", s.invocations), FunctionName: "stop-desktops", RetryCount: cmp.Or(o.RetryCount, s.retry)}
	if key := emulator.DefaultCredential; !o.NoRole {
		inv.Credentials = secret.Credentials{
			AccessKeyID:     key.AccessKeyId,
			AccessKeySecret: secret.New(key.AccessKeySecret),
			SecurityToken:   secret.New(key.SecurityToken),
		}
	}
	return inv, ctx, cancel
}

// logged are the reports as the log has them, put together from its lines: what an operator finds.
func (s *scenario) logged() []report.Report {
	var reports []report.Report
	for line := range strings.Lines(s.log.String()) {
		var l struct {
			Msg      string                 `json:"msg"`
			Report   json.RawMessage        `json:"report"`
			Desktops []report.DesktopReport `json:"Desktops"`
		}
		if err := json.Unmarshal([]byte(line), &l); err != nil {
			s.t.Errorf("a line of the log is not JSON: %s", line)
		}
		switch l.Msg {
		case "report":
			reports = append(reports, s.validReport(l.Report))
		case "desktops":
			last := &reports[len(reports)-1]
			last.Desktops = append(last.Desktops, l.Desktops...)
		case "panic":
			s.t.Error(line)
		case "callback":
		default:
			fmt.Fprintf(&s.out, "  log: %s\n", l.Msg)
		}
	}
	// Each report is logged when its event is done: their order says nothing.
	slices.SortStableFunc(reports, func(a, b report.Report) int {
		return cmp.Or(cmp.Compare(a.EventId, b.EventId), cmp.Compare(a.Source, b.Source), cmp.Compare(fmt.Sprint(a.Desktops), fmt.Sprint(b.Desktops)))
	})
	return reports
}

// describe a report for people.
func describe(w io.Writer, rep report.Report) {
	fmt.Fprintf(w, "  %s", rep.Status)
	if rep.Account != "" {
		fmt.Fprintf(w, " in %s", rep.Account)
	}
	for _, outcome := range slices.Sorted(maps.Keys(rep.Counts)) {
		fmt.Fprintf(w, "  %s %d", outcome, rep.Counts[outcome])
	}
	fmt.Fprintln(w)
	if rep.Route != "" {
		fmt.Fprintf(w, "    route %s, event %s\n", rep.Route, rep.EventId)
	} else if part := "#" + strings.Trim(rep.Account+"/"+rep.RegionId, "/"); part != "#" && strings.HasSuffix(rep.EventId, part) {
		fmt.Fprintf(w, "    event %s\n", rep.EventId)
	}
	if rep.Reason != "" && rep.Route != "" {
		fmt.Fprintf(w, "    reason %s\n", rep.Reason)
	}
	if rep.PlannedBy != "" || rep.ApprovedBy != "" {
		fmt.Fprintf(w, "    planned by %s, approved by %s\n", rep.PlannedBy, rep.ApprovedBy)
	}
	if rep.On != "" {
		fmt.Fprintf(w, "    on %s\n", rep.On)
	}
	if rep.Traceparent != "" {
		fmt.Fprintf(w, "    trace %s\n", rep.Traceparent)
	}
	if e := rep.Error; e != nil {
		fmt.Fprintf(w, "    error %s %s %s\n", e.Code, e.Path, e.Message)
	}
	for _, warning := range rep.Warnings {
		fmt.Fprintf(w, "    warning %s %s %s\n", warning.Code, warning.Path, warning.Message)
	}
	reasons := map[string]int{}
	for _, d := range rep.Desktops {
		if len(rep.Desktops) > few && d.Reason != "" {
			reasons[string(d.Outcome)+" "+d.Reason]++
		}
		if len(rep.Desktops) <= few || d.Outcome == report.Failed || d.Outcome == report.NotFound {
			fmt.Fprintf(w, "    %s %s\n", d.DesktopId, strings.TrimSpace(string(d.Outcome)+" "+d.Reason+d.Code+because(d)))
		}
	}
	for _, reason := range slices.Sorted(maps.Keys(reasons)) {
		fmt.Fprintf(w, "    %s × %d\n", reason, reasons[reason])
	}
}

// because says what the reason of a desktop rests on.
func because(d report.DesktopReport) string {
	text := ""
	if d.Outcome == report.Skipped && d.Message != "" {
		text = ": " + d.Message
	}
	if d.Evidence != nil {
		evidence, _ := json.Marshal(d.Evidence)
		text += " " + string(evidence)
	}
	return text
}

// few is how many desktops or calls are written out one by one. Of many desktops only the failed are,
// and the counts: which calls were made before the time was up is left to chance.
const few = 20

// summarize the calls in the order of their time. Those at the same time are in the order of their
// text: which of two at once comes first is nobody's concern.
func summarize(calls []emulator.Call) []string {
	slices.SortFunc(calls, func(a, b emulator.Call) int {
		if byTime := a.Time.Compare(b.Time); byTime != 0 {
			return byTime // callText of 100 IDs costs much
		}
		return cmp.Compare(callText(a), callText(b))
	})
	var lines []string
	if lines = throttledAgain(calls); lines != nil {
		return lines
	}
	made, faults := map[string]int{}, false
	for _, c := range calls {
		made[c.Action]++
		faults = faults || c.Fault != ""
	}
	if len(calls) > few || faults && len(calls) > 12 {
		for _, action := range slices.Sorted(maps.Keys(made)) {
			// How many looks there are between the tries of a call is left to its random pauses.
			if !faults || action == "StopDesktops" {
				lines = append(lines, fmt.Sprintf("%s × %d", action, made[action]))
			}
		}
		return lines
	}
	for _, c := range calls {
		text := callText(c)
		// Of a call that fails again and again, one is shown: how many there are is left to the
		// random pauses between them.
		if c.Fault == emulator.FaultHTML502 && slices.Contains(lines, text) {
			continue
		}
		lines = append(lines, text)
	}
	return lines
}

// throttledAgain summarizes calls of which more than a few were throttled: how many of them there are,
// and how many looks between them, is left to random pauses. It returns nil for other calls.
func throttledAgain(calls []emulator.Call) (lines []string) {
	throttled, served := map[string]int{}, map[string]int{}
	most := 0
	for _, c := range calls {
		if strings.Contains(c.Code, "Throttling") {
			throttled[c.Action]++
			most = max(most, throttled[c.Action])
		} else {
			served[c.Action]++
		}
	}
	if most <= 5 {
		return nil
	}
	for _, action := range slices.Sorted(maps.Keys(throttled)) {
		lines = append(lines, fmt.Sprintf("%s × %d, and throttled again and again", action, served[action]))
	}
	return lines
}

// ignoredParams are always the same.
var ignoredParams = regexp.MustCompile(`^(RegionId|(Desktop|Resource)Id\..*|ResourceType|MaxResults|PageSize|FilterDesktopGroup|EventTypes\..*|DurationSeconds|ExternalId)$`)

// callText returns what matters of a call: all but the ignored parameters.
func callText(c emulator.Call) string {
	text := c.Action + " " + c.RegionId
	if c.Action == "AssumeRole" {
		text = c.Action
	}
	for _, name := range slices.Sorted(maps.Keys(c.Params)) {
		switch {
		case name == "NextToken":
			text += " next page"
		case name == "PageNumber": // which one of several at once comes first is left to chance
			text += " page by number"
		case !ignoredParams.MatchString(name):
			text += " " + name + "=" + c.Params.Get(name)
		}
	}
	if n := len(c.DesktopIds); n > 10 {
		text += fmt.Sprintf(" %s … %s (%d)", c.DesktopIds[0], c.DesktopIds[n-1], n)
	} else if n > 0 {
		text += " " + strings.Join(c.DesktopIds, " ")
	}
	text += accountText(c)
	if c.Fault != "" {
		text += fmt.Sprintf(" → %s", c.Fault)
	}
	if c.Code != "" || c.Status != http.StatusOK {
		text += fmt.Sprintf(" → %d %s", c.Status, c.Code)
	}
	return text
}

var (
	nowPattern = regexp.MustCompile(`\{\{now(ms)?([+-][0-9a-z]+)?\}\}`)
	idsPattern = regexp.MustCompile(`\{\{ids ([a-z0-9-]+) ([0-9]+)\}\}`)
)

// expand the times in an event, and {{ids ecd-a 20}} to the IDs that a generated fleet has.
func expand(text string) string {
	text = idsPattern.ReplaceAllStringFunc(text, func(m string) string {
		parts := idsPattern.FindStringSubmatch(m)
		count, _ := strconv.Atoi(parts[2])
		var ids []string
		for i := range count {
			ids = append(ids, fmt.Sprintf("%s%0*d", parts[1], len(parts[2]), i+1))
		}
		return strings.Join(ids, " ")
	})
	return nowPattern.ReplaceAllStringFunc(text, func(m string) string {
		offset := time.Duration(0)
		parts := nowPattern.FindStringSubmatch(m)
		if parts[2] != "" {
			offset, _ = time.ParseDuration(parts[2])
		}
		if parts[1] != "" {
			return strconv.FormatInt(time.Now().Add(offset).UnixMilli(), 10)
		}
		return time.Now().UTC().Add(offset).Format(time.RFC3339)
	})
}
