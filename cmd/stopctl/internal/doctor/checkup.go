package doctor

import (
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"stopdesktops/cmd/stopctl/internal/setup"
	"stopdesktops/cmd/stopctl/internal/terminal"
	"stopdesktops/internal/compose"
	"stopdesktops/internal/config"
)

// checkup is a setup as the function's own code reads it.
type checkup struct {
	*setup.Setup
	config config.Config
	faults config.Faults
}

func newCheckup(s *setup.Setup) *checkup {
	c := &checkup{Setup: s}
	c.config, c.faults = config.Read(s.Environ())
	compose.Handler(c.config, c.faults, compose.Outside{Log: io.Discard}) // finds the rest of the faults
	return c
}

// schemes that let HTTP events in; none: every one is refused.
func (s *checkup) schemes() []string {
	var schemes []string
	if s.config.WebhookAuth != "" {
		schemes = append(schemes, s.config.WebhookAuth)
	}
	if s.config.Routes != nil {
		for _, e := range s.config.Routes.List {
			if e.Scheme != "" {
				schemes = append(schemes, e.Scheme)
			}
		}
	}
	slices.Sort(schemes)
	return slices.Compact(schemes)
}

// remedies for the variables whose faults need more than docs/configuration.md.
var remedies = map[string]string{
	"ALLOWED_REGIONS":  "Name the regions of the desktops, such as cn-hangzhou, by commas.",
	"CALENDAR_FILE":    "Correct the file. `stopctl calendar -f FILE` shows its faults (docs/operate.md, Workdays and holidays).",
	"APPROVAL_SECRETS": "Make a new one: a name such as 2026-11, then :whsec_ and what `openssl rand -base64 32` prints. Give it to those who approve (docs/operate.md, Approvals).",
	"CALLBACK_SECRET":  "Make a new one and give it to the receiver: whsec_ and what `openssl rand -base64 24` prints. For a robot, take the robot's own (docs/callbacks.md).",
	"CALLBACK_URL":     "Give the receiver's https:// URL in the variable CALLBACK_URL.",
	"DENY_FILE":        "Correct the file: one desktop ID a line; what follows a # is a comment (docs/deploy.md).",
	"DEBUG":            "Take DEBUG out of the function's variables: everybody who reads the log could act as the role.",
	"STS_ENDPOINT":     "Take STS_ENDPOINT away for the endpoint of the function's region, or give https://host.",
	"EDS_ENDPOINT":     "Take EDS_ENDPOINT away for the region's own endpoint, or give https://host.",
	"KEEP_UNTIL_TAG":   "Write the key of the tag as EDS shows it, without quotation marks.",
	"PROTECT_TAG":      "Write the key of the tag, or key=value, as EDS shows it, without quotation marks.",
	"ROUTES_FILE":      "Correct the file. `stopctl routes check -routes FILE` shows its own faults; each variable that it names must be set too: under environmentVariables of the deployment file, or with -env.",
	"WEBHOOK_AUTH":     "Set it to the scheme of your callers, or take it away where routes say it (docs/webhooks.md).",
	"WEBHOOK_SECRETS":  "Make a new one and give it to the sender: `openssl rand -hex 32`, or for scheme standard whsec_ and what `openssl rand -base64 24` prints. Without WEBHOOK_AUTH, remove the secrets.",
}

// checkVariables finds what the function would answer every event with.
func checkVariables(s *checkup) findings {
	var found findings
	add := func(f finding) { f.group = "Configuration"; found = append(found, f) }
	for _, name := range slices.Sorted(maps.Keys(s.faults)) {
		f := finding{Check: name, Status: problem, Where: s.Places[name], Message: name + " " + s.faults[name], Do: remedies[name]}
		if f.Do == "" {
			f.Do = "Correct it where it is set; docs/configuration.md says what it may be."
		}
		add(f)
	}
	for _, name := range slices.Sorted(maps.Keys(s.Variables)) {
		// A routes file names variables of its own.
		if !setup.IsVariable(name) && s.config.Routes == nil && s.faults["ROUTES_FILE"] == "" {
			add(finding{Check: name, Status: warning, Where: s.Places[name], Message: name + " is no variable of the function: nothing reads it",
				Do: "Look for a slip in its name; docs/configuration.md has them all."})
		}
	}
	for _, name := range s.Unused {
		if s.Places[name] != "-env" {
			add(finding{Check: name, Status: warning, Message: name + " is set in this shell, but " + s.Deployed.File + " does not take it: the function does not get this value",
				Do: "Write it under environmentVariables of a file of your own (docs/deploy.md, 7), or unset it. With env/with it comes from the file in env/."})
		}
	}
	if len(s.faults) == 0 {
		add(finding{Check: "variables", Status: fine, Message: "the function takes its variables: none has a fault"})
	}
	if s.config.Routes != nil {
		add(finding{Check: "routes", Status: fine, Message: terminal.Plural(len(s.config.Routes.List), "route") + ", without a fault"})
	}
	return found
}

// checkSwitches says what is switched on that changes everything.
func checkSwitches(s *checkup) findings {
	var found findings
	add := func(f finding) { f.group, f.Where = "Configuration", s.Places[f.Check]; found = append(found, f) }
	if s.config.Disabled {
		add(finding{Check: "DISABLED", Status: warning, Message: "DISABLED is on: every event is answered `disabled`, and nothing is stopped", Do: "To let it work: DISABLED=false make deploy"})
	}
	if s.config.DryRun {
		add(finding{Check: "DRY_RUN", Status: fine, Message: "DRY_RUN is on: events are planned, nothing is stopped"})
	} else if s.faults["DRY_RUN"] == "" {
		add(finding{Check: "DRY_RUN", Status: fine, Message: fmt.Sprintf("DRY_RUN is off: events stop desktops, at most %d in an invocation", s.config.MaxDesktops)})
	}
	if !s.config.Preflight && s.faults["PREFLIGHT"] == "" {
		add(finding{Check: "PREFLIGHT", Status: fine, Message: "PREFLIGHT is off: the function observes no desktop, so it needs none of the read permissions"})
	}
	return found
}

// checkDotEnv: Serverless Devs takes variables from that file too.
func checkDotEnv(s *checkup) findings {
	if s.Deployed == nil {
		return nil
	}
	name := filepath.Join(s.Deployed.Folder, ".env")
	if _, err := os.Stat(name); err != nil {
		return nil
	}
	return findings{{group: "Deployment", Check: ".env", Status: warning, Where: name, Message: "Serverless Devs takes variables from this file, and stopctl does not",
		Do: "Export them before you run stopctl: set -a; . ./.env; set +a"}}
}

// needsTags says whether the function lists who carries a tag.
func (s *checkup) needsTags() bool {
	policy := compose.Policy(s.config, "")
	if policy.ProtectTag.Key != "" || policy.KeepUntilTag != "" {
		return true
	}
	return slices.ContainsFunc(s.timerRequests(), func(r timerRequest) bool {
		return r.Select != nil && len(r.Select.Tag) > 0 || r.Exclude != nil && len(r.Exclude.Tag) > 0
	})
}
