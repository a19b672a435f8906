package eds_test

import (
	"strings"
	"testing"

	"stopdesktops/internal/stop"
)

// TestDenials: a denied call says which action was denied and how to mend that, each kind in another
// way. It never shows what the answer tells about the account, and fits into the function error behind
// a desktop's ID.
func TestDenials(t *testing.T) {
	const (
		role     = "the function's role may not call ecd:StopDesktops: add the action to its policy (ram-policy.json has all of them)"
		explicit = " denies ecd:StopDesktops to the function's role: find its statement with Effect Deny and change that; adding the action to a policy does not help"
		either   = "EDS forbids ecd:StopDesktops for this desktop or to the function's role: if others work, check the desktop, else add the action to its policy"
	)
	detail := func(members string) string {
		return `,"AccessDeniedDetail":{` + members + `,"AuthPrincipalDisplayName":"PRIVATE","AuthPrincipalOwnerId":"PRIVATE","EncodedDiagnosticMessage":"PRIVATE"}`
	}
	for _, c := range []struct {
		status  int
		code    string
		message string
		detail  string
		denial  stop.Denial
		want    string
	}{
		{403, "NoPermission", "You are not authorized to do this operation. Resource: acs:ecd:*:PRIVATE:*", "", stop.DenialPermission, role},
		{400, "NoPermission", "", detail(`"NoPermissionType":"ImplicitDeny","AuthAction":"ecd:StopDesktops","PolicyType":"AccountLevelIdentityBasedPolicy"`), stop.DenialPermission, role},
		{403, "Forbidden.RAM", "User not authorized to operate on the specified resource, or this API doesn't support RAM.", "", stop.DenialPermission, role},
		{401, "Unauthorized", "x", "", stop.DenialPermission, role},
		{403, "UnauthorizedOperation", "x", "", stop.DenialPermission, role},
		{403, "Forbidden", "Not authorized to operate on the resource.", "", stop.DenialPermission, either + ". EDS says: Not authorized to operate on the resource."},
		{403, "Forbidden", "acs:ram::PRIVATE:role/x may not", "", stop.DenialPermission, either},
		{403, "NoPermission", "x", detail(`"AuthAction":"ecd:DescribeDesktops","NoPermissionType":"ImplicitDeny"`), stop.DenialPermission,
			"the function's role may not call ecd:DescribeDesktops: add the action to its policy"},
		{403, "NoPermission", "x", detail(`"AuthAction":"ecd:Stop PRIVATE","NoPermissionType":"PRIVATE","PolicyType":"PRIVATE"`), stop.DenialPermission, role},
		{403, "NoPermission", "x", detail(`"AuthAction":7`), stop.DenialPermission, role},
		{403, "NoPermission", "x", `,"AccessDeniedDetail":"PRIVATE"`, stop.DenialPermission, role},
		{403, "NoPermission", "x", detail(`"NoPermissionType":"ImplicitDeny","PolicyType":"ControlPolicy"`), stop.DenialPermission,
			"the function's role may not call ecd:StopDesktops: a control policy of the resource directory does not allow it, add the action there"},
		{403, "NoPermission", "x", detail(`"NoPermissionType":"ExplicitDeny"`), stop.DenialExplicit, "a policy" + explicit},
		{403, "Forbidden.RAM", "x", detail(`"NoPermissionType":"ExplicitDeny","PolicyType":"ControlPolicy"`), stop.DenialExplicit, "a control policy of the resource directory" + explicit},
		{403, "NoPermission", "x", detail(`"NoPermissionType":"ExplicitDeny","PolicyType":"SessionPolicy"`), stop.DenialExplicit, "the session policy" + explicit},

		{404, "InvalidAccessKeyId.NotFound", "Specified access key is not found: PRIVATE.", "", stop.DenialCredentials, "ecd:StopDesktops: EDS does not accept the credentials of the function's role: check"},
		{400, "InvalidAccessKeyId.Inactive", "x", "", stop.DenialCredentials, "ecd:StopDesktops: EDS does not accept"},
		{400, "InvalidSecurityToken.Malformed", "x", "", stop.DenialCredentials, "ecd:StopDesktops: EDS does not accept"},
		{400, "MissingSecurityToken", "x", "", stop.DenialCredentials, "ecd:StopDesktops: EDS does not accept"},
		{403, "InvalidSecurityToken.Expired", "x", "", stop.DenialExpired, "ecd:StopDesktops: the credentials of this invocation have expired: send the event again"},
		{400, "SignatureDoesNotMatch", "server string to sign is PRIVATE", "", stop.DenialSignature, "EDS computes another signature for ecd:StopDesktops: "},
		{400, "IncompleteSignature", "PRIVATE", "", stop.DenialSignature, "EDS computes another signature for ecd:StopDesktops: "},
		{400, "InvalidTimeStamp.Expired", "x", "", stop.DenialClock, "EDS refuses ecd:StopDesktops because of its time: the clock"},

		{403, "SomethingNew", "The words of the service.", "", stop.DenialUnclassified, "ecd:StopDesktops: The words of the service.; check the policy of the function's role"},
		{403, "", "", "", stop.DenialUnclassified, "ecd:StopDesktops: EDS, or something between, answered 403 Forbidden without a code; check the policy of the function's role"},
	} {
		body := `{"RequestId":"REQ-1","Code":"` + c.code + `","Message":"` + c.message + `"` + c.detail + `}`
		_, err := stopTwo(t.Context(), connect(t, serve(t, answer(c.status, body)).Dial))
		e := callError(t, err)
		if e.Denial != c.denial || !strings.HasPrefix(e.Message, c.want) || c.denial == stop.DenialPermission && e.Message != c.want {
			t.Errorf("%d %s: %s\n got %s\nwant %s", c.status, c.code, e.Denial, e.Message, c.want)
		}
		if strings.Contains(e.Error(), "PRIVATE") || strings.Count(e.Error(), "StopDesktops") != 1 && c.denial != "" && !strings.Contains(c.want, "ecd:DescribeDesktops") {
			t.Errorf("%s", e.Error())
		}
		if len("ecd-0123456789abcdefg: "+e.Message) > 230 {
			t.Errorf("%d bytes: %s", len(e.Message), e.Message)
		}
	}
}

// TestDenialOfAnOperator: stopctl tells operators about their own credentials.
func TestDenialOfAnOperator(t *testing.T) {
	for code, want := range map[string]string{
		"NoPermission":                 "these credentials may not call ecd:StopDesktops: add the action to their policy",
		"InvalidAccessKeyId.NotFound":  "ecd:StopDesktops: EDS does not accept these credentials: check the access key, or make a new one",
		"InvalidSecurityToken.Expired": "ecd:StopDesktops: these credentials have expired: get new ones",
	} {
		s, err := newClient(t, serve(t, answer(403, coded(code))).Dial).ConnectOperator(credentials(key))
		if err != nil {
			t.Fatal(err)
		}
		if _, err = stopTwo(t.Context(), s); callError(t, err).Message != want {
			t.Errorf("%s: %v", code, err)
		}
	}
}
