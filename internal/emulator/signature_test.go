package emulator_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"stopdesktops/internal/emulator"
)

// TestSignatureVector checks a request whose signature was computed outside
// Go, from the protocol. Its parameters sort DesktopId.10 before DesktopId.2
// and hold every character that encoders disagree about; only the parameter is
// refused, not the signature.
func TestSignatureVector(t *testing.T) {
	const signature = "6d6e1aed3b04e2ccd2a735d8a8d42eb7c7f7e633ff743a089359137db888bd51"
	for _, tt := range []struct{ name, signature, message string }{
		{"right", signature, "unknown parameter"},
		{"one digit changed", "7" + signature[1:], "signature is not matched"},
	} {
		e := &emulator.EDS{
			Now:         func() time.Time { return time.Date(2026, 11, 22, 21, 0, 0, 0, time.UTC) },
			Credentials: []emulator.Credential{{AccessKeyId: "STS.TESTAK", AccessKeySecret: "testsecret", SecurityToken: "tok/+="}},
		}
		r := httptest.NewRequest("POST", "/?RegionId=cn-hangzhou&DesktopId.2=ecd-b&DesktopId.1=ecd-a&DesktopId.10=ecd-j"+
			"&DesktopName=a+b%2Bc*d~e/%C3%BC&OsUpdate=false&StoppedMode=StopCharging", nil)
		r.Host = "ecd.cn-hangzhou.aliyuncs.com"
		for name, value := range map[string]string{
			"x-acs-accesskey-id": "STS.TESTAK", "x-acs-action": "StopDesktops", "x-acs-version": "2020-09-30",
			"x-acs-content-sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
			"x-acs-date":           "2026-11-22T20:59:51Z", "x-acs-security-token": "tok/+=", "x-acs-signature-nonce": "0123456789abcdef0123456789abcdef",
			"Authorization": "ACS3-HMAC-SHA256 Credential=STS.TESTAK,SignedHeaders=host;x-acs-accesskey-id;x-acs-action;x-acs-content-sha256;" +
				"x-acs-date;x-acs-security-token;x-acs-signature-nonce;x-acs-version,Signature=" + tt.signature,
		} {
			r.Header.Set(name, value)
		}
		w := httptest.NewRecorder()
		e.ServeHTTP(w, r)
		if w.Code != 400 || !strings.Contains(w.Body.String(), tt.message) {
			t.Errorf("%s: %d %s", tt.name, w.Code, w.Body)
		}
	}
}

// TestBadRequests spoils a good request in one way at a time.
func TestBadRequests(t *testing.T) {
	var clk clock
	set := func(name, value string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set(name, value) }
	}
	tests := []struct {
		name   string
		call   call
		status int
		code   string
	}{
		{"not signed at all", call{auth: func(string) string { return "" }}, 400, "MissingAuthorization"},
		{"another algorithm", call{auth: func(a string) string { return strings.Replace(a, "SHA256", "SM3", 1) }}, 400, "IncompleteSignature"},
		{"RSA", call{auth: func(a string) string { return strings.Replace(a, "HMAC", "RSA", 1) }}, 400, "IncompleteSignature"},
		{"version 4", call{auth: func(a string) string { return strings.Replace(a, "ACS3", "ACS4", 1) }}, 400, "IncompleteSignature"},
		{"the signature of ROA", call{auth: func(string) string { return "acs STS.A:c2lnbmF0dXJl" }}, 400, "IncompleteSignature"},
		{"a bearer token", call{auth: func(string) string { return "Bearer token" }, header: map[string]string{"x-acs-bearer-token": "token"}}, 400, "IncompleteSignature"},
		{"spaces in Authorization", call{auth: func(a string) string { return strings.ReplaceAll(a, ",", ", ") }}, 400, "IncompleteSignature"},
		{"no signature in Authorization", call{auth: func(a string) string { return a[:strings.Index(a, ",Signature")] }}, 400, "IncompleteSignature"},
		{"headers not sorted", call{auth: func(a string) string {
			return strings.Replace(a, "host;x-acs-accesskey-id", "x-acs-accesskey-id;host", 1)
		}}, 400, "IncompleteSignature"},
		{"unknown key", call{cred: emulator.Credential{AccessKeyId: "STS.NOBODY", SecurityToken: "x"}}, 404, "InvalidAccessKeyId.NotFound"},
		{"ID changed after signing", call{spoil: func(r *http.Request) { r.URL.RawQuery = strings.Replace(r.URL.RawQuery, "ecd-a", "ecd-b", 1) }}, 400, "SignatureDoesNotMatch"},
		{"ID added after signing", call{spoil: func(r *http.Request) { r.URL.RawQuery += "&DesktopId.2=ecd-b" }}, 400, "SignatureDoesNotMatch"},
		{"action changed after signing", call{spoil: set("x-acs-action", "DescribeDesktops")}, 400, "SignatureDoesNotMatch"},
		{"host changed after signing", call{spoil: func(r *http.Request) { r.Host = "ecd.cn-hangzhou.aliyuncs.com" }}, 400, "SignatureDoesNotMatch"},
		{"token changed after signing", call{spoil: set("x-acs-security-token", "other")}, 400, "SignatureDoesNotMatch"},
		{"token of somebody else", call{header: map[string]string{"x-acs-security-token": "other"}}, 400, "InvalidSecurityToken.MismatchWithAccessKey"},
		{"no token", call{header: map[string]string{"x-acs-security-token": "", "x-acs-accesskey-id": ""}}, 400, "MissingSecurityToken"},
		{"key ID of somebody else", call{header: map[string]string{"x-acs-accesskey-id": "STS.OTHER"}}, 400, "InvalidParameter"},
		{"host not signed", call{unsigned: []string{"host"}}, 400, "IncompleteSignature"},
		{"nonce not signed", call{unsigned: []string{"x-acs-signature-nonce"}}, 400, "IncompleteSignature"},
		{"token not signed", call{unsigned: []string{"x-acs-security-token"}}, 400, "IncompleteSignature"},
		{"x-acs header added after signing", call{spoil: set("x-acs-extra", "1")}, 400, "IncompleteSignature"},
		{"date 16 minutes ago", call{now: clk.now().Add(-16 * time.Minute)}, 400, "InvalidTimeStamp.Expired"},
		{"date in 16 minutes", call{now: clk.now().Add(16 * time.Minute)}, 400, "InvalidTimeStamp.Expired"},
		{"date with a zone", call{header: map[string]string{"x-acs-date": "2026-11-22T20:59:51+00:00"}}, 400, "InvalidTimeStamp.Format"},
		{"no date", call{header: map[string]string{"x-acs-date": ""}}, 400, "Missingx-acs-date"},
		{"no nonce", call{header: map[string]string{"x-acs-signature-nonce": ""}}, 400, "Missingx-acs-signature-nonce"},
		{"another version", call{header: map[string]string{"x-acs-version": "2020-10-02"}}, 400, "InvalidVersion"},
		{"another action", call{action: "DeleteDesktops"}, 404, "InvalidAction.NotFound"},
		{"hash of another body", call{header: map[string]string{"x-acs-content-sha256": strings.Repeat("0", 64)}}, 400, "SignatureDoesNotMatch"},
		{"parameters in the body", call{spoil: func(r *http.Request) { r.Body = io.NopCloser(strings.NewReader("OsUpdate=true")) }}, 400, "InvalidParameter"},
		{"GET", call{spoil: func(r *http.Request) { r.Method = "GET" }}, 405, "UnsupportedHTTPMethod"},
		{"another path", call{spoil: func(r *http.Request) { r.URL.Path = "/x" }}, 404, "InvalidAction.NotFound"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			e := &emulator.EDS{Desktops: fleetOf("ecd-a", "ecd-b"), Now: clk.now}
			c := tt.call
			if c.action == "" {
				c.action = "StopDesktops"
			}
			if c.now.IsZero() {
				c.now = clk.now()
			}
			c.query = query("DesktopId", "ecd-a")
			a := c.send(t, serve(t, e))
			if a.status != tt.status || a.Code != tt.code {
				t.Errorf("got %d %s, want %d %s", a.status, a.body, tt.status, tt.code)
			}
			if status(e, "ecd-a") != "Running" || len(e.Violations()) != 1 {
				t.Errorf("state %s, violations %q", status(e, "ecd-a"), e.Violations())
			}
		})
	}
}

func TestNonceIsUsedOnce(t *testing.T) {
	e := &emulator.EDS{Desktops: fleetOf("ecd-a")}
	base := serve(t, e)
	c := call{action: "DescribeDesktopInfo", query: query("DesktopId", "ecd-a"), nonce: "same"}
	if a := c.send(t, base); a.status != 200 {
		t.Fatal(a.body)
	}
	if a := c.send(t, base); a.status != 400 || a.Code != "SignatureNonceUsed" {
		t.Errorf("second: %d %s", a.status, a.body)
	}
	if v := e.Violations(); len(v) != 1 || !strings.Contains(v[0], "nonce") {
		t.Errorf("violations: %q", v)
	}
}

func TestPermanentKeys(t *testing.T) {
	key := emulator.Credential{AccessKeyId: "LTAI", AccessKeySecret: "s"}
	for _, allow := range []bool{false, true} {
		e := &emulator.EDS{Desktops: fleetOf("ecd-a"), Credentials: []emulator.Credential{key}, AllowPermanentKeys: allow}
		a := call{action: "DescribeDesktopInfo", query: query("DesktopId", "ecd-a"), cred: key}.send(t, serve(t, e))
		if (a.status == 200) != allow {
			t.Errorf("allowed %t: %d %s", allow, a.status, a.body)
		}
	}
}
