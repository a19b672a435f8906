package eds_test

import (
	"net/http"
	"testing"

	"stopdesktops/handler"
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
		want     handler.Family
	}{
		{"Throttling", []int{400, 403, 429, 503}, handler.Throttled},
		{"Throttling.User", []int{429, 400}, handler.Throttled},
		{"Throttling.Api", []int{429, 400}, handler.Throttled},
		{"Throttling.UserInAFewYears", []int{400}, handler.Throttled},
		{"TooManyRequests", []int{400, 429}, handler.Throttled},
		{"OperationTooFrequent", []int{400}, handler.Throttled},
		{"OperationTooFrequent.User", []int{400, 403}, handler.Throttled},
		{"Rejected.Throttling", []int{400, 403, 429, 503}, handler.Throttled},
		{"Rejected.Throttling.Api", []int{400}, handler.Throttled},
		{"InvalidParameter.Throttling.User", []int{400}, handler.Throttled},
		{"NoPermission.Throttling", []int{403}, handler.Throttled},
		{"throttling.user", []int{400}, handler.Throttled},
		{"RequestThrottled", []int{400}, handler.Throttled},
		{"Error.TooManyRequests", []int{400}, handler.Throttled},
		{"TooManyRequest", []int{400}, handler.Throttled},
		{"FlowControl", []int{400, 503}, handler.Throttled},
		{"RequestLimitExceeded", []int{400, 403}, handler.Throttled},
		{"QpsLimitExceeded", []int{400, 503}, handler.Throttled},
		{"Qps.RateLimit", []int{400}, handler.Throttled},
		{"RequestTooFrequent", []int{400}, handler.Throttled},
		{"QuotaExceeded", []int{400}, handler.WrongState}, // of resources: waiting changes nothing

		{"ServiceUnavailable", []int{503, 500}, handler.Temporary},
		{"ServiceUnavailableTemporary", []int{503}, handler.Temporary},

		{"InternalError", []int{500, 400, 403, 200}, handler.Ambiguous},
		{"InternalError.Timeout", []int{500}, handler.Ambiguous},
		{"SignatureNonceUsed", []int{400}, handler.Ambiguous},

		{"Forbidden", []int{403}, handler.Denied},
		{"Forbidden.RAM", []int{400, 403}, handler.Denied},
		{"NoPermission", []int{403, 400}, handler.Denied},
		{"Unauthorized", []int{401, 400}, handler.Denied},
		{"SignatureDoesNotMatch", []int{400, 403}, handler.Denied},
		{"IncompleteSignature", []int{400}, handler.Denied},
		{"InvalidAccessKeyId.NotFound", []int{404, 400}, handler.Denied},
		{"InvalidAccessKeyId.Inactive", []int{400}, handler.Denied},
		{"InvalidSecurityToken.Expired", []int{403, 400}, handler.Denied},
		{"InvalidSecurityToken.Malformed", []int{400}, handler.Denied},
		{"InvalidTimeStamp.Expired", []int{400}, handler.Denied},
		{"MissingSecurityToken", []int{400}, handler.Denied},

		{"MissingRegionId", []int{400}, handler.Invalid},
		{"InvalidParameter", []int{400}, handler.Invalid},
		{"InvalidParameter.DesktopId", []int{400}, handler.Invalid},
		{"InvalidRegionId.NotFound", []int{404, 400}, handler.Invalid},
		{"InvalidAction.NotFound", []int{404}, handler.Invalid},
		{"InvalidApi.NotFound", []int{404, 400}, handler.Invalid},
		{"InvalidParameterValue", []int{400, 404}, handler.Invalid},
		{"InvalidParameter.DesktopId.NotFound", []int{400, 404}, handler.Invalid},
		{"InvalidVersion", []int{400}, handler.Invalid},
		{"UnsupportedHTTPMethod", []int{405, 400}, handler.Invalid},
		{"InvalidStoppedMode", []int{400}, handler.Invalid},

		{"InvalidDesktopId.NotFound", []int{404, 400}, handler.NotFound},
		{"InvalidDesktopIds", []int{400}, handler.NotFound},
		{"InvalidDesktopId", []int{400, 404}, handler.NotFound},
		{"InvalidDesktopIds.NotFound", []int{404, 403}, handler.NotFound},
		{"InvalidDesktop.NotFound", []int{404}, handler.NotFound},
		{"InvalidDesktopInstance.NotFound", []int{404}, handler.NotFound},
		{"Desktop.NotFound", []int{404, 400}, handler.NotFound},
		{"DesktopId.NotFound", []int{404}, handler.NotFound},
		{"DesktopIds.NotFound", []int{404}, handler.NotFound},
		{"DesktopInstance.NotFound", []int{404, 400, 403}, handler.NotFound},
		{"DesktopNotFound", []int{404}, handler.NotFound},
		{"DesktopIdNotFound", []int{404}, handler.NotFound},
		{"DesktopIdsNotFound", []int{404}, handler.NotFound},
		{"DesktopInstanceNotFound", []int{404}, handler.NotFound},

		// What is not found here is not the desktop: that it is gone would be false, and final.
		{"EntityNotExist", []int{404, 400}, handler.WrongState},
		{"EntityNotExist.NotFound", []int{404}, handler.WrongState},
		{"InvalidOfficeSiteId.NotFound", []int{404, 400}, handler.WrongState},
		{"InvalidDesktopGroupId.NotFound", []int{404, 400}, handler.WrongState},
		{"InvalidDesktopGroup.NotFound", []int{404}, handler.WrongState},
		{"DesktopGroup.NotFound", []int{404}, handler.WrongState},
		{"InvalidDesktopName.NotFound", []int{404}, handler.WrongState},
		{"InvalidDesktopType.NotFound", []int{404}, handler.WrongState},
		{"InvalidUserDesktop.NotFound", []int{404}, handler.WrongState},
		{"Image.NotFound", []int{404}, handler.WrongState},
		{"NotFound", []int{404}, handler.WrongState},
		{"InvalidDesktopId.Malformed", []int{400}, handler.WrongState},
		{"InvalidDesktopIdStatus", []int{400}, handler.WrongState},

		{"IncorrectDesktopStatus", []int{400, 403, 409}, handler.WrongState},
		{"IncorrectInstanceStatus", []int{400}, handler.WrongState},
		{"InvalidPolicyGroup.Status", []int{400, 403}, handler.WrongState},
		{"OperationDenied.Migrating", []int{403, 400}, handler.WrongState},

		// Codes that nobody has seen yet: the status decides.
		{"SomethingNew", []int{400, 404, 409, 422}, handler.WrongState},
		{"SomethingNew", []int{401, 403}, handler.Denied},
		{"SomethingNew", []int{429}, handler.Throttled},
		{"SomethingNew", []int{503}, handler.Temporary},
		{"SomethingNew", []int{500, 502, 504, 200, 302}, handler.Ambiguous},
		// Of the other families only the code's own spelling counts, and only at its beginning.
		{"NotInternalError", []int{400}, handler.WrongState},
		{"internalerror", []int{400}, handler.WrongState},
	} {
		for _, status = range c.statuses {
			code = c.code
			_, err := stop(t.Context(), s)
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
			_, err := stop(t.Context(), connect(t, w.Dial))
			if e := callError(t, err); e.OneOfMany != want {
				t.Errorf("%d %s: %+v", status, code, e)
			}
		}
	}
}
