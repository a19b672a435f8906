package events

import (
	"encoding/json"
	"strings"
	"testing"
)

// binary returns the request that Function Compute makes of a binary CloudEvent with these headers. Headers come
// as JSON, so that a case may hold what a trigger would write.
func binary(t *testing.T, headers string) *HTTPRequest {
	t.Helper()
	list, err := Decode([]byte(`{"version":"v1","rawPath":"/","body":"{}","headers":` + headers + `,"requestContext":{"http":{"method":"POST","path":"/"}}}`))
	if err != nil || len(list) != 1 || list[0].HTTP == nil {
		t.Fatalf("%s: %+v, %v", headers, list, err)
	}
	return list[0].HTTP
}

// TestBinaryHeaders holds how a value of a binary CloudEvent's header is decoded (HTTP binding 1.0.2, 3.1.3.2),
// for every attribute that is read. code is empty where want is the value.
func TestBinaryHeaders(t *testing.T) {
	cases := []struct{ name, value, want, code string }{
		{"plain", `42`, "42", ""},
		{"percent-encoded", `caf%C3%A9%20%25%22`, `café %"`, ""},
		{"lower-case digits", `%c3%a9`, "é", ""},
		{"encoded without need", `%34%32`, "42", ""},
		{"decoded once", `%2541`, "%41", ""},
		{"four bytes", `%F0%9F%98%80`, "😀", ""},
		{"the replacement character itself", `%EF%BF%BD`, "\uFFFD", ""},
		{"a comma, encoded", `a%2Cb`, "a,b", ""},
		{"spaces around", "  42\t", "42", ""},

		{"raw per cent", `disk 95% full`, "disk 95% full", ""},
		{"raw per cent at the end", `95%`, "95%", ""},
		{"raw per cent before one digit", `95%4`, "95%4", ""},
		{"raw per cent before no digits", `%zz%4g`, "%zz%4g", ""},
		{"raw UTF-8", `é`, "é", ""},
		{"raw quotes inside", `say "hi" now`, `say "hi" now`, ""},
		{"raw backslash", `C:\disk`, `C:\disk`, ""},

		{"quoted", `"42"`, "42", ""},
		{"quoted with spaces", `"a b"`, "a b", ""},
		{"escaped quote", `"a\"b"`, `a"b`, ""},
		{"escaped backslash", `"a\\b"`, `a\b`, ""},
		{"escaped letter", `"\a\b"`, "ab", ""},
		{"escaped backslash at the end", `"a\\"`, `a\`, ""},
		{"quoted and percent-encoded", `"a%20\"b"`, `a "b`, ""},
		{"quoted comma", `"a,b"`, "a,b", ""},

		{"only an opening quote", `"42`, "", InvalidValue},
		{"only a closing quote", `42"`, "", InvalidValue},
		{"one quote inside", `4"2`, "", InvalidValue},
		{"a lone quote", `"`, "", InvalidValue},
		{"an escape at the end", `"42\`, "", InvalidValue},
		{"the closing quote escaped", `"42\"`, "", InvalidValue},
		{"text behind the quotes", `"42"3`, "", InvalidValue},

		{"overlong", `%C0%A0`, "", InvalidUTF8},
		{"overlong slash", `a%E0%80%AFb`, "", InvalidUTF8},
		{"no UTF-8", `%ff`, "", InvalidUTF8},
		{"Latin-1", `caf%E9`, "", InvalidUTF8},
		{"half of a character", `caf%C3`, "", InvalidUTF8},
		{"a surrogate", `%ED%A0%80`, "", InvalidUTF8},
		{"a pair of surrogates", `%ED%A0%BD%ED%B8%80`, "", InvalidUTF8},
		{"beyond Unicode", `%F4%90%80%80`, "", InvalidUTF8},
		{"no UTF-8 in quotes", `"%ff"`, "", InvalidUTF8},
		{"bytes that the trigger replaced", "caf\uFFFD", "", InvalidUTF8},

		{"twice", `42,42`, "", DuplicateField},
		{"twice with a space", `42, 43`, "", DuplicateField},
		{"twice, quoted", `"42","42"`, "", DuplicateField},
		{"twice, one empty", `,42`, "", DuplicateField},

		{"a line break", `a%0Ab`, "", InvalidValue},
		{"a zero", `%00`, "", InvalidValue},
		{"an invisible character", `a%E2%80%8Bb`, "", InvalidValue},
		{"too long", strings.Repeat("x", 1025), "", TooLarge},
	}
	for _, attribute := range []string{"id", "source", "type", "specversion", "time"} {
		for _, c := range cases {
			t.Run(attribute+"/"+c.name, func(t *testing.T) {
				header := map[string]string{"Ce-Specversion": "1.0", "Ce-Id": "1", "Ce-Source": "s", "Ce-Type": "t", "Ce-Time": "2026-11-22T20:00:00Z"}
				name := "Ce-" + strings.ToUpper(attribute[:1]) + attribute[1:]
				header[name] = c.value
				headers, _ := json.Marshal(header)
				list, err := DecodeCloudEvents(binary(t, string(headers)), Binary)
				code, message := "", ""
				if e := asError(t, err); e != nil {
					code, message = e.Code, e.Message
				}
				want := c.code
				switch {
				case want == "" && attribute == "time":
					want = InvalidTime // a text that is none
				case want == "" && attribute == "specversion":
					want = InvalidValue // another version
				}
				if code != want {
					t.Fatalf("%s: %s: %v, want %q", name, c.value, err, want)
				}
				if code != "" {
					if !strings.Contains(message, strings.ToLower(name)) {
						t.Errorf("the message does not name the header: %s", message)
					}
					return
				}
				e := list[0]
				got := map[string]string{"id": e.ID, "source": e.Source, "type": e.Type}[attribute]
				if got != c.want {
					t.Errorf("%s: %s is %q, want %q", name, c.value, got, c.want)
				}
			})
		}
	}
}

// TestBinaryHeaderForms holds the forms in which a trigger may hand over a header: an array is a header that came
// more than once.
func TestBinaryHeaderForms(t *testing.T) {
	for _, c := range []struct{ id, want, code string }{
		{`"Ce-Id":42`, "42", ""},
		{`"Ce-Id":["42"]`, "42", ""},
		{`"Ce-Id":["42","42"]`, "", DuplicateField},
		{`"Ce-Id":["42",43]`, "", DuplicateField},
		{`"Ce-Id":["42",null]`, "", DuplicateField},
		{`"Ce-Id":[]`, "", MissingField},
		{`"Ce-Id":null`, "", MissingField},
		{`"Ce-Id":""`, "", MissingField},
		{`"Ce-Id":"\"\""`, "", MissingField},
		{`"Ce-Id":"42","Ce-Time":" "`, "", InvalidTime},
		{`"Ce-Id":"42","Ce-Time":"\"2026-11-22T20:00:00Z\""`, "42", ""},
		{`"Ce-Id":"42","Ce-Time":["2026-11-22T20:00:00Z","2026-11-22T20:00:00Z"]`, "", DuplicateField},
		{`"Ce-Id":"\ud800"`, "", InvalidUTF8},
		{`"Ce-Id":"{{issue.id}}"`, "", InvalidValue},
		{`"Ce-Id":"IT-%24%7Bid}"`, "", InvalidValue},
	} {
		list, err := DecodeCloudEvents(binary(t, `{"Ce-Specversion":"1.0","Ce-Source":"s","Ce-Type":"t",`+c.id+`}`), Binary)
		code, id := "", ""
		if e := asError(t, err); e != nil {
			code = e.Code
		} else {
			id = list[0].ID
		}
		if code != c.code || id != c.want {
			t.Errorf("%s: %q, %v", c.id, id, err)
		}
	}
}

// TestEmptyBatch: a batch of CloudEvents may hold none, and then it holds no request either. Every other empty
// array is refused: a list of requests that is empty may have lost them.
func TestEmptyBatch(t *testing.T) {
	for _, body := range []string{"[]", " [ ]\n"} {
		if list, err := DecodeCloudEvents(&HTTPRequest{Body: []byte(body)}, Batched); err != nil || len(list) != 0 {
			t.Errorf("%q: %+v, %v", body, list, err)
		}
		if _, err := DecodeBody([]byte(body)); asError(t, err) == nil || asError(t, err).Code != Empty {
			t.Errorf("%q as a body: %v", body, err)
		}
		if _, err := Decode([]byte(body)); asError(t, err) == nil || asError(t, err).Code != Empty {
			t.Errorf("%q as an invocation: %v", body, err)
		}
	}
	for body, code := range map[string]string{"": WrongType, "{}": WrongType, "null": WrongType, "[] []": InvalidJSON, "[": InvalidJSON, "[,]": InvalidJSON} {
		if _, err := DecodeCloudEvents(&HTTPRequest{Body: []byte(body)}, Batched); asError(t, err) == nil || asError(t, err).Code != code {
			t.Errorf("%q: %v, want %s", body, err, code)
		}
	}
}

// TestCloudEventMode: one attribute that is read makes a CloudEvent in binary mode, unless the media type
// says another mode. Without all that are required it is refused.
func TestCloudEventMode(t *testing.T) {
	for _, c := range []struct {
		headers string
		want    CloudEventMode
		missing string
	}{
		{`{"Content-Type":"application/json"}`, "", ""},
		{`{"Content-Type":"application/json","Ce-Subject":"s","Ce-Traceparent":"t","X-Ce-Id":"1","Ceid":"1","Cf-Ray":"1"}`, "", ""},
		{`{"Ce-Id":""}`, "", ""},
		{`{"Ce-Specversion":"1.0","Ce-Id":"1","Ce-Source":"s","Ce-Type":"t"}`, Binary, ""},
		{`{"Ce-Id":"1"}`, Binary, "ce-specversion"},
		{`{"CE-SOURCE":"s"}`, Binary, "ce-specversion"},
		{`{"ce-type":"t"}`, Binary, "ce-specversion"},
		{`{"Ce-Time":"2026-11-22T20:00:00Z"}`, Binary, "ce-specversion"},
		{`{"Ce-Id":"1","Ce-Source":"s","Ce-Type":"t"}`, Binary, "ce-specversion"},
		{`{"Ce-Specversion":"1.0","Ce-Source":"s","Ce-Type":"t"}`, Binary, "ce-id"},
		{`{"Content-Type":"application/cloudevents+json","Ce-Id":"1"}`, Structured, ""},
		{`{"Content-Type":"application/cloudevents-batch+json","Ce-Id":"1"}`, Batched, ""},
	} {
		r := binary(t, c.headers)
		if got := r.CloudEventMode(); got != c.want {
			t.Errorf("%s: %q, want %q", c.headers, got, c.want)
		}
		if c.want != Binary {
			continue
		}
		_, err := DecodeCloudEvents(r, Binary)
		e := asError(t, err)
		if c.missing == "" && e != nil || c.missing != "" && (e == nil || e.Code != MissingField || !strings.Contains(e.Message, "the header "+c.missing+" is missing")) {
			t.Errorf("%s: %v", c.headers, err)
		}
	}
}
