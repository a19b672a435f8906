package doctor

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"stopdesktops/cmd/stopctl/internal/setup"
	"stopdesktops/events"
	"stopdesktops/handler"
)

func secs(n int) time.Duration { return time.Duration(n) * time.Second }

func checkRegions(s *checkup) findings {
	var found findings
	add := func(f finding) { f.group = "Deployment"; found = append(found, f) }
	if s.Deployed != nil {
		region := s.Deployed.Region
		switch {
		case region.Value == "":
			add(finding{Check: "region", Status: problem, Where: setup.Line(region.Place), Message: "the function has no region", Do: "Write region: cn-hangzhou, or export REGION."})
		case !events.ValidRegionId(region.Value):
			add(finding{Check: "region", Status: problem, Where: setup.Line(region.Place), Message: "region is not a region ID such as cn-hangzhou", Do: "Write the ID of the region, not its name; it may come from REGION."})
		}
	}
	if regions := s.config.AllowedRegions; len(regions) > 0 && s.faults["ALLOWED_REGIONS"] == "" {
		add(finding{Check: "ALLOWED_REGIONS", Status: fine, Where: s.Places["ALLOWED_REGIONS"], Message: "desktops may be stopped in " + strings.Join(regions, ", ")})
	}
	return found
}

var capitals = regexp.MustCompile(`[A-Z]`)

func checkRole(s *checkup) findings {
	if s.Deployed == nil {
		return nil
	}
	role := s.Deployed.Role
	f := finding{group: "Deployment", Check: "role", Status: fine, Where: setup.Line(role.Place), Message: "the role is " + role.Value}
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
	leastTimeout    = 80 // for a minute in which EDS throttles, then an observation, a stop and a callback
	beforeWait      = 10 // for the observation and the call that come before a wait
)

// wait is what may be asked to wait for.
type wait struct {
	check, where, what string
	seconds            int
}

// timeout of the function, and what it leaves for looking, stopping and waiting, in seconds.
func (s *checkup) timeout() (all, work int) {
	all = s.Deployed.Timeout.Value
	if !s.Deployed.Timeout.There() {
		all = platformTimeout
	}
	return all, workOf(all)
}

func workOf(seconds int) int { return seconds - int(handler.Reserve(secs(seconds)).Seconds()) }

// checkTimeout: a function that the platform ends says nothing of what it did.
func checkTimeout(s *checkup) findings {
	if s.Deployed == nil {
		return nil
	}
	all, work := s.timeout()
	f := finding{group: "Deployment", Check: "timeout", Status: fine, Where: setup.Line(s.Deployed.Timeout.Place),
		Message: fmt.Sprintf("timeout is %d s: %d s for work, the rest for the callback and the answer", all, work)}
	switch {
	case !s.Deployed.Timeout.There():
		f.Status, f.Message, f.Do = problem, fmt.Sprintf("there is no timeout: Function Compute ends the function after %d s", all), "Write timeout: 120."
	case all < leastTimeout:
		f.Status, f.Message, f.Do = warning, fmt.Sprintf("timeout is %d s: EDS may throttle for a minute, and then that is too short", all), "Write timeout: 120."
	}
	found := append(findings{f}, s.checkWaits()...)
	if c := s.config; (c.Callback != nil || len(c.CallbackAllowed) > 0) && c.CallbackTimeout >= secs(all) {
		found = append(found, finding{group: "Deployment", Check: "CALLBACK_TIMEOUT", Status: warning, Where: s.Places["CALLBACK_TIMEOUT"],
			Message: fmt.Sprintf("CALLBACK_TIMEOUT is %s, and the timeout %d s: a try may take at most half of what is left", c.CallbackTimeout, all), Do: "Set it lower, or the timeout higher."})
	}
	return found
}

// checkWaits: what the timeout leaves no room for ends as StillRunning.
func (s *checkup) checkWaits() findings {
	waits := []wait{{"WAIT", s.Places["WAIT"], "WAIT", int(s.config.Wait / time.Second)}}
	for _, r := range s.timerRequests() {
		if r.WaitSeconds == nil {
			continue
		}
		if w := (wait{"WaitSeconds", r.where, "WaitSeconds of the timer " + r.name, *r.WaitSeconds}); !slices.Contains(waits, w) { // one for all regions
			waits = append(waits, w)
		}
	}
	all, work := s.timeout()
	var found findings
	for _, w := range waits {
		f := finding{group: "Deployment", Check: w.check, Where: w.where, Do: fmt.Sprintf("Write timeout: %d, or wait for less.", timeoutFor(w.seconds))}
		switch {
		case w.seconds > work:
			f.Status = problem
			f.Message = fmt.Sprintf("%s is %d s, but the timeout of %d s leaves %d s for work: the wait ends too soon, and the event is `partial`", w.what, w.seconds, all, work)
		case w.seconds > 0 && w.seconds > work-beforeWait:
			f.Status = warning
			f.Message = fmt.Sprintf("%s is %d s, and the timeout of %d s leaves %d s for work: little for the observation and the call before it", w.what, w.seconds, all, work)
		default:
			continue
		}
		found = append(found, f)
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
func checkEventAge(s *checkup) findings {
	if s.Deployed == nil || s.faults["MAX_EVENT_AGE"] != "" {
		return nil
	}
	age := s.Deployed.MaxAsyncEventAge
	f := finding{group: "Deployment", Check: "maxAsyncEventAgeInSeconds", Status: warning, Where: setup.Line(age.Place),
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
