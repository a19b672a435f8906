package eds_test

import (
	"net/http"
	"testing"

	"stopdesktops/internal/stop"
)

// TestFamilies: what can be done about a failed call is read off its code, whatever status the code
// comes with, and off the status where the code says nothing. A denied call taken for a bad desktop
// would be halved and halved; a lost one taken for a refused one would be made twice.
func TestFamilies(t *testing.T) {
	var status int
	var code string
	w := serve(t, http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		answer(status, coded(code)).ServeHTTP(rw, r)
	}))
	s := connect(t, w.Dial)
	for _, c := range []struct {
		code     string
		statuses []int
		want     stop.Family
	}{
		{"Throttling", []int{400, 403, 429, 503}, stop.Throttled},
		{"Throttling.User", []int{429, 400}, stop.Throttled},
		{"Throttling.Api", []int{429, 400}, stop.Throttled},
		{"Throttling.UserInAFewYears", []int{400}, stop.Throttled},
		{"TooManyRequests", []int{400, 429}, stop.Throttled},
		{"OperationTooFrequent", []int{400}, stop.Throttled},
		{"OperationTooFrequent.User", []int{400, 403}, stop.Throttled},
		{"Rejected.Throttling", []int{400, 403, 429, 503}, stop.Throttled},
		{"Rejected.Throttling.Api", []int{400}, stop.Throttled},
		{"InvalidParameter.Throttling.User", []int{400}, stop.Throttled},
		{"NoPermission.Throttling", []int{403}, stop.Throttled},
		{"throttling.user", []int{400}, stop.Throttled},
		{"RequestThrottled", []int{400}, stop.Throttled},
		{"Error.TooManyRequests", []int{400}, stop.Throttled},
		{"TooManyRequest", []int{400}, stop.Throttled},
		{"FlowControl", []int{400, 503}, stop.Throttled},
		{"RequestLimitExceeded", []int{400, 403}, stop.Throttled},
		{"QpsLimitExceeded", []int{400, 503}, stop.Throttled},
		{"Qps.RateLimit", []int{400}, stop.Throttled},
		{"RequestTooFrequent", []int{400}, stop.Throttled},
		{"QuotaExceeded", []int{400}, stop.WrongState}, // of resources: waiting changes nothing

		{"ServiceUnavailable", []int{503, 500}, stop.Temporary},
		{"ServiceUnavailableTemporary", []int{503}, stop.Temporary},

		{"InternalError", []int{500, 400, 403, 200}, stop.Ambiguous},
		{"InternalError.Timeout", []int{500}, stop.Ambiguous},
		{"SignatureNonceUsed", []int{400}, stop.Ambiguous},

		{"Forbidden", []int{403}, stop.Denied},
		{"Forbidden.RAM", []int{400, 403}, stop.Denied},
		{"NoPermission", []int{403, 400}, stop.Denied},
		{"Unauthorized", []int{401, 400}, stop.Denied},
		{"SignatureDoesNotMatch", []int{400, 403}, stop.Denied},
		{"IncompleteSignature", []int{400}, stop.Denied},
		{"InvalidAccessKeyId.NotFound", []int{404, 400}, stop.Denied},
		{"InvalidAccessKeyId.Inactive", []int{400}, stop.Denied},
		{"InvalidSecurityToken.Expired", []int{403, 400}, stop.Denied},
		{"InvalidSecurityToken.Malformed", []int{400}, stop.Denied},
		{"InvalidTimeStamp.Expired", []int{400}, stop.Denied},
		{"MissingSecurityToken", []int{400}, stop.Denied},

		{"MissingRegionId", []int{400}, stop.Invalid},
		{"InvalidParameter", []int{400}, stop.Invalid},
		{"InvalidParameter.DesktopId", []int{400}, stop.Invalid},
		{"InvalidRegionId.NotFound", []int{404, 400}, stop.Invalid},
		{"InvalidAction.NotFound", []int{404}, stop.Invalid},
		{"InvalidApi.NotFound", []int{404, 400}, stop.Invalid},
		{"InvalidParameterValue", []int{400, 404}, stop.Invalid},
		{"InvalidParameter.DesktopId.NotFound", []int{400, 404}, stop.Invalid},
		{"InvalidVersion", []int{400}, stop.Invalid},
		{"UnsupportedHTTPMethod", []int{405, 400}, stop.Invalid},
		{"InvalidStoppedMode", []int{400}, stop.Invalid},

		{"InvalidDesktopId.NotFound", []int{404, 400}, stop.NotFound},
		{"InvalidDesktopIds", []int{400}, stop.NotFound},
		{"InvalidDesktopId", []int{400, 404}, stop.NotFound},
		{"InvalidDesktopIds.NotFound", []int{404, 403}, stop.NotFound},
		{"InvalidDesktop.NotFound", []int{404}, stop.NotFound},
		{"InvalidDesktopInstance.NotFound", []int{404}, stop.NotFound},
		{"Desktop.NotFound", []int{404, 400}, stop.NotFound},
		{"DesktopId.NotFound", []int{404}, stop.NotFound},
		{"DesktopIds.NotFound", []int{404}, stop.NotFound},
		{"DesktopInstance.NotFound", []int{404, 400, 403}, stop.NotFound},
		{"DesktopNotFound", []int{404}, stop.NotFound},
		{"DesktopIdNotFound", []int{404}, stop.NotFound},
		{"DesktopIdsNotFound", []int{404}, stop.NotFound},
		{"DesktopInstanceNotFound", []int{404}, stop.NotFound},

		// What is not found here is not the desktop: that it is gone would be false, and final.
		{"EntityNotExist", []int{404, 400}, stop.WrongState},
		{"EntityNotExist.NotFound", []int{404}, stop.WrongState},
		{"InvalidOfficeSiteId.NotFound", []int{404, 400}, stop.WrongState},
		{"InvalidDesktopGroupId.NotFound", []int{404, 400}, stop.WrongState},
		{"InvalidDesktopGroup.NotFound", []int{404}, stop.WrongState},
		{"DesktopGroup.NotFound", []int{404}, stop.WrongState},
		{"InvalidDesktopName.NotFound", []int{404}, stop.WrongState},
		{"InvalidDesktopType.NotFound", []int{404}, stop.WrongState},
		{"InvalidUserDesktop.NotFound", []int{404}, stop.WrongState},
		{"Image.NotFound", []int{404}, stop.WrongState},
		{"NotFound", []int{404}, stop.WrongState},
		{"InvalidDesktopId.Malformed", []int{400}, stop.WrongState},
		{"InvalidDesktopIdStatus", []int{400}, stop.WrongState},

		{"IncorrectDesktopStatus", []int{400, 403, 409}, stop.WrongState},
		{"IncorrectInstanceStatus", []int{400}, stop.WrongState},
		{"InvalidPolicyGroup.Status", []int{400, 403}, stop.WrongState},
		{"OperationDenied.Migrating", []int{403, 400}, stop.WrongState},

		// Codes that nobody has seen yet: the status decides.
		{"SomethingNew", []int{400, 404, 409, 422}, stop.WrongState},
		{"SomethingNew", []int{401, 403}, stop.Denied},
		{"SomethingNew", []int{429}, stop.Throttled},
		{"SomethingNew", []int{503}, stop.Temporary},
		{"SomethingNew", []int{500, 502, 504, 200, 302}, stop.Ambiguous},
		// Of the other families only the code's own spelling counts, and only at its beginning.
		{"NotInternalError", []int{400}, stop.WrongState},
		{"internalerror", []int{400}, stop.WrongState},
	} {
		for _, status = range c.statuses {
			code = c.code
			_, err := stopTwo(t.Context(), s)
			if e := callError(t, err); e.Family != c.want || e.Code != c.code {
				t.Errorf("%d %s: %s %s, want %s", status, c.code, e.Family, e.Code, c.want)
			}
		}
	}
}

// TestOneOfMany: a refusal as denied or as malformed that may be about one of the desktops in the call.
// What RAM denies, and what is wrong with the signature or the action, is about the call as a whole:
// halving it would spend calls for nothing.
func TestOneOfMany(t *testing.T) {
	for code, want := range map[string]bool{
		"InvalidParameter": true, "InvalidParameter.DesktopId": true, "InvalidParameterValue": true, "InvalidParameter.StoppedMode": true,
		"Forbidden":     true,
		"Forbidden.RAM": false, "ForbiddenRAM": false, "Forbidden.Unknown": false, "NoPermission": false, "Unauthorized": false,
		"InvalidAccessKeyId.NotFound": false, "InvalidSecurityToken.Expired": false, "SignatureDoesNotMatch": false,
		"MissingDesktopId": false, "InvalidAction.NotFound": false, "InvalidRegionId.NotFound": false, "InvalidStoppedMode": false, "Unsupported": false,
		"Throttling.User": false, "InternalError": false, "SomethingNew": false,
	} {
		for _, status := range []int{400, 403, 200} {
			w := serve(t, answer(status, coded(code)))
			_, err := stopTwo(t.Context(), connect(t, w.Dial))
			if e := callError(t, err); e.OneOfMany != want {
				t.Errorf("%d %s: %+v", status, code, e)
			}
		}
	}
}
