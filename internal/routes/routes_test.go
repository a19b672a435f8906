package routes_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"stopdesktops/events"
	"stopdesktops/internal/callback"
	"stopdesktops/internal/routes"
	"stopdesktops/internal/secret"
)

var limits = routes.Limits{Regions: []string{"cn-hangzhou", "cn-shanghai"}, MaxDesktops: 100}

var variables = map[string]string{"TOKEN": "fake-token-for-tests-1,fake-token-for-tests-2", "SHORT": "fake", "EMPTY": " ", "PLACEHOLDER": "changeme-changeme",
	"URL": "https://robot.example/fake-token?a=1,2", "ROBOT": "fake-robot-secret", "BADURL": "http://robot.example/fake-token"}

func lookup(name string) (string, bool) { v, ok := variables[name]; return v, ok }

func read(text string) (*routes.Table, error) {
	return routes.Read("routes.yaml", text, routes.Options{Lookup: lookup, Limits: &limits, Callback: &callback.Settings{Format: "cloudevents", On: callback.All}, Folder: "."})
}

// route whose request is this YAML.
func route(t testing.TB, request string) *routes.Route {
	t.Helper()
	table, err := read("http:\n  - path: /a\n    auth: {scheme: token, secrets: [TOKEN]}\n" + request)
	if err != nil {
		t.Fatal(err)
	}
	r, _ := table.HTTP("/a")
	return r
}

// TestFaults: each is reported with its line and where it is, and shows no secret.
func TestFaults(t *testing.T) {
	const auth = "auth: {scheme: token, secrets: [TOKEN]}"
	one := func(more string) string { return "http:\n  - path: /a\n    " + auth + "\n    " + more }
	for _, c := range []struct{ text, want string }{
		{"", "routes.yaml:1: holds no routes"},
		{"# nothing\n", "routes.yaml:1: holds no routes"},
		{"http: []\n", "routes.yaml:1: http: is empty"},
		{"{}", "routes.yaml:1: holds no routes"},
		{"http:\n  - path: [", "is not YAML"},
		{one("") + "\n---\nhttp: {}", "more than one document"},
		{"htpp: []\n", "routes.yaml:1: htpp: is not known here; known are events, http"},
		{one("asynch: true"), "routes.yaml:4: http[0].asynch: is not known here"},
		{one("async: true\n    async: false"), "routes.yaml:5: http[0].async: is there twice"},
		{one("async: yes please"), "routes.yaml:4: http[0].async: must be true or false"},
		{"http:\n  - " + auth, "routes.yaml:2: http[0]: needs path"},
		{"http:\n  - path: /a", "routes.yaml:2: http[0]: needs auth"},
		{"http:\n  - path: a\n    " + auth, "routes.yaml:2: http[0].path: must be a path"},
		{"http:\n  - path: /a/\n    " + auth, "must be a path"},
		{"http:\n  - path: /a?b\n    " + auth, "must be a path"},
		{"http:\n  - path: /a%20b\n    " + auth, "must be a path"},
		{"http:\n  - path: /a/../b\n    " + auth, "must be a path"},
		{one("") + "\n  - path: /a\n    " + auth, "routes.yaml:5: http[1].path: is the path of a route above"},
		{"http:\n  - path: /a\n    auth: {scheme: none, secrets: [TOKEN]}", "http[0].auth: scheme must be one of standard, hub-sha256"},
		{"http:\n  - path: /a\n    auth: {secrets: [TOKEN]}", "http[0].auth: needs a scheme"},
		{"http:\n  - path: /a\n    auth: {scheme: token}", "needs secrets"},
		{"http:\n  - path: /a\n    auth: {scheme: token, secrets: []}", "secrets: is empty"},
		{"http:\n  - path: /a\n    auth: {scheme: token, secrets: [SHORT]}", "http[0].auth.secrets: secret 1 of 1 is shorter than 16 bytes"},
		{"http:\n  - path: /a\n    auth: {scheme: token, secrets: [TOKEN, PLACEHOLDER]}", "secret 3 of 3 is a placeholder"},
		{"http:\n  - path: /a\n    auth: {scheme: token, secrets: [EMPTY]}", "http[0].auth.secrets[0]: names an environment variable that is not set"},
		{"http:\n  - path: /a\n    auth: {scheme: token, secrets: [FAKE_TOKEN_THAT_LEAKS]}", "that is not set"},
		{"http:\n  - path: /a\n    auth: {scheme: token, secrets: [fake-token-that-leaks]}", "not the secret itself"},
		{"http:\n  - path: /a\n    auth: {scheme: gateway, secrets: [TOKEN]}", "takes no secrets"},
		{"http:\n  - path: /a\n    auth: {scheme: zendesk, header: X-A, secrets: [TOKEN]}", "header: is fixed for scheme zendesk"},
		{"http:\n  - path: /a\n    auth: {scheme: token, header: 'X A', secrets: [TOKEN]}", "is not the name of a header"},
		{one("") + "\n  - path: /b\n    auth: {scheme: gateway}", "route /b has scheme gateway, which needs a trigger that checks every caller"},
		{one("time: {path: $.t}"), "http[0].time: needs a scheme that signs the body; token does not"},
		{"http:\n  - path: /a\n    time: {path: $.t}\n    auth: {scheme: zendesk, secrets: [TOKEN]}", "routes.yaml:3: http[0].time: is not needed"},
		{"http:\n  - path: /a\n    auth: {scheme: hub-sha256, secrets: [TOKEN]}\n    time: {path: '$.t[*]'}", "can find more than one value"},
		{"http:\n  - path: /a\n    auth: {scheme: hub-sha256, secrets: [TOKEN]}\n    time: {path: $.t, window: 30s}", "must be a duration from 1m"},
		{"http:\n  - path: /a\n    auth: {scheme: hub-sha256, secrets: [TOKEN]}\n    time: {path: $.t, window: 200h}", "must be a duration from 1m"},
		{"http:\n  - path: /a\n    auth: {scheme: hub-sha256, secrets: [TOKEN]}\n    time: {window: 1h}", "needs path"},
		{"http:\n  - path: /a\n    auth: {scheme: hub-sha256, secrets: [TOKEN]}\n    time: {path: $.t}", "routes.yaml:4: http[0].time: needs request beside it"},
		{one("when: [{path: $.a}]"), "http[0].when[0]: needs either is or isNot"},
		{one("when: [{path: $.a, is: b, isNot: c}]"), "http[0].when[0]: needs either is or isNot"},
		{one("when: [{path: $.a, isNot: [{b: c}]}]"), "http[0].when[0].isNot[0]: must be a text"},
		{one("request: {DesktopId: $.d, IdempotencyKey: {join: $.a}}"), "http[0].request.IdempotencyKey.join: must be a list of two paths or more"},
		{one("request: {DesktopId: $.d, IdempotencyKey: {join: [$.a]}}"), "must be a list of two paths or more"},
		{one("request: {DesktopId: $.d, IdempotencyKey: {join: []}}"), "http[0].request.IdempotencyKey.join: is empty"},
		{one("request: {DesktopId: $.d, IdempotencyKey: {join: [$.a, '$.b[*]']}}"), "http[0].request.IdempotencyKey.join[1]: can find more than one value"},
		{one("request: {DesktopId: $.d, IdempotencyKey: {join: [$.a, $.b], optional: true}}"), "join must be its only member"},
		{one("request: {DesktopId: $.d, IdempotencyKey: {join: [$.a, $.b], default: c}}"), "join must be its only member"},
		{one("request: {DesktopId: $.d, IdempotencyKey: {join: [$.a, $.b], path: $.c}}"), "join must be its only member"},
		{one("request: {DesktopId: $.d, Reason: {join: [$.a, $.b]}}"), "http[0].request.Reason.join: is for IdempotencyKey only"},
		{one("when: [{is: a}]"), "http[0].when[0]: needs path"},
		{one("when: [{path: $.a, is: [[a]]}]"), "must be a text, a number, true or false"},
		{one("when: [{path: $.a, is: null}]"), "must be a value"},
		{one("request: {DesktopId: $.a, Desktop: $.b}"), "http[0].request.Desktop: is not known here"},
		{one("request: {DesktopId: $.a, CallbackUrl: $.b}"), "http[0].request.CallbackUrl: is not known here"},
		{one("request: {RegionId: $.a}"), "names no desktops"},
		{one("request: {DesktopId: ecd-a}"), "must be a JSONPath; a constant is written {value: …}"},
		{one("request: {DesktopId: {value: ecd!}}"), "http[0].request.DesktopId.value: "},
		{one("request: {DesktopId: {path: $.a, value: ecd-a}}"), "needs either path or value"},
		{one("request: {DesktopId: {optional: true}}"), "needs either path or value"},
		{one("request: {DesktopId: {value: ecd-a, optional: true}}"), "is a constant"},
		{one("request: {DesktopId: {path: $.a, default: ecd-a, optional: true}}"), "is not optional"},
		{one("request: {DesktopId: {path: []}}"), "is empty"},
		{one("request: {DesktopId: $.a, StoppedMode: '$.a[*]'}"), "can find more than one value"},
		{one("request: {DesktopId: $.a, Reason: '$.a[?@.b==1]'}"), "can find more than one value"},
		{one("request: {DesktopId: $.a, RegionId: {path: $.r, default: Hangzhou}}"), "default: is not a region ID"},
		{one("request: {DesktopId: $.a, RegionId: {value: [cn-hangzhou, Beijing]}}"), "value: is not a region ID"},
		{one("request: {Select.All: $.all}"), "may only be a constant"},
		{one("request: {DesktopId: $.a, Select.Tag: $.tag}"), "may only be a constant"},
		{one("request: {Select.All: {value: true}, Select.OfficeSiteId: $.o}"), "asks for all desktops, and yet"},
		{one("request: {DesktopId: $..a}"), "uses .."},
		{one("request: {DesktopId: '$.a[?@..b]'}"), "uses .."},
		{one("request: {DesktopId: '$.a[?length(@.b)>1]'}"), "unknown function"},
		{one("request: {DesktopId: \"$.a[?match(@.b,'x')]\"}"), "unknown function"},
		{one("request: {DesktopId: '$.a[?@[?@.b]]'}"), "filter inside a filter"},
		{one("request: {DesktopId: '$.a[?@.b==$.c]'}"), "whole document in a filter"},
		{one("request: {DesktopId: \"$['a','b']\"}"), "several selectors"},
		{one("request: {DesktopId: $.a b}"), "is not a JSONPath"},
		{one("request: {DesktopId: $." + strings.Repeat("a", 256) + "}"), "is longer than 256 bytes"},
		{one("allow: {regions: [hangzhou]}"), "not a region ID"},
		{one("allow: {regions: [cn-beijing]}"), "routes.yaml:4: http[0].allow.regions: holds a region that is not among ALLOWED_REGIONS"},
		{one("allow: {accounts: [\"acs:ram::1234567890123456:role/stop-desktops\"]}"), "not the name of an account"},
		{one("allow: {accounts: [lab]}"), "routes.yaml:4: http[0].allow.accounts: holds an account that is not among ACCOUNTS"},
		{one("request: {DesktopId: $.a, Account: {value: Prod}}"), "is not the name of an account"},
		{one("allow: {modes: [Hibernate]}"), "must be StopCharging or KeepCharging"},
		{one("allow: {force: true}"), "ALLOW_FORCE is not set"},
		{one("allow: {maxDesktops: 101}"), "is more than MAX_DESKTOPS"},
		{one("allow: {maxDesktops: 0}"), "must be a whole number"},
		{one("allow: {batch: many}"), "must be a whole number"},
		{one("callback: {}"), "http[0].callback: says nothing"},
		{one("callback: {to: x}"), "http[0].callback.to: is not known here"},
		{one("callback: {url: [a]}"), "http[0].callback.url: must be a text"},
		{one("callback: {url: 'https://robot.example/fake-token'}"), "http[0].callback.url: must be the name of an environment variable, not the secret itself"},
		{one("callback: {url: NOT_SET}"), "http[0].callback.url: names an environment variable that is not set"},
		{one("callback:\n      on: all\n      url: BADURL"), "routes.yaml:6: http[0].callback.url: may be http:// on loopback only"},
		{one("callback: {url: URL, on: always}"), "http[0].callback.on: must be all or problems"},
		{one("callback: {url: URL, format: teams}"), "http[0].callback.format: must be one of cloudevents, dingtalk"},
		{one("callback: {url: URL, format: custom}"), "http[0].callback.format: custom needs template"},
		{one("callback: {url: URL, template: nosuch.json, format: custom}"), "http[0].callback.template: names a file that cannot be read: give its path"},
		{one("callback: {url: URL, template: routes_test.go, format: custom}"), "http[0].callback.template: is larger than"},
		{one("callback: {url: URL, format: wecom, secrets: [ROBOT]}"), "http[0].callback.secrets: wecom takes no signature"},
		{one("callback: {url: URL, format: cloudevents, secrets: [ROBOT]}"), "http[0].callback.secrets: secret 1 of 1 is not of the form whsec_<base64>"},
		{one("callback: {url: URL, format: feishu, secrets: [TOKEN]}"), "http[0].callback.secrets: a robot has one secret"},
		{one("callback: {on: all}"), "http[0].callback: has nowhere to go: CALLBACK_URL is not set"},
		{one("approves: [/a]"), "routes.yaml:4: http[0].approves: needs a scheme that signs the body, such as standard or hub-sha256: token does not"},
		{one("") + "\n  - path: /b\n    auth: {scheme: hub-sha256, secrets: [TOKEN]}\n    approves: [/a]", "routes.yaml:7: http[1].approves: names /a, whose scheme token does not sign the body"},
		{one("") + "\n  - path: /b\n    auth: {scheme: hub-sha256, secrets: [TOKEN]}\n    approves: [/c]", "must name paths of HTTP routes"},
		{"http:\n  - path: /b\n    auth: {scheme: hub-sha256, secrets: [TOKEN]}\n    approves: [acme]\nevents:\n  - source: acme", "must name paths of HTTP routes"},
		{"http:\n  - path: /b\n    auth: {scheme: hub-sha256, secrets: [TOKEN]}\n    approves: []", "approves: is empty"},
		{"events:\n  - source: a\n    approves: [/b]", "events[0].approves: is not known here"},
		{"events:\n  - type: a", "events[0]: needs source"},
		{"events:\n  - source: a\n    auth: {scheme: gateway}", "events[0].auth: is not known here"},
		{"events:\n  - source: a\n    async: true", "events[0].async: is not known here"},
		{"events:\n  - source: a\n  - source: a", "routes.yaml:3: events[1]: repeats"},
		{"events: [a]", "events[0]: must be an object with"},
		{"http: {path: /a, auth: x}", "auth: must be an object with"},
		{"a: &a\n  - *a\n", "is not known here"},
	} {
		_, err := read(c.text)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s\n  is answered %v\n  not %q", c.text, err, c.want)
			continue
		}
		if strings.Contains(strings.ToLower(err.Error()), "that_leaks") || strings.Contains(err.Error(), "that-leaks") || strings.Contains(err.Error(), "fake") {
			t.Errorf("a secret is shown: %v", err)
		}
	}
}

// TestAllFaultsTogether, in the order of their lines.
func TestAllFaultsTogether(t *testing.T) {
	_, err := read("events:\n  - {source: a, x: 1}\nhttp:\n  - path: a\n    auth: {scheme: token, secrets: [SHORT]}\n    async: 1\n")
	lines := strings.Split(err.Error(), "\n")
	for i, want := range []string{"routes.yaml:2: events[0].x", "routes.yaml:4: http[0].path", "routes.yaml:5: http[0].auth.secrets", "routes.yaml:6: http[0].async"} {
		if len(lines) != 4 || !strings.HasPrefix(lines[i], want) {
			t.Fatalf("%q, want %q", lines, want)
		}
	}
}

// TestWithoutEnvironment: on a laptop there are no secrets, and no policy.
func TestWithoutEnvironment(t *testing.T) {
	text := "http:\n  - path: /a\n    auth: {scheme: token, secrets: [NOT_HERE]}\n    allow: {regions: [cn-beijing], force: true, maxDesktops: 1000}\n"
	if _, err := routes.Read("r", text, routes.Options{}); err != nil {
		t.Error(err)
	}
	if _, err := routes.Read("r", strings.Replace(text, "[NOT_HERE]", "[]", 1), routes.Options{}); err == nil {
		t.Error("no secrets, and no fault")
	}
}

// TestCallback: what a route does not say of its callback is as for the function, but the function's
// secret goes to nobody but the function's receiver.
func TestCallback(t *testing.T) {
	const here, robot, whsec = "https://function.example", "https://robot.example", "whsec_ZmFrZS1zZWNyZXQtZm9yLXRlc3RzLW9ubHkh"
	function := callback.Settings{URL: secret.New(here), Secrets: []secret.String{secret.New(whsec)}, Format: "cloudevents", On: callback.Problems}
	for _, c := range []struct {
		says, url, on string
		signs, robot  bool
	}{
		{"on: all", here, callback.All, true, false},
		{"url: URL", robot, callback.Problems, false, false},
		{"url: URL, format: slack", robot, callback.Problems, false, false},
		{"url: URL, format: feishu, secrets: [ROBOT]", robot, callback.Problems, false, true},
		{"format: dingtalk, secrets: [ROBOT]", here, callback.Problems, false, true},
	} {
		text := "events:\n  - source: a\n    callback: {" + c.says + "}\n"
		table, err := routes.Read("r", text, routes.Options{Lookup: lookup, Callback: &function})
		if err != nil {
			t.Errorf("%s: %v", c.says, err)
			continue
		}
		d := table.List[0].Callback
		// Only a format without a URL is for what events name, too.
		if dedicated := !strings.HasPrefix(c.says, "format"); table.List[0].Dedicated != dedicated {
			t.Errorf("%s: dedicated %v", c.says, !dedicated)
		}
		if d.Origin().String() != c.url || d.On != c.on || (len(d.Keys) > 0) != c.signs || d.RobotSecret.Empty() == c.robot {
			t.Errorf("%s: %+v", c.says, d)
		}
	}
	for text, own := range map[string]bool{"url: URL": true, "url: URL, on: all": true, "on: all": false, "format: dingtalk, secrets: [ROBOT]": false} {
		table, err := routes.Read("r", "events:\n  - source: a\n    callback: {"+text+"}\n", routes.Options{Lookup: lookup, Callback: &function})
		if err != nil || table.List[0].OwnURL != own {
			t.Errorf("%s: own URL %v, %v", text, !own, err)
		}
	}
	_, err := routes.Read("r", "events:\n  - source: a\n    callback: {format: slack}", routes.Options{Lookup: lookup, Callback: &function})
	if err == nil || !strings.Contains(err.Error(), "CALLBACK_SECRET, which holds here too, slack takes no signature") {
		t.Error(err)
	}
	// The function's skeleton is for its own format: here it would be no message for Feishu.
	skeletal := callback.Settings{URL: secret.New(here), Format: "dingtalk", Skeleton: []byte(`{"msgtype":"text"}`), On: callback.All}
	if _, err := routes.Read("r", "events:\n  - source: a\n    callback: {format: feishu}", routes.Options{Lookup: lookup, Callback: &skeletal}); err != nil {
		t.Error(err)
	}
	table, err := routes.Read("r", "events:\n  - source: a", routes.Options{Lookup: lookup, Callback: &function})
	if err != nil || table.List[0].Callback != nil {
		t.Error("a route that says nothing has a callback of its own", err)
	}
}

// TestLookups: exactly the path; the type before any type.
func TestLookups(t *testing.T) {
	table, err := read("http:\n  - path: /a\n    auth: {scheme: gateway}\nevents:\n  - source: s\n  - {source: s, type: t}\n  - {source: u, type: t}\n")
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]bool{"/a": true, "/a/": false, "/A": false, "/": false, "": false, "/a/b": false} {
		if got, any := table.HTTP(path); (got != nil) != want || !any {
			t.Errorf("%q: %v %v", path, got, any)
		}
	}
	for _, c := range []struct{ source, kind, want string }{{"s", "t", "s t"}, {"s", "x", "s"}, {"s", "", "s"}, {"u", "t", "u t"}, {"u", "x", ""}, {"x", "t", ""}} {
		got, any := table.Event(c.source, c.kind)
		if name := ""; !any || got != nil && got.Name != c.want || got == nil && c.want != name {
			t.Errorf("%+v: %v", c, got)
		}
	}
	only, _ := read("events: [{source: s}]")
	if _, any := only.HTTP("/a"); any {
		t.Error("HTTP routes, where there are none")
	}
}

// TestMapUsers: an ID of a user may hold a blank. Elements are not split. A text is, but not at blanks, and
// it is refused where a blank leaves open how many users it names.
func TestMapUsers(t *testing.T) {
	for _, c := range []struct{ path, body, want string }{
		{"$.u[*]", `["li si"]`, `["li si"]`},
		{"$.u[*]", `["li si",{"value":" wang "},"",null,["zhao qian","sun"]]`, `["li si","wang","zhao qian","sun"]`},
		{"$.u[0:2]", `["li si","wang","zhao"]`, `["li si","wang"]`},
		{"$.u[*].id", `[{"id":"li si"},{"id":{"value":"wang wu"}}]`, `["li si","wang wu"]`},
		{"$.u", `["li si",{"value":"wang wu"}]`, `["li si","wang wu"]`},
		{"$.u", `{"value":["li si"]}`, `["li si"]`},
		{"$.u", `"lisi, wang;zhao\n sun\r\n\tqian|zhou、wu，zheng；"`, `["lisi","wang","zhao","sun","qian","zhou","wu","zheng"]`},
		{"$.u", `" lisi\u3000,\u00a0wang "`, `["lisi","wang"]`},
		{"$.u[?@.name=='users'].value", `[{"name":"other","value":"x"},{"name":"users","value":"lisi,wang"}]`, `["lisi","wang"]`},
		{"$.u", `"li si"`, ""},
		{"$.u", `"wang, li si"`, ""},
		{"$.u", `"li\u3000si"`, ""},
		{"$.u", `"li\u00a0si"`, ""},
		{"$.u", `{"value":"li si"}`, ""},
		{"$.u[?@.name=='users'].value", `[{"name":"users","value":"li si"}]`, ""},
	} {
		for _, field := range []string{"Select", "Exclude"} {
			m := route(t, "    request: {DesktopId: {value: [ecd-a]}, "+field+".EndUserId: {path: \""+c.path+"\"}}\n").Mapping
			got, err := m.Map([]byte(`{"u":`+c.body+`}`), "$.data")
			if c.want == "" {
				if e, ok := errors.AsType[*events.Error](err); !ok || !strings.Contains(e.Message, "use an array") || !strings.HasPrefix(e.Path, "$.data.u") {
					t.Errorf("%s of %s: %s %v", c.path, c.body, got.Request, err)
				}
			} else if want := `{"DesktopId":["ecd-a"],"` + field + `":{"EndUserId":` + c.want + `}}`; err != nil || string(got.Request) != want {
				t.Errorf("%s of %s: %s %v, want %s", c.path, c.body, got.Request, err, want)
			}
		}
	}
}

const maximal = `    request:
      RegionId: {path: [$.region, $.fields.region], default: cn-hangzhou}
      DesktopId: {path: [$.desktops, "$.form[?@.name=='desktops'].value"]}
      StoppedMode: {path: $.mode, optional: true}
      OsUpdate: {path: $.update, optional: true}
      IdleMinutes: {path: $.idle, optional: true}
      On: {path: $.day, optional: true}
      Reason: {path: $.ticket, optional: true}
      Exclude.EndUserId: {path: "$.spare[*]", optional: true}
      Exclude.Tag: {value: [{Key: keep}]}
`

// TestMap: what bodies become.
func TestMap(t *testing.T) {
	m := route(t, maximal).Mapping
	const rest = `,"Exclude":{"Tag":[{"Key":"keep"}]},"RegionId":"cn-hangzhou"}`
	const tag = `"Exclude":{"Tag":[{"Key":"keep"}]},`
	for _, c := range []struct{ body, want string }{
		{`{"desktops":["ecd-a","ecd-b"]}`, `{"DesktopId":["ecd-a","ecd-b"]` + rest},
		{`{"desktops":"ecd-a, ecd-b;ecd-c\necd-d|ecd-e、ecd-f，ecd-g；ecd-h"}`, `{"DesktopId":["ecd-a","ecd-b","ecd-c","ecd-d","ecd-e","ecd-f","ecd-g","ecd-h"]` + rest},
		{`{"desktops":"ecd-a　ecd-b ecd-c﹐ecd-d،ecd-e｜ecd-f"}`, `{"DesktopId":["ecd-a","ecd-b","ecd-c","ecd-d","ecd-e","ecd-f"]` + rest},
		{`{"desktops":[{"value":"ecd-a","id":"1"},{"value":"ecd-b"}]}`, `{"DesktopId":["ecd-a","ecd-b"]` + rest},
		{`{"desktops":{"value":"ecd-a ecd-b"}}`, `{"DesktopId":["ecd-a","ecd-b"]` + rest},
		{`{"desktops":[" ecd-a ",""]}`, `{"DesktopId":["ecd-a"]` + rest},
		{`{"desktops":"","form":[{"name":"other","value":"x"},{"name":"desktops","value":"ecd-a,ecd-b"}]}`, `{"DesktopId":["ecd-a","ecd-b"]` + rest},
		{`{"desktops":null,"form":[{"name":"desktops","value":["ecd-a"]}]}`, `{"DesktopId":["ecd-a"]` + rest},
		{`{"desktops":"ecd-a","region":" cn-shanghai "}`, `{"DesktopId":["ecd-a"],` + tag + `"RegionId":["cn-shanghai"]}`},
		{`{"desktops":"ecd-a","region":null,"fields":{"region":{"value":"cn-shanghai"}}}`, `{"DesktopId":["ecd-a"],` + tag + `"RegionId":["cn-shanghai"]}`},
		{`{"desktops":"ecd-a","region":["cn-hangzhou",{"value":"cn-shanghai"},""]}`, `{"DesktopId":["ecd-a"],` + tag + `"RegionId":["cn-hangzhou","cn-shanghai"]}`},
		{`{"desktops":"ecd-a","region":[]}`, `{"DesktopId":["ecd-a"]` + rest},
		{`{"desktops":"ecd-a","day":{"value":" workday "}}`, `{"DesktopId":["ecd-a"],` + tag + `"On":"workday","RegionId":"cn-hangzhou"}`},
		{`{"desktops":"ecd-a","ticket":10431}`, `{"DesktopId":["ecd-a"],` + tag + `"Reason":"10431","RegionId":"cn-hangzhou"}`},
		{`{"desktops":"ecd-a","update":"true","idle":"030"}`, `{"DesktopId":["ecd-a"],` + tag + `"IdleMinutes":30,"OsUpdate":true,"RegionId":"cn-hangzhou"}`},
		{`{"desktops":"ecd-a","update":false,"idle":0}`, `{"DesktopId":["ecd-a"],` + tag + `"IdleMinutes":0,"OsUpdate":false,"RegionId":"cn-hangzhou"}`},
		{`{"desktops":"ecd-a","idle":50.0}`, `{"DesktopId":["ecd-a"],` + tag + `"IdleMinutes":50,"RegionId":"cn-hangzhou"}`},
		{`{"desktops":"ecd-a","idle":{"value":" 5.0e1 "}}`, `{"DesktopId":["ecd-a"],` + tag + `"IdleMinutes":50,"RegionId":"cn-hangzhou"}`},
		// Whether it is too small or too large is said with the limits, where the request is read.
		{`{"desktops":"ecd-a","idle":"-1"}`, `{"DesktopId":["ecd-a"],` + tag + `"IdleMinutes":-1,"RegionId":"cn-hangzhou"}`},
		{`{"desktops":"ecd-a","idle":1e3}`, `{"DesktopId":["ecd-a"],` + tag + `"IdleMinutes":1000,"RegionId":"cn-hangzhou"}`},
		{`{"desktops":["", " ecd-a\t", "　", {"value":" ecd-b"}]}`, `{"DesktopId":["ecd-a","ecd-b"]` + rest},
		{`{"desktops":"ecd-a","spare":["li si",{"value":"wang"}]}`, `{"DesktopId":["ecd-a"],"Exclude":{"EndUserId":["li si","wang"],"Tag":[{"Key":"keep"}]},"RegionId":"cn-hangzhou"}`},
		{`{"desktops":"ecd-a","Force":true,"unknown":1}`, `{"DesktopId":["ecd-a"]` + rest},
	} {
		got, err := m.Map([]byte(c.body), "$")
		if err != nil || string(got.Request) != c.want {
			t.Errorf("%s\n  becomes %s %v\n     want %s", c.body, got.Request, err, c.want)
		}
	}
	for _, c := range []struct{ body, code, path string }{
		{`{"desktops":17}`, events.WrongType, "$.data.desktops"},
		{`{"desktops":true}`, events.WrongType, "$.data.desktops"},
		{`{"desktops":{"id":"ecd-a"}}`, events.WrongType, "$.data.desktops"},
		{`{"desktops":[17]}`, events.WrongType, "$.data.desktops"},
		{`{"desktops":[["ecd-a"]]}`, events.WrongType, "$.data.desktops"},
		{`{"desktops":["ecd-a",null]}`, events.WrongType, "$.data.desktops"},
		{`{}`, events.MissingField, "$.data.desktops"},
		{`{"desktops":[]}`, events.MissingField, "$.data.desktops"},
		{`{"desktops":[""," "]}`, events.MissingField, "$.data.desktops"},
		{`[]`, events.MissingField, "$.data.desktops"},
		{`"text"`, events.MissingField, "$.data.desktops"},
		{`{"desktops":"ecd-a","region":[["cn-hangzhou"]]}`, events.WrongType, "$.data.region"},
		{`{"desktops":"ecd-a","region":{"name":"cn-hangzhou"}}`, events.WrongType, "$.data.region"},
		{`{"desktops":"ecd-a","region":true}`, events.WrongType, "$.data.region"},
		{`{"desktops":"ecd-a","update":"yes"}`, events.WrongType, "$.data.update"},
		{`{"desktops":"ecd-a","update":1}`, events.WrongType, "$.data.update"},
		{`{"desktops":"ecd-a","idle":1.5}`, events.WrongType, "$.data.idle"},
		{`{"desktops":"ecd-a","idle":"30.5"}`, events.WrongType, "$.data.idle"},
		{`{"desktops":"ecd-a","idle":"0x1e"}`, events.WrongType, "$.data.idle"},
		{`{"desktops":"ecd-a","idle":1e400}`, events.WrongType, "$.data.idle"},
		{`{"desktops":"ecd-a","desktops":"ecd-b"}`, events.DuplicateField, "$.data.desktops"},
		{`{"desktops":"ecd-a","x":[{"y":1,"y":2}]}`, events.DuplicateField, "$.data.x[0].y"},
		{`{"desktops":"ecd-a"} {}`, events.InvalidJSON, "$.data"},
		{`{"desktops":"ecd-\ud800"}`, events.InvalidUTF8, "$.data.desktops"},
		{"{\"desktops\":\"\xff\"}", events.InvalidUTF8, "$.data"},
		{strings.Repeat(`[`, 65) + strings.Repeat(`]`, 65), events.TooDeep, "$.data"},
		{``, events.Empty, "$.data"},
	} {
		got, err := m.Map([]byte(c.body), "$.data")
		var e *events.Error
		if !errors.As(err, &e) || e.Code != c.code || e.Path != c.path || got.Request != nil {
			t.Errorf("%s: %s %v; want %s at %s", c.body, got.Request, err, c.code, c.path)
		}
	}
}

// TestOrder: an object has none of its own, so what is found there comes in that of the names.
func TestOrder(t *testing.T) {
	m := route(t, "    request: {DesktopId: '$.d.*'}\n").Mapping
	for range 50 {
		got, err := m.Map([]byte(`{"d":{"c":"ecd-c","a":"ecd-a","b":"ecd-b"}}`), "$")
		if err != nil || string(got.Request) != `{"DesktopId":["ecd-a","ecd-b","ecd-c"]}` {
			t.Fatalf("%s %v", got.Request, err)
		}
	}
}

// TestNarrowingStays: a filter whose value is missing must not fall away, or an office is stopped
// instead of a user's desktop.
func TestNarrowingStays(t *testing.T) {
	m := route(t, "    request: {Select.OfficeSiteId: {value: cn-hangzhou+dir-1}, Select.EndUserId: $.user}\n").Mapping
	if got, err := m.Map([]byte(`{"user":""}`), "$"); err == nil {
		t.Errorf("became %s", got.Request)
	}
	got, err := m.Map([]byte(`{"user":"li"}`), "$")
	if want := `{"Select":{"EndUserId":["li"],"OfficeSiteId":"cn-hangzhou+dir-1"}}`; err != nil || string(got.Request) != want {
		t.Errorf("%s %v", got.Request, err)
	}
}

// TestWhen: every condition must hold; what is none of our business is not even mapped.
func TestWhen(t *testing.T) {
	m := route(t, "    when:\n      - {path: $.status, is: [Approved, 3, true]}\n      - {path: \"$.items[?@.field=='status'].to\", is: Approved}\n    request: {DesktopId: $.d}\n").Mapping
	const items = `,"items":[{"field":"x","to":"Approved"},{"field":"status","to":"Approved"}],"d":"ecd-a"}`
	for body, ignored := range map[string]bool{
		`{"status":"Approved"` + items:   false,
		`{"status":3` + items:            false,
		`{"status":true` + items:         false,
		`{"status":"approved"` + items:   true,
		`{"status":"Approved "` + items:  true,
		`{"status":["Approved"]` + items: true,
		`{"status":null` + items:         true,
		`{"status":"Approved","items":[{"field":"x","to":"Approved"}],"d":"ecd-a"}`: true,
		`{"d":17}`: true,
		`{}`:       true,
	} {
		if got, err := m.Map([]byte(body), "$"); err != nil || got.Ignored != ignored || (got.Request == nil) != ignored {
			t.Errorf("%s: %+v %v", body, got, err)
		}
	}
	// Without a mapping, what passes is the request as it came.
	m = route(t, "    when: [{path: $.Reason, is: IT-1}]\n").Mapping
	if got, err := m.Map([]byte(`{"Reason":"IT-1","DesktopId":"ecd-a"}`), "$"); err != nil || string(got.Request) != `{"Reason":"IT-1","DesktopId":"ecd-a"}` || got.Paths != nil {
		t.Errorf("%+v %v", got, err)
	}
}

// TestIsNot: the route waits for a change, so what was there before must not hold the value yet. What is not
// understood is refused.
func TestIsNot(t *testing.T) {
	m := route(t, "    when: [{path: \"$.old[?@.t=='x'].t\", isNot: x}, {path: $.s, isNot: [a, 3]}]\n    request: {DesktopId: $.d}\n").Mapping
	for body, ignored := range map[string]bool{
		`{"d":"ecd-a"}`:                       false,
		`{"d":"ecd-a","old":[],"s":"b"}`:      false,
		`{"d":"ecd-a","old":[{"t":"y"}]}`:     false,
		`{"d":"ecd-a","s":null}`:              false,
		`{"d":"ecd-a","old":[{"t":"x"}]}`:     true,
		`{"d":"ecd-a","s":"a"}`:               true,
		`{"d":"ecd-a","s":3}`:                 true,
		`{"d":"ecd-a","s":3.0}`:               true, // as Jira writes it
		`{"d":"ecd-a","s":30e-1}`:             true,
		`{"d":"ecd-a","s":3.5}`:               false,
		`{"d":"ecd-a","s":"3.0"}`:             false, // a text
		`{"d":"ecd-a","s":["a"]}`:             true,
		`{"d":"ecd-a","s":{"value":"other"}}`: true,
	} {
		if got, err := m.Map([]byte(body), "$"); err != nil || got.Ignored != ignored {
			t.Errorf("%s: %+v %v", body, got, err)
		}
	}
}

// TestUnmet: what is ignored says what the route expects and what came, and shows little of it.
func TestUnmet(t *testing.T) {
	const one, two = "{path: $.s, is: Approved}", "{path: '$.items[*].to', is: [Approved, Genehmigt]}"
	for _, c := range []struct{ when, body, path, want string }{
		{one, `{"s":"In Progress"}`, "$.s", `the route expects $.s = "Approved"; the event has "In Progress".`},
		{one, `{"s":"审批中"}`, "$.s", `the route expects $.s = "Approved"; the event has "审批中".`},
		{one, `{"s":"Approved "}`, "$.s", `the route expects $.s = "Approved"; the event has "Approved ".`},
		{one, `{"s":"Approved\u200b"}`, "$.s", `the route expects $.s = "Approved"; the event has "Approved\u200b".`},
		{one, `{"s":"a\n\u001b[31m\u202eb"}`, "$.s", `the route expects $.s = "Approved"; the event has "a\n\x1b[31m\u202eb".`},
		{one, `{"s":"` + strings.Repeat("长", 65) + `"}`, "$.s", `the route expects $.s = "Approved"; the event has "` + strings.Repeat("长", 64) + `…".`},
		{one, `{"s":""}`, "$.s", `the route expects $.s = "Approved"; the event has "".`},
		{one, `{"s":null}`, "$.s", `the route expects $.s = "Approved"; the event has null.`},
		{one, `{"s":{"name":"secret"}}`, "$.s", `the route expects $.s = "Approved"; the event has an object.`},
		{one, `{"s":["secret"]}`, "$.s", `the route expects $.s = "Approved"; the event has an array.`},
		{one, `{"s":false}`, "$.s", `the route expects $.s = "Approved"; the event has "false".`},
		{one, `{"other":"secret"}`, "$.s", `the route expects $.s = "Approved"; the event has no such member.`},
		{one, `[]`, "$.s", `the route expects $.s = "Approved"; the event has no such member.`},
		{two, `{"items":[{"to":"A"},{"to":"B"}]}`, "$.items[*].to", `the route expects $.items[*].to = "Approved" or "Genehmigt"; the event has "A" and "B".`},
		{two, `{"items":[{"to":"A"},{"to":"B"},{"to":"C"},{"to":"D"},{"to":"E"}]}`, "$.items[*].to", `the route expects $.items[*].to = "Approved" or "Genehmigt"; the event has "A", "B", "C" and 2 more.`},
		{"{path: $.s, is: [a, b, c, d]}", `{"s":"e"}`, "$.s", `the route expects $.s = "a", "b", "c" or 1 more; the event has "e".`},
		{"{path: $.s, isNot: [a, b]}", `{"s":"b"}`, "$.s", `the route expects $.s other than "a" or "b"; the event has "b".`},
		{one + ", " + two, `{"s":"Open"}`, "$.s", `the route expects $.s = "Approved"; the event has "Open". It also expects $.items[*].to = "Approved" or "Genehmigt"; the event has no such member.`},
		{two + ", " + one, `{"s":"Approved"}`, "$.items[*].to", `the route expects $.items[*].to = "Approved" or "Genehmigt"; the event has no such member.`},
		{"{path: $.a, is: 1}, {path: $.b, is: 1}, {path: $.c, is: 1}, {path: $.d, is: 1}", `{}`, "$.a", `the route expects $.a = "1"; the event has no such member. It also expects $.b = "1"; the event has no such member. It also expects $.c = "1"; the event has no such member. 1 more condition does not hold.`},
		{"{path: $.a, is: 1}, {path: $.b, is: 1}, {path: $.c, is: 1}, {path: $.d, is: 1}, {path: $.e, is: 1}", `{"a":1}`, "$.b", `the route expects $.b = "1"; the event has no such member. It also expects $.c = "1"; the event has no such member. It also expects $.d = "1"; the event has no such member. 1 more condition does not hold.`},
	} {
		got, err := route(t, "    when: ["+c.when+"]\n    request: {DesktopId: $.d}\n").Mapping.Map([]byte(c.body), "$")
		if err != nil || !got.Ignored || got.Because != c.path || got.Unmet != c.want {
			t.Errorf("%s\n got %s %q %v\nwant %s %q", c.body, got.Because, got.Unmet, err, c.path, c.want)
		}
	}
	// The paths are those in what the sender sends.
	got, err := route(t, "    when: ["+one+"]\n    request: {DesktopId: $.d}\n").Mapping.Map([]byte(`{}`), "$.data")
	if err != nil || got.Because != "$.data.s" || !strings.HasPrefix(got.Unmet, "the route expects $.data.s = ") {
		t.Errorf("%+v %v", got, err)
	}
}

// TestJoin: an ID of several values. Without one of them the event is refused: a shorter ID would make the
// next event a duplicate.
func TestJoin(t *testing.T) {
	m := route(t, "    request: {DesktopId: $.d, IdempotencyKey: {join: [$.issue.key, $.changelog.id]}}\n").Mapping
	for _, c := range []struct{ body, want, code, path string }{
		{`{"d":"ecd-a","issue":{"key":"IT-1"},"changelog":{"id":"10"}}`, `{"DesktopId":["ecd-a"],"IdempotencyKey":"IT-1:10"}`, "", ""},
		{`{"d":"ecd-a","issue":{"key":" IT-1 "},"changelog":{"id":10}}`, `{"DesktopId":["ecd-a"],"IdempotencyKey":"IT-1:10"}`, "", ""},
		{`{"d":"ecd-a","issue":{"key":{"value":"IT-1"}},"changelog":{"id":1801820001579}}`, `{"DesktopId":["ecd-a"],"IdempotencyKey":"IT-1:1801820001579"}`, "", ""},
		{`{"d":"ecd-a","issue":{"key":"IT-1"}}`, "", events.MissingField, "$.changelog.id"},
		{`{"d":"ecd-a","issue":{"key":"IT-1"},"changelog":{"id":null}}`, "", events.MissingField, "$.changelog.id"},
		{`{"d":"ecd-a","issue":{"key":"IT-1"},"changelog":{"id":" "}}`, "", events.MissingField, "$.changelog.id"},
		{`{"d":"ecd-a","changelog":{"id":"10"}}`, "", events.MissingField, "$.issue.key"},
		{`{"d":"ecd-a","issue":{"key":["IT-1"]},"changelog":{"id":"10"}}`, "", events.WrongType, "$.issue.key"},
		{`{"d":"ecd-a","issue":{"key":"IT-1"},"changelog":{"id":true}}`, "", events.WrongType, "$.changelog.id"},
	} {
		got, err := m.Map([]byte(c.body), "$")
		var e *events.Error
		if errors.As(err, &e); string(got.Request) != c.want || (err == nil) != (c.code == "") || e != nil && (e.Code != c.code || e.Path != c.path) {
			t.Errorf("%s: %s %v", c.body, got.Request, err)
		}
		if err == nil && got.Where("$.IdempotencyKey") != "$.issue.key" {
			t.Errorf("the ID is said to come from %s", got.Where("$.IdempotencyKey"))
		}
	}
}

// TestTime of a body: as Jira and PagerDuty write it.
func TestTime(t *testing.T) {
	table, err := read("http:\n  - path: /a\n    auth: {scheme: hub-sha256, secrets: [TOKEN]}\n    time: {path: $.t, window: 24h}\n    request: {DesktopId: {value: ecd-a}}\n  - path: /b\n    auth: {scheme: pagerduty, secrets: [TOKEN]}\n    time: {path: $.t}\n    request: {DesktopId: {value: ecd-a}}\n")
	if err != nil {
		t.Fatal(err)
	}
	r, _ := table.HTTP("/a")
	if b, _ := table.HTTP("/b"); r.Window != 24*time.Hour || b.Window != 5*time.Minute {
		t.Errorf("windows %s %s", r.Window, b.Window)
	}
	want := time.Date(2026, 11, 22, 20, 0, 0, 0, time.UTC)
	for body, ok := range map[string]bool{
		`{"t":1795377600000}`: true, `{"t":"1795377600"}`: true, `{"t":"2026-11-22T20:00:00.000Z"}`: true, `{"t":"2026-11-23T04:00:00+0800"}`: true,
		`{"t":"2026-11-22"}`: false, `{"t":null}`: false, `{"t":{}}`: false, `{"t":true}`: false, `{}`: false,
	} {
		got, err := r.Mapping.Map([]byte(body), "$")
		if (err == nil) != ok || ok && !got.Time.Equal(want) {
			t.Errorf("%s: %+v %v", body, got, err)
		}
	}
}

// TestCost: a document of the largest size, made to be slow, takes no more than one walk.
func TestCost(t *testing.T) {
	m := route(t, "    request:\n      DesktopId: \"$.a[?@.x=='y'].z[*]\"\n      Exclude.EndUserId: {path: '$.*.*.*', optional: true}\n").Mapping
	body := `{"a":[` + strings.Repeat(`{"x":"y","z":["ecd-a"]},`, 10_000) + `{}]}`
	begin := time.Now()
	if _, err := m.Map([]byte(body), "$"); err != nil {
		t.Error(err)
	}
	if took := time.Since(begin); took > 3*time.Second {
		t.Errorf("%d bytes took %s", len(body), took)
	}
}

// FuzzMap: whatever comes, no panic, and what a body becomes is JSON that names nothing but the fields
// of the route.
func FuzzMap(f *testing.F) {
	for _, seed := range []string{`{"desktops":["ecd-a",{"value":"ecd-b"}]}`, `{"form":[{"name":"desktops","value":"ecd-a"}],"idle":"007","update":"true"}`, `[[{"a":1}]]`, `{"desktops":{"value":{"value":"ecd-a"}},"region":1e400}`} {
		f.Add([]byte(seed))
	}
	r := route(f, maximal)
	f.Fuzz(func(t *testing.T, body []byte) {
		m, err := r.Mapping.Map(body, "$")
		if err != nil {
			var e *events.Error
			if !errors.As(err, &e) || e.Path == "" {
				t.Fatalf("%v", err)
			}
			return
		}
		q, err := events.ParseRequest(m.Request, "$")
		if err == nil && (q.Force || q.DryRun || q.Select != nil || q.IdempotencyKey != "" || len(q.Exclude.Tag) != 1) {
			t.Fatalf("%s became %s", body, m.Request)
		}
	})
}
