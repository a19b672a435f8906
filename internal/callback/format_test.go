package callback_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf8"

	"stopdesktops/events"
	"stopdesktops/internal/callback"
	"stopdesktops/internal/report"
	"stopdesktops/internal/secret"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// messages are the formats that ship as skeletons.
var messages = []string{"dingtalk", "dingtalk-en", "feishu", "feishu-en", "wecom", "wecom-en", "slack"}

// robot is the other end of a message: it keeps what comes, and answers.
type robot struct {
	requests []*http.Request
	bodies   [][]byte
	answers  []string // each is the body of a 200; the last one stays
}

func (r *robot) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	body, _ := io.ReadAll(q.Body)
	r.requests, r.bodies = append(r.requests, q), append(r.bodies, body)
	_, _ = io.WriteString(w, r.answers[min(len(r.bodies), len(r.answers))-1])
}

const allWell = `{"errcode":0,"errmsg":"ok","code":0}`

// messageFormat is a format of messages, and the skeleton that replaces its own.
type messageFormat struct {
	name     string
	skeleton []byte
}

func (f messageFormat) set(o *setup) { o.Secrets, o.Format, o.Skeleton = nil, f.name, f.skeleton }

// send a report in a format and return what arrived.
func send(t *testing.T, f messageFormat, rep report.Report) []byte {
	t.Helper()
	r := &robot{answers: []string{allWell}}
	s := sender(t, serve(t, r).Dial, f.set)
	if result := s.Deliver(t.Context(), "", rep); result.Status != report.CallbackDelivered {
		t.Fatalf("%+v", result)
	}
	if kind := r.requests[0].Header.Get("Content-Type"); kind != "application/json; charset=utf-8" {
		t.Errorf("Content-Type %q", kind)
	}
	return r.bodies[0]
}

// destination in a format, and its faults.
func (f messageFormat) destination(texts ...string) (*callback.Destination, callback.Faults) {
	return callback.Settings{Format: f.name, Skeleton: f.skeleton, Secrets: secrets(texts...), On: callback.All}.Destination(callback.Variables)
}

// reports that the golden files show.
func goldenReports() map[string]report.Report {
	done := report.Report{EventId: "timer 2026-11-22T20:00:00Z", Status: report.StatusDone, Reason: "CHG-4711", RequestedBy: "Li Si", RegionId: "cn-hangzhou",
		Counts: map[report.Outcome]int{report.Stopped: 97, report.AlreadyStopped: 3}}
	for i := range 14 {
		done.Desktops = append(done.Desktops, report.DesktopReport{DesktopId: fmt.Sprintf("ecd-7w78ozhjcwa3u00%02d", i+1), Outcome: report.Stopped})
	}
	done.Desktops = append(done.Desktops, report.DesktopReport{DesktopId: "ecd-off", Outcome: report.AlreadyStopped})
	skipped := done
	skipped.Counts = map[report.Outcome]int{report.Skipped: 2}
	skipped.Desktops = []report.DesktopReport{{DesktopId: "ecd-busy1", Outcome: report.Skipped, Reason: report.ReasonConnected}, {DesktopId: "ecd-busy2", Outcome: report.Skipped, Reason: report.ReasonConnected}}
	partial := done
	partial.Status, partial.Counts = report.StatusPartial, map[report.Outcome]int{report.Accepted: 57, report.Skipped: 32, report.Failed: 1, report.NotFound: 1}
	partial.Error = &report.Problem{Code: "IncorrectDesktopStatus", Message: "the desktop is being rebuilt"}
	partial.Desktops = []report.DesktopReport{{DesktopId: "ecd-7w78ozhjcwa3u0001", Outcome: report.Failed, Code: "IncorrectDesktopStatus"}, {DesktopId: "ecd-nosuch", Outcome: report.NotFound},
		{DesktopId: "ecd-slow", Outcome: report.Accepted, State: "Running"}, {DesktopId: "ecd-starting", Outcome: report.Skipped, Reason: "state:Starting"}}
	for i := range 2 {
		partial.Desktops = append(partial.Desktops, report.DesktopReport{DesktopId: fmt.Sprintf("ecd-idle%02d", i), Outcome: report.Accepted})
	}
	for i := range 31 {
		partial.Desktops = append(partial.Desktops, report.DesktopReport{DesktopId: fmt.Sprintf("ecd-busy%02d", i), Outcome: report.Skipped, Reason: report.ReasonConnected})
	}
	partial.Warnings = []report.Warning{{Code: "ExclusionMatchesNothing", Path: "$.Exclude.EndUserId[0]", Message: `no desktop in cn-hangzhou belongs to the user "<li.si>"`}}
	partial.Exclude = &events.Exclude{EndUserId: []string{"<li.si>"}}
	for i := range 4 {
		id := fmt.Sprintf("ecd-gone%d", i)
		partial.Exclude.DesktopId = append(partial.Exclude.DesktopId, id)
		partial.Warnings = append(partial.Warnings, report.Warning{Code: "ExclusionMatchesNothing", Path: fmt.Sprintf("$.Exclude.DesktopId[%d]", i), Message: "there is no desktop in cn-hangzhou with the ID " + id})
	}
	return map[string]report.Report{"done": done, "skipped": skipped, "partial": partial, "rejected": {EventId: "tickets|4711", Status: report.StatusRejected,
		Error: &report.Problem{Code: "UnknownField", Path: "$.data.DesktopIdz", Message: "is not a known field: did you mean DesktopId?"}}}
}

// TestGolden: what each platform gets, and that it is of the shape that the platform documents.
func TestGolden(t *testing.T) {
	for _, name := range messages {
		for status, rep := range goldenReports() {
			body := send(t, messageFormat{name, nil}, rep)
			checkShape(t, name, body)
			var pretty bytes.Buffer
			e := json.NewEncoder(&pretty)
			e.SetEscapeHTML(false)
			e.SetIndent("", "  ")
			var v any
			if err := json.Unmarshal(body, &v); err != nil || e.Encode(v) != nil {
				t.Fatal(err)
			}
			file := filepath.Join("testdata", name+"."+status+".json")
			if *update {
				if err := os.WriteFile(file, pretty.Bytes(), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if want, err := os.ReadFile(file); err != nil || string(want) != pretty.String() {
				t.Errorf("%s: %v\n%s", file, err, pretty.String())
			}
		}
	}
}

// checkShape holds a message against its platform's documentation: members, types, and sizes.
func checkShape(t *testing.T, format string, body []byte) {
	t.Helper()
	var m struct {
		MsgType  string `json:"msgtype"`
		Markdown struct{ Title, Text, Content string }
		MsgTyp   string `json:"msg_type"`
		Card     struct {
			Header   struct{ Title plainText }
			Elements []struct {
				Tag  string
				Text plainText
			}
		}
		Text   string
		Blocks []struct {
			Type string
			Text struct{ Type, Text string }
		}
	}
	if err := json.Unmarshal(body, &m); err != nil {
		t.Fatalf("%s: %v", format, err)
	}
	ok := false
	switch platform, _, _ := strings.Cut(format, "-"); platform {
	case "dingtalk":
		ok = m.MsgType == "markdown" && m.Markdown.Title != "" && m.Markdown.Text != "" && len(body) <= 20000
	case "wecom":
		ok = m.MsgType == "markdown" && m.Markdown.Content != "" && len(m.Markdown.Content) <= 4096
	case "feishu":
		ok = m.MsgTyp == "interactive" && m.Card.Header.Title.fine() && len(m.Card.Elements) == 1 && m.Card.Elements[0].Tag == "div" && m.Card.Elements[0].Text.fine() && len(body) <= 20<<10
	case "slack":
		ok = m.Text != "" && len(m.Blocks) == 2 && m.Blocks[0].Type == "header" && utf8.RuneCountInString(m.Blocks[0].Text.Text) <= 150 &&
			m.Blocks[1].Type == "section" && utf8.RuneCountInString(m.Blocks[1].Text.Text) <= 3000 && m.Blocks[0].Text.Type == "plain_text" && m.Blocks[1].Text.Type == "plain_text"
	}
	if !ok {
		t.Errorf("%s would not be taken: %d bytes %.3000s", format, len(body), body)
	}
}

type plainText struct{ Tag, Content string }

func (p plainText) fine() bool { return p.Tag == "plain_text" && p.Content != "" }

// hostile text: a person who may send events must not speak for the function in its users' chat.
const hostile = `<!channel> <@U1> <at user_id="all"></at> @all &lt;!here&gt; &#64;all [click](https://evil.example/x) ![i](http://evil.example/i.png) www.evil.example evil.example/y https://evil。example ` +
	"**bold** `code` \\[x\\](y) \n# title\r\n> quote \u202etxt\u200b \"},\"at\":{\"isAtAll\":true},\"x\":{\"y\":\"${InvocationId}"

// TestHostile: no member but those of the skeleton, no mention, no link, no line beyond them.
func TestHostile(t *testing.T) {
	for _, name := range messages {
		var golden, got any
		clean := report.Report{Status: report.StatusFailed, Error: &report.Problem{}, InvocationId: "must-not-appear"}
		if err := json.Unmarshal(send(t, messageFormat{name, nil}, clean), &golden); err != nil {
			t.Fatal(err)
		}
		for at := 0; at < utf8.RuneCountInString(hostile); at += 20 { // each part of it once where nothing is cut off yet
			text := string([]rune(hostile)[at:])
			rep := report.Report{Status: report.StatusFailed, Reason: text, RequestedBy: text, EventId: text, Source: text, RegionId: text, InvocationId: "must-not-appear",
				Error: &report.Problem{Code: text, Message: text, Path: text}, Counts: map[report.Outcome]int{report.Failed: 1},
				Desktops: []report.DesktopReport{{DesktopId: text, Outcome: report.Failed, Code: text}, {DesktopId: "d", Outcome: report.Skipped, Reason: text}, {DesktopId: "e", Outcome: report.Skipped, Reason: "state:" + text}}}
			body := send(t, messageFormat{name, nil}, rep)
			checkShape(t, name, body)
			if err := json.Unmarshal(body, &got); err != nil {
				t.Fatal(err)
			}
			if a, b := shape(golden), shape(got); a != b {
				t.Errorf("%s: the members changed:\n%s\n%s", name, a, b)
			}
			for _, s := range texts(got) {
				for _, bad := range []string{"<", ">", "@", "&lt", "&#", "[", "]", "://", "evil.example", "evil。", "`", "\\", "**b", "\u202e", "\u200b", "\r", "\n#", "must-not-appear"} {
					if strings.Contains(s, bad) {
						t.Errorf("%s: %q is in %s", name, bad, s)
					}
				}
			}
		}
	}
}

// shape of a document: its members, without their texts; lines are counted.
func shape(v any) string {
	switch n := v.(type) {
	case map[string]any:
		var parts []string
		for name, member := range n {
			parts = append(parts, name+":"+shape(member))
		}
		slices.Sort(parts)
		return "{" + strings.Join(parts, ",") + "}"
	case []any:
		var parts []string
		for _, e := range n {
			parts = append(parts, shape(e))
		}
		return "[" + strings.Join(parts, ",") + "]"
	case string:
		return "text"
	}
	return fmt.Sprint(v)
}

func texts(v any) (all []string) {
	switch n := v.(type) {
	case map[string]any:
		for _, member := range n {
			all = append(all, texts(member)...)
		}
	case []any:
		for _, e := range n {
			all = append(all, texts(e)...)
		}
	case string:
		all = append(all, n)
	}
	return all
}

// TestLongest: the longest report there can be still is a message that each platform takes.
func TestLongest(t *testing.T) {
	long := strings.Repeat("云", 1_000)
	rep := report.Report{Status: report.StatusDuplicate, Reason: long, RequestedBy: long, EventId: long, Source: long, RegionId: long,
		Error: &report.Problem{Code: long, Message: long, Path: long}, Warnings: slices.Repeat([]report.Warning{{Code: long, Path: long, Message: long}}, 40), Counts: map[report.Outcome]int{}}
	for i := range 10_000 {
		rep.Desktops = append(rep.Desktops, report.DesktopReport{DesktopId: fmt.Sprintf("ecd-%060d", i), Outcome: report.Failed, Code: fmt.Sprint(i%50, long)})
		for _, outcome := range []report.Outcome{report.Stopped, report.Stopping, report.Accepted, report.AlreadyStopped, report.WouldStop} {
			rep.Desktops = append(rep.Desktops, report.DesktopReport{DesktopId: fmt.Sprintf("ecd-%060d", i), Outcome: outcome})
		}
	}
	for _, outcome := range []report.Outcome{report.Stopped, report.Failed, report.Skipped, report.NotFound, report.NotAttempted, report.Accepted, report.Stopping, report.WouldStop, report.AlreadyStopped} {
		rep.Counts[outcome] = 100_000
	}
	for _, name := range messages {
		checkShape(t, name, send(t, messageFormat{name, nil}, rep))
	}
}

// TestRobotResponses: a robot refuses with status 200. Only what its documentation calls success is one.
func TestRobotResponses(t *testing.T) {
	for _, c := range []struct {
		format  string
		answers []string
		want    report.CallbackResult
	}{
		{"dingtalk", []string{`{"errcode":0,"errmsg":"ok"}`}, report.CallbackResult{Status: "delivered", Attempts: 1}},
		{"dingtalk", []string{`{"errcode":310000,"errmsg":"sign not match"}`}, report.CallbackResult{Status: "failed", Attempts: 1, Code: "robot_310000"}},
		{"dingtalk", []string{`{"errcode":130101}`, `{"errcode":0}`}, report.CallbackResult{Status: "delivered", Attempts: 2}},
		{"wecom-en", []string{`{"errcode":0}`}, report.CallbackResult{Status: "delivered", Attempts: 1}},
		{"wecom", []string{`{"errcode":93000,"errmsg":"invalid webhook url"}`}, report.CallbackResult{Status: "failed", Attempts: 1, Code: "robot_93000"}},
		{"wecom", []string{`{"errcode":45009}`}, report.CallbackResult{Status: "failed", Attempts: 3, Code: "robot_45009"}},
		{"feishu", []string{`{"code":0,"msg":"success"}`}, report.CallbackResult{Status: "delivered", Attempts: 1}},
		{"feishu", []string{`{"StatusCode":0,"StatusMessage":"success"}`}, report.CallbackResult{Status: "delivered", Attempts: 1}},
		{"feishu-en", []string{`{"code":19021,"msg":"sign match fail"}`}, report.CallbackResult{Status: "failed", Attempts: 1, Code: "robot_19021"}},
		{"feishu", []string{`{"code":19021,"StatusCode":0}`}, report.CallbackResult{Status: "failed", Attempts: 1, Code: "robot_19021"}},
		{"dingtalk", []string{`<html>`}, report.CallbackResult{Status: "failed", Attempts: 1, Code: "robot_unreadable"}},
		{"dingtalk", []string{``}, report.CallbackResult{Status: "failed", Attempts: 1, Code: "robot_unreadable"}},
		{"wecom", []string{`{}`}, report.CallbackResult{Status: "failed", Attempts: 1, Code: "robot_unreadable"}},
		{"feishu", []string{`{"errcode":0}`}, report.CallbackResult{Status: "failed", Attempts: 1, Code: "robot_unreadable"}},
		{"dingtalk", []string{`{"errcode":0,"x":"` + strings.Repeat("x", 64<<10) + `"}`}, report.CallbackResult{Status: "failed", Attempts: 1, Code: "robot_unreadable"}},
		{"slack", []string{`ok`}, report.CallbackResult{Status: "delivered", Attempts: 1}},
	} {
		synctest.Test(t, func(t *testing.T) {
			r := &robot{answers: c.answers}
			s := sender(t, serve(t, r).Dial, messageFormat{c.format, nil}.set)
			if result := deliver(t.Context(), s, sampleReport(1)); result != c.want {
				t.Errorf("%s %.60s: %+v", c.format, c.answers, result)
			}
		})
	}
}

// TestRobotSignatures against values of another program; each attempt has another time.
func TestRobotSignatures(t *testing.T) {
	const robotSecret = "fake-robot-secret"
	for _, c := range []struct{ format, timestamp, sign string }{
		{"dingtalk", "1795377600123", "Y7Y3Tk75zPM8EGccBzLdyTTSurOuwol3CeTp4edTOMs="},
		{"feishu", "1795377600", "G9BR5gc/M2+FbMmKCcqqSNDjGjMIUO/5cEC9gUJRhno="},
	} {
		synctest.Test(t, func(t *testing.T) {
			time.Sleep(time.Until(time.UnixMilli(1795377600123)))
			r := &robot{answers: []string{`{"errcode":-1,"code":11232}`, allWell}}
			s := sender(t, serve(t, r).Dial, func(o *setup) { o.Secrets, o.Format = secrets(robotSecret), c.format })
			if result := deliver(t.Context(), s, sampleReport(1)); result.Status != report.CallbackDelivered || result.Attempts != 2 {
				t.Fatalf("%+v", result)
			}
			var signs []string
			for i, q := range r.requests {
				timestamp, sign := q.URL.Query().Get("timestamp"), q.URL.Query().Get("sign")
				if c.format == "feishu" {
					var body struct{ Timestamp, Sign string }
					if err := json.Unmarshal(r.bodies[i], &body); err != nil || timestamp != "" {
						t.Fatal(err, timestamp)
					}
					timestamp, sign = body.Timestamp, body.Sign
				}
				if q.URL.Query().Get("access_token") != urlToken {
					t.Errorf("the token is gone: %s", q.URL)
				}
				if i == 0 && (timestamp != c.timestamp || sign != c.sign) {
					t.Errorf("%s: %s %s", c.format, timestamp, sign)
				}
				signs = append(signs, timestamp+sign)
			}
			if c.format == "dingtalk" && signs[0] == signs[1] {
				t.Error("the second attempt has the time of the first")
			}
			hides(t, s)
		})
	}
}

// TestRobotSignatureStays: the signature covers the time alone, so anybody who gets it may speak to the
// robot. It does not go to a destination that an event names.
func TestRobotSignatureStays(t *testing.T) {
	for _, name := range []string{"dingtalk", "feishu"} {
		r := &robot{answers: []string{allWell}}
		spy := newSpy(t, r, []string{publicIP})
		s := spy.sender(t, func(o *setup) {
			o.URL, o.Secrets, o.Format = secret.New(localURL), secrets("fake-robot-secret"), name
		})
		if result := s.Deliver(t.Context(), namedURL, sampleReport(1)); result.Status != report.CallbackDelivered {
			t.Fatalf("%+v", result)
		}
		if all := r.requests[0].URL.String() + string(r.bodies[0]); strings.Contains(all, "sign=") || strings.Contains(all, `"sign"`) {
			t.Errorf("%s: %s", name, all)
		}
	}
}

// TestSigning: which secrets a format takes.
func TestSigning(t *testing.T) {
	skeleton := []byte(`{"text":"${Status}"}`)
	for _, c := range []struct {
		format   string
		skeleton []byte
		secrets  []string
		keys     int
		robot    bool
		ok       bool
	}{
		{"cloudevents", nil, []string{firstSecret, secondSecret}, 2, false, true},
		{"cloudevents", nil, []string{"SEC0123"}, 0, false, false},
		{"custom", skeleton, []string{firstSecret}, 1, false, true},
		{"dingtalk", nil, []string{"SEC0123"}, 0, true, true},
		{"dingtalk", nil, nil, 0, false, true},
		{"dingtalk", nil, []string{"SEC0123", "SEC4567"}, 0, false, false},
		{"feishu-en", nil, []string{"x"}, 0, true, true},
		{"feishu", nil, []string{""}, 0, false, false},
		{"wecom", nil, []string{"x"}, 0, false, false},
		{"slack", nil, []string{"x"}, 0, false, false},
	} {
		d, faults := messageFormat{c.format, c.skeleton}.destination(c.secrets...)
		if (faults["CALLBACK_SECRET"] == nil) != c.ok || (d != nil) != c.ok || c.ok && (len(d.Keys) != c.keys || d.RobotSecret.Empty() == c.robot) {
			t.Errorf("%s %q: %v", c.format, c.secrets, faults)
		}
	}
}

// TestSkeleton: the fault of a skeleton in a file is found at start and not at the first report.
func TestSkeleton(t *testing.T) {
	skeleton := `{"n":1,"none":null,"title":"${Status} ${Counts.stopped}/${Counts.failed}","lines":["a\nerror ${Error.Code}\n${RegionId} ${Kind}"],"fixed":"no ${Error.Path}\nline"}`
	body := send(t, messageFormat{"custom", []byte(skeleton)}, report.Report{Status: report.StatusDone, RegionId: "cn-hangzhou", Counts: map[report.Outcome]int{report.Stopped: 5}})
	if want := `{"fixed":"line","lines":["a\ncn-hangzhou "],"n":1,"none":null,"title":"done 5/0"}`; string(body) != want {
		t.Errorf("%s", body)
	}
	for _, c := range []struct{ format, skeleton, variable, says string }{
		{"custom", ``, "CALLBACK_TEMPLATE", "JSON object"},
		{"custom", `[]`, "CALLBACK_TEMPLATE", "JSON object"},
		{"custom", `null`, "CALLBACK_TEMPLATE", "JSON object"},
		{"custom", `{"a":"x"} {}`, "CALLBACK_TEMPLATE", "JSON object"},
		{"custom", `{"a":["${Nothing}"]}`, "CALLBACK_TEMPLATE", "${Nothing}, which does not exist; there are Account, Counts.accepted"},
		{"custom", `{"a":"${status}"}`, "CALLBACK_TEMPLATE", "${status}"},
		{"custom", `{"a":"${Status"}`, "CALLBACK_TEMPLATE", "without its }"},
		{"custom", `{"${Status}":"a"}`, "CALLBACK_TEMPLATE", "name of a member"},
		{"custom", `{"a":"` + strings.Repeat("x", 20_000) + `"}`, "CALLBACK_TEMPLATE", "larger"},
		{"custom", `{"a":"` + strings.Repeat("${NotStoppedText}", 1_000) + `"}`, "CALLBACK_TEMPLATE", "more than"},
		{"dingtalk", `{"text":"${Status}"}`, "CALLBACK_TEMPLATE", "msgtype"},
		{"feishu", `{"msgtype":"text"}`, "CALLBACK_TEMPLATE", "msg_type"},
		{"slack", `{"msgtype":"text"}`, "CALLBACK_TEMPLATE", "text"},
		{"cloudevents", `{"a":"${Status}"}`, "CALLBACK_TEMPLATE", "CALLBACK_FORMAT"},
		{"Dingtalk", `{"msgtype":"text"}`, "CALLBACK_FORMAT", "must be one of"},
		{"", `{}`, "CALLBACK_FORMAT", "must be one of"},
	} {
		_, faults := messageFormat{c.format, []byte(c.skeleton)}.destination()
		if len(faults) != 1 || faults[c.variable] == nil || !strings.Contains(faults[c.variable].Error(), c.says) {
			t.Errorf("%s %.60s: %v", c.format, c.skeleton, faults)
		}
	}
	if _, faults := (messageFormat{name: "custom"}).destination(); faults["CALLBACK_FORMAT"] == nil {
		t.Error("custom without a skeleton")
	}
}

// TestFormats: each name that is said to exist does, in the language that its users read.
func TestFormats(t *testing.T) {
	for _, name := range callback.Formats {
		var skeleton []byte
		if strings.HasPrefix(name, "custom") {
			skeleton = []byte(`{"text":"${StatusText}"}`)
		}
		f := messageFormat{name, skeleton}
		if name == "cloudevents" {
			continue
		}
		body := string(send(t, f, report.Report{Status: report.StatusDone, Counts: map[report.Outcome]int{report.Stopped: 1}}))
		if chinese := !strings.HasSuffix(name, "-en") && name != "slack" && name != "custom"; strings.Contains(body, "完成") != chinese {
			t.Errorf("%s: %s", name, body)
		}
	}
}

// TestRobotResponseCutOff: a response that ends early says neither yes nor no, so it is asked for again.
func TestRobotResponseCutOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := serve(t, http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
			rw.Header().Set("Content-Length", "100")
			_, _ = io.WriteString(rw, `{"errcode":0`)
		}))
		s := sender(t, w.Dial, messageFormat{"dingtalk", nil}.set)
		if result, want := deliver(t.Context(), s, sampleReport(1)), (report.CallbackResult{Status: "failed", Attempts: 3, Code: "unreachable"}); result != want {
			t.Errorf("%+v, want %+v", result, want)
		}
	})
}
