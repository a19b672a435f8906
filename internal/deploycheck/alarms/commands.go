package main

import (
	"encoding/json"
	"strings"
)

type object = map[string]any

// logAlarm is a rule of Log Service.
func (t target) logAlarm(a alarm, query string) string {
	s := a.schedule
	if s.Type != "FixedRate" {
		s.TimeZone = t.offset
	}
	return command("sls", "create-alert", "--region", t.region, "--project", t.project, "--name", t.function+"-"+a.query,
		"--display-name", t.function+": "+a.title, "--schedule", text(s), "--configuration", text(object{
			"version": "2.0", "type": "default", "dashboard": "internal-alert-analysis",
			"queryList": []object{{"storeType": "log", "region": t.region, "project": t.project, "store": t.logstore, "query": query,
				"timeSpanType": "Relative", "start": a.window, "end": "now"}},
			"groupConfiguration":     object{"type": "no_group", "fields": []string{}},
			"severityConfigurations": []object{{"severity": 8, "evalCondition": object{"condition": a.condition, "countCondition": ""}}},
			"annotations":            []object{{"key": "title", "value": a.title}},
			"autoAnnotation":         true, "sendResolved": false, "threshold": 1, "noDataFire": false, "noDataSeverity": 6,
			"policyConfiguration": object{"alertPolicyId": "sls.builtin.dynamic", "actionPolicyId": t.actionPolicy, "repeatInterval": "1h"},
		}))
}

// metricAlarms are the rules of CloudMonitor: they need no log.
func (t target) metricAlarms() []string {
	rule := func(name, title, namespace, metric, statistics string, resource object) string {
		return command("cms", "PutResourceMetricRule", "--RegionId", t.region, "--RuleId", t.function+"-"+name, "--RuleName", t.function+": "+title,
			"--Namespace", namespace, "--MetricName", metric, "--Resources", text([]object{resource}), "--ContactGroups", t.contactGroup,
			"--Period", "60", "--Interval", "60", "--SilenceTime", "3600",
			"--Escalations.Critical.Statistics", statistics, "--Escalations.Critical.ComparisonOperator", "GreaterThanThreshold",
			"--Escalations.Critical.Threshold", "0", "--Escalations.Critical.Times", "1")
	}
	return []string{
		"# Function Compute 3.0 has no services: if CloudMonitor wants serviceName, take the resource that DescribeMetricLast names.",
		rule("errors", "function errors", "acs_fc", "FunctionFunctionErrors", "Value", object{"region": t.region, "functionName": t.function}),
		"# If CloudMonitor does not know ActiveMessages, its new name is NumberOfMessagesVisible.",
		rule("queue", "messages in the failure queue", "acs_mns_new", "ActiveMessages", "Value", object{"region": t.region, "queue": "stop-desktops-failed"}),
	}
}

// chart is one of the dashboard.
type chart struct {
	Title   string `json:"title"`
	Type    string `json:"type"`
	Search  object `json:"search"`
	Display object `json:"display"`
}

// chart shows what the query of an alarm finds. Two are side by side.
func (t target) chart(a alarm, query string, n int) chart {
	return chart{a.title, "table", object{"logstore": t.logstore, "topic": "", "query": query, "start": "-86400s", "end": "now"},
		object{"displayName": a.title, "xAxis": []string{}, "yAxis": []string{}, "xPos": n % 2 * 5, "yPos": n / 2 * 5, "width": 5, "height": 5}}
}

func (t target) dashboard(charts []chart) string {
	return command("sls", "create-dashboard", "--region", t.region, "--project", t.project, "--body", text(object{
		"dashboardName": t.function, "displayName": t.function, "description": "What needs attention", "charts": charts,
	}))
}

// text of a value as JSON in one line.
func text(v any) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic(err) // these values can be encoded
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// command is a line for a shell.
func command(words ...string) string {
	line := "aliyun"
	for _, word := range words {
		if strings.ContainsAny(word, " '\"\\${}[]()<>|&;*?~#`") {
			word = "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
		}
		line += " " + word
	}
	return line
}
