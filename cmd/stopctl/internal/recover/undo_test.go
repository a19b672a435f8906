package recover

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"stopdesktops/cmd/stopctl/internal/terminal"
	"stopdesktops/cmd/stopctl/internal/trial"
	"stopdesktops/internal/emulator"
)

// undoWith runs undo in the environment of this process.
func undoWith(t *testing.T, report string, args ...string) (code int, out, err string) {
	t.Helper()
	return undoIn(t, os.Getenv, report, args...)
}

// undoAt runs undo against an emulated account, with the credentials in the environment of this process.
func undoAt(t *testing.T, account *emulator.EDS, report string, args ...string) (code int, out, err string) {
	t.Helper()
	server := httptest.NewServer(account)
	t.Cleanup(server.Close)
	getenv := func(name string) string {
		if name == "EDS_ENDPOINT" {
			return server.URL
		}
		return os.Getenv(name)
	}
	return undoIn(t, getenv, report, args...)
}

func undoIn(t *testing.T, getenv func(string) string, report string, args ...string) (code int, out, err string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	code = stopctl().Execute(context.Background(), append([]string{"undo"}, args...), terminal.Outside{In: strings.NewReader(report), Out: &stdout, Err: &stderr, Getenv: getenv})
	trial.Valid(t, stdout.String())
	return code, stdout.String(), stderr.String()
}

const stopped = `{"InvocationId":"1","EventId":"e1","Status":"partial","RegionId":"cn-hangzhou",
 "Counts":{"accepted":1,"stopping":2,"stopped":2,"already_stopped":1,"skipped":1,"failed":1,"not_attempted":1},
 "Desktops":[{"DesktopId":"ecd-f","Outcome":"failed","RequestId":"R"},{"DesktopId":"ecd-na","Outcome":"not_attempted"},
  {"DesktopId":"ecd-a","Outcome":"accepted","RequestId":"R"},{"DesktopId":"ecd-b","RegionId":"cn-hangzhou","Outcome":"stopping","RequestId":"R"},
  {"DesktopId":"ecd-c","Outcome":"stopped","RequestId":"R"},{"DesktopId":"ecd-was","Outcome":"stopping"},{"DesktopId":"ecd-lost","Outcome":"stopped"},
  {"DesktopId":"ecd-already","Outcome":"already_stopped"},{"DesktopId":"ecd-s","Outcome":"skipped","Reason":"connected"}]}`

// TestUndo: what is printed is what the event's own calls stopped, wherever the report is.
func TestUndo(t *testing.T) {
	const want = "aliyun ecd StartDesktops --region cn-hangzhou --RegionId cn-hangzhou --DesktopId.1 ecd-a --DesktopId.2 ecd-b --DesktopId.3 ecd-c\n"
	oneLine := strings.ReplaceAll(stopped, "\n", "")
	for name, text := range map[string]string{
		"an answer":         stopped,
		"a batch":           `{"Reports":[` + stopped + `,` + stopped + `]}`,
		"a callback":        `{"specversion":"1.0","id":"m","source":"f","type":"com.aliyun.ecd.desktops.stop.partial","data":` + oneLine + `}`,
		"a batch with more": `{"Reports":[{"Status":"rejected"},` + stopped + `,{"Status":"planned","DryRun":true,"Counts":{"accepted":1},"Desktops":[{"DesktopId":"ecd-d","Outcome":"accepted"}]}]}`,
	} {
		code, out, err := undoWith(t, text, "-")
		if code != terminal.ExitOK || out != want {
			t.Errorf("%s: exit %d\n%s%s", name, code, out, err)
		}
		for _, unsure := range []string{"ecd-was in cn-hangzhou is stopping, but not by a call", "ecd-lost in cn-hangzhou is stopped, but not by a call"} {
			if !strings.Contains(err, unsure) {
				t.Errorf("%s: %q is not said in %s", name, unsure, err)
			}
		}
	}
}

// A retry finds on its way down what the try before has stopped: that is no riddle.
func TestUndoRetry(t *testing.T) {
	again := strings.NewReplacer(`"Outcome":"accepted"`, `"Outcome":"stopping"`, `,"RequestId":"R"`, "").Replace(reportOf("ecd-a"))
	code, out, err := undoWith(t, `{"Reports":[`+reportOf("ecd-a", "ecd-b")+`,`+again+`]}`, "-")
	if code != terminal.ExitOK || strings.Count(out, "ecd-") != 2 || err != "" {
		t.Errorf("exit %d\n%s%s", code, out, err)
	}
}

// TestUndoJSON: the calls and what is left to the operator, as one object of a known shape.
func TestUndoJSON(t *testing.T) {
	for name, c := range map[string]struct {
		report string
		code   int
		want   undone
	}{
		"calls": {stopped, terminal.ExitOK, undone{Calls: []startCall{{"StartDesktops", "cn-hangzhou", []string{"ecd-a", "ecd-b", "ecd-c"}}}, Unsure: []doubtful{
			{"ecd-was", "cn-hangzhou", "is stopping, but not by a call that the report knows"}, {"ecd-lost", "cn-hangzhou", "is stopped, but not by a call that the report knows"}}}},
		"only unsure": {`{"Status":"accepted","RegionId":"cn-hangzhou","Counts":{"stopping":1},"Desktops":[{"DesktopId":"ecd-a","Outcome":"stopping"}]}`, terminal.ExitUnexpected,
			undone{Unsure: []doubtful{{"ecd-a", "cn-hangzhou", "is stopping, but not by a call that the report knows"}}}},
		"nothing": {`{"Status":"rejected"}`, terminal.ExitOK, undone{}},
	} {
		code, out, err := undoWith(t, c.report, "-o", "json", "-")
		var got undone
		if e := json.Unmarshal([]byte(out), &got); e != nil {
			t.Fatalf("%s: %v in %s%s", name, e, out, err)
		}
		c.want.Format = "stopctl.undo/1"
		if diff := cmp.Diff(c.want, got); code != c.code || diff != "" {
			t.Errorf("%s: exit %d %s\n%s", name, code, err, diff)
		}
	}
}

// Calls of at most 100, for each region.
func TestUndoMany(t *testing.T) {
	var list []string
	for i := range 205 {
		region := "cn-hangzhou"
		if i >= 201 {
			region = "cn-beijing"
		}
		list = append(list, fmt.Sprintf(`{"DesktopId":"ecd-%03d","RegionId":"%s","Outcome":"accepted","RequestId":"R"}`, i, region))
	}
	code, out, err := undoWith(t, `{"Status":"accepted","Counts":{"accepted":205},"Desktops":[`+strings.Join(list, ",")+`]}`, "-")
	lines := strings.Split(strings.TrimSpace(out), "\n")
	if code != terminal.ExitOK || len(lines) != 4 {
		t.Fatalf("exit %d %s\n%s", code, err, out)
	}
	for i, want := range []string{
		"--RegionId cn-beijing --DesktopId.1 ecd-201 --DesktopId.2 ecd-202 --DesktopId.3 ecd-203 --DesktopId.4 ecd-204",
		"--DesktopId.100 ecd-099", "--DesktopId.1 ecd-100 ", "--RegionId cn-hangzhou --DesktopId.1 ecd-200",
	} {
		if !strings.Contains(lines[i], want) || strings.Count(lines[i], "--DesktopId.") > 100 {
			t.Errorf("line %d, want %s: %s", i, want, lines[i])
		}
	}
}

func TestUndoNothing(t *testing.T) {
	for _, c := range []struct {
		name, report, says string
		code               int
	}{
		{"a dry run", `{"Status":"planned","DryRun":true,"Counts":{"would_stop":1},"Desktops":[{"DesktopId":"ecd-a","Outcome":"would_stop"}]}`, "nothing to start", terminal.ExitOK},
		{"a rejected event", `{"Status":"rejected"}`, "nothing to start", terminal.ExitOK},
		{"only what was stopped already", `{"Status":"done","Counts":{"already_stopped":1},"Desktops":[{"DesktopId":"ecd-a","Outcome":"already_stopped"}]}`, "nothing to start", terminal.ExitOK},
		{"a cut callback", `{"EventId":"e9","Status":"done","Counts":{"stopped":200},"Truncated":199,"Desktops":[{"DesktopId":"ecd-a","Outcome":"stopped"}]}`, "event e9: the report names 1 of 200", terminal.ExitUnexpected},
		{"an ID that is a command", `{"Status":"accepted","RegionId":"cn-hangzhou","Counts":{"accepted":1},"Desktops":[{"DesktopId":"ecd-a;reboot","Outcome":"accepted"}]}`, "cannot be a desktop", terminal.ExitUsage},
		{"a region that is a command", `{"Status":"accepted","RegionId":"cn-$(reboot)","Counts":{"accepted":1},"Desktops":[{"DesktopId":"ecd-a","Outcome":"accepted"}]}`, "cannot be a desktop", terminal.ExitUsage},
		{"no region", `{"Status":"accepted","Counts":{"accepted":1},"Desktops":[{"DesktopId":"ecd-a","Outcome":"accepted"}]}`, "cannot be a desktop", terminal.ExitUsage},
		{"an answer that was lost", `{"Status":"failed","RegionId":"cn-hangzhou","Counts":{"failed":1},"Desktops":[{"DesktopId":"ecd-a","Outcome":"failed","Code":"Unconfirmed"}]}`,
			"ecd-a in cn-hangzhou may be stopped: a call was sent for it, and its response was lost: look at it yourself\nstopctl: 1 desktop left to you", terminal.ExitUnexpected},
		{"down without a call", `{"Status":"accepted","RegionId":"cn-hangzhou","Counts":{"stopping":1},"Desktops":[{"DesktopId":"ecd-a","Outcome":"stopping"}]}`, "1 desktop left to you", terminal.ExitUnexpected},
		{"a failure of another kind", `{"Status":"failed","RegionId":"cn-hangzhou","Counts":{"failed":1},"Desktops":[{"DesktopId":"ecd-a","Outcome":"failed","Code":"Throttling"}]}`, "nothing to start", terminal.ExitOK},
		{"an error of an invocation", `{"errorType":"StopPartial","errorMessage":"{}"}`, "undo: - holds the error of an invocation", terminal.ExitUsage},
		{"no report", `hello`, "holds no report", terminal.ExitUsage},
	} {
		if code, out, err := undoWith(t, c.report, "-"); code != c.code || out != "" || !strings.Contains(err, c.says) {
			t.Errorf("%s: exit %d, out %q, err %q", c.name, code, out, err)
		}
	}
}

func TestUndoUsage(t *testing.T) {
	good := trial.File(t, "report.json", stopped)
	for _, c := range []struct {
		args []string
		want string
	}{
		{nil, "wants one file"},
		{[]string{good, "-o", "yaml"}, "-o yaml"},
		{[]string{"-apply"}, "wants one file"},
		{[]string{good, good}, "wants one file"},
		{[]string{good, "-apply", good}, "wants one file"},
		{[]string{good, "-force"}, "-force"},
		{[]string{"-role-arn", "x", good}, "-role-arn needs -apply"},
		{[]string{good, "-wait", "1m"}, "-wait needs -apply"},
		{[]string{good, "-apply", "-wait", "2h"}, "-wait 2h0m0s"},
		{[]string{"nosuch.json"}, "nosuch.json"},
	} {
		if code, out, err := undoWith(t, "", c.args...); code != terminal.ExitUsage || out != "" || !strings.Contains(err, c.want) {
			t.Errorf("undo %v: exit %d, want %q in %q", c.args, code, c.want, err)
		}
	}
	if code, out, _ := undoWith(t, "", "-h"); code != terminal.ExitOK || !strings.Contains(out, "  -apply ") || !strings.Contains(out, "Flags of every command:") {
		t.Errorf("-h: exit %d\n%s", code, out)
	}
	_, flags := undoFlags()
	flags.VisitAll(func(f *flag.Flag) {
		if !strings.Contains(undoUsage, "\n  -"+f.Name+" ") {
			t.Errorf("the help says nothing of -%s", f.Name)
		}
	})
}

// reportOf says that the event's calls stopped these desktops.
func reportOf(ids ...string) string {
	var list []string
	for _, id := range ids {
		list = append(list, `{"DesktopId":"`+id+`","Outcome":"accepted","RequestId":"R"}`)
	}
	return fmt.Sprintf(`{"EventId":"e1","Status":"accepted","RegionId":"cn-hangzhou","Counts":{"accepted":%d},"Desktops":[%s]}`, len(ids), strings.Join(list, ","))
}

// TestUndoApply: each desktop comes up that can, whatever is the matter with the others, and each
// line says how it is.
func TestUndoApply(t *testing.T) {
	inState := func(id, state string) emulator.Desktop {
		return emulator.Desktop{DesktopId: id, DesktopStatus: state, StopTime: 1500 * time.Millisecond}
	}
	denied := emulator.OperatorCredential
	denied.Deny = []string{"StartDesktops"}
	trial.Account(t, &emulator.EDS{}) // for its credentials: each case has an endpoint of its own, so that they can wait at once
	for _, c := range []struct {
		name    string
		eds     *emulator.EDS
		ids     string
		args    []string
		code    int
		says    []string
		notes   string // on standard error
		running string // in the end, or about to be
		calls   int    // of StartDesktops; 0: any
	}{
		{name: "all is well", eds: &emulator.EDS{Desktops: []emulator.Desktop{inState("ecd-a", "Stopped"), inState("ecd-b", "Stopped")}},
			ids: "ecd-a ecd-b", says: []string{"ecd-a  cn-hangzhou  started: Starting", "2 of 2 desktops running"}, running: "ecd-a ecd-b", calls: 1},
		{name: "somebody started one", eds: &emulator.EDS{Desktops: []emulator.Desktop{inState("ecd-a", "Stopped"), inState("ecd-b", "Running")}},
			ids: "ecd-a ecd-b", says: []string{"ecd-b  cn-hangzhou  is Running", "2 of 2"}, running: "ecd-a ecd-b", calls: 1},
		{name: "one is still stopping", eds: &emulator.EDS{Desktops: []emulator.Desktop{inState("ecd-a", "Stopped"), inState("ecd-b", "Stopping")}},
			ids: "ecd-a ecd-b", says: []string{"ecd-b  cn-hangzhou  started: Starting", "2 of 2"}, notes: "1 desktop in cn-hangzhou still Stopping: waiting", running: "ecd-a ecd-b", calls: 2},
		{name: "nobody waits for it", eds: &emulator.EDS{Desktops: []emulator.Desktop{inState("ecd-a", "Stopped"), inState("ecd-b", "Stopping")}},
			ids: "ecd-a ecd-b", args: []string{"-wait", "0s"}, code: terminal.ExitUnexpected, says: []string{"ecd-b  cn-hangzhou  not started: it is Stopping", "1 of 2"}, running: "ecd-a", calls: 1},
		{name: "what is unknown or in another state", eds: &emulator.EDS{Desktops: []emulator.Desktop{inState("ecd-a", "Stopped"), inState("ecd-h", "Hibernated")}},
			ids: "ecd-a ecd-h ecd-gone", code: terminal.ExitUnexpected, says: []string{"ecd-h     cn-hangzhou  not started: it is Hibernated", "ecd-gone  cn-hangzhou  not started: EDS does not know it", "1 of 3"}, running: "ecd-a", calls: 1},
		{name: "an observation that is refused because of one", eds: &emulator.EDS{UnknownIds: emulator.Refuse, Desktops: []emulator.Desktop{inState("ecd-a", "Stopped"), inState("ecd-b", "Stopped")}},
			ids: "ecd-a ecd-gone ecd-b", code: terminal.ExitUnexpected, says: []string{"ecd-gone  cn-hangzhou  not started: DescribeDesktopInfo: InvalidDesktopId.NotFound", "2 of 3"}, running: "ecd-a ecd-b", calls: 1},
		{name: "one is refused", eds: &emulator.EDS{Desktops: []emulator.Desktop{inState("ecd-a", "Stopped"), {DesktopId: "ecd-u", DesktopStatus: "Stopped", ManagementFlags: []string{"Updating"}}, inState("ecd-b", "Stopped"), inState("ecd-c", "Stopped")}},
			ids: "ecd-a ecd-u ecd-b ecd-c", code: terminal.ExitUnexpected, says: []string{"ecd-u  cn-hangzhou  not started: StartDesktops: IncorrectDesktopStatus", "3 of 4"}, running: "ecd-a ecd-b ecd-c"},
		{name: "a call whose answer is lost", eds: &emulator.EDS{Desktops: []emulator.Desktop{inState("ecd-a", "Stopped"), inState("ecd-b", "Stopped")},
			Faults: []emulator.Fault{{Action: "StartDesktops", Call: 1, Kind: emulator.FaultDropAfter}}},
			ids: "ecd-a ecd-b", says: []string{"ecd-a  cn-hangzhou  is Starting", "2 of 2"}, running: "ecd-a ecd-b"},
		{name: "a call whose answer is lost, and EDS shows it late", eds: &emulator.EDS{Desktops: []emulator.Desktop{inState("ecd-a", "Stopped")}, VisibleAfter: 4 * time.Second,
			Faults: []emulator.Fault{{Action: "StartDesktops", Call: 1, Kind: emulator.FaultDropAfter}}},
			ids: "ecd-a", says: []string{"ecd-a  cn-hangzhou  is Starting", "1 of 1"}, running: "ecd-a"},
		{name: "throttled for longer than anybody waits", eds: &emulator.EDS{Desktops: []emulator.Desktop{inState("ecd-a", "Stopped")},
			Faults: []emulator.Fault{{Action: "StartDesktops", Kind: emulator.FaultThrottle, TimeLeft: time.Hour}}},
			ids: "ecd-a", code: terminal.ExitUnexpected, says: []string{"ecd-a  cn-hangzhou  not started: StartDesktops: Throttling"}, notes: "longer than -wait allows: given up", calls: 1},
		{name: "throttled once", eds: &emulator.EDS{Desktops: []emulator.Desktop{inState("ecd-a", "Stopped")},
			Faults: []emulator.Fault{{Action: "StartDesktops", Call: 1, Kind: emulator.FaultThrottle}}},
			ids: "ecd-a", says: []string{"ecd-a  cn-hangzhou  started: Starting"}, notes: "StartDesktops: Throttling.User: trying again in 1.0 s", running: "ecd-a", calls: 2},
		{name: "no permission", eds: &emulator.EDS{Desktops: []emulator.Desktop{inState("ecd-a", "Stopped")}, Credentials: []emulator.Credential{denied}},
			ids: "ecd-a", code: terminal.ExitUnexpected, says: []string{"ecd-a  cn-hangzhou  not started: NoPermission: these credentials may not call ecd:StartDesktops: add the action to their policy", "0 of 1"}, calls: 1},
		{name: "for programs", eds: &emulator.EDS{Desktops: []emulator.Desktop{inState("ecd-a", "Stopped"), inState("ecd-h", "Hibernated")}},
			ids: "ecd-a ecd-h ecd-gone", args: []string{"-o", "json"}, code: terminal.ExitUnexpected,
			says: []string{`"Format": "stopctl.undo/1"`, `"State": "Starting"`, `"Running": true`, `"Message": "started: Starting"`, `"Message": "not started: it is Hibernated"`,
				`"Message": "not started: EDS does not know it"`}, running: "ecd-a", calls: 1},
		{name: "EDS shows it late", eds: &emulator.EDS{Desktops: []emulator.Desktop{inState("ecd-a", "Stopped")}, VisibleAfter: 500 * time.Millisecond},
			ids: "ecd-a", says: []string{"ecd-a  cn-hangzhou  started: "}, running: "ecd-a", calls: 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			c.eds.StartTime = time.Hour // on a busy machine, a desktop would be Running before undo observes that it is Starting
			code, out, err := undoAt(t, c.eds, reportOf(strings.Fields(c.ids)...), append([]string{"-apply", "-"}, c.args...)...)
			if code != c.code {
				t.Errorf("exit %d", code)
			}
			for _, says := range c.says {
				if !strings.Contains(out, says) {
					t.Errorf("%q is not said", says)
				}
			}
			if !strings.Contains(err, c.notes) {
				t.Errorf("%q is not noted", c.notes)
			}
			if !strings.Contains(err, "127.0.0.1") {
				t.Error("it is not said where the calls went")
			}
			for _, id := range strings.Fields(c.running) {
				if d, _ := c.eds.Desktop(id); d.DesktopStatus != "Starting" && d.DesktopStatus != "Running" {
					t.Errorf("%s is %s", id, d.DesktopStatus)
				}
			}
			if n := c.eds.Count("StartDesktops"); c.calls != 0 && n != c.calls {
				t.Errorf("%d calls, want %d", n, c.calls)
			}
			if c.eds.Count("StopDesktops") > 0 || len(c.eds.Violations()) > 0 {
				t.Errorf("violations: %q", c.eds.Violations())
			}
			if t.Failed() {
				t.Logf("%s%s", out, err)
			}
		})
	}
}

// TestUndoInterrupted: a start that was sent is looked after, though its answer will not be waited for.
func TestUndoInterrupted(t *testing.T) {
	e := &emulator.EDS{Desktops: []emulator.Desktop{{DesktopId: "ecd-a", DesktopStatus: "Stopped"}, {DesktopId: "ecd-b", DesktopStatus: "Running"}},
		StartTime: time.Hour, VisibleAfter: time.Second, Faults: []emulator.Fault{{Action: "StartDesktops", Kind: emulator.FaultStall}}}
	trial.Account(t, e)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go func() {
		for e.Count("StartDesktops") == 0 && ctx.Err() == nil {
			time.Sleep(time.Millisecond)
		}
		cancel()
	}()
	var out, err bytes.Buffer
	code := stopctl().Execute(ctx, []string{"undo", "-apply", "-"}, terminal.Outside{In: strings.NewReader(reportOf("ecd-a", "ecd-b")), Out: &out, Err: &err, Getenv: os.Getenv})
	if code != terminal.ExitOK || !strings.Contains(out.String(), "ecd-a  cn-hangzhou  is Starting") || !strings.Contains(err.String(), "interrupted: looking what became") {
		t.Errorf("exit %d\n%s%s", code, &out, &err)
	}
}

// TestBecame: "not started" is said of nothing that may have been started.
func TestBecame(t *testing.T) {
	lost, throttled := errors.New("StartDesktops: Timeout: no answer"), errors.New("DescribeDesktopInfo: Throttling: slow down")
	for want, d := range map[string]starting{
		"not started: it is Stopped":                              {now: "Stopped"},
		"not started: DescribeDesktopInfo: Throttling: slow down": {err: throttled},
		"EDS took the call; it is still Stopped":                  {now: "Stopped", called: true},
		"a start was sent, and its effect is not known: StartDesktops: Timeout: no answer; it is still Stopped":                                                      {now: "Stopped", lost: lost},
		"a start was sent, and its effect is not known: StartDesktops: Timeout: no answer; how it is now cannot be seen: DescribeDesktopInfo: Throttling: slow down": {now: "Stopped", lost: lost, err: throttled},
	} {
		if got := d.became(); got != want {
			t.Errorf("%+v: %s", d, got)
		}
	}
}

// TestUndoEmulated: what stopctl run has recorded was stopped in no real account, whatever its IDs.
func TestUndoEmulated(t *testing.T) {
	e := &emulator.EDS{Desktops: []emulator.Desktop{{DesktopId: "ecd-a", DesktopStatus: "Stopped"}}}
	trial.Account(t, e)
	record := `{"Step":1,"Title":"x","Reports":[` + reportOf("ecd-a") + `]}` + "\n"
	for _, text := range []string{record, record + strings.Replace(record, `"Step":1`, `"Step":2`, 1)} {
		for _, endpoint := range []string{"", "https://eds.example.com", "https://localhost.example.com"} {
			endpoints := func(name string) string {
				if name == "EDS_ENDPOINT" {
					return endpoint
				}
				return os.Getenv(name)
			}
			var out, err bytes.Buffer
			ctx, cancel := context.WithTimeout(t.Context(), time.Second) // nothing may be sent, least of all for long
			code := stopctl().Execute(ctx, []string{"undo", "-apply", "-"}, terminal.Outside{In: strings.NewReader(text), Out: &out, Err: &err, Getenv: endpoints})
			cancel()
			if code != terminal.ExitUsage || out.Len() > 0 || !strings.Contains(err.String(), "emulated account") {
				t.Errorf("at %q: exit %d %s%s", endpoint, code, &out, &err)
			}
		}
		if code, out, err := undoWith(t, text, "-apply", "-"); code != terminal.ExitOK {
			t.Errorf("on loopback: exit %d %s%s", code, out, err)
		}
		if code, out, err := undoWith(t, text, "-"); code != terminal.ExitOK || !strings.Contains(out, "ecd-a") {
			t.Errorf("printed: exit %d %s%s", code, out, err)
		}
	}
}

// Without credentials, or with an address that signed requests must not go to, nothing is called.
func TestUndoApplyRefused(t *testing.T) {
	e := &emulator.EDS{Desktops: []emulator.Desktop{{DesktopId: "ecd-a", DesktopStatus: "Stopped"}}}
	trial.Account(t, e)
	t.Setenv("ALIBABA_CLOUD_ACCESS_KEY_ID", "")
	if code, _, err := undoWith(t, reportOf("ecd-a"), "-apply", "-"); code != terminal.ExitUnexpected || !strings.Contains(err, "there are no credentials") {
		t.Errorf("exit %d %s", code, err)
	}
	t.Setenv("EDS_ENDPOINT", "http://eds.example.com")
	if code, _, err := undoWith(t, reportOf("ecd-a"), "-apply", "-"); code != terminal.ExitUsage || !strings.Contains(err, "EDS_ENDPOINT") {
		t.Errorf("exit %d %s", code, err)
	}
	if e.Count("") != 0 {
		t.Errorf("%d calls", e.Count(""))
	}
}

// TestUndoShowsNoToken: the SDK would print the request, token included, in a shell with its DEBUG.
func TestUndoShowsNoToken(t *testing.T) {
	code, out, stderr := executeIn(t, map[string]string{"DEBUG": "dara"}, stopped, "undo", "-")
	if code != terminal.ExitUsage || out != "" || !strings.Contains(stderr, "undo: DEBUG in this shell") || !strings.Contains(stderr, "unset DEBUG") {
		t.Errorf("exit code %d\n%s%s", code, out, stderr)
	}
}

// TestUndoAccounts: what was stopped in one account is not started in another, whose desktop may have the same ID.
func TestUndoAccounts(t *testing.T) {
	in := func(account string, ids ...string) string {
		return strings.Replace(reportOf(ids...), "{", `{"Account":"`+account+`",`, 1)
	}
	batch := `{"Reports":[` + reportOf("ecd-a") + `,` + in("prod", "ecd-a", "ecd-b") + `,` + in("lab", "ecd-c") + `]}`
	for _, c := range []struct {
		args []string
		ids  string
		says []string
	}{
		{nil, "--DesktopId.1 ecd-a\n", []string{"in account prod: undo them with -account prod", "-account lab"}},
		{[]string{"-account", "prod"}, "--DesktopId.1 ecd-a --DesktopId.2 ecd-b\n", []string{"own account: undo them without -account", "-account lab"}},
		{[]string{"-account", "nosuch"}, "", []string{"nothing to start", "-account prod"}},
	} {
		code, out, err := undoWith(t, batch, append(c.args, "-")...)
		if code != terminal.ExitOK || !strings.HasSuffix(out, c.ids) || strings.Count(out, "\n") != strings.Count(c.ids, "\n") {
			t.Errorf("%q: exit %d\n%s%s", c.args, code, out, err)
		}
		for _, says := range c.says {
			if !strings.Contains(err, says) {
				t.Errorf("%q: no %q in %s", c.args, says, err)
			}
		}
	}
}
