package agenda

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"stopdesktops/internal/deployment"
)

var noon = time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC) // a Friday, 20:00 in Shanghai

// template reads timers, each written as `name|enable|cronExpression|payload`.
func template(t *testing.T, lines ...string) []Timer {
	t.Helper()
	text := "resources:\n  f:\n    props:\n      timeout: 60\n      triggers:\n        - {triggerName: web, triggerType: http}\n"
	for _, line := range lines {
		part := strings.Split(line, "|")
		text += "        - triggerName: " + part[0] + "\n          triggerType: timer\n          triggerConfig:\n            enable: " + part[1] +
			"\n            cronExpression: '" + part[2] + "'\n            payload: '" + part[3] + "'\n"
	}
	file := filepath.Join(t.TempDir(), "s.yaml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	d, err := deployment.Read(file, "", func(string) (string, bool) { return "", false })
	if err != nil {
		t.Fatal(err)
	}
	return Of(d)
}

// TestOf keeps a timer that cannot be read, and the ones behind it.
func TestOf(t *testing.T) {
	list := template(t,
		`first|true|banana|{"DesktopId":"ecd-a"}`,
		`second|false|CRON_TZ=Asia/Shanghai 0 0 20 ? * MON-FRI|{"DesktopIdz":"ecd-a"}`,
		`third|true|@every 30m|[{"DesktopId":"ecd-a"},{"Select":{"All":true}}]`)
	if len(list) != 3 {
		t.Fatalf("%d timers", len(list))
	}
	if first := list[0]; first.Fault == nil || first.Schedule != nil || first.PayloadFault != nil || first.Words() != "ecd-a" || !first.Enabled() {
		t.Errorf("%+v", first)
	}
	if second := list[1]; second.Fault != nil || second.PayloadFault == nil || second.Enabled() || !strings.Contains(second.Words(), "cannot be read: ") {
		t.Errorf("%+v %s", second, second.Words())
	}
	if third := list[2]; third.Schedule == nil || third.Schedule.Every != 30*time.Minute {
		t.Errorf("%+v", third)
	}
	if event := string(list[0].Event(noon.In(time.FixedZone("", 8*3600)))); event != `{"triggerTime":"2026-11-27T12:00:00Z","triggerName":"first","payload":"{\"DesktopId\":\"ecd-a\"}"}` {
		t.Errorf("%s", event)
	}
}

// TestWords says every part of a request.
func TestWords(t *testing.T) {
	for payload, want := range map[string]string{
		`{"DesktopId":"ecd-a"}`:                                                                                                        "ecd-a",
		`{"DesktopId":["ecd-a","ecd-b","ecd-c","ecd-d"]}`:                                                                              "ecd-a, ecd-b, ecd-c, ecd-d",
		`{"DesktopId":["ecd-a","ecd-b","ecd-c","ecd-d","ecd-e"]}`:                                                                      "ecd-a, ecd-b, ecd-c and 2 more",
		`{"Select":{"All":true},"DryRun":true}`:                                                                                        "all desktops, dry run",
		`{"Select":{"All":true},"On":"workday","IdleMinutes":30}`:                                                                      "all desktops, on workdays, idle for 30 min",
		`{"Select":{"Tag":[{"Key":"nightly"}]},"IdleMinutes":30}`:                                                                      "tag nightly, idle for 30 min",
		`{"Select":{"Tag":[{"Key":"a","Value":"b"}],"EndUserId":["u1","u2"]}}`:                                                         "tag a=b and user u1, u2",
		`{"Select":{"OfficeSiteId":"cn-hangzhou+dir-1","ChargeType":"PostPaid"}}`:                                                      "office cn-hangzhou+dir-1 and charged PostPaid",
		`{"DesktopId":["ecd-a"],"Select":{"DesktopName":"x"},"RegionId":"cn-beijing"}`:                                                 "of ecd-a: name x, in cn-beijing",
		`{"Select":{"All":true},"Account":"prod","RegionId":"cn-beijing cn-hangzhou"}`:                                                 "all desktops, of account prod, in cn-beijing; all desktops, of account prod, in cn-hangzhou",
		`{"Select":{"All":true},"Exclude":{"DesktopId":["ecd-a"],"Tag":[{"Key":"k"}],"EndUserId":["u"]},"StoppedMode":"KeepCharging"}`: "all desktops, except ecd-a or user u or tag k, KeepCharging",
		`{"DesktopId":["ecd-a"],"Force":true,"OsUpdate":true}`:                                                                         "ecd-a, connected users too, with system updates",
	} {
		list := template(t, "n|true|0 0 20 * * *|"+payload)
		if got := list[0].Words(); got != want {
			t.Errorf("%s: %s, want %s", payload, got, want)
		}
	}
}

// TestSame finds two timers that ask for the same stop at the same times, whatever they are called and however it is written.
func TestSame(t *testing.T) {
	const a = `a|true|CRON_TZ=Asia/Shanghai 0 0 20 ? * MON-FRI|{"DesktopId":"ecd-a","Reason":"one"}`
	for other, want := range map[string]bool{
		`b|true|CRON_TZ=Asia/Shanghai 0 0 20 ? * MON-FRI|{"DesktopId":["ecd-a"],"Reason":"other"}`:         true,
		`b|true|0 0 12 * * MON,TUE,WED,THU,FRI|{"DesktopId":"ecd-a"}`:                                      true,
		`b|true|0 0 12 * * *|{"DesktopId":"ecd-a"}`:                                                        false,
		`b|true|CRON_TZ=Asia/Shanghai 0 0 20 ? * MON-FRI|{"DesktopId":"ecd-b"}`:                            false,
		`b|true|CRON_TZ=Asia/Shanghai 0 0 20 ? * MON-FRI|{"DesktopId":"ecd-a","IdleMinutes":5}`:            false,
		`b|true|CRON_TZ=Asia/Shanghai 0 0 20 ? * MON-FRI|{"DesktopId":"ecd-a","On":"workday"}`:             false,
		`b|false|CRON_TZ=Asia/Shanghai 0 0 20 ? * MON-FRI|{"DesktopId":"ecd-a"}`:                           false,
		`b|true|CRON_TZ=Asia/Shanghai 0 0 20 ? * 9|{"DesktopId":"ecd-a"}`:                                  false,
		`b|true|CRON_TZ=Asia/Shanghai 0 0 20 ? * MON-FRI|{"DesktopId":"ecd-a","Select":{"Surprise":"at"}}`: false,
		`b|true|CRON_TZ=Europe/Berlin 0 0 13 ? * MON-FRI|{"DesktopId":"ecd-a"}`:                            false, // in winter they would be
		`b|true|@every 1440m|{"DesktopId":"ecd-a"}`:                                                        false,
	} {
		list := template(t, a, other)
		if got := Same(&list[0], &list[1], noon); got != want {
			t.Errorf("%s: %v", other, got)
		}
	}
}

// TestAgenda sorts the firings of all timers by the instant, and lists a timer that fires often once a date.
func TestAgenda(t *testing.T) {
	list := template(t,
		`late|true|CRON_TZ=Asia/Shanghai 0 0 20 ? * MON-FRI|{"DesktopId":"ecd-a"}`,
		`berlin|false|CRON_TZ=Europe/Berlin 0 30 12 * * *|{"DesktopId":"ecd-a"}`,
		`often|true|0 0/5 8-9 ? * MON|{"DesktopId":"ecd-a"}`,
		`broken|true|banana|{"DesktopId":"ecd-a"}`,
		`interval|true|@every 90m|{"DesktopId":"ecd-a"}`)
	var got []string
	for _, e := range Between(list, noon, noon.AddDate(0, 0, 4)) {
		got = append(got, e.Name()+" "+e.When())
	}
	want := []string{
		"late Fri 2026-11-27 20:00 Asia/Shanghai",
		"berlin Sat 2026-11-28 12:30 Europe/Berlin", "berlin Sun 2026-11-29 12:30 Europe/Berlin",
		"often Mon 2026-11-30 08:00 UTC to 09:55, 24 times", "berlin Mon 2026-11-30 12:30 Europe/Berlin",
		"late Mon 2026-11-30 20:00 Asia/Shanghai", "berlin Tue 2026-12-01 12:30 Europe/Berlin",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if every := Every(list); len(every) != 1 || Interval(every[0].Schedule.Every) != "90m" {
		t.Errorf("%+v", every)
	}
}
