package current

import (
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"stopdesktops/events"
)

// samples are the events that the tests of the function send.
const samples = "../../testdata/events"

// currentTime is the present of these tests: in another year, month, day, hour, minute and second than the samples.
var currentTime = time.Date(2031, time.March, 4, 5, 6, 7, 890_000_000, time.UTC)

// TestEvent moves an event of 2026-11-20T11:00:17Z to the present, in every place and spelling.
func TestEvent(t *testing.T) {
	encoded := func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }
	cases := []struct{ name, event, want string }{
		{"CloudEvent, and its publication", `{"specversion":"1.0","id":"1","source":"s","type":"t","time":"2026-11-20T11:00:17.093Z","aliyunpublishtime":"2026-11-20T11:00:18.028Z","data":{}}`,
			`{"specversion":"1.0","id":"1","source":"s","type":"t","time":"2031-03-04T05:06:07.890Z","aliyunpublishtime":"2031-03-04T05:06:08.825Z","data":{}}`},
		{"published, without a time of its own", `{"specversion":"1.0","id":"1","source":"s","type":"t","aliyunpublishtime":"2026-11-20T19:00:17.093PRC","data":{}}`,
			`{"specversion":"1.0","id":"1","source":"s","type":"t","aliyunpublishtime":"2031-03-04T13:06:07.890PRC","data":{}}`},
		{"timer", `{"triggerTime":"2026-11-20T11:00:17Z","triggerName":"t","payload":"{\"DesktopId\":\"ecd-a\"}"}`,
			`{"triggerTime":"2031-03-04T05:06:07Z","triggerName":"t","payload":"{\"DesktopId\":\"ecd-a\"}"}`},
		{"array: the latest is now", `[{"specversion":"1.0","id":"1","source":"s","type":"t","time":"2026-11-20T11:00:07Z","data":{}}, {"specversion":"1.0","id":"2","source":"s","type":"t","time":"2026-11-20T11:00:17Z","data":{}}]`,
			`[{"specversion":"1.0","id":"1","source":"s","type":"t","time":"2031-03-04T05:05:57Z","data":{}}, {"specversion":"1.0","id":"2","source":"s","type":"t","time":"2031-03-04T05:06:07Z","data":{}}]`},
		{"array of texts", `["{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"s\",\"type\":\"t\",\"time\":\"2026-11-20T11:00:17Z\",\"data\":{}}"]`,
			`["{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"s\",\"type\":\"t\",\"time\":\"2031-03-04T05:06:07Z\",\"data\":{}}"]`},
		{"one text", `"{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"s\",\"type\":\"t\",\"time\":\"2026-11-20T11:00:17Z\",\"data\":{}}"`,
			`"{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"s\",\"type\":\"t\",\"time\":\"2031-03-04T05:06:07Z\",\"data\":{}}"`},
		{"encoded twice", `"\"{\\\"specversion\\\":\\\"1.0\\\",\\\"id\\\":\\\"1\\\",\\\"source\\\":\\\"s\\\",\\\"type\\\":\\\"t\\\",\\\"time\\\":\\\"2026-11-20T11:00:17Z\\\",\\\"data\\\":{}}\""`,
			`"\"{\\\"specversion\\\":\\\"1.0\\\",\\\"id\\\":\\\"1\\\",\\\"source\\\":\\\"s\\\",\\\"type\\\":\\\"t\\\",\\\"time\\\":\\\"2031-03-04T05:06:07Z\\\",\\\"data\\\":{}}\""`},
		{"a deadline of the payload is not the event's time", `{"specversion":"1.0","id":"1","source":"s","type":"t","time":"2026-11-20T11:00:17Z","data":{"until":"2027-11-20T11:00:17Z"}}`,
			`{"specversion":"1.0","id":"1","source":"s","type":"t","time":"2031-03-04T05:06:07Z","data":{"until":"2032-03-03T05:06:07Z"}}`},
		{"HTTP", overHTTP(`"headers":{"Content-Type":"application/json"},"body":"{\"timestamp\":1795172416093,\"issue\":{\"id\":1795172417,\"key\":\"IT-1795172417093\"}}","isBase64Encoded":false`, "2026-11-20T11:00:17Z", "1795172417093"),
			overHTTP(`"headers":{"Content-Type":"application/json"},"body":"{\"timestamp\":1930367166890,\"issue\":{\"id\":1795172417,\"key\":\"IT-1795172417093\"}}","isBase64Encoded":false`, "2031-03-04T05:06:07Z", "1930367167890")},
		{"HTTP, base64", overHTTP(`"headers":{},"body":"`+encoded(`{"timestamp":1795172416}`)+`","isBase64Encoded":true`, "2026-11-20T11:00:17Z", "1795172417093"),
			overHTTP(`"headers":{},"body":"`+encoded(`{"timestamp":1930367166}`)+`","isBase64Encoded":true`, "2031-03-04T05:06:07Z", "1930367167890")},
		{"HTTP, signed times", overHTTP(`"headers":{"Webhook-Id":"msg_1","webhook-timestamp":"1795172417","X-Zendesk-Webhook-Signature-Timestamp":"2026-11-20T11:00:17Z","Ce-Time":"2026-11-20T11:00:17.5+00:00"},"body":"{}"`, "2026-11-20T11:00:17Z", "1795172417093"),
			overHTTP(`"headers":{"Webhook-Id":"msg_1","webhook-timestamp":"1930367167","X-Zendesk-Webhook-Signature-Timestamp":"2031-03-04T05:06:07Z","Ce-Time":"2031-03-04T05:06:08.2+00:00"},"body":"{}"`, "2031-03-04T05:06:07Z", "1930367167890")},
		{"HTTP, times of the message alone", `{"version":"v1","headers":{"Webhook-Timestamp":"1795172417"},"requestContext":{"http":{"method":"POST"}},"body":"{}"}`,
			`{"version":"v1","headers":{"Webhook-Timestamp":"1930367167"},"requestContext":{"http":{"method":"POST"}},"body":"{}"}`},
		{"HTTP, a body's time alone", `{"version":"v1","headers":{},"requestContext":{"http":{"method":"POST"}},"body":"{\"event\":{\"occurred_at\":\"2026-11-20T11:00:17Z\"}}"}`,
			`{"version":"v1","headers":{},"requestContext":{"http":{"method":"POST"}},"body":"{\"event\":{\"occurred_at\":\"2031-03-04T05:06:07Z\"}}"}`},
		{"HTTP, binary CloudEvent alone", `{"version":"v1","headers":{"Ce-Specversion":"1.0","Ce-Id":"1","Ce-Source":"s","Ce-Type":"t","Ce-Time":"2026-11-20T11%3A00%3A17Z"},"requestContext":{"http":{"method":"POST"}},"body":"{\"until\":\"2027-11-20T11:00:17Z\"}"}`,
			`{"version":"v1","headers":{"Ce-Specversion":"1.0","Ce-Id":"1","Ce-Source":"s","Ce-Type":"t","Ce-Time":"2031-03-04T05:06:07Z"},"requestContext":{"http":{"method":"POST"}},"body":"{\"until\":\"2032-03-03T05:06:07Z\"}"}`},
		{"HTTP, quoted", `{"version":"v1","headers":{"Ce-Specversion":"1.0","Ce-Id":"1","Ce-Source":"s","Ce-Type":"t","Ce-Time":"\"2026-11-20T11:00:17Z\""},"requestContext":{"http":{"method":"POST"}},"body":"{}"}`,
			`{"version":"v1","headers":{"Ce-Specversion":"1.0","Ce-Id":"1","Ce-Source":"s","Ce-Type":"t","Ce-Time":"\"2031-03-04T05:06:07Z\""},"requestContext":{"http":{"method":"POST"}},"body":"{}"}`},
		{"HTTP, structured CloudEvent alone", `{"version":"v1","headers":{"Content-Type":"application/cloudevents+json"},"requestContext":{"http":{"method":"POST"}},"body":"{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"s\",\"type\":\"t\",\"time\":\"2026-11-20T11:00:17Z\",\"data\":{\"until\":\"2027-11-20T11:00:17Z\"}}"}`,
			`{"version":"v1","headers":{"Content-Type":"application/cloudevents+json"},"requestContext":{"http":{"method":"POST"}},"body":"{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"s\",\"type\":\"t\",\"time\":\"2031-03-04T05:06:07Z\",\"data\":{\"until\":\"2032-03-03T05:06:07Z\"}}"}`},
		{"HTTP, batch of CloudEvents alone", `{"version":"v1","headers":{"Content-Type":"application/cloudevents-batch+json"},"requestContext":{"http":{"method":"POST"}},"body":"[{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"s\",\"type\":\"t\",\"time\":\"2026-11-20T11:00:17Z\",\"data\":{}},{}]"}`,
			`{"version":"v1","headers":{"Content-Type":"application/cloudevents-batch+json"},"requestContext":{"http":{"method":"POST"}},"body":"[{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"s\",\"type\":\"t\",\"time\":\"2031-03-04T05:06:07Z\",\"data\":{}},{}]"}`},
		{"identifiers stay", `{"specversion":"1.0","id":"2026-11-20T11:00:17Z","source":"s","type":"t","time":"2026-11-20T11:00:17Z","data":{"DesktopId":["ecd-1795172417093","ecd-b"],"IdempotencyKey":"2026-11-20T11:00:17Z","Reason":"1795172417093","ticket_id":"2026-11-20T11:00:17Z"}}`,
			`{"specversion":"1.0","id":"2026-11-20T11:00:17Z","source":"s","type":"t","time":"2031-03-04T05:06:07Z","data":{"DesktopId":["ecd-1795172417093","ecd-b"],"IdempotencyKey":"2026-11-20T11:00:17Z","Reason":"1795172417093","ticket_id":"2026-11-20T11:00:17Z"}}`},
		{"what the function cannot read stays", `{"specversion":"1.0","id":"1","source":"s","type":"t","time":"2026-11-20T11:00:17Z","data":{"at":"2026-11-20 11:00:17 CST","day":"2026-11-20","text":"since 2026-11-20T11:00:17Z","broken":"{\"time\":\"2026-11-20T11:00:17Z\""}}`,
			`{"specversion":"1.0","id":"1","source":"s","type":"t","time":"2031-03-04T05:06:07Z","data":{"at":"2026-11-20 11:00:17 CST","day":"2026-11-20","text":"since 2026-11-20T11:00:17Z","broken":"{\"time\":\"2026-11-20T11:00:17Z\""}}`},
		{"the form stays", "\n{ \"triggerName\" :\"t\", \"triggerTime\":\r\n\t\"2026-11-20T11:00:17Z\" ,\"payload\":\"<\\u0026>\", \"payload2\": 1.50 }\n",
			"\n{ \"triggerName\" :\"t\", \"triggerTime\":\r\n\t\"2031-03-04T05:06:07Z\" ,\"payload\":\"<\\u0026>\", \"payload2\": 1.50 }\n"},
		{"an unknown shape", `{"time":"2026-11-20T19:00:17+08:00","data":"{\"at\":\"2026-11-20T11:00:16.500Z\",\"ms\":1795172417000,\"n\":1234567890123456,\"phone\":1795172417,\"text\":\"1795172417000\"}"}`,
			`{"time":"2031-03-04T13:06:07+08:00","data":"{\"at\":\"2031-03-04T05:06:07.390Z\",\"ms\":1930367167890,\"n\":1234567890123456,\"phone\":1795172417,\"text\":\"1795172417000\"}"}`},
		{"no time", `{"DesktopId":["ecd-a"]}`, `{"DesktopId":["ecd-a"]}`},
		{"no JSON", `{"time":"2026-11-20T11:00:17Z"`, `{"time":"2026-11-20T11:00:17Z"`},
		{"empty", ``, ``},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if got := string(Event([]byte(c.event), currentTime)); got != c.want {
				t.Errorf("\n got %s\nwant %s", got, c.want)
			}
		})
	}
}

func overHTTP(members, when, epoch string) string {
	return `{"version":"v1",` + members + `,"requestContext":{"http":{"method":"POST"},"time":"` + when + `","timeEpoch":"` + epoch + `"}}`
}

// TestSpellings: a time keeps the form in which it was written.
func TestSpellings(t *testing.T) {
	for before, after := range map[string]string{
		`"2026-11-20T11:00:17Z"`:                 `"2031-03-04T05:06:07Z"`,
		`"2026-11-20T11:00:17z"`:                 `"2031-03-04T05:06:07z"`,
		`"2026-11-20t11:00:17.0Z"`:               `"2031-03-04t05:06:07.8Z"`,
		`"2026-11-20 11:00:17.000 UTC"`:          `"2031-03-04 05:06:07.890 UTC"`,
		`"2026-11-20T11:00:17,000000Z"`:          `"2031-03-04T05:06:07,890000Z"`,
		`"2026-11-20T11:00:17.00000000000Z"`:     `"2031-03-04T05:06:07.89000000000Z"`,
		`"2026-11-20T19:00:17+08:00"`:            `"2031-03-04T13:06:07+08:00"`,
		`"2026-11-20T19:00:17 +0800"`:            `"2031-03-04T13:06:07 +0800"`,
		`"2026-11-20T05:30:17-05:30"`:            `"2031-03-03T23:36:07-05:30"`,
		`"2026-11-20T19:00:17GMT+8:00"`:          `"2031-03-04T13:06:07GMT+8:00"`,
		`"2026-11-20T19:00:17.000Asia/Shanghai"`: `"2031-03-04T13:06:07.890Asia/Shanghai"`,
		`"2026-11-20T11:00:17\u002b00:00"`:       `"2031-03-04T05:06:07+00:00"`,
		`" 2026-11-20T11:00:17Z "`:               `"2031-03-04T05:06:07Z"`,
		`1795172417`:                             `1930367167`,
		`1795172417000`:                          `1930367167890`,
		`1795172417.0`:                           `1930367167`,
		`1.795172417e12`:                         `1930367167890`,
		`"1795172417"`:                           `"1930367167"`,
		`"1795172417000"`:                        `"1930367167890"`,
	} {
		event := `{"specversion":"1.0","id":"1","source":"s","type":"t","time":` + before + `,"data":{}}`
		if got := string(Event([]byte(event), currentTime)); got != strings.Replace(event, before, after, 1) {
			t.Errorf("%s: %s", before, got)
		}
	}
}

// sampleTime finds a time of the samples.
var sampleTime = regexp.MustCompile(`2026-11-2\d[T ]\d\d:\d\d:\d\d|\b17951724\d\d(\d{3})?\b`)

// TestEventOfSamples: of every sample, every time moves and nothing else changes.
func TestEventOfSamples(t *testing.T) {
	files, err := filepath.Glob(samples + "/*.json")
	if err != nil || len(files) < 80 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".json")
		if strings.HasSuffix(name, ".golden") {
			continue
		}
		t.Run(name, func(t *testing.T) {
			before, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			happened := eventTime(before)
			now := happened.Add(100_000_007 * time.Second) // whole seconds: times without a fraction keep their distance
			after := Event(before, now)
			if !happened.IsZero() {
				if got := eventTime(after); !got.Equal(now) {
					t.Errorf("the event happened at %s, want %s", got, now)
				}
				if back := Event(after, happened); string(back) != string(before) {
					t.Errorf("moved back it is\n%s", back)
				}
			}
			for _, stayed := range sampleTime.FindAllString(decoded(after), -1) {
				if !strings.HasSuffix(name, "bad-time") { // these have one that nobody can read
					t.Errorf("%s has stayed in\n%s", stayed, after)
				}
			}
			if was, is := identities(t, before), identities(t, after); was != is {
				t.Errorf("the events were %s, and are %s", was, is)
			}
		})
	}
}

var longBase64 = regexp.MustCompile(`[A-Za-z0-9+/]{20,}={0,2}`)

// decoded returns the text of an event with the base64 in it decoded.
func decoded(event []byte) string {
	return longBase64.ReplaceAllStringFunc(string(event), func(s string) string {
		if b, err := base64.StdEncoding.DecodeString(s); err == nil {
			return string(b)
		}
		return s
	})
}

// identities returns what names the events of an invocation, and their faults. A timer's ID is its time.
func identities(t *testing.T, event []byte) string {
	t.Helper()
	list, err := events.Decode(event)
	all := []any{fmt.Sprint(err)}
	for _, e := range list {
		if e.Kind == events.Timer {
			e.ID = ""
		}
		all = append(all, e.Kind, e.ID, e.Suffix, e.Source, e.Path, fmt.Sprint(e.Err))
	}
	return fmt.Sprint(all...)
}
