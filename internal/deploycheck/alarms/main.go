// Alarms prints the commands that create the alarms and the dashboard of docs/operate.md: `make alarms`. It changes
// nothing itself. No account has run the commands: read them, and try one with --cli-dry-run.
//
//	alarms docs/operate.md
//
// The environment says for which function: LOG_PROJECT and LOGSTORE (of its log), REGION, FUNCTION_NAME, TIMEZONE,
// ACTION_POLICY (of Log Service: who is notified) and CONTACT_GROUP (of CloudMonitor).
package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"time"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: alarms docs/operate.md")
		os.Exit(2)
	}
	text, err := os.ReadFile(os.Args[1])
	if err == nil {
		err = printCommands(os.Stdout, string(text), os.Getenv)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "alarms:", err)
		os.Exit(1)
	}
}

// target is the function that is watched, and where its log is.
type target struct {
	project, logstore, region, function string
	actionPolicy, contactGroup          string
	offset                              string // of its time zone from UTC, such as +0800
}

func readTarget(getenv func(string) string) (target, error) {
	t := target{
		project: getenv("LOG_PROJECT"), logstore: getenv("LOGSTORE"),
		region: cmp.Or(getenv("REGION"), "cn-hangzhou"), function: cmp.Or(getenv("FUNCTION_NAME"), "stop-desktops"),
		actionPolicy: cmp.Or(getenv("ACTION_POLICY"), "sls.builtin"), contactGroup: getenv("CONTACT_GROUP"),
	}
	if t.project == "" || t.logstore == "" || t.contactGroup == "" {
		return t, errors.New("set LOG_PROJECT and LOGSTORE, which the function's page in the console shows under Logs, and CONTACT_GROUP, an alert contact group of CloudMonitor")
	}
	zone, err := time.LoadLocation(cmp.Or(getenv("TIMEZONE"), "Asia/Shanghai"))
	if err != nil {
		return t, fmt.Errorf("TIMEZONE: %w", err)
	}
	t.offset = time.Now().In(zone).Format("-0700")
	return t, nil
}

// printCommands prints the commands, a line each.
func printCommands(w io.Writer, page string, getenv func(string) string) error {
	t, err := readTarget(getenv)
	if err != nil {
		return err
	}
	queries := t.queries(page)
	alarms, err := readAlarms(page)
	if err != nil {
		return err
	}
	lines := []string{
		"# Unverified: no account has run these lines. They need the aliyun CLI with its sls plugin.",
		"# Where a line is refused, its -h names the parameters. A rule that exists is changed with update-alert.",
	}
	var charts []chart
	for _, a := range alarms {
		query, ok := queries[a.query]
		if !ok {
			return fmt.Errorf("the alarm %q names the query %s, which the page does not have", a.title, a.query)
		}
		lines = append(lines, t.logAlarm(a, query))
		charts = append(charts, t.chart(a, query, len(charts)))
	}
	lines = append(lines, t.metricAlarms()...)
	lines = append(lines, t.dashboard(charts))
	for _, line := range lines {
		if _, err := fmt.Fprintln(w, line); err != nil {
			return err
		}
	}
	return nil
}
