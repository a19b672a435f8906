package main

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"time"

	"stopdesktops/events"
	"stopdesktops/internal/webhook"
)

func secs(n int) time.Duration { return time.Duration(n) * time.Second }

func exists(name string) bool {
	_, err := os.Stat(name)
	return err == nil
}

func checkRegions(s *setup) findings {
	var found findings
	add := func(f finding) { f.group = "Deployment"; found = append(found, f) }
	if s.deployed != nil {
		region := s.deployed.Region
		switch {
		case region.Value == "":
			add(finding{Check: "region", Status: problem, Where: line(region.Place), Message: "the function has no region", Do: "Write region: cn-hangzhou, or export REGION."})
		case !events.ValidRegionId(region.Value):
			add(finding{Check: "region", Status: problem, Where: line(region.Place), Message: "region is not a region ID such as cn-hangzhou", Do: "Write the ID of the region, not its name; it may come from REGION."})
		}
	}
	if regions := s.config.AllowedRegions; len(regions) > 0 && s.faults["ALLOWED_REGIONS"] == "" {
		add(finding{Check: "ALLOWED_REGIONS", Status: fine, Where: s.places["ALLOWED_REGIONS"], Message: "desktops may be stopped in " + strings.Join(regions, ", ")})
	}
	return found
}

var capitals = regexp.MustCompile(`[A-Z]`)

func checkRole(s *setup) findings {
	if s.deployed == nil {
		return nil
	}
	role := s.deployed.Role
	f := finding{group: "Deployment", Check: "role", Status: fine, Where: line(role.Place), Message: "the role is " + role.Value}
	switch {
	case strings.TrimSpace(role.Value) == "":
		f.Status, f.Message = problem, "the function has no role: without one no call to EDS can be signed, and every event fails with NoRole"
		f.Do = "Make a role whose policy is ram-policy.json (docs/deploy.md, 2), and write role: stop-desktops."
	case capitals.MatchString(role.Value):
		f.Status, f.Message = problem, "the role has capitals: Serverless Devs lower-cases the name, and the role is not found"
		f.Do = "Make a role with a name in lower case (docs/deploy.md, 2)."
	}
	return findings{f}
}

const (
	platformTimeout = 3  // seconds, if the file says none
	leastTimeout    = 30 // for a look, a stop, a callback, and some patience when throttled
	beforeWait      = 10 // for the look and the call that come before a wait
)

// wait is what may be asked to wait for.
type wait struct {
	check, where, what string
	seconds            int
}

// checkTimeout: what the timeout does not leave room for ends as StillRunning, or is killed.
func checkTimeout(s *setup) findings {
	if s.deployed == nil {
		return nil
	}
	all, work := s.timeout()
	place := line(s.deployed.Timeout.Place)
	if !s.deployed.Timeout.There() {
		all, work = platformTimeout, 1
	}
	var found findings
	add := func(f finding) { f.group = "Deployment"; found = append(found, f) }
	waits := []wait{{"WAIT", s.places["WAIT"], "WAIT", int(s.config.Wait / time.Second)}}
	for _, t := range s.timers() {
		if t.request.WaitSeconds != nil {
			waits = append(waits, wait{"WaitSeconds", t.where, "WaitSeconds of the timer " + t.name, *t.request.WaitSeconds})
		}
	}
	for _, w := range waits {
		f := finding{Check: w.check, Where: w.where, Do: fmt.Sprintf("Write timeout: %d, or wait for less.", timeoutFor(w.seconds))}
		switch {
		case w.seconds > work:
			f.Status = problem
			f.Message = fmt.Sprintf("%s is %d s, but the timeout of %d s leaves %d s for work: the wait ends too soon, and the event is `partial`", w.what, w.seconds, all, work)
		case w.seconds > 0 && w.seconds > work-beforeWait:
			f.Status = warning
			f.Message = fmt.Sprintf("%s is %d s, and the timeout of %d s leaves %d s for work: little for the look and the call before it", w.what, w.seconds, all, work)
		default:
			continue
		}
		add(f)
	}
	switch {
	case !s.deployed.Timeout.There():
		add(finding{Check: "timeout", Status: problem, Where: place, Message: fmt.Sprintf("there is no timeout: Function Compute ends the function after %d s", all), Do: "Write timeout: 60."})
	case all < leastTimeout:
		add(finding{Check: "timeout", Status: warning, Where: place, Message: fmt.Sprintf("timeout is %d s: when EDS throttles, or a callback is slow, that is too short", all), Do: "Write timeout: 60."})
	case len(found) == 0:
		add(finding{Check: "timeout", Status: fine, Where: place, Message: fmt.Sprintf("timeout is %d s: %d s for work, the rest for the callback and the answer", all, work)})
	}
	if c := s.config; (c.Callback != nil || len(c.CallbackAllowed) > 0) && c.CallbackTimeout >= secs(all) {
		add(finding{Check: "CALLBACK_TIMEOUT", Status: warning, Where: s.places["CALLBACK_TIMEOUT"],
			Message: fmt.Sprintf("CALLBACK_TIMEOUT is %s, and the timeout %d s: a try may take at most half of what is left", c.CallbackTimeout, all), Do: "Set it lower, or the timeout higher."})
	}
	return found
}

// timeoutFor is a timeout that a wait fits into, in full tens.
func timeoutFor(seconds int) int {
	n := (seconds + beforeWait) / 10 * 10
	for workOf(n) < seconds+beforeWait {
		n += 10
	}
	return n
}

// checkEventAge: the platform and the function should give an event up at the same age.
func checkEventAge(s *setup) findings {
	if s.deployed == nil || s.faults["MAX_EVENT_AGE"] != "" {
		return nil
	}
	age := s.deployed.MaxAsyncEventAge
	f := finding{group: "Deployment", Check: "maxAsyncEventAgeInSeconds", Status: warning, Where: line(age.Place),
		Do: fmt.Sprintf("Write maxAsyncEventAgeInSeconds: %d, or change MAX_EVENT_AGE.", int(s.config.MaxEventAge.Seconds()))}
	switch platform := secs(age.Value); {
	case !age.There():
		f.Message = "maxAsyncEventAgeInSeconds is not said: how long Function Compute keeps an event that waits is then its own default"
	case platform > s.config.MaxEventAge:
		f.Message = fmt.Sprintf("Function Compute keeps an event for %s, but the function calls it `stale` after %s (MAX_EVENT_AGE)", platform, s.config.MaxEventAge)
	case platform < s.config.MaxEventAge:
		f.Message = fmt.Sprintf("Function Compute drops an event after %s, although the function would take it up to %s (MAX_EVENT_AGE)", platform, s.config.MaxEventAge)
	default:
		return nil
	}
	return findings{f}
}

// timer is a timer trigger whose payload can be read.
type timer struct {
	name, where string
	request     events.Request
}

// timers whose payload is one request.
func (s *setup) timers() []timer {
	if s.deployed == nil {
		return nil
	}
	var list []timer
	for _, t := range s.deployed.Triggers {
		if t.Type.Value != "timer" {
			continue
		}
		if request, err := events.ParseRequest([]byte(t.Payload.Value), "$"); err == nil {
			list = append(list, timer{t.Name.Value, line(t.Payload.Place), request})
		}
	}
	return list
}

// checkTimers: a timer that is refused each night is noticed by nobody.
func checkTimers(s *setup) findings {
	if s.deployed == nil {
		return nil
	}
	var found findings
	add := func(f finding) { f.group = "Triggers"; found = append(found, f) }
	for _, t := range s.deployed.Triggers {
		if t.Type.Value != "timer" {
			continue
		}
		name := "timer " + t.Name.Value
		f := finding{Check: name, Where: line(t.Payload.Place)}
		request, err := events.ParseRequest([]byte(t.Payload.Value), "$")
		regions, only := s.config.AllowedRegions, request.RegionId
		switch {
		case err != nil:
			f.Status, f.Message, f.Do = problem, fmt.Sprintf("the payload of the %s is refused: %v", name, err), "Write a request, as the README has it; `stopctl run -event FILE` tries one."
		case only == "" && len(regions) > 1:
			f.Status, f.Message = problem, fmt.Sprintf("the payload of the %s names no RegionId, and %d regions are allowed: it is refused each time", name, len(regions))
			f.Do = "Give it a RegionId, and make one timer for each region."
		case only != "" && !slices.Contains(regions, only) && s.faults["ALLOWED_REGIONS"] == "":
			f.Status, f.Message, f.Do = problem, fmt.Sprintf("the payload of the %s names %s, which is not among ALLOWED_REGIONS: it is refused each time", name, only), "Add the region to ALLOWED_REGIONS, or correct the payload."
		case request.Force && !s.config.AllowForce:
			f.Status, f.Message, f.Do = problem, fmt.Sprintf("the payload of the %s has Force, and ALLOW_FORCE is not on: it is refused each time", name), "Take Force out of the payload, or set ALLOW_FORCE."
		case t.Enable.Value == "false":
			f.Status, f.Message, f.Do = warning, fmt.Sprintf("the %s is switched off", name), "Write enable: true if it should run."
		default:
			f.Status, f.Message = fine, fmt.Sprintf("the payload of the %s is a request that is let in", name)
		}
		add(f)
	}
	return found
}

// checkHTTPTriggers: who gets through to the function, and who checks them there.
func checkHTTPTriggers(s *setup) findings {
	if s.deployed == nil {
		return nil
	}
	var found findings
	schemes := s.schemes()
	gateway := slices.Contains(schemes, webhook.Gateway)
	for _, t := range s.deployed.Triggers {
		if t.Type.Value != "http" {
			continue
		}
		name, auth := "HTTP trigger "+t.Name.Value, t.AuthType.Value
		f := finding{group: "Triggers", Check: name, Status: fine, Where: line(t.AuthType.Place)}
		switch {
		case auth == "":
			f.Status, f.Message, f.Do = problem, "the "+name+" has no authType", "Write authType: function, or anonymous where the function checks a signature or a token."
		case s.faults["ROUTES_FILE"] != "" || s.faults["WEBHOOK_AUTH"] != "":
			f.Status, f.Message, f.Do = warning, "who checks the callers of the "+name+" cannot be told while the configuration has that fault", "Correct it, and look again."
		case auth == "anonymous" && gateway:
			f.Status, f.Message = problem, "the "+name+" is open to everybody, and scheme gateway leaves the check to it: whoever knows the URL stops desktops"
			f.Do = "Write authType: function, or a scheme that checks a signature or a token (docs/webhooks.md)."
		case auth == "anonymous" && len(schemes) == 0:
			f.Status, f.Message = warning, "the "+name+" is open to everybody, and no scheme is configured: every call is refused, and costs an invocation"
			f.Do = "Set WEBHOOK_AUTH or ROUTES_FILE (docs/deploy.md, 6), or write authType: function."
		case auth == "anonymous":
			f.Message = "the " + name + " is open, and the function checks each caller: " + strings.Join(schemes, ", ")
		case len(schemes) == 0:
			f.Message = "the " + name + " asks for a signature with an access key, and the function refuses every HTTP event (WEBHOOK_AUTH is not set)"
		case gateway && len(schemes) == 1:
			f.Message = "the " + name + " checks each caller (authType: " + auth + ", scheme gateway)"
		default:
			f.Status, f.Message = warning, fmt.Sprintf("the %s has authType: %s, so a sender that signs by %s alone does not get through to the function", name, auth, strings.Join(schemes, ", "))
			f.Do = "Ticketing systems need authType: anonymous, best in a function of its own (docs/webhooks.md). Callers with an access key need scheme gateway."
		}
		found = append(found, f)
	}
	return found
}
