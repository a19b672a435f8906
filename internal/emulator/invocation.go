package emulator

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// An InvocationType is what an invocation is for.
type InvocationType string

// The types of invocations. The zero value is an ordinary one.
const (
	TypeInvoke     InvocationType = "invoke"
	TypeInitialize InvocationType = "initialize" // the initializer hook
	TypePreStop    InvocationType = "prestop"    // the pre-stop hook
)

// wire is the number the runtime API has for each type.
func (t InvocationType) wire() string {
	switch t {
	case TypeInitialize:
		return "1"
	case TypePreStop:
		return "2"
	default:
		return "0"
	}
}

// DefaultTimeout is that of Function Compute if none is configured.
const DefaultTimeout = 3 * time.Second

// MaxEvent is the largest event of a synchronous invocation and the largest
// answer, in bytes; MaxAsyncEvent that of an asynchronous one.
const (
	MaxEvent      = 32 << 20
	MaxAsyncEvent = 128 << 10
)

// An Invocation is one call of the function. Empty fields are given what
// Function Compute would send for a function called stop-desktops.
type Invocation struct {
	Event     []byte         // handed over byte for byte
	RequestID string         // default: a new one
	Type      InvocationType // default: TypeInvoke

	// Timeout is what the function may take, from the moment it gets the
	// event; default DefaultTimeout. It is sent in whole seconds, rounded up,
	// and as a deadline in milliseconds, exactly.
	Timeout time.Duration
	// Credential is that of the function's role; nil: DefaultCredential. A
	// pointer to the zero value is a function without a role.
	Credential *Credential
	// RetryCount is how often this event was tried before.
	RetryCount int

	FunctionName string // default stop-desktops
	Handler      string // default main
	MemoryMB     int    // default 512
	Region       string // default DefaultRegion
	AccountId    string // default 1000000000000000
	Qualifier    string // default LATEST
	VersionId    string // default empty
}

// complete fills in the defaults.
func (inv *Invocation) complete() {
	setDefault(&inv.RequestID, newFCRequestId())
	setDefault(&inv.FunctionName, "stop-desktops")
	setDefault(&inv.Handler, "main")
	setDefault(&inv.Region, DefaultRegion)
	setDefault(&inv.AccountId, "1000000000000000")
	setDefault(&inv.Qualifier, "LATEST")
	if inv.Timeout <= 0 {
		inv.Timeout = DefaultTimeout
	}
	if inv.MemoryMB <= 0 {
		inv.MemoryMB = 512
	}
	if inv.Credential == nil {
		c := DefaultCredential
		inv.Credential = &c
	}
}

// header writes the headers of the response to "next".
func (inv *Invocation) header(h http.Header, deadline time.Time) {
	seconds := (inv.Timeout + time.Second - 1) / time.Second
	for name, value := range map[string]string{
		"x-fc-request-id":         inv.RequestID,
		"x-fc-function-deadline":  strconv.FormatInt(deadline.UnixMilli(), 10),
		"x-fc-function-timeout":   strconv.FormatInt(int64(seconds), 10),
		"x-fc-function-type":      inv.Type.wire(),
		"x-fc-function-name":      inv.FunctionName,
		"x-fc-function-handler":   inv.Handler,
		"x-fc-function-memory":    strconv.Itoa(inv.MemoryMB),
		"x-fc-access-key-id":      inv.Credential.AccessKeyId,
		"x-fc-access-key-secret":  inv.Credential.AccessKeySecret,
		"x-fc-security-token":     inv.Credential.SecurityToken,
		"x-fc-service-name":       "",
		"x-fc-service-logproject": "",
		"x-fc-service-logstore":   "",
		"x-fc-region":             inv.Region,
		"x-fc-account-id":         inv.AccountId,
		"x-fc-qualifier":          inv.Qualifier,
		"x-fc-version-id":         inv.VersionId,
		"x-fc-retry-count":        strconv.Itoa(inv.RetryCount),
	} {
		h.Set(name, value)
	}
	h.Set("Content-Type", "application/octet-stream")
}

// A Result is how an invocation ended.
type Result struct {
	RequestID     string
	Payload       []byte         // what the function returned; nil after a FunctionError
	FunctionError *FunctionError // the function failed, panicked or was too late
	RetryCount    int            // of the invocation
	Duration      time.Duration  // from the moment the function got the event
}

// A FunctionError is what a function returned instead of a response.
type FunctionError struct {
	Type       string       `json:"errorType"`            // the type of the error
	Message    string       `json:"errorMessage"`         // the text of the error
	StackTrace []StackFrame `json:"stackTrace,omitempty"` // where a panic happened
}

// A StackFrame of a panic.
type StackFrame struct {
	Path  string `json:"path"`  // the source file
	Line  int    `json:"line"`  // the line in it
	Label string `json:"label"` // the function
}

func (e *FunctionError) Error() string { return e.Type + ": " + e.Message }

// ErrorTypeTimeout is the type of the FunctionError of a function that did not
// answer before its deadline. The true name is not documented for go1.
const ErrorTypeTimeout = "FunctionTimeout"

func errTimeout(d time.Duration) *FunctionError {
	return &FunctionError{Type: ErrorTypeTimeout, Message: fmt.Sprintf("Function timed out after %s.", d)}
}

// parseFunctionError reads the body of ".../error". The SDK of Alibaba Cloud
// always sends both members.
func parseFunctionError(body []byte) (*FunctionError, error) {
	var e FunctionError
	if err := json.Unmarshal(body, &e); err != nil {
		return nil, err
	}
	if e.Type == "" {
		return nil, errors.New("errorType is missing")
	}
	return &e, nil
}

// newFCRequestId looks like those of Function Compute.
func newFCRequestId() string {
	var b [12]byte
	rand.Read(b[:])
	return strings.ToLower(fmt.Sprintf("1-%08x-%x-%x", time.Now().Unix(), b[:4], b[4:]))
}
