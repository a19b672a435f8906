package deploycheck

import (
	"bytes"
	"strings"
	"testing"
)

// Copies of the templates with one thing broken. Each must be refused, with the path of the property.
func TestBrokenTemplatesAreRefused(t *testing.T) {
	const (
		props  = "resources.stop_desktops.props."
		timer  = props + "triggers[0]."
		web    = props + "triggers[1]."
		rule   = props + "triggers[0]." // of s.eventbridge.yaml
		stream = props + "triggers[1]."
		env    = props + "environmentVariables."
		async  = props + "asyncInvokeConfig."
	)
	base, bridge := readFile(t, "s.yaml"), readFile(t, "s.eventbridge.yaml")
	type mutation struct{ old, new, want string }

	for _, m := range []mutation{
		{"edition: 3.0.0", "edition: 2.0.0", "edition: "},
		{"access: default", "access: ${env('ACCESS','default')}", "access: "},
		{"component: fc3", "component: fc", "resources.stop_desktops.component: "},
		{"component: fc3", "componant: fc3", "resources.stop_desktops.componant: field componant not found"},
		{"memorySize: 128", "memorysize: 128", props + "memorysize: field memorysize not found"},
		{"memorySize: 128", "memorySize: 100", props + "memorySize: is 100, must be from"},
		{"memorySize: 128", "memorySize: 130", props + "memorySize: is 130, must be a multiple"},
		{"memorySize: 128", `memorySize: "128"`, props + "memorySize: cannot unmarshal"},
		{"memorySize: 128", "memorySize: ${env('MEMORY','128')}", props + "memorySize: cannot unmarshal"},
		{"memorySize: 128", "memorySize: 1024", props + "cpu: is 0.1 for 1024 MB"},
		{"cpu: 0.1", "cpu: 0.35", props + "cpu: is 0.35 for 128 MB"},
		{"cpu: 0.1", "cpu: 0.12", props + "cpu: is 0.12, must be from"},
		{"cpu: 0.1", "cpu: 0.1\n      cpu: 0.05", "already defined"},
		{"diskSize: 512", "diskSize: 1024", props + "diskSize: "},
		{"timeout: 120", "timeout: 3", props + "timeout: "},
		{"timeout: 120", "timeout: 86401", props + "timeout: "},
		{"timeout: 120", "timeout: 120\n      instanceConcurrency: 10", props + "instanceConcurrency: field"},
		{"internetAccess: true", "internetAccess: yes please", props + "internetAccess: cannot unmarshal"},
		{"internetAccess: true", "", props + "internetAccess: must be said"},
		{"logConfig: auto", "logConfig: Auto", props + "logConfig: "},
		{"runtime: go1", "runtime: go", props + "runtime: "},
		{"handler: main", "handler: bootstrap", props + "handler: "},
		{"code: ./dist/stop-desktops.zip", "code: ./dist", props + "code: "},
		{"functionName: ${env('FUNCTION_NAME','stop-desktops')}", "functionName: ${env('FUNCTION_NAME','stop desktops')}", props + "functionName: "},
		{"functionName: ${env('FUNCTION_NAME','stop-desktops')}", "functionName: ${env(FUNCTION_NAME)}", props + "functionName: "},
		{"region: ${env('REGION','cn-hangzhou')}", "region: ${env('REGION')}", props + "region: "},
		{"role: ${env('ROLE','stop-desktops')}", "role: ${env('ROLE','StopDesktops')}", props + "role: "},

		{"MAX_EVENT_AGE: 1h", "MAX_EVENT_AGE: 2h", async + "maxAsyncEventAgeInSeconds: is 3600"},
		{"MAX_EVENT_AGE: 1h", "MAX_EVENT_AGE: 3600", env + "MAX_EVENT_AGE: must be a string"},
		{"DRY_RUN: ${env('DRY_RUN','true')}", "DRY_RUN: true", env + "DRY_RUN: must be a string"},
		{"LOG_LEVEL:", "FC_LOG_LEVEL:", env + "FC_LOG_LEVEL: FC_ is the platform's"},
		{"LOG_LEVEL:", "LOG-LEVEL:", env + "LOG-LEVEL: not a name"},
		{"${env('LOG_LEVEL','info')}", strings.Repeat("x", 4096), "environmentVariables: "},
		{"${env('CALLBACK_SECRET','')}", "correct-horse-battery-staple", env + "CALLBACK_SECRET: a secret"},
		{"${env('CALLBACK_SECRET','')}", "${env('CALLBACK_SECRET','hunter2hunter2hunter2')}", env + "CALLBACK_SECRET: a secret"},
		{"${env('WEBHOOK_SECRETS','')}", "abc,${env('WEBHOOK_SECRETS','')}", env + "WEBHOOK_SECRETS: a secret"},
		{"${env('CALLBACK_URL','')}", "https://example.com/hook/0123456789", env + "CALLBACK_URL: a secret"},
		{"name: stop-desktops\n", "name: stop-desktops # whsec_" + "MDEyMzQ1\n", "$: holds what looks like a secret"},

		{"maxAsyncRetryAttempts: 6", "", async + "maxAsyncRetryAttempts: must be said"},
		{"maxAsyncRetryAttempts: 6", "maxAsyncRetryAttempts: 9", async + "maxAsyncRetryAttempts: is 9"},
		{"timeout: 120", "timeout: 600", async + "maxAsyncRetryAttempts: 7 attempts of 600 s"},
		{"maxAsyncEventAgeInSeconds: 3600", "", async + "maxAsyncEventAgeInSeconds: must be said"},
		{"maxAsyncEventAgeInSeconds: 3600", "maxAsyncEventAgeInSeconds: 0", async + "maxAsyncEventAgeInSeconds: is 0"},
		{"onFailure:", "onFailed:", async + "destinationConfig.onFailed: field"},
		{"/queues/stop-desktops-failed/messages", "/queues/stop-desktops-failed", async + "destinationConfig.onFailure.destination: "},
		{"/queues/stop-desktops-failed/messages", "queues/stop-desktops-failed/messages", async + "destinationConfig.onFailure.destination: "},
		{"asyncInvokeConfig:", "asyncInvokeConfigs:", props + "asyncInvokeConfigs: field"},

		{"triggerType: timer", "triggerType: cron", timer + "triggerType: "},
		{"triggerType: timer", "triggerType: http", timer + "triggerConfig.enable: field"},
		{"triggerName: webhook", "triggerName: nightly", web + `triggerName: "nightly" is there twice`},
		{"triggerName: nightly", "triggerNane: nightly", timer + "triggerNane: field"},
		{"enable: true", "", timer + "triggerConfig.enable: missing"},
		{"enable: true", "enabled: true", timer + "triggerConfig.enabled: field"},
		{" 0 0 20 ? * MON-FRI", " 0 20 ? * MON-FRI", timer + "triggerConfig.cronExpression: "},
		{" 0 0 20 ? * MON-FRI", " 0 0 25 ? * MON-FRI", timer + "triggerConfig.cronExpression: hour"},
		{" 0 0 20 ? * MON-FRI", " 0 0 20 ? * 1-5", timer + "triggerConfig.cronExpression: weekday"},
		{"CRON_TZ=", "TZ=", timer + "triggerConfig.cronExpression: "},
		{`"Reason": "nightly stop"}`, `"Reason": "nightly stop"`, timer + "triggerConfig.payload: not a request"},
		{`"IdleMinutes": 30`, `"IdleMinute_": 30, "Desktop": 1`, timer + "triggerConfig.payload: not a request"},
		{`{"Select": {"Tag": [{"Key": "${env('NIGHTLY_TAG','stop-desktops:nightly')}"}]},`, `{`, timer + "triggerConfig.payload: not a request"},
		{"payload: >-", "payload:", timer + "triggerConfig.payload.Reason: must be a string"},
		{"authType: function", "authType: none", web + "triggerConfig.authType: "},
		{"authType: function", "", web + "triggerConfig.authType: "},
		{"authType: function", "authType: anonymous", web + "triggerConfig.authType: anonymous needs a WEBHOOK_AUTH that is written out"},
		{"methods: [POST]", "methods: [POST, GET]", web + "triggerConfig.methods: "},
		{"methods: [POST]", "methods: POST", web + "triggerConfig.methods: cannot unmarshal"},
		{"methods: [POST]", "method: [POST]", web + "triggerConfig.method: field"},
		{"disableURLInternet: false", "disableUrlInternet: false", web + "triggerConfig.disableUrlInternet: field"},
	} {
		_, found := checkTemplate(mutate(t, base, m.old, m.new))
		expect(t, "s.yaml", m.old, m.new, found, m.want)
	}

	// who opens the webhook must write down who checks the callers
	open := mutate(t, base, "authType: function", "authType: anonymous")
	for scheme, want := range map[string]string{
		"gateway":                           "anonymous with WEBHOOK_AUTH gateway: nobody checks",
		"${env('WEBHOOK_AUTH','standard')}": "a WEBHOOK_AUTH that is written out",
		"''":                                "anonymous needs a WEBHOOK_AUTH that checks",
	} {
		_, found := checkTemplate(mutate(t, open, "${env('WEBHOOK_AUTH','')}", scheme))
		expect(t, "s.yaml", "authType: function", "anonymous and "+scheme, found, web+"triggerConfig.authType: ", want)
	}
	if _, found := checkTemplate(mutate(t, open, "${env('WEBHOOK_AUTH','')}", "standard")); len(found) > 0 {
		t.Errorf("anonymous with WEBHOOK_AUTH standard is refused: %s", found)
	}
	routed := mutate(t, open, "WEBHOOK_AUTH: ${env('WEBHOOK_AUTH','')}", "ROUTES_FILE: routes.yaml")
	if _, found := checkTemplate(routed); len(found) > 0 {
		t.Errorf("anonymous with a routes file is refused: %s", found)
	}

	for _, m := range []mutation{
		{`eventRuleFilterPattern: '{}'`, `eventRuleFilterPattern: '{'`, stream + "triggerConfig.eventRuleFilterPattern: not a JSON object"},
		{`eventRuleFilterPattern: '{}'`, `eventRuleFilterPattern: {}`, stream + "triggerConfig.eventRuleFilterPattern: must be a string"},
		{`}-requests"]}`, `}-events"]}`, rule + "triggerConfig.eventRuleFilterPattern: source is"},
		{"asyncInvocationType: true", "", rule + "triggerConfig.asyncInvocationType: missing"},
		{"asyncInvocationType: true", `asyncInvocationType: "true"`, rule + "triggerConfig.asyncInvocationType: cannot unmarshal"},
		{"mode: event-driven", "mode: event-driving", rule + "triggerConfig.runOptions.mode: "},
		{"mode: event-driven", "mode: event-driven\n              errorsTolerance: ALL", rule + "triggerConfig.runOptions.errorsTolerance: has no effect"},
		{"mode: event-streaming", "mode: event-driven", stream + "triggerConfig.runOptions.deadLetterQueue: has no effect"},
		{"errorsTolerance: ALL", "errorsTolerance: NONE", stream + "triggerConfig.runOptions.errorsTolerance: "},
		{"errorsTolerance: ALL", "", stream + "triggerConfig.runOptions.errorsTolerance: "},
		{"deadLetterQueue:\n                Arn:", "retryStrategie:\n                Arn:", stream + "triggerConfig.runOptions.retryStrategie: field"},
		{"deadLetterQueue:\n                Arn: acs:mns:${env('REGION','cn-hangzhou')}:${config('AccountID')}:/queues/stop-desktops-failed\n", "", stream + "triggerConfig.runOptions.deadLetterQueue: missing"},
		{":/queues/stop-desktops-failed\n", ":queues\n", stream + "triggerConfig.runOptions.deadLetterQueue.Arn: "},
		{"Arn:", "arn:", stream + "triggerConfig.runOptions.deadLetterQueue.arn: field"},
		{"PushRetryStrategy: BACKOFF_RETRY", "PushRetryStrategy: BACKOFF", stream + "triggerConfig.runOptions.retryStrategy.PushRetryStrategy: "},
		{"retryStrategy:\n                PushRetryStrategy: BACKOFF_RETRY\n", "", stream + "triggerConfig.runOptions.retryStrategy: missing"},
		{"CountBasedWindow: 10", "CountBasedWindow: 0", stream + "triggerConfig.runOptions.batchWindow.CountBasedWindow: "},
		{"TimeBasedWindow: 3", "TimeBasedWindow: 16", stream + "triggerConfig.runOptions.batchWindow.TimeBasedWindow: "},
		{"TimeBasedWindow: 3", "timeBasedWindow: 3", stream + "triggerConfig.runOptions.batchWindow.timeBasedWindow: field"},
		{"QueueName: stop-desktops-stream", "", stream + "triggerConfig.eventSourceConfig.eventSourceParameters.sourceMNSParameters.QueueName: missing"},
		{"QueueName: stop-desktops-stream", "queueName: stop-desktops-stream", stream + "triggerConfig.eventSourceConfig.eventSourceParameters.sourceMNSParameters.queueName: field"},
		{"extend: s.yaml", "extends: s.yaml", "extends: field"},
	} {
		_, found := checkTemplate(base, mutate(t, bridge, m.old, m.new))
		expect(t, "s.eventbridge.yaml", m.old, m.new, found, m.want)
	}

	// what both triggers have, broken in both
	for _, m := range []mutation{
		{"eventSchema: CloudEvents", "eventSchema: RawData", "triggerConfig.eventSinkConfig.deliveryOption.eventSchema: "},
		{"eventSourceType: MNS", "eventSourceType: SMQ", "triggerConfig.eventSourceConfig.eventSourceType: "},
		{"eventSourceType: MNS", "eventSourceType: Kafka", "sourceMNSParameters: eventSourceType is Kafka"},
		{"eventSourceType: MNS", "eventSourceType: Kafka", "sourceKafkaParameters: missing"},
		{"IsBase64Decode: false", "", "sourceMNSParameters.IsBase64Decode: must be said"},
		{"triggerEnable: true", "enable: true", "triggerConfig.enable: field"},
	} {
		_, found := checkTemplate(base, bytes.ReplaceAll(bridge, []byte(m.old), []byte(m.new)))
		expect(t, "s.eventbridge.yaml", m.old, m.new, found, rule, m.want)
		expect(t, "s.eventbridge.yaml", m.old, m.new, found, stream, m.want)
	}
}

func mutate(t *testing.T, document []byte, old, new string) []byte {
	t.Helper()
	if n := bytes.Count(document, []byte(old)); n != 1 {
		t.Fatalf("%q stands %d times in the template: the mutation must change exactly one thing", old, n)
	}
	return bytes.Replace(document, []byte(old), []byte(new), 1)
}

// expect wants one problem that holds all the words.
func expect(t *testing.T, file, old, new string, found problems, words ...string) {
	t.Helper()
search:
	for _, problem := range found {
		for _, word := range words {
			if !strings.Contains(problem, word) {
				continue search
			}
		}
		return
	}
	t.Errorf("%s with %.60q for %q: want a problem with %q, got %q", file, new, old, words, []string(found))
}
