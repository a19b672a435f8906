package deploycheck

import (
	"strconv"
	"testing"
)

// checkApart: the function with the open trigger has a name of its own, nothing but that trigger, and narrower limits.
func checkApart(base, open template) problems {
	var found problems
	inner, outer := base.Resources["stop_desktops"].Props, open.Resources["stop_desktops"].Props
	if outer.FunctionName == inner.FunctionName {
		found.add("functionName", "%q is that of s.yaml: the timer would lose its function", outer.FunctionName)
	}
	for _, t := range outer.Triggers {
		if t.Type != "http" {
			found.add("triggers", "%s is a %s trigger: the function is for the open one alone", t.Name, t.Type)
		}
	}
	within, err := strconv.Atoi(string(outer.EnvironmentVariables["MAX_DESKTOPS"]))
	if whole, _ := strconv.Atoi(string(inner.EnvironmentVariables["MAX_DESKTOPS"])); err != nil || within >= whole {
		found.add("MAX_DESKTOPS", "is %d, must be less than that of s.yaml, %d", within, whole)
	}
	if outer.EnvironmentVariables["ALLOW_DIRECT"] != "false" {
		found.add("ALLOW_DIRECT", "must be false")
	}
	if outer.EnvironmentVariables["EVENT_KINDS"] != "http" {
		found.add("EVENT_KINDS", "must be http")
	}
	if outer.ConcurrencyConfig == nil {
		found.add("concurrencyConfig", "missing: a flood would take every instance")
	}
	return found
}

func TestOpenWebhookIsApart(t *testing.T) {
	s, webhook := readFile(t, "s.yaml"), readFile(t, "s.webhook.yaml")
	base, _ := checkTemplate(s)
	open, found := checkTemplate(s, webhook)
	for _, problem := range append(found, checkApart(base, open)...) {
		t.Errorf("s.webhook.yaml: %s", problem)
	}
	for _, m := range []struct{ old, new, want string }{
		{"')}-webhook", "')}", "functionName: "},
		{`MAX_DESKTOPS: "10"`, `MAX_DESKTOPS: "100"`, "MAX_DESKTOPS: "},
		{`ALLOW_DIRECT: "false"`, `ALLOW_DIRECT: "true"`, "ALLOW_DIRECT: "},
		{"EVENT_KINDS: http", "EVENT_KINDS: http,direct", "EVENT_KINDS: "},
		{"concurrencyConfig:\n        reservedConcurrency: 3", "concurrencyConfig:", "concurrencyConfig: missing"},
		{"        - triggerName: webhook", "        - {triggerName: n, triggerType: timer, triggerConfig: {enable: true, cronExpression: '0 0 20 * * *', payload: '{\"DesktopId\": \"ecd-a\"}'}}\n        - triggerName: webhook", "triggers: n is a timer"},
	} {
		changed, wrong := checkTemplate(s, mutate(t, webhook, m.old, m.new))
		expect(t, "s.webhook.yaml", m.old, m.new, append(wrong, checkApart(base, changed)...), m.want)
	}
	for _, m := range []struct{ old, new, want string }{
		{"WEBHOOK_AUTH: standard", "WEBHOOK_AUTH: gateway", "anonymous with WEBHOOK_AUTH gateway"},
		{"WEBHOOK_AUTH: standard", "WEBHOOK_AUTH: ${env('WEBHOOK_AUTH','standard')}", "a WEBHOOK_AUTH that is written out"},
		{"reservedConcurrency: 3", "reservedConcurrency: 0", "concurrencyConfig.reservedConcurrency: is 0"},
	} {
		_, wrong := checkTemplate(s, mutate(t, webhook, m.old, m.new))
		expect(t, "s.webhook.yaml", m.old, m.new, wrong, m.want)
	}
}
