package events

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"
)

// addSamples gives a fuzz target every file of the golden tests.
func addSamples(f *testing.F, add func([]byte)) {
	for _, pattern := range []string{"*.json", "bad/*.json"} {
		files, err := filepath.Glob(filepath.Join(testdata, pattern))
		if err != nil {
			f.Fatal(err)
		}
		for _, file := range files {
			if strings.HasSuffix(file, ".golden.json") {
				continue
			}
			b, err := os.ReadFile(file)
			if err != nil {
				f.Fatal(err)
			}
			add(b)
		}
	}
}

func FuzzDecode(f *testing.F) {
	addSamples(f, func(b []byte) { f.Add(b) })
	f.Fuzz(func(t *testing.T, b []byte) {
		before := string(b)
		events, err := Decode(b)
		if e := asError(t, err); (e == nil) != (len(events) > 0) {
			t.Fatalf("%d events with error %v", len(events), err)
		}
		if len(events) > MaxBatch {
			t.Fatalf("%d events", len(events))
		}
		paths, tooDeep := make(map[string]bool), false
		for _, e := range events {
			checkEvent(t, e)
			if paths[e.Path] {
				t.Fatalf("two events at %s", e.Path)
			}
			paths[e.Path] = true
			tooDeep = tooDeep || e.Err != nil && e.Err.Code == TooDeep
			if e.HTTP != nil {
				checkBody(t, e.HTTP.Body)
			}
		}
		if err == nil && !tooDeep && !json.Valid(unmarked(b)) {
			t.Fatal("read although it is not JSON") // split would have to be wrong
		}
		checkBody(t, b)
		if string(b) != before {
			t.Fatal("the input was changed")
		}
	})
}

func checkEvent(t *testing.T, e Event) {
	t.Helper()
	set := 0
	for _, is := range []bool{e.Payload != nil, e.HTTP != nil, e.Err != nil} {
		if is {
			set++
		}
	}
	if set != 1 {
		t.Fatalf("%d of Payload, HTTP and Err are set: %+v", set, e)
	}
	if !strings.HasPrefix(e.Path, "$") || e.Kind == "" || !utf8.ValidString(e.Path) {
		t.Fatalf("kind %q, path %q", e.Kind, e.Path)
	}
	if e.Err != nil {
		asError(t, e.Err)
	}
	if e.Payload != nil {
		if !json.Valid(e.Payload) || e.Payload[0] != '{' {
			t.Fatalf("payload %q", e.Payload)
		}
		checkRequest(t, e.Payload, e.Path)
	}
	if (e.Kind == EventBridge || e.Kind == Timer) && e.Err == nil && e.ID == "" {
		t.Fatalf("no ID: %+v", e)
	}
	if e.HTTP != nil && e.Kind != HTTP || e.Unauthenticated && e.Kind != EventBridge {
		t.Fatalf("%+v", e)
	}
}

func checkBody(t *testing.T, body []byte) {
	t.Helper()
	events, err := DecodeBody(body)
	if e := asError(t, err); (e == nil) != (len(events) > 0) {
		t.Fatalf("%d events with error %v", len(events), err)
	}
	for _, e := range events {
		checkEvent(t, e)
		if e.Kind != HTTP || e.HTTP != nil || e.ID != "" {
			t.Fatalf("%+v", e)
		}
	}
}

func FuzzParseRequest(f *testing.F) {
	addSamples(f, func(b []byte) {
		f.Add(b)
		events, _ := Decode(b)
		for _, e := range events {
			f.Add([]byte(e.Payload))
		}
	})
	f.Fuzz(func(t *testing.T, b []byte) { checkRequest(t, b, "$.x") })
}

// checkRequest checks what must hold of every accepted request, and of every fault.
func checkRequest(t *testing.T, b []byte, path string) {
	t.Helper()
	r, err := ParseRequest(b, path)
	if err != nil {
		e := asError(t, err)
		if !strings.HasPrefix(e.Path, path) {
			t.Fatalf("fault %q at %q", e.Message, e.Path)
		}
		return
	}
	if r.DesktopId == nil && r.Select == nil || r.Force && r.IdleMinutes != 0 {
		t.Fatalf("%+v", r)
	}
	if r.RegionId != "" && !ValidRegionId(r.RegionId) || r.StoppedMode != "" && r.StoppedMode != "StopCharging" && r.StoppedMode != "KeepCharging" {
		t.Fatalf("%+v", r)
	}
	if r.IdleMinutes < 0 || r.IdleMinutes > 43200 || r.WaitSeconds != nil && (*r.WaitSeconds < 0 || *r.WaitSeconds > 3600) {
		t.Fatalf("%+v", r)
	}
	for s, longest := range map[string]int{r.Reason: 256, r.RequestedBy: 256, r.IdempotencyKey: 128, r.CallbackUrl: 2048} {
		if utf8.RuneCountInString(s) > longest || strings.ContainsFunc(s, hidden) || strings.ContainsAny(s, "\n\t") {
			t.Fatalf("%q", s)
		}
	}
	checkList(t, r.DesktopId, ValidDesktopId)
	if s := r.Select; s != nil {
		checkList(t, s.EndUserId, validEndUserId)
		filters := s.OfficeSiteId + s.DesktopGroupId + s.PolicyGroupId + s.ResourceGroupId + s.ChargeType + s.SubPayType + s.DesktopName
		if given := filters != "" || s.Tag != nil || s.EndUserId != nil; given == s.All {
			t.Fatalf("%+v", s)
		}
	}
	if x := r.Exclude; x != nil {
		if x.DesktopId == nil && x.EndUserId == nil && x.Tag == nil {
			t.Fatalf("%+v", x)
		}
		checkList(t, x.DesktopId, ValidDesktopId)
		checkList(t, x.EndUserId, validEndUserId)
	}
	roundTrip(t, r)
}

func checkList(t *testing.T, ids []string, valid func(string) bool) {
	t.Helper()
	if ids != nil && len(ids) == 0 {
		t.Fatal("an empty list that is not nil")
	}
	seen := make(map[string]bool)
	for _, id := range ids {
		if !valid(id) || seen[id] {
			t.Fatalf("%q in %q", id, ids)
		}
		seen[id] = true
	}
}
