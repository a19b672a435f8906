package events

import "testing"

func TestHeaderGet(t *testing.T) {
	r := &HTTPRequest{Header: map[string]string{"X-Token": "a", "x-key": "b"}}
	for name, want := range map[string]string{"X-Token": "a", "x-tOKEN": "a", "X-Key": "b", "X-\u212aey": "", "X": "", "": ""} {
		if got := r.Get(name); got != want {
			t.Errorf("Get(%q) = %q, want %q", name, got, want)
		}
	}
	if got := new(HTTPRequest).Get("X-Token"); got != "" {
		t.Errorf("without headers: %q", got)
	}
}

// TestDecodeBodyRefuses: no trigger's envelope is recognized inside a body, and a
// string within it is not opened there.
func TestDecodeBodyRefuses(t *testing.T) {
	tests := []struct{ body, code string }{
		{"", Empty}, {" ", Empty}, {"[]", Empty}, {"null", WrongType}, {"5", WrongType}, {`"5"`, WrongType}, {`"stop"`, InvalidJSON}, {`""`, Empty},
		{`"{\"a\":1,}"`, InvalidJSON}, {`"\"\\\"{}\\\"\""`, WrongType}, {`"{\"a\":\"\ud800"`, InvalidJSON},
		{"{} {}", InvalidJSON}, {"[{}] x", InvalidJSON}, {"[{},{]]", InvalidJSON}, {"a=b", InvalidJSON}, {"{\"a\":\"\xff\"}", InvalidUTF8},
	}
	for _, test := range tests {
		_, err := DecodeBody([]byte(test.body))
		if e := asError(t, err); e == nil || e.Code != test.code {
			t.Errorf("DecodeBody(%q): %v, want %s", test.body, err, test.code)
		}
	}
	events, err := DecodeBody([]byte(`{"specversion":"1.0","id":"1","source":"s","type":"t","data":{"DesktopId":"ecd-running1"}}`))
	if err != nil || len(events) != 1 || events[0].Kind != HTTP || events[0].ID != "" || events[0].Path != "$" {
		t.Errorf("an envelope in a body: %+v, %v", events, err)
	}
	events, err = DecodeBody([]byte(`["{}",{}]`))
	if err != nil || len(events) != 2 || events[0].Err == nil || events[0].Err.Path != "$[0]" || events[1].Suffix != "#1" {
		t.Errorf("a string in a body: %+v, %v", events, err)
	}
}

// TestDecodeBodyOpens what is encoded twice: a request, a batch, and a string in the string.
func TestDecodeBodyOpens(t *testing.T) {
	for body, n := range map[string]int{
		`"{\"DesktopId\":\"ecd-a\"}"`: 1, ` "[{\"DesktopId\":\"ecd-a\"},{\"DesktopId\":\"ecd-a\"}]" `: 2, `"\"{\\\"DesktopId\\\":\\\"ecd-a\\\"}\""`: 1,
	} {
		events, err := DecodeBody([]byte(body))
		if err != nil || len(events) != n {
			t.Errorf("%s: %d events, %v", body, len(events), err)
		}
		for _, e := range events {
			if r, err := ParseRequest(e.Payload, e.Path); err != nil || len(r.DesktopId) != 1 {
				t.Errorf("%s: %+v, %v", body, r, err)
			}
		}
	}
}

func TestTraceparent(t *testing.T) {
	const good = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
	for s, want := range map[string]string{
		good: good,
		"ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01":  "",
		"00-0AF7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01":  "",
		"00-00000000000000000000000000000000-b7ad6b7169203331-01":  "",
		"00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01":  "",
		"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0":   "",
		"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-": "",
		"00_0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01":  "",
		"00-0af7651916cd43dd8448eb211c80319g-b7ad6b7169203331-01":  "",
	} {
		events, err := Decode([]byte(`{"specversion":"1.0","id":"1","source":"s","type":"t","data":{},"traceparent":"` + s + `"}`))
		if err != nil || events[0].Traceparent != want {
			t.Errorf("%s: %q, %v", s, events[0].Traceparent, err)
		}
	}
}
