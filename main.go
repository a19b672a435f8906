// Command main is the function: it stops Elastic Desktop Service desktops on events. It runs under
// Function Compute's Go runtime (go1), or under the emulator of the stopctl command.
package main

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"runtime/debug"

	"github.com/aliyun/fc-runtime-go-sdk/fc"
	"github.com/aliyun/fc-runtime-go-sdk/fc/messages"
	"github.com/aliyun/fc-runtime-go-sdk/fccontext"

	"stopdesktops/handler"
	"stopdesktops/internal/callback"
	"stopdesktops/internal/config"
	"stopdesktops/internal/eds"
	"stopdesktops/internal/secret"
	"stopdesktops/internal/webhook"
)

// version is set by the build.
var version = ""

func main() {
	limitMemory(os.Getenv("FC_FUNCTION_MEMORY_SIZE"))
	c, faults := config.Read(os.Environ())
	start(compose(c, faults, outside{log: os.Stdout}))
}

// outside is what the function touches of the world. Tests put their own in.
type outside struct {
	log  io.Writer
	dial func(ctx context.Context, network, address string) (net.Conn, error) // nil: TCP
	// For the destinations that events name; nil: the system's.
	lookup func(ctx context.Context, host string) ([]netip.Addr, error)
	tls    *tls.Config
}

// start hands the handler to the runtime. It returns only if the runtime is gone.
func start(h *handler.Handler) {
	if h.Fault != nil {
		h.Log.Error("configuration", "Fault", h.Fault.Error())
	}
	// There is nothing to initialize, but the SDK panics if the hook is configured and not there.
	fc.RegisterInitializerFunction(func(context.Context) {})
	fc.Start(func(ctx context.Context, event []byte) (any, error) {
		answer, err := h.Handle(ctx, invocation(ctx), event)
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
		Credentials: handler.Credentials{
			AccessKeyID:     fcCtx.Credentials.AccessKeyId,
			AccessKeySecret: secret.New(fcCtx.Credentials.AccessKeySecret),
			SecurityToken:   secret.New(fcCtx.Credentials.SecurityToken),
		},
	}
}

// compose builds the handler. What is wrong with the configuration becomes its answer to every
// event: a function that exits at start would say nothing to the one who waits for it.
func compose(c config.Config, faults config.Faults, out outside) *handler.Handler {
	o := handler.Options{
		Policy: c.Policy(programVersion()),
		Log:    slog.New(slog.NewJSONHandler(out.log, &slog.HandlerOptions{Level: c.LogLevel})),
	}
	client, err := eds.New(eds.Options{
		Regions:     c.AllowedRegions,
		Endpoint:    c.EDSEndpoint,
		Concurrency: c.APIConcurrency,
		Dial:        out.dial,
	})
	faults.Add("EDS_ENDPOINT", err)
	if err == nil {
		o.Connect = client.Connect
	}
	if c.WebhookAuth != "" && faults["WEBHOOK_AUTH"] == "" {
		verifier, err := webhook.New(webhook.Options{Scheme: c.WebhookAuth, Secrets: c.WebhookSecrets, Header: tokenHeader(c)})
		faults.Add("WEBHOOK_SECRETS", err)
		o.Authenticator = verifier
	}
	if c.Routes != nil {
		o.Routes = c.Routes
	}
	if c.HasCallback() {
		o.Callback = composeCallback(c, faults, out)
	}
	if len(faults) > 0 {
		o.Fault = faults
	}
	return handler.New(o)
}

// tokenHeader is for scheme token alone; it has a default.
func tokenHeader(c config.Config) string {
	if c.WebhookAuth != webhook.Token {
		return ""
	}
	return c.WebhookTokenHeader
}

func composeCallback(c config.Config, faults config.Faults, out outside) handler.Callback {
	format, bad := callback.ParseFormat(c.CallbackFormat, c.CallbackSkeleton)
	for variable, err := range bad {
		faults.Add(variable, err)
	}
	keys, robot, err := format.Signing(c.CallbackSecrets)
	faults.Add("CALLBACK_SECRET", err)
	sender, bad := callback.New(callback.Options{
		Format:       format,
		RobotSecret:  robot,
		URL:          c.CallbackURL,
		AllowedHosts: c.CallbackAllowed,
		On:           c.CallbackOn,
		Keys:         keys,
		Source:       c.FunctionName,
		Timeout:      c.CallbackTimeout,
		MaxDesktops:  c.CallbackMaxDesktops,
		Dial:         out.dial,
		Lookup:       out.lookup,
		TLS:          out.tls,
	})
	for variable, err := range bad {
		faults.Add(variable, err)
	}
	return sender
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
