package plan

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"stopdesktops/cmd/stopctl/internal/terminal"
	"stopdesktops/cmd/stopctl/internal/trial"
)

// nights is a template with timers.
const nights = `resources:
  f:
    props:
      region: cn-hangzhou
      functionName: office
      environmentVariables: {ALLOWED_REGIONS: cn-hangzhou}
      triggers:
        - {triggerName: nightly, triggerType: timer, triggerConfig: {enable: true, cronExpression: "CRON_TZ=Asia/Shanghai 0 0 20 ? * MON-FRI", payload: '{"Select": {"Tag": {"Key": "team", "Value": "design"}}}'}}
        - {triggerName: often, triggerType: timer, triggerConfig: {enable: false, cronExpression: "@every 30m", payload: '[{"DesktopId": "ecd-free"}, {"DesktopId": "ecd-other"}]'}}
        - {triggerName: bad, triggerType: timer, triggerConfig: {enable: true, cronExpression: banana, payload: '{}'}}
        - {triggerName: refused, triggerType: timer, triggerConfig: {enable: true, cronExpression: "0 0 20 * * *", payload: '{"DesktopIdz": "ecd-free"}'}}
`

// TestPlanTrigger plans what a timer of the template does: the event is that of its next time, or of -at.
func TestPlanTrigger(t *testing.T) {
	fleet, template := trial.File(t, "fleet.yaml", planFleet), trial.File(t, "s.yaml", nights)
	args := func(more ...string) []string {
		return append([]string{"plan", "-t", template, "-emulate", fleet}, more...)
	}
	code, out, stderr := execute(t, "", args("-trigger", "nightly", "-at", "2026-12-24 20:00")...)
	want := strings.Replace(wantPlan, "event stopctl-plan ", "event nightly|2026-12-24T12:00:00Z ", 1)
	if code != terminal.ExitOK || out != want || !strings.Contains(stderr, "The timer nightly at Thu 2026-12-24 20:00:00 Asia/Shanghai: tag team=design\n") || strings.Contains(stderr, "does not fire") {
		t.Errorf("exit code %d\n%s%s\nwant %s", code, out, stderr, want)
	}

	before := time.Now()
	code, out, stderr = execute(t, "", args("-trigger", "nightly")...)
	m := regexp.MustCompile(`event nightly\|(\S+)  planned`).FindStringSubmatch(out)
	if code != terminal.ExitOK || m == nil || strings.Contains(stderr, "does not fire") {
		t.Fatalf("exit code %d\n%s%s", code, out, stderr)
	}
	if at, err := time.Parse(time.RFC3339, m[1]); err != nil || !at.After(before) || at.After(before.AddDate(0, 0, 4)) || at.Hour() != 12 || at.Weekday() == time.Saturday {
		t.Errorf("its next time is %s: %v", m[1], err)
	}

	for _, c := range []struct {
		args []string
		code int
		says []string
	}{
		{[]string{"-trigger", "nightly", "-at", "2026-12-26"}, terminal.ExitOK, []string{"It does not fire at that time. After it, it fires next: Mon 2026-12-28 20:00 Asia/Shanghai", "event nightly|2026-12-25T16:00:00Z"}},
		{[]string{"-trigger", "nightly", "-at", "2026-12-24T12:00:00Z"}, terminal.ExitOK, []string{"20:00:00 Asia/Shanghai", "keep-until times can differ then"}},
		{[]string{"-trigger", "often"}, terminal.ExitOK, []string{"It is switched off", "ecd-other", "ecd-free"}},
		{[]string{"-trigger", "refused"}, terminal.ExitUnexpected, []string{"UnknownField", "DesktopIdz"}},
		{[]string{"-trigger", "bad"}, terminal.ExitUsage, []string{`s.yaml:10: the cronExpression cannot be used: "banana" is no cron expression: write six fields`}},
		{[]string{"-trigger", "nigthly"}, terminal.ExitUsage, []string{`there is no timer "nigthly": the function has nightly, often, bad, refused`}},
		{[]string{"-trigger", "nightly", "-at", "tonight"}, terminal.ExitUsage, []string{`-at "tonight" is no time: write 2026-12-24`}},
		{[]string{"-trigger", "nightly", "-f", "-"}, terminal.ExitUsage, []string{"-f and -trigger exclude each other"}},
		{[]string{"-trigger", "nightly", "-now"}, terminal.ExitUsage, []string{"-now is for an event that you have kept"}},
		{[]string{"-f", "-", "-at", "2026-12-24"}, terminal.ExitUsage, []string{"-at needs -trigger"}},
		{nil, terminal.ExitUsage, []string{"-f EVENT is needed: a file, or - for standard input; or -trigger NAME"}},
	} {
		code, out, stderr := execute(t, "", args(c.args...)...)
		for _, want := range c.says {
			if code != c.code || !strings.Contains(out+stderr, want) {
				t.Errorf("%q: exit code %d, no %q in\n%s%s", c.args, code, want, out, stderr)
			}
		}
	}
	if code, _, stderr := execute(t, "", "plan", "-trigger", "nightly", "-t", "", "-emulate", fleet); code != terminal.ExitUsage || !strings.Contains(stderr, "-trigger needs a deployment file") {
		t.Errorf("exit code %d, %s", code, stderr)
	}
}

// TestPlanTriggerDay: the day that counts is that on which the trigger fires, not that of the plan.
func TestPlanTriggerDay(t *testing.T) {
	t.Parallel()
	template := trial.File(t, "s.yaml", strings.Replace(nights, `"design"}}}`, `"design"}}, "On": "workday"}`, 1))
	calendar := trial.File(t, "calendar.txt", "complete 2031\n2031-10-01..2031-10-07 holiday National Day\n2031-10-11 workday make-up for National Day\n")
	for at, want := range map[string]string{
		"2031-10-01 20:00": "2031-10-01 in Asia/Shanghai is a holiday (National Day)",
		"2031-10-09 20:00": "1 would_stop",
		"2031-10-11 20:00": "1 would_stop",
		"2031-10-12 20:00": "2031-10-12 in Asia/Shanghai is a holiday (Sunday)",
		"2032-01-05 20:00": "does not say whether 2032-01-05 in Asia/Shanghai is a workday",
	} {
		_, out, stderr := execute(t, "", "plan", "-t", template, "-emulate", trial.File(t, "fleet.yaml", planFleet), "-trigger", "nightly", "-at", at,
			"-env", "CALENDAR_FILE="+calendar, "-env", "TIMEZONE=Asia/Shanghai")
		if !strings.Contains(strings.Join(strings.Fields(out), " "), want) {
			t.Errorf("%s: no %q in\n%s%s", at, want, out, stderr)
		}
	}
}

// TestPlanTriggerExpect: two plans of one firing are equal, whenever they are made.
func TestPlanTriggerExpect(t *testing.T) {
	t.Parallel()
	args := []string{"plan", "-t", trial.File(t, "s.yaml", nights), "-emulate", trial.File(t, "fleet.yaml", planFleet), "-trigger", "nightly", "-at", "2026-12-24 20:00"}
	_, out, _ := execute(t, "", append(args, "-o", "json")...)
	expected := trial.File(t, "plan.json", out)
	time.Sleep(1100 * time.Millisecond) // the function gets a later triggerTime
	if code, _, stderr := execute(t, "", append(args, "-expect", expected)...); code != terminal.ExitOK || !strings.Contains(stderr, "as expected: 5 desktops") {
		t.Errorf("exit code %d, %s", code, stderr)
	}
}
