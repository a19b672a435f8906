package events

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite the golden files")

const testdata = "../testdata/events"

// golden is what is written of an invocation: its events with the request each holds.
type golden struct {
	Events []goldenEvent `json:",omitempty"`
	Error  *Error        `json:",omitempty"` // Decode: nothing can be read
}

type goldenEvent struct {
	Kind                                        Kind
	ID, Suffix, Source, Type, Time, Traceparent string `json:",omitempty"`
	Path                                        string
	Envelope                                    int         `json:",omitempty"`
	Unauthenticated, Scheduled                  bool        `json:",omitempty"`
	Err                                         *Error      `json:",omitempty"`
	HTTP                                        *goldenHTTP `json:",omitempty"`
	Request                                     *Request    `json:",omitempty"`
	RequestError                                *Error      `json:",omitempty"`
}

type goldenHTTP struct {
	Method, Path, RawPath string            `json:",omitempty"`
	Header, Query         map[string]string `json:",omitempty"`
	Body                  string            `json:",omitempty"`
	Time                  string            `json:",omitempty"`
	RequestID, SourceIP   string            `json:",omitempty"`
	Decoded               golden            // the events of the body
}

// TestGolden reads every sample and compares what it means with its golden file.
// The samples have the shapes of the vendor's documentation.
func TestGolden(t *testing.T) {
	for _, dir := range []string{testdata, filepath.Join(testdata, "bad")} {
		files, err := filepath.Glob(filepath.Join(dir, "*.json"))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			if strings.HasSuffix(file, ".golden.json") {
				continue
			}
			t.Run(strings.TrimPrefix(strings.TrimSuffix(file, ".json"), testdata+"/"), func(t *testing.T) {
				compareGolden(t, file)
			})
		}
	}
}

func compareGolden(t *testing.T, file string) {
	t.Helper()
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	events, err := Decode(raw)
	got := marshal(t, normalize(t, events, err))
	goldenFile := strings.TrimSuffix(file, ".json") + ".golden.json"
	if *update {
		if err := os.WriteFile(goldenFile, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(goldenFile)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("differs from %s (-want +got; -update rewrites it):\n%s", goldenFile, diff)
	}
}

func marshal(t *testing.T, v any) []byte {
	t.Helper()
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(v); err != nil {
		t.Fatal(err)
	}
	return []byte(b.String())
}

func normalize(t *testing.T, events []Event, err error) golden {
	t.Helper()
	g := golden{Error: asError(t, err)}
	for _, e := range events {
		n := goldenEvent{Kind: e.Kind, ID: e.ID, Suffix: e.Suffix, Source: e.Source, Type: e.Type, Time: stamp(e.Time),
			Traceparent: e.Traceparent, Path: e.Path, Envelope: e.Envelope, Unauthenticated: e.Unauthenticated, Scheduled: e.Scheduled, Err: e.Err}
		switch {
		case e.HTTP != nil:
			n.HTTP = normalizeHTTP(t, e.HTTP)
		case e.Payload != nil:
			r, err := ParseRequest(e.Payload, e.Path)
			if n.RequestError = asError(t, err); err == nil {
				n.Request = &r
			}
		}
		g.Events = append(g.Events, n)
	}
	return g
}

func normalizeHTTP(t *testing.T, r *HTTPRequest) *goldenHTTP {
	t.Helper()
	events, err := DecodeBody(r.Body)
	return &goldenHTTP{Method: r.Method, Path: r.Path, RawPath: r.RawPath, Header: r.Header, Query: r.Query,
		Body: string(r.Body), Time: stamp(r.Time), RequestID: r.RequestID, SourceIP: r.SourceIP,
		Decoded: normalize(t, events, err)}
}

// asError fails the test if an error is of another type than the contract says.
func asError(t *testing.T, err error) *Error {
	t.Helper()
	if err == nil {
		return nil
	}
	e, ok := err.(*Error)
	if !ok || e.Code == "" || e.Path == "" || e.Message == "" {
		t.Fatalf("error is %#v, want a complete *Error", err)
	}
	if !utf8.ValidString(e.Error()) || strings.ContainsFunc(e.Error(), hidden) {
		t.Fatalf("error is not fit for a log: %q", e.Error())
	}
	return e
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.RFC3339Nano)
}
