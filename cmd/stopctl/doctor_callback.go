package main

import (
	"context"
	"net/url"

	"stopdesktops/internal/secret"
)

// callbacks connects to the hosts that reports go to. Nothing is sent, and of a URL nothing but the host
// is shown: the rest is a secret.
func (e *examination) callbacks(ctx context.Context) findings {
	var found findings
	seen := map[string]bool{}
	check := func(name, where string, text secret.String) {
		u, err := url.Parse(text.Reveal())
		if text.Empty() || err != nil || seen[u.Host] {
			return
		}
		seen[u.Host] = true
		f := finding{group: "Callback", Check: name, Status: fine, Where: where, Message: name + ": " + u.Hostname() + " can be reached"}
		if o := e.network.connect(ctx, u); o != nil {
			f.Status, f.Message = problem, name+": "+o.message
			f.Do = "Correct the URL, or look whether the receiver is up. A report that is not delivered is in the log only."
			if o.private {
				f.Status, f.Message = warning, f.Message+": its address is inside a VPC, where this machine is not"
				f.Do = "Look whether the function is in that VPC (vpcConfig), and prove it by a dry run, as below."
			}
		}
		found = append(found, f)
	}
	if e.config.Callback != nil {
		check("CALLBACK_URL", e.places["CALLBACK_URL"], e.config.Callback.URL)
	}
	if e.config.Routes != nil {
		for _, route := range e.config.Routes.List {
			if route.Callback != nil {
				check("callback of route "+route.Route.Name, "", route.Callback.URL)
			}
		}
	}
	return found
}
