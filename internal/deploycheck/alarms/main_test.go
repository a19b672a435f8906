package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

var environment = map[string]string{"LOG_PROJECT": "fake-project", "LOGSTORE": "fake-store", "FUNCTION_NAME": "it's-mine", "CONTACT_GROUP": "ops", "REGION": "cn-beijing"}

// lines are the words that a shell makes of what is printed about the page.
func lines(t *testing.T, page string) [][]string {
	t.Helper()
	var printed strings.Builder
	if err := printCommands(&printed, page, func(name string) string { return environment[name] }); err != nil {
		t.Fatal(err)
	}
	run := exec.Command("sh", "-eu")
	run.Stdin = strings.NewReader("aliyun() { for word; do printf '%s\\001' \"$word\"; done; printf '\\002'; }\n" + printed.String())
	out, err := run.Output()
	if err != nil {
		t.Fatalf("%v of\n%s", err, printed.String())
	}
	var all [][]string
	for line := range strings.SplitSeq(strings.TrimSuffix(string(out), "\x02"), "\x02") {
		all = append(all, strings.Split(strings.TrimSuffix(line, "\x01"), "\x01"))
	}
	return all
}

// value of a parameter.
func value(line []string, parameter string) string {
	if i := slices.Index(line, parameter); i >= 0 && i+1 < len(line) {
		return line[i+1]
	}
	return ""
}

func operate(t *testing.T) string {
	t.Helper()
	page, err := os.ReadFile("../../../docs/operate.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(page)
}

// TestAlarms: what a shell makes of the lines has each query of the page once as an alarm and once on the dashboard,
// and each parameter that is JSON is JSON.
func TestAlarms(t *testing.T) {
	page := operate(t)
	wanted := target{function: "it's-mine"}.queries(page)
	delete(wanted, "desktop") // two that look for one desktop or event
	delete(wanted, "event")
	if len(wanted) < 9 {
		t.Fatalf("the page has %d queries", len(wanted))
	}
	alarms, charts := map[string]int{}, map[string]int{}
	made := map[string]int{}
	for _, line := range lines(t, page) {
		made[strings.Join(line[:2], " ")]++
		for _, word := range line {
			if strings.ContainsAny(word[:min(1, len(word))], "{[") && !json.Valid([]byte(word)) {
				t.Errorf("%v: not JSON: %s", line[:2], word)
			}
		}
		switch line[1] {
		case "create-alert":
			var c struct {
				QueryList []struct{ Query, Project, Store, Region, Start string }
			}
			if err := json.Unmarshal([]byte(value(line, "--configuration")), &c); err != nil || len(c.QueryList) != 1 {
				t.Fatalf("%v in %v", err, line)
			}
			q := c.QueryList[0]
			if alarms[q.Query]++; q.Project != "fake-project" || q.Store != "fake-store" || q.Region != "cn-beijing" || !strings.HasPrefix(q.Start, "-") {
				t.Errorf("%+v", q)
			}
		case "create-dashboard":
			var d struct {
				Charts []struct {
					Search struct{ Query, Logstore string }
				}
			}
			if err := json.Unmarshal([]byte(value(line, "--body")), &d); err != nil {
				t.Fatal(err)
			}
			for _, c := range d.Charts {
				charts[c.Search.Query]++
			}
		}
	}
	for name, query := range wanted {
		if alarms[query] != 1 || charts[query] != 1 {
			t.Errorf("the query %s is in %d alarms and %d charts: %s", name, alarms[query], charts[query], query)
		}
	}
	if len(alarms) != len(wanted) || len(charts) != len(wanted) {
		t.Errorf("%d queries have alarms, %d have charts, the page has %d", len(alarms), len(charts), len(wanted))
	}
	if made["sls create-alert"] != len(wanted) || made["cms PutResourceMetricRule"] != 2 || made["sls create-dashboard"] != 1 || len(made) != 3 {
		t.Errorf("%v", made)
	}
}

// TestSchedules: how often each rule is evaluated, how far back it looks, and on what condition it fires.
func TestSchedules(t *testing.T) {
	for name, want := range map[string][3]string{
		"it's-mine-failed":   {`{"type":"FixedRate","interval":"5m"}`, `"start":"-5m"`, `"condition":""`},
		"it's-mine-rejected": {`{"type":"FixedRate","interval":"15m"}`, `"start":"-15m"`, `"condition":""`},
		"it's-mine-slow":     {`{"type":"FixedRate","interval":"1h"}`, `"start":"-1h"`, `"condition":"p99 > 90000"`},
		"it's-mine-empty":    {`{"type":"Daily","hour":7,"timeZone":"+0800"}`, `"start":"-24h"`, `"condition":""`},
		"it's-mine-timer":    {`{"type":"Cron","cronExpression":"0 7 * * 2-6","timeZone":"+0800"}`, `"start":"-24h"`, `"condition":"reports == 0"`},
	} {
		found := false
		for _, line := range lines(t, operate(t)) {
			if value(line, "--name") != name {
				continue
			}
			found = true
			configuration := value(line, "--configuration")
			if value(line, "--schedule") != want[0] || !strings.Contains(configuration, want[1]) || !strings.Contains(configuration, want[2]) {
				t.Errorf("%s: %s %s", name, value(line, "--schedule"), configuration)
			}
		}
		if !found {
			t.Errorf("%s is not there", name)
		}
	}
}

// TestRefused: what is not understood is an error, not a missing alarm.
func TestRefused(t *testing.T) {
	page := operate(t)
	for want, c := range map[string]struct {
		page  string
		unset string
	}{
		"set LOG_PROJECT":       {page, "LOG_PROJECT"},
		"CONTACT_GROUP":         {page, "CONTACT_GROUP"},
		"each \"now and then\"": {strings.Replace(page, "| failed | 5 min |", "| failed | now and then |", 1), ""},
		"names the query fried": {strings.Replace(page, "| failed | 5 min |", "| fried | 5 min |", 1), ""},
		"8 are understood":      {strings.Replace(page, "| failed | 5 min |", "| Failed | 5 min |", 1), ""},
	} {
		err := printCommands(&strings.Builder{}, c.page, func(name string) string {
			if name == c.unset {
				return ""
			}
			return environment[name]
		})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", want, err)
		}
	}
}
