// Command main is the function: it stops Elastic Desktop Service desktops on events. It runs under
// Function Compute's Go runtime (go1), or under the emulator of the stopctl command.
package main

import (
	"context"
	"errors"
	"os"
	"runtime/debug"
	"sync"

	"github.com/aliyun/fc-runtime-go-sdk/fc"
	"github.com/aliyun/fc-runtime-go-sdk/fc/messages"
	"github.com/aliyun/fc-runtime-go-sdk/fccontext"

	"stopdesktops/handler"
	"stopdesktops/internal/compose"
	"stopdesktops/internal/config"
	"stopdesktops/internal/secret"
)

// version is set by the build.
var version = ""

func main() {
	limitMemory(os.Getenv("FC_FUNCTION_MEMORY_SIZE"))
	start(sync.OnceValue(composed))
}

// composed returns the handler as the environment configures it. Configuration errors are logged once.
func composed() *handler.Handler {
	c, faults := config.Read(os.Environ())
	h := compose.Handler(c, faults, compose.Outside{Log: os.Stdout, Version: programVersion()})
	h.LogFault()
	return h
}

// start hands the handler to the runtime. It returns only if the runtime is gone.
func start(built func() *handler.Handler) {
	go built() // while the runtime is asked for the first event
	// There is nothing to initialize, but the SDK panics if the hook is configured and not there.
	fc.RegisterInitializerFunction(func(context.Context) {})
	fc.Start(func(ctx context.Context, event []byte) (any, error) {
		answer, err := built().Handle(ctx, invocation(ctx), event)
		var failure *handler.Failure
		if errors.As(err, &failure) {
			// By value: the SDK knows its error type by nothing else.
			return nil, messages.InvokeResponse_Error{Type: failure.Type, Message: failure.Message}
		}
		return answer, err
	})
}

// invocation copies what the platform says of an invocation. Once: the SDK writes to its context at
// each reading.
func invocation(ctx context.Context) handler.Invocation {
	fcCtx, ok := fccontext.FromContext(ctx)
	if !ok {
		return handler.Invocation{}
	}
	return handler.Invocation{
		RequestID:    fcCtx.RequestID,
		FunctionName: fcCtx.Function.Name,
		RetryCount:   fcCtx.RetryCount,
		Credentials: secret.Credentials{
			AccessKeyID:     fcCtx.Credentials.AccessKeyId,
			AccessKeySecret: secret.New(fcCtx.Credentials.AccessKeySecret),
			SecurityToken:   secret.New(fcCtx.Credentials.SecurityToken),
		},
	}
}

// programVersion of this build, for the reports.
func programVersion() string {
	if version != "" {
		return version
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" && info.Main.Version != "(devel)" {
		return info.Main.Version
	}
	return "devel"
}
