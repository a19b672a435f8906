package events

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"
)

// TestMarks drops a byte order mark in front of every document that a sender writes.
func TestMarks(t *testing.T) {
	const request = `{"DesktopId":["ecd-a"]}`
	const marked = "\ufeff" + request
	inText := func(text string) string { b, _ := json.Marshal(text); return string(b) }
	in64 := inText(base64.StdEncoding.EncodeToString([]byte(marked)))
	event := func(member string) string {
		return `{"specversion":"1.0","id":"1","source":"a","type":"b",` + member + `}`
	}
	body := func(text, encoded string) string {
		return `{"version":"v1","requestContext":{"http":{"method":"POST"}},"headers":{"Content-Type":"application/json"},"body":` + text + `,"isBase64Encoded":` + encoded + `}`
	}
	for name, raw := range map[string]string{
		"the invocation":                   marked,
		"the invocation and a blank":       "\ufeff\n " + request,
		"an invocation that is a batch":    "\ufeff[" + request + "]",
		"an invocation that is a text":     inText(marked),
		"an invocation with a batch of it": "[" + inText(marked) + "]",
		"a timer":                          "\ufeff" + `{"triggerName":"n","triggerTime":"2026-11-22T20:00:00Z","payload":` + inText(marked) + `}`,
		"a timer with a batch":             `{"triggerName":"n","triggerTime":"2026-11-22T20:00:00Z","payload":` + inText("\ufeff["+request+"]") + `}`,
		"an event":                         "\ufeff" + event(`"data":`+request),
		"the text of an event":             event(`"data":` + inText(marked)),
		"the base64 of an event":           event(`"data_base64":` + in64),
		"a text in base64":                 event(`"data":` + in64),
		"a message of MNS":                 `{"messageId":"1","messageBody":` + inText(marked) + `}`,
		"a message of MNS in base64":       `{"messageId":"1","messageBody":` + in64 + `}`,
		"a message of Kafka":               `{"topic":"t","partition":1,"value":` + inText(marked) + `}`,
		"a body":                           body(inText(marked), "false"),
		"a body in base64":                 body(in64, "true"),
	} {
		list, err := Decode([]byte(raw))
		if err == nil && len(list) == 1 && list[0].Kind == HTTP {
			list, err = DecodeBody(list[0].HTTP.Body)
		}
		if err != nil || len(list) != 1 || list[0].Err != nil {
			t.Errorf("%s: %v %+v", name, err, list)
			continue
		}
		if q, err := ParseRequest(list[0].Payload, list[0].Path); err != nil || len(q.DesktopId) != 1 {
			t.Errorf("%s: %+v, %v", name, q, err)
		}
	}
	if doc, err := Document([]byte(marked), "$"); err != nil || doc.(map[string]any)["DesktopId"] == nil {
		t.Errorf("a document that is mapped: %v, %v", doc, err)
	}
	for mode, text := range map[CloudEventMode]string{Structured: event(`"data":` + request), Batched: "[" + event(`"data":`+request) + "]", Binary: request} {
		q := &HTTPRequest{Body: []byte("\ufeff" + text), Header: map[string]string{"ce-specversion": "1.0", "ce-id": "1", "ce-source": "a", "ce-type": "b"}}
		if list, err := DecodeCloudEvents(q, mode); err != nil || len(list) != 1 || list[0].Err != nil || string(list[0].Payload) != request {
			t.Errorf("%s: %+v, %v", mode, list, err)
		}
	}
}

// TestMarksStay where they are part of the text, and two of them are one too many.
func TestMarksStay(t *testing.T) {
	for _, raw := range []string{"\ufeff\ufeff{}", "{\ufeff}", "{}\ufeff", " \ufeff{}", "\ufeff", "[\ufeff{}]"} {
		if list, err := Decode([]byte(raw)); err == nil {
			t.Errorf("%q: %+v", raw, list)
		}
	}
}

// TestUTF16 says so, instead of where it is no JSON.
func TestUTF16(t *testing.T) {
	for name, raw := range map[string]string{
		"little endian": "\xff\xfe{\x00}\x00", "big endian": "\xfe\xff\x00{\x00}", "little endian without a mark": "{\x00}\x00", "big endian without a mark": "\x00{\x00}",
		"UTF-32": "\xff\xfe\x00\x00{\x00\x00\x00}\x00\x00\x00", "a batch": "[\x00]\x00",
		"in base64": `{"specversion":"1.0","id":"1","source":"a","type":"b","data_base64":"` + base64.StdEncoding.EncodeToString([]byte("\xff\xfe{\x00}\x00")) + `"}`,
	} {
		list, err := Decode([]byte(raw))
		if err == nil {
			err = list[0].Err
		}
		if err == nil || !strings.Contains(err.Error(), "is in UTF-16: send it in UTF-8") {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := DecodeBody([]byte(raw)); name != "in base64" && (err == nil || !strings.Contains(err.Error(), "is in UTF-16: send it in UTF-8")) {
			t.Errorf("%s as a body: %v", name, err)
		}
	}
}

// TestZeroByte is not taken for nothing at all.
func TestZeroByte(t *testing.T) {
	for name, read := range map[string]func([]byte) ([]Event, error){"an invocation": Decode, "a body": DecodeBody} {
		if _, err := read([]byte{0}); err == nil || asError(t, err).Code != InvalidJSON {
			t.Errorf("%s: %v", name, err)
		}
	}
}
