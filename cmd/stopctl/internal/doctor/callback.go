package doctor

import (
	"context"
	"net/netip"
	"net/url"
	"strings"

	"stopdesktops/internal/callback"
	"stopdesktops/internal/loopback"
)

// destination is an address that the configuration names.
type destination struct {
	name, where string
	url         *url.URL
}

// destinations of reports, each host once.
func (s *checkup) destinations() []destination {
	var list []destination
	seen := map[string]bool{}
	add := func(name, where string, d *callback.Destination) {
		if u := d.Origin(); u != nil && !seen[u.Host] {
			seen[u.Host] = true
			list = append(list, destination{name, where, u})
		}
	}
	if s.config.Callback != nil {
		add("CALLBACK_URL", s.Places["CALLBACK_URL"], s.config.Callback)
	}
	if s.config.Routes != nil {
		for _, route := range s.config.Routes.List {
			if route.Callback != nil {
				add("callback of route "+route.Name, "", route.Callback)
			}
		}
	}
	return list
}

// thisMachine says whether a host is the machine that asks for it.
func thisMachine(host string) bool {
	addr, err := netip.ParseAddr(host)
	return loopback.Host(host) || strings.HasSuffix(host, ".localhost") || err == nil && addr.IsUnspecified()
}

// practising says whether the account is an emulated one: what is on this machine is right then.
func (e *examination) practising() bool {
	u, err := url.Parse(e.getenv("EDS_ENDPOINT"))
	return err == nil && thisMachine(u.Hostname())
}

// astray says whether the function, once it is deployed, would look for a host where it is not.
func (e *examination) astray(u *url.URL) bool {
	return e.Deployed != nil && !e.practising() && thisMachine(u.Hostname())
}

// checkLoopback: what is reached on this machine is not reached from where the function runs.
func (e *examination) checkLoopback() findings {
	all := e.destinations()
	if u, err := url.Parse(e.config.EDSEndpoint); err == nil {
		all = append(all, destination{"EDS_ENDPOINT", e.Places["EDS_ENDPOINT"], u})
	}
	var found findings
	for _, d := range all {
		if e.astray(d.url) {
			found = append(found, finding{group: "Deployment", Check: d.name, Status: problem, Where: d.where,
				Message: d.name + ": " + d.url.Hostname() + " is the machine itself: for the function that is the one it runs on, where nobody listens",
				Do:      "Give the address that the world knows it by. If this shell has read env.sh of `stopctl run -serve`, use a new one."})
		}
	}
	return found
}

// callbacks connects to the hosts that reports go to. Nothing is sent, and of a URL nothing but the host
// is shown: the rest is a secret.
func (e *examination) callbacks(ctx context.Context) findings {
	var found findings
	for _, d := range e.destinations() {
		if e.astray(d.url) {
			continue // reported
		}
		f := finding{group: "Callback", Check: d.name, Status: fine, Where: d.where, Message: d.name + ": " + d.url.Hostname() + " can be reached"}
		o := e.network.connect(ctx, d.url)
		switch {
		case o != nil:
			f.Status, f.Message = problem, d.name+": "+o.message
			f.Do = "Correct the URL, or check whether the receiver is up. A report that is not delivered is in the log only."
			if o.private {
				f.Status, f.Message = warning, f.Message+": its address is inside a VPC, where this machine is not"
				f.Do = "Look whether the function is in that VPC (vpcConfig), and prove it by a dry run, as below."
			}
		case e.Deployed != nil && thisMachine(d.url.Hostname()):
			f.Message += ". It is this machine, as the EDS_ENDPOINT of this shell is: good to practise with, but not to be deployed"
		}
		found = append(found, f)
	}
	return found
}
