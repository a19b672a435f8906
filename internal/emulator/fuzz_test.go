package emulator_test

import (
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"stopdesktops/internal/emulator"
)

// FuzzReceiver: no body and no header make the receiver panic, or pass what
// nobody signed.
func FuzzReceiver(f *testing.F) {
	f.Add("v1,AAAA", "1614265330", []byte(goodEvent))
	f.Add("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", "1614265330", []byte(`{"test": 1}`))
	f.Add("", "", []byte(`{"a":{"b":[`))
	f.Fuzz(func(t *testing.T, signature, stamp string, body []byte) {
		for _, secrets := range [][]string{nil, {secret}} {
			rc := &emulator.Receiver{Secrets: secrets, Now: func() time.Time { return time.Unix(1614265330, 0) }}
			r := httptest.NewRequest("POST", "/", strings.NewReader(string(body)))
			r.Header.Set("Content-Type", "application/cloudevents+json")
			r.Header.Set("Webhook-Id", "id")
			r.Header.Set("Webhook-Timestamp", stamp)
			r.Header.Set("Webhook-Signature", signature)
			rc.ServeHTTP(httptest.NewRecorder(), r)
			if rc.Deliveries()[0].SignatureOK {
				t.Fatal("accepted")
			}
		}
	})
}

// FuzzEDS: no request makes the service panic, and none that is not signed
// gets through.
func FuzzEDS(f *testing.F) {
	f.Add("StopDesktops", "ACS3-HMAC-SHA256 Credential=a,SignedHeaders=host,Signature=b", "DesktopId.1=ecd-a&RegionId=cn-hangzhou")
	f.Add("", "", "%")
	f.Fuzz(func(t *testing.T, action, auth, query string) {
		e := &emulator.EDS{Desktops: fleetOf("ecd-a")}
		r := httptest.NewRequest("POST", "/", nil)
		r.URL.RawQuery = query
		r.Header.Set("x-acs-action", action)
		r.Header.Set("Authorization", auth)
		w := httptest.NewRecorder()
		e.ServeHTTP(w, r)
		if w.Code < 400 || len(e.Violations()) == 0 {
			t.Fatalf("%d %s", w.Code, w.Body)
		}
	})
}
