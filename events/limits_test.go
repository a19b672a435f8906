package events

import (
	"encoding/base64"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"
)

// largest is the size of the largest inputs in bytes: what FC delivers at most. With -short, and so under the race
// detector, it is 2.5 MB. That exceeds every limit of this package too.
func largest() int {
	if testing.Short() {
		return 5 << 19
	}
	return 32 << 20
}

func fill(prefix, piece, suffix string) []byte {
	n := (largest() - len(prefix) - len(suffix)) / len(piece)
	return []byte(prefix + strings.Repeat(piece, n) + suffix)
}

// TestLargestInput reads the largest inputs of every kind. Each must end, in bounded
// memory, and be refused for the right reason. (How long it takes is logged: on a
// busy machine, with the race detector, that is no matter for a test.)
func TestLargestInput(t *testing.T) {
	largest := largest()
	const ce = `{"specversion":"1.0","id":"1","source":"s","type":"t","data":`
	const timer = `{"triggerName":"t","triggerTime":"2026-11-20T11:00:00Z","payload":"`
	manyNames := numbered(`"name%d":0,`, largest/20)
	tests := []struct {
		name, code, path string
		input            []byte
	}{
		{"a string", InvalidJSON, "$", fill(`"`, `a`, `"`)},
		{"a string of escapes", InvalidJSON, "$", fill(`"`, `\u0061`, `"`)},
		{"a string of zero digits", InvalidJSON, "$", fill(`"`, `0`, `"`)},
		{"an array of numbers", TooLarge, "$", fill(`[1`, `,1`, `]`)},
		{"an array of arrays", TooLarge, "$", fill(`[[]`, `,[]`, `]`)},
		{"deep arrays", TooDeep, "$[0]", []byte(strings.Repeat("[", largest/2) + strings.Repeat("]", largest/2))},
		{"deep objects", TooDeep, "$", fill(``, `{"a":`, ``)},
		{"unknown members", TooLarge, "$", []byte(`{` + manyNames + `"x":1}`)},
		{"equal members", UnknownField, "$.a", fill(`{"a":0`, `,"a":0`, `}`)},
		{"white space", Empty, "$", fill(``, ` `, ``)},
		{"no JSON", InvalidJSON, "$", fill(``, `x`, ``)},
		{"a number", WrongType, "$", fill(``, `1`, ``)},
		{"desktops in an array", TooLarge, "$.DesktopId[100000]", []byte(`{"DesktopId":["ecd-x"` + numbered(`,"ecd-%016d"`, largest/24) + `]}`)},
		{"one desktop in an array", "", "", fill(`{"DesktopId":["ecd-a"`, `,"ecd-a"`, `]}`)},
		{"desktops in a string", TooLarge, "$.DesktopId", []byte(`{"DesktopId":"` + numbered(`ecd-%016d,`, largest/22) + `"}`)},
		{"separators", Empty, "$.DesktopId", fill(`{"DesktopId":"`, `,`, `"}`)},
		{"a desktop", InvalidValue, "$.DesktopId", fill(`{"DesktopId":"`, `a`, `"}`)},
		{"a reason", TooLarge, "$.Reason", fill(`{"Reason":"`, `a`, `"}`)},
		{"a reason of marks", TooLarge, "$.Reason", fill(`{"Reason":"`, "\u200b", `"}`)},
		{"a name", UnknownField, "$['" + strings.Repeat("a", 64) + "…']", fill(`{"`, `a`, `":1}`)},
		{"a name of separators", "", "", fill(`{"DesktopId`, `_`, `":"ecd-a"}`)},
		{"a CloudEvent's payload", TooLarge, "$.data", fill(ce+`[{}`, `,{}`, `]}`)},
		{"a CloudEvent's unknown members", TooLarge, "$", []byte(ce + `{},` + manyNames + `"x":1}`)},
		{"a timer's payload", TooLarge, "$.payload", fill(timer+`[{}`, `,{}`, `]"}`)},
		{"base64", TooLarge, "$.payload", []byte(timer + base64.StdEncoding.EncodeToString([]byte("["+strings.Repeat("{},", largest/4)+"{}]")) + `"}`)},
		{"HTTP headers", TooLarge, "$.headers", []byte(`{"version":"v1","requestContext":{"http":{}},"headers":{` + manyNames + `"x":1}}`)},
		{"an HTTP body", "", "", fill(`{"version":"v1","requestContext":{"http":{}},"body":"`, `a`, `"}`)},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			start := time.Now()
			got := firstFault(t, test.input)
			took := time.Since(start)
			runtime.ReadMemStats(&after)
			if got.Code != test.code || got.Path != test.path {
				t.Errorf("got %s at %s, want %s at %s", got.Code, got.Path, test.code, test.path)
			}
			if mb := (after.TotalAlloc - before.TotalAlloc) >> 20; mb > uint64(largest)*25/2>>20 {
				t.Errorf("allocated %d MB", mb)
			} else {
				t.Logf("%v, %d MB", took.Round(time.Millisecond), mb)
			}
		})
	}
}

// firstFault decodes and parses; it returns the first fault or a zero Error.
func firstFault(t *testing.T, input []byte) Error {
	t.Helper()
	events, err := Decode(input)
	if e := asError(t, err); e != nil {
		return *e
	}
	for _, e := range events {
		if e.Err != nil {
			return *e.Err
		}
		if e.HTTP != nil {
			continue
		}
		if _, err := ParseRequest(e.Payload, e.Path); err != nil {
			return *asError(t, err)
		}
	}
	return Error{}
}

// TestManySmallBombs makes sure that elements that each try to become many events
// take what is left of the batch, and spoil nothing but themselves.
func TestManySmallBombs(t *testing.T) {
	bomb := `{"specversion":"1.0","id":"1","source":"s","type":"t","data":[{}` + strings.Repeat(",{}", 5000) + `]}`
	events, err := Decode([]byte("[" + bomb + strings.Repeat(","+bomb, 99) + `,{"DesktopId":"ecd-running1"}]`))
	if err != nil {
		t.Fatal(err)
	}
	if len(events) != 5000+101 {
		t.Errorf("%d events", len(events))
	}
	last := events[len(events)-1]
	if last.Err != nil || last.Path != "$[100]" {
		t.Errorf("the last event suffered: %+v", last)
	}
	if e := events[len(events)-2].Err; e == nil || e.Code != TooLarge || e.Path != "$[99].data" {
		t.Errorf("the bomb before it: %v", e)
	}
}

func TestLimits(t *testing.T) {
	array := func(n int) []byte {
		return []byte("[" + strings.TrimSuffix(numbered("{\"Reason\":\"%d\"},", n), ",") + "]")
	}
	for _, decode := range []func([]byte) ([]Event, error){Decode, DecodeBody} {
		if events, err := decode(array(MaxBatch)); err != nil || len(events) != MaxBatch {
			t.Errorf("%d events: %v", len(events), err)
		}
		if _, err := decode(array(MaxBatch + 1)); err == nil || asError(t, err).Code != TooLarge {
			t.Errorf("more than %d events: %v", MaxBatch, err)
		}
	}
	payload := fmt.Sprintf(`{"specversion":"1.0","id":"1","source":"s","type":"t","data":%s}`, array(MaxBatch))
	if events, err := Decode([]byte(payload)); err != nil || len(events) != MaxBatch || events[MaxBatch-1].Suffix != "#9999" {
		t.Errorf("%d events of one payload: %v", len(events), err)
	}
	payload = fmt.Sprintf(`{"specversion":"1.0","id":"1","source":"s","type":"t","data":%s}`, array(MaxBatch+1))
	if events, err := Decode([]byte(payload)); err != nil || len(events) != 1 || events[0].Err == nil || events[0].Err.Code != TooLarge {
		t.Errorf("%d events of a payload that is too large: %v", len(events), err)
	}
	if r, err := ParseRequest([]byte(`{"DesktopId":"`+numbered("ecd-%d ", MaxDesktopIds)+`"}`), "$"); err != nil || len(r.DesktopId) != MaxDesktopIds {
		t.Errorf("%d desktops: %v", len(r.DesktopId), err)
	}
	if _, err := ParseRequest([]byte(`{"DesktopId":"`+numbered("ecd-%d ", MaxDesktopIds+1)+`"}`), "$"); err == nil || asError(t, err).Code != TooLarge {
		t.Errorf("more than %d desktops: %v", MaxDesktopIds, err)
	}
}

// TestHTTPBodySize: a body of up to MaxHTTPBody bytes is decoded, however it is written. A larger one is refused, and one that
// is much larger costs no memory. What a trigger with a limit of its own delivers, EventBridge or a direct call, may be as large.
func TestHTTPBodySize(t *testing.T) {
	const limit = MaxHTTPBody
	large := max(largest(), 4<<20) - 1<<20 // with less than 1 MB around it
	base64Of := func(n int) string { return base64.StdEncoding.EncodeToString(make([]byte, n)) }
	for _, c := range []struct {
		name, body string
		tooLarge   bool
		size       int
	}{
		{"text", `"` + strings.Repeat("a", limit) + `"`, false, limit},
		{"text, a byte more", `"` + strings.Repeat("a", limit+1) + `"`, true, 0},
		{"escapes", `"` + strings.Repeat(`\u0061`, limit) + `"`, false, limit},
		{"escapes, a byte more", `"` + strings.Repeat(`\u0061`, limit+1) + `"`, true, 0},
		{"Chinese escapes", `"` + strings.Repeat(`\u4f60`, limit/3) + `"`, false, limit / 3 * 3},
		{"base64", `"` + base64Of(limit) + `","isBase64Encoded":true`, false, limit},
		{"base64, a byte more", `"` + base64Of(limit+1) + `","isBase64Encoded":true`, true, 0},
		{"an object", `{"a":"` + strings.Repeat("a", limit-8) + `"}`, false, limit},
		{"an object, a byte more", `{"a":"` + strings.Repeat("a", limit-7) + `"}`, true, 0},
		{"much text", `"` + strings.Repeat("a", large) + `"`, true, 0},
		{"many escapes", `"` + strings.Repeat(`\u0061`, large/6) + `"`, true, 0},
		{"much base64", `"` + strings.Repeat("YWFh", large/4) + `","isBase64Encoded":true`, true, 0},
	} {
		raw := []byte(`{"version":"v1","requestContext":{"http":{"method":"POST"}},"body":` + c.body + `}`)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		list, err := Decode(raw)
		runtime.ReadMemStats(&after)
		if err != nil || list[0].Kind != HTTP || list[0].Err != nil {
			t.Fatalf("%s: %v %+v", c.name, err, list)
		}
		if q := list[0].HTTP; q.TooLarge != c.tooLarge || len(q.Body) != c.size {
			t.Errorf("%s: too large %v, %d bytes; want %v, %d", c.name, q.TooLarge, len(q.Body), c.tooLarge, c.size)
		}
		if kb := (after.TotalAlloc - before.TotalAlloc) >> 10; len(raw) > large && kb > 256 {
			t.Errorf("%s: took %d KB before it was refused", c.name, kb)
		}
	}
	for _, member := range []string{"headers", "queryParameters"} {
		list, err := Decode([]byte(`{"version":"v1","requestContext":{"http":{}},"` + member + `":{"a":"` + strings.Repeat("a", limit) + `"}}`))
		if err != nil || list[0].Kind != HTTP || list[0].Err == nil || list[0].Err.Code != TooLarge || list[0].Err.Path != "$."+member {
			t.Errorf("%s: %v %+v", member, err, list[0].Err)
		}
	}
	event := `{"specversion":"1.0","id":"1","source":"s","type":"t","data":{"DesktopId":"` + numbered("ecd-%016d ", 150) + `"}}`
	n := min(9000, large/len(event)) // 9000 are fewer than MaxBatch
	list, err := Decode([]byte("[" + event + strings.Repeat(","+event, n-1) + "]"))
	if err != nil || len(list) != n || list[n-1].Payload == nil {
		t.Errorf("a batch of EventBridge with %d events in %d bytes: %d events, %v", n, n*len(event), len(list), err)
	}
}
