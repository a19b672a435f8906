package approval

import (
	"encoding/base64"
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"stopdesktops/events"
	"stopdesktops/internal/report"
	"stopdesktops/internal/secret"
)

var (
	planned = time.Date(2026, time.November, 22, 19, 0, 0, 0, time.UTC)
	good    = report.Approval{PlannedBy: "wang.wu", ApprovedBy: "li.si", PlannedAt: planned, Expires: planned.Add(8 * time.Hour)}
)

func whsec(name, text string) secret.String {
	return secret.New(name + ":whsec_" + base64.StdEncoding.EncodeToString([]byte(text)))
}

func keys(t *testing.T, secrets ...secret.String) *Keys {
	t.Helper()
	k, err := Read(secrets)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func request() events.Request {
	value := "design"
	return events.Request{
		RegionId: "cn-hangzhou", StoppedMode: "StopCharging", DesktopId: []string{"ecd-a1", "ecd-a2"},
		Select:      &events.Select{Tag: []events.Tag{{Key: "team", Value: &value}}, EndUserId: []string{"a", "b"}},
		Exclude:     &events.Exclude{DesktopId: []string{"ecd-a3"}, EndUserId: []string{"c"}, Tag: []events.Tag{{Key: "keep"}}},
		IdleMinutes: 30, On: events.Workday,
	}
}

// TestEveryField of a request changes whether its token is good, but for those that change nothing that is stopped.
func TestEveryField(t *testing.T) {
	k := keys(t, whsec("one", "fake-approval-secret-one-of-tests"))
	token, err := k.Mint(request(), good)
	if err != nil {
		t.Fatal(err)
	}
	yes, seconds := true, 5
	changes := map[string]struct {
		change func(*events.Request)
		fine   bool
	}{
		"Account":        {change: func(q *events.Request) { q.Account = "prod" }},
		"RegionId":       {change: func(q *events.Request) { q.RegionId = "cn-shanghai" }},
		"DesktopId":      {change: func(q *events.Request) { q.DesktopId = []string{"ecd-a1", "ecd-a9"} }},
		"StoppedMode":    {change: func(q *events.Request) { q.StoppedMode = "KeepCharging" }},
		"OsUpdate":       {change: func(q *events.Request) { q.OsUpdate = &yes }},
		"Select":         {change: func(q *events.Request) { q.Select.EndUserId = nil }},
		"Exclude":        {change: func(q *events.Request) { q.Exclude.DesktopId = nil }},
		"Force":          {change: func(q *events.Request) { q.Force = true }},
		"IdleMinutes":    {change: func(q *events.Request) { q.IdleMinutes = 29 }},
		"On":             {change: func(q *events.Request) { q.On = events.Holiday }},
		"DryRun":         {func(q *events.Request) { q.DryRun = true }, true},
		"WaitSeconds":    {func(q *events.Request) { q.WaitSeconds = &seconds }, true},
		"CallbackUrl":    {func(q *events.Request) { q.CallbackUrl = "https://hooks.example.com/" }, true},
		"Reason":         {func(q *events.Request) { q.Reason = "again" }, true},
		"RequestedBy":    {func(q *events.Request) { q.RequestedBy = "somebody" }, true},
		"IdempotencyKey": {func(q *events.Request) { q.IdempotencyKey = "k" }, true},
		"ApprovalToken":  {func(q *events.Request) { q.ApprovalToken = token }, true},
		"order":          {func(q *events.Request) { q.DesktopId[0], q.DesktopId[1] = q.DesktopId[1], q.DesktopId[0] }, true},
		"one less":       {change: func(q *events.Request) { q.DesktopId = q.DesktopId[:1] }},
		"one more":       {change: func(q *events.Request) { q.DesktopId = append(q.DesktopId, "ecd-a4") }},
	}
	for name, c := range changes {
		q := request()
		c.change(&q)
		is, err := k.Verify(token, q, nil, planned.Add(time.Hour))
		if (err == nil) != c.fine || c.fine && is != good {
			t.Errorf("%s: %+v %v", name, is, err)
		}
		if err != nil && strings.Contains(err.Error(), token[:20]) {
			t.Errorf("%s: the error shows the token: %v", name, err)
		}
	}
	for field := range reflect.TypeFor[events.Request]().Fields() {
		if _, known := changes[field.Name]; !known {
			t.Errorf("%s: does an approval cover it?", field.Name)
		}
	}
}

// TestAltered: each single character that is changed makes a token worthless.
func TestAltered(t *testing.T) {
	k := keys(t, whsec("one", "fake-approval-secret-one-of-tests"))
	token, err := k.Mint(request(), good)
	if err != nil {
		t.Fatal(err)
	}
	for i := range token {
		other := byte('A')
		if token[i] == other {
			other = 'B'
		}
		altered := token[:i] + string(other) + token[i+1:]
		if _, err := k.Verify(altered, request(), nil, planned.Add(time.Hour)); err == nil {
			t.Fatalf("character %d changed: the token is good", i)
		}
	}
	for _, bad := range []string{"", ".", token[:len(token)-1], token + "=", token + ".", "." + token, strings.Split(token, ".")[0]} {
		if _, err := k.Verify(bad, request(), nil, planned.Add(time.Hour)); err == nil {
			t.Errorf("%q is good", bad)
		}
	}
}

// TestSigned by the form that the package documents. The signature comes from openssl dgst -sha256 -hmac.
func TestSigned(t *testing.T) {
	k := keys(t, whsec("one", "fake-approval-secret-one-of-tests"))
	text := `{"Key":"one","RegionId":"cn-hangzhou","Desktops":"x","Count":1,"Options":"y","PlannedBy":"a","ApprovedBy":"b","PlannedAt":"2026-11-22T19:00:00Z","Expires":"2026-11-22T20:00:00Z"}`
	p, err := k.open(base64.RawURLEncoding.EncodeToString([]byte(text)) + ".VCfaRbBrCwp_JeZ_gZwUvfL0ytUNa30D6GcEAhGbcH8")
	if err != nil || p.PlannedBy != "a" || p.Desktops != "x" {
		t.Errorf("%+v %v", p, err)
	}
}

// TestTimes at which an approval holds, and the approvals that nobody can make.
func TestTimes(t *testing.T) {
	k := keys(t, whsec("one", "fake-approval-secret-one-of-tests"))
	token, err := k.Mint(request(), good)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		at   time.Time
		fine bool
	}{
		{planned, true},
		{planned.Add(-clockSkew), true},
		{planned.Add(-clockSkew - time.Second), false},
		{good.Expires.Add(-time.Nanosecond), true},
		{good.Expires, false},
	} {
		if _, err := k.Verify(token, request(), nil, c.at); (err == nil) != c.fine {
			t.Errorf("at %s: %v", c.at, err)
		}
	}
	for name, change := range map[string]func(*report.Approval){
		"nobody planned":    func(a *report.Approval) { a.PlannedBy = " " },
		"nobody approved":   func(a *report.Approval) { a.ApprovedBy = "\u200b" },
		"one person":        func(a *report.Approval) { a.ApprovedBy = " Wang.Wu\n" },
		"long name":         func(a *report.Approval) { a.ApprovedBy = strings.Repeat("a", maxName+1) },
		"no plan":           func(a *report.Approval) { a.PlannedAt = time.Time{} },
		"expires too late":  func(a *report.Approval) { a.Expires = planned.Add(Longest + time.Second) },
		"expires at once":   func(a *report.Approval) { a.Expires = planned },
		"expired backwards": func(a *report.Approval) { a.Expires = planned.Add(-time.Hour) },
	} {
		a := good
		change(&a)
		if _, err := k.Mint(request(), a); err == nil {
			t.Errorf("%s: it is approved", name)
		}
	}
}

// TestOnePersonElsewhere: who has the secret and signs without Mint still cannot approve alone.
func TestOnePersonElsewhere(t *testing.T) {
	k := keys(t, whsec("one", "fake-approval-secret-one-of-tests"))
	p := describe(request())
	p.Key, p.PlannedBy, p.ApprovedBy, p.PlannedAt, p.Expires = "one", "li.si", "LI.SI", planned, good.Expires
	text, _ := json.Marshal(p)
	signed := base64.RawURLEncoding.EncodeToString(text)
	token := signed + "." + base64.RawURLEncoding.EncodeToString(k.list[0].mac(signed))
	if _, err := k.Verify(token, request(), nil, planned); err == nil {
		t.Error("one person has planned and approved")
	}
}

// TestSignedPlan: the token of the function is that of a plan. Who approved is said by the request that uses it, which
// must come by a route that approves the plan's route.
func TestSignedPlan(t *testing.T) {
	k := keys(t, whsec("one", "fake-approval-secret-one-of-tests"))
	plan := report.Approval{Route: "/plans", PlannedBy: "wang.wu", PlannedAt: planned, Expires: planned.Add(time.Hour)}
	token, err := k.Mint(request(), plan)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		by       string
		approves []string
		want     string // of the error; empty: it is approved
	}{
		{"li.si", []string{"/plans"}, ""},
		{"li.si", []string{"/others", "/plans"}, ""},
		{"li.si", nil, "nobody has approved the plan yet"},
		{"li.si", []string{"/others", ""}, "nobody has approved the plan yet"},
		{"", []string{"/plans"}, "who planned and who approved"},
		{"\u200b", []string{"/plans"}, "who planned and who approved"},
		{" Wang.Wu\n", []string{"/plans"}, "who planned must not approve"},
		{strings.Repeat("a", maxName+1), []string{"/plans"}, "longer than"},
	} {
		q := request()
		q.RequestedBy = c.by
		a, err := k.Verify(token, q, c.approves, planned)
		switch {
		case c.want == "" && (err != nil || a.PlannedBy != "wang.wu" || a.ApprovedBy != c.by || a.Route != "/plans"):
			t.Errorf("%q by %q: %+v %v", c.by, c.approves, a, err)
		case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want) || a != report.Approval{}):
			t.Errorf("%q by %q: %+v %v", c.by, c.approves, a, err)
		}
	}
	for name, change := range map[string]func(*report.Approval){
		"nobody planned":   func(a *report.Approval) { a.PlannedBy = "" },
		"long name":        func(a *report.Approval) { a.PlannedBy = strings.Repeat("a", maxName+1) },
		"expires too late": func(a *report.Approval) { a.Expires = planned.Add(Longest + time.Second) },
	} {
		a := plan
		change(&a)
		if _, err := k.Mint(request(), a); err == nil {
			t.Errorf("%s: it is signed", name)
		}
	}
}

// TestHide: a token is hidden wherever a text has it, and nothing else is.
func TestHide(t *testing.T) {
	k := keys(t, whsec("one", "fake-approval-secret-one-of-tests"))
	token, err := k.Mint(request(), good)
	if err != nil {
		t.Fatal(err)
	}
	half, _, _ := strings.Cut(token, ".")
	for text, want := range map[string]string{
		`{"a":"` + token + `","b":1}`: `{"a":"(hidden ApprovalToken)","b":1}`,
		`"{\"a\":\"` + token + `\"}"`: `"{\"a\":\"(hidden ApprovalToken)\"}"`,
		token + " " + token:           "(hidden ApprovalToken) (hidden ApprovalToken)",
		half:                          "(hidden ApprovalToken)",
		`{"Key":"ecd-a"} eyJhbGciOiJIUzI1NiJ9.e30`: `{"Key":"ecd-a"} eyJhbGciOiJIUzI1NiJ9.e30`,
		"": "",
	} {
		if got := string(Hide([]byte(text))); got != want {
			t.Errorf("%s is shown as %s", text, got)
		}
	}
}

// TestRead: what is wrong with a secret is said without it.
func TestRead(t *testing.T) {
	long := "fake-approval-secret-one-of-tests"
	if k, err := Read(nil); k != nil || err != nil {
		t.Errorf("%v %v", k, err)
	}
	for name, secrets := range map[string][]secret.String{
		"no name":      {secret.New("whsec_ZmFrZQ==")},
		"empty":        {secret.New("")},
		"bad name":     {whsec("A", long)},
		"no prefix":    {secret.New("a:" + base64.StdEncoding.EncodeToString([]byte(long)))},
		"not base64":   {secret.New("a:whsec_*" + long)},
		"short":        {whsec("a", "fake-short")},
		"one byte":     {whsec("a", strings.Repeat("a", 32))},
		"same name":    {whsec("a", long), whsec("a", long+"2")},
		"second wrong": {whsec("a", long), secret.New("b")},
	} {
		k, err := Read(secrets)
		if k != nil || err == nil {
			t.Errorf("%s: it is taken", name)
			continue
		}
		for _, s := range secrets {
			if text := s.Reveal(); len(text) > 2 && strings.Contains(err.Error(), text) {
				t.Errorf("%s: %v shows it", name, err)
			}
		}
	}
}
