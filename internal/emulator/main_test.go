package emulator_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/aliyun/fc-runtime-go-sdk/fc"
	"github.com/aliyun/fc-runtime-go-sdk/fc/messages"
	"github.com/aliyun/fc-runtime-go-sdk/fccontext"
)

// TestMain makes the test binary a function, with the vendor's SDK, when the
// emulator runs it.
func TestMain(m *testing.M) {
	switch os.Getenv("ACT_AS") {
	case "":
		os.Exit(m.Run())
	case "function":
		fc.RegisterInitializerFunction(func(context.Context) { fmt.Println("initialized") })
		fc.RegisterPreStopFunction(func(context.Context) { fmt.Println("about to stop") })
		fc.Start(function)
	case "crash-at-start":
		fmt.Fprintln(os.Stderr, "no configuration")
		os.Exit(3)
	case "never-ready":
		time.Sleep(time.Minute)
	}
}

// function does what its event says.
func function(ctx context.Context, event []byte) (any, error) {
	var e struct{ Do string }
	if json.Unmarshal(event, &e) != nil {
		e.Do = string(event)
	}
	c, _ := fccontext.FromContext(ctx)
	deadline, _ := ctx.Deadline()
	switch e.Do {
	case "context":
		return map[string]any{"RequestID": c.RequestID, "Credentials": c.Credentials, "Function": c.Function, "Region": c.Region,
			"AccountId": c.AccountId, "Qualifier": c.Service.Qualifier, "VersionId": c.Service.VersionId, "RetryCount": c.RetryCount,
			"LeftMs": time.Until(deadline).Milliseconds()}, nil
	case "env":
		return os.Environ(), nil
	case "fail":
		return nil, errors.New("it failed")
	case "fail-typed":
		return nil, messages.InvokeResponse_Error{Type: "StopPartial", Message: "2 of 3"}
	case "panic":
		panic("it panicked")
	case "exit":
		fmt.Fprintln(os.Stderr, "last words")
		os.Exit(7)
	case "hang":
		time.Sleep(time.Hour)
	case "slow":
		time.Sleep(300 * time.Millisecond)
		return "slow", nil
	case "first-fails":
		if c.RetryCount == 0 {
			return nil, errors.New("the first try")
		}
		return fmt.Sprint("try ", c.RetryCount), nil
	}
	if strings.Contains(string(event), `"requestContext"`) {
		return httpFunction(event)
	}
	return json.RawMessage(`{"echo":` + quote(string(event)) + `}`), nil
}

// httpFunction answers an HTTP event with what it understood.
func httpFunction(raw []byte) (any, error) {
	var ev struct {
		Body    string            `json:"body"`
		Headers map[string]string `json:"headers"`
		RawPath string            `json:"rawPath"`
	}
	if err := json.Unmarshal(raw, &ev); err != nil {
		return nil, err
	}
	switch ev.RawPath {
	case "/fail":
		return nil, errors.New("it failed")
	case "/value":
		return map[string]string{"not": "a response"}, nil
	case "/null-headers":
		return map[string]any{"statusCode": 200, "headers": nil, "body": ""}, nil
	case "/binary":
		return map[string]any{"statusCode": 200, "headers": map[string]string{}, "isBase64Encoded": true, "body": "AAEC"}, nil
	}
	return map[string]any{"statusCode": 207, "headers": map[string]string{"Content-Type": "application/json", "X-Fc-Mine": "no", "X-Mine": "yes"},
		"isBase64Encoded": false, "body": string(raw)}, nil
}

func quote(s string) string {
	b, _ := json.Marshal(s)
	return string(b)
}
