package emulator

import (
	"fmt"
	"net/http"
)

// An apiError is an error response of EDS.
type apiError struct {
	Status  int
	Code    string
	Message string

	header http.Header
	detail *accessDeniedDetail
	// violation says what the client did that a careful one never does; empty
	// when the error can happen to anybody.
	violation string
}

// An APIError overrides how the emulator refuses something. Empty fields keep
// the default.
type APIError struct {
	Code    string `yaml:"Code"`
	Status  int    `yaml:"Status"`
	Message string `yaml:"Message"`
}

// or is a with its empty fields taken from def.
func (a APIError) or(def apiError) *apiError {
	if a.Code != "" {
		def.Code = a.Code
	}
	if a.Status != 0 {
		def.Status = a.Status
	}
	if a.Message != "" {
		def.Message = a.Message
	}
	return &def
}

// accessDeniedDetail is what RAM adds to a denial.
type accessDeniedDetail struct {
	AuthAction               string
	AuthPrincipalType        string
	AuthPrincipalDisplayName string
	AuthPrincipalOwnerId     string
	PolicyType               string
	NoPermissionType         string
	EncodedDiagnosticMessage string
}

func errMissing(name string) *apiError {
	return &apiError{Status: 400, Code: "Missing" + name, Message: "The parameter " + name + " is mandatory for this action.",
		violation: "missing " + name}
}

func errSignature(code, message string) *apiError {
	return &apiError{Status: 400, Code: code, Message: message, violation: message}
}

// errParameter is the refusal of a parameter that is wrong in itself.
func errParameter(format string, args ...any) *apiError {
	m := fmt.Sprintf(format, args...)
	return &apiError{Status: 400, Code: "InvalidParameter", Message: m, violation: m}
}

func errRegion(id string) *apiError {
	return &apiError{Status: 404, Code: "InvalidRegionId.NotFound", Message: "The specified RegionId does not exist.",
		violation: "unknown region " + id}
}

func errNonce() *apiError {
	return &apiError{Status: 400, Code: "SignatureNonceUsed", Message: "Specified signature nonce was used already.",
		violation: "reused nonce"}
}

func errDenied(cred *Credential, accountId, action string) *apiError {
	kind := "ImplicitDeny"
	if cred.ExplicitDeny {
		kind = "ExplicitDeny"
	}
	return &apiError{Status: 403, Code: "NoPermission",
		Message: "You are not authorized to perform this operation. Action: ecd:" + action,
		detail: &accessDeniedDetail{
			AuthAction:               "ecd:" + action,
			AuthPrincipalType:        "AssumedRoleUser",
			AuthPrincipalDisplayName: "emulator-role:" + cred.AccessKeyId,
			AuthPrincipalOwnerId:     accountId,
			PolicyType:               "AccountLevelIdentityBasedPolicy",
			NoPermissionType:         kind,
			EncodedDiagnosticMessage: "AQFtemulator-opaque-diagnostic-message",
		}}
}

// errThrottled is what a client gets that calls too often. status 0 is 429.
func errThrottled(status int, timeLeft int64) *apiError {
	if status == 0 {
		status = http.StatusTooManyRequests
	}
	e := &apiError{Status: status, Code: "Throttling.User", Message: "Request was denied due to user flow control."}
	if timeLeft > 0 {
		e.header = http.Header{"X-Ratelimit-User-Api": {fmt.Sprintf("Limit:100,Remain:0,TimeLeft:%d,Reset:%d", timeLeft, timeLeft)}}
	}
	return e
}

// errorBody is the JSON of an error response.
type errorBody struct {
	RequestId          string
	HostId             string
	Code               string
	Message            string
	Recommend          string
	AccessDeniedDetail *accessDeniedDetail `json:",omitempty"`
}

func (e *apiError) body(requestId, host string) errorBody {
	return errorBody{RequestId: requestId, HostId: host, Code: e.Code, Message: e.Message,
		Recommend: "https://api.aliyun.com/troubleshoot?q=" + e.Code + "&product=ecd", AccessDeniedDetail: e.detail}
}
