// Package plan is stopctl plan: what the function would do about an event, and why.
package plan

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"
	"time"

	"stopdesktops/cmd/stopctl/internal/emulated"
	"stopdesktops/cmd/stopctl/internal/setup"
	"stopdesktops/cmd/stopctl/internal/terminal"
	"stopdesktops/handler"
	"stopdesktops/internal/compose"
	"stopdesktops/internal/config"
	"stopdesktops/internal/current"
	"stopdesktops/internal/emulator"
	"stopdesktops/internal/operator"
	"stopdesktops/internal/secret"
	"stopdesktops/internal/stop"
)

const planUsage = `Usage: stopctl plan -f EVENT [flags]
       stopctl plan -trigger NAME [flags]

Shows what the function would do about an event now, and why: for each desktop the rule
that chose or spared it. The decisions are those of the function's own code, as its
configuration has it, by what your account says at this moment. Only calls that read are
made. Nothing is stopped, no callback is sent.

EVENT is a file, or - for standard input: a request, or an event in any shape that the
function takes. For what a ticketing system sends see stopctl routes try. With -trigger the
event is the one that Function Compute sends when that timer of the deployment file fires.

The configuration is that of the deployment file; its ${env()} and what stands in no file
come from this command's environment, and so do the credentials: as for the aliyun
command, from ALIBABA_CLOUD_ACCESS_KEY_ID and so on, or a profile.

Flags:

  -f EVENT          the event
  -trigger NAME     the event of this timer trigger of the deployment file, instead of -f
  -at TIME          with -trigger: when it fires, "2026-12-24 20:00" in the timer's zone or
                    2026-12-24T20:00:00+08:00 (default: its next time). What desktops do and
                    which tags they carry is as your account says it now.
  -t FILE           the deployment file (default s.yaml if it is in this folder; with -t ''
                    the variables of the environment are the configuration)
  -function NAME    which resource of the file, if it has several
  -env NAME=VALUE   a variable of the function, instead of the file's; may be repeated
  -role-arn ARN     plan as this role, which your credentials may assume: the function's
  -emulate FLEET    no account: with these cloud computers (YAML, as
                    stopctl sample fleet prints)
  -now              plan as if the event happened now. Every time in it moves by the same
                    amount, also in its payload. Identifiers and times without a zone stay.
                    A signature over a moved time or body no longer matches.
  -expect FILE      compare the decisions with those of a plan that -o json has written
  -by NAME          who plans: an approval names that person (stopctl approve)
  -o text|json      json: the plan as one object (stopctl schema plan)

Examples:

  stopctl plan -f request.json
  stopctl plan -f request.json -o json > plan.json
  stopctl plan -f request.json -env MAX_DESKTOPS=500 -expect plan.json
  stopctl plan -f request.json -emulate internal/emulator/fleet.yaml
  stopctl plan -trigger nightly
  stopctl plan -trigger nightly -at "2026-12-24 20:00" -emulate internal/emulator/fleet.yaml

Exit codes: 0 it is planned, or would be left alone, or is as expected; 1 the event is
refused, blocked, or cannot be planned, or differs from -expect; 2 wrong usage, or
unreadable input or configuration.
`

type planOptions struct {
	setup.Flags
	event, trigger, at, roleARN, emulate, expect, output, by string
	now                                                      bool
	day                                                      time.Time // whose day counts for On; zero: that of the event
	owners                                                   bool      // the plan says whose desktops would be stopped
}

func planFlags() (*planOptions, *flag.FlagSet) {
	o := &planOptions{}
	flags := flag.NewFlagSet("plan", flag.ContinueOnError)
	flags.StringVar(&o.event, "f", "", "")
	flags.StringVar(&o.trigger, "trigger", "", "")
	flags.StringVar(&o.at, "at", "", "")
	o.Define("plan", flags)
	flags.StringVar(&o.roleARN, "role-arn", "", "")
	flags.StringVar(&o.emulate, "emulate", "", "")
	flags.StringVar(&o.expect, "expect", "", "")
	flags.StringVar(&o.by, "by", "", "")
	flags.StringVar(&o.output, "o", "text", "")
	flags.BoolVar(&o.now, "now", false, "")
	return o, flags
}

// parsePlan returns flag.ErrHelp when only help was asked for.
func parsePlan(args []string, out terminal.Outside) (*planOptions, error) {
	o, flags := planFlags()
	err := out.Parse(flags, args)
	switch {
	case err != nil:
		return nil, err
	case flags.NArg() > 0:
		return nil, terminal.Usagef("plan: %q is no flag. An event is given as -f FILE. See stopctl plan -h.", flags.Arg(0))
	case o.event == "" && o.trigger == "":
		return nil, terminal.Usagef("plan: -f EVENT is needed: a file, or - for standard input; or -trigger NAME. See stopctl plan -h.")
	case o.event != "" && o.trigger != "":
		return nil, terminal.Usagef("plan: -f and -trigger exclude each other: the deployment file has the timer's event")
	case o.trigger != "" && o.now:
		return nil, terminal.Usagef("plan: -now is for an event that you have kept: leave it out with -trigger")
	case o.trigger == "" && o.at != "":
		return nil, terminal.Usagef("plan: -at needs -trigger")
	case o.output != "text" && o.output != "json":
		return nil, terminal.Usagef("plan: -o %s: text or json", o.output)
	case o.emulate != "" && o.roleARN != "":
		return nil, terminal.Usagef("plan: -emulate needs no role: leave -role-arn out")
	}
	o.owners = o.output == "json"
	return o, o.Check(flags)
}

// Command shows what the function would do about an event.
func Command(ctx context.Context, args []string, out terminal.Outside) error {
	if err := setup.RefuseDebug("plan", out.Getenv); err != nil {
		return err
	}
	o, err := parsePlan(args, out)
	if errors.Is(err, flag.ErrHelp) {
		return out.Help(planUsage)
	}
	if err != nil {
		return err
	}
	event, timer, err := o.readEvent(out)
	if err != nil {
		return err
	}
	var expected *plan
	if o.expect != "" {
		if expected, err = readPlan("plan: -expect", o.expect); err != nil {
			return err
		}
	}
	s := terminal.NewScreen(out)
	if timer != nil {
		timer.describe(s)
	}
	p, err := makePlan(ctx, o, event, s, out.Getenv)
	if err != nil {
		return err
	}
	p.PlannedBy = o.by
	if timer != nil {
		timer.name(p)
	}
	if o.output == "json" {
		err = p.write(out.Out)
	} else {
		showPlan(s, p)
	}
	switch {
	case err != nil:
		return err
	case expected != nil:
		return compare(s, expected, p)
	case !p.made():
		return terminal.ErrUnexpected
	}
	return nil
}

// readEvent reads the event of the command line: a file's, or that of a timer.
func (o *planOptions) readEvent(out terminal.Outside) ([]byte, *fired, error) {
	if o.trigger != "" {
		timer, err := o.readTrigger(out.Getenv)
		if err != nil {
			return nil, nil, err
		}
		o.day = timer.at
		return timer.event(), timer, nil
	}
	event, err := terminal.ReadInput("plan: -f", o.event, out.In)
	if err == nil && o.now {
		event = current.Event(event, time.Now())
	}
	return event, nil, err
}

// makePlan lets the function's own handler decide.
func makePlan(ctx context.Context, o *planOptions, event []byte, s *terminal.Screen, getenv func(string) string) (*plan, error) {
	set, err := o.Read(getenv)
	if err != nil {
		return nil, err
	}
	environ := set.Environ()
	who, asking := operator.Identity{}, "Asking an emulated account"
	if o.emulate != "" {
		world, more, err := emulate(o.emulate, environ)
		if err != nil {
			return nil, err
		}
		defer world.Close()
		environ = more
		key := emulator.DefaultCredential
		who.Credentials = secret.Credentials{AccessKeyID: key.AccessKeyId, AccessKeySecret: secret.New(key.AccessKeySecret), SecurityToken: secret.New(key.SecurityToken)}
	}
	c, faults := config.Read(environ)
	client, _ := compose.EDS(c, compose.Outside{}) // its error is among the faults, too
	var reads setup.Reads
	owners := newOwners()
	h := setup.Harmless(c, faults, func(account string) (stop.EDS, error) {
		if account != "" {
			session, err := client.ConnectOperatorAccount(who.Credentials, account, "stopctl-plan")
			return owners.of(account, reads.Of(session)), err
		}
		session, err := client.ConnectOperator(who.Credentials)
		return owners.of("", reads.Of(session)), err
	})
	if len(faults) > 0 {
		return nil, terminal.Usagef("plan: the configuration has faults: %v", faults)
	}
	if o.emulate == "" {
		who, err = operator.Credentials(ctx, o.roleARN)
		if errors.Is(err, operator.ErrNoCredentials) {
			err = fmt.Errorf("%w. Without an account: -emulate FLEET", err)
		}
		if err != nil {
			return nil, err
		}
		asking = "Asking EDS at " + cmp.Or(c.EDSEndpoint, "its own endpoint in "+strings.Join(c.AllowedRegions, ", ")) + " with the credentials of " + who.Origin
	}
	s.Note("%s", set.Title())
	o.Env.NoteUnknown(s, c.Routes != nil)
	var p *plan
	var unknown error
	begun := time.Now()
	s.Note("%s …", asking)
	err = s.Progress("Asking EDS", reads.String, func() error {
		p = newPlan(h.Reports(ctx, handler.Invocation{RequestID: "stopctl-plan", FunctionName: c.FunctionName, Day: o.day}, event))
		if o.owners {
			unknown = owners.fill(ctx, p)
		}
		return ctx.Err()
	})
	if err != nil {
		return nil, err
	}
	if unknown != nil {
		s.Warn("The offices and users of some desktops are not known: %v", unknown)
	}
	p.PlannedAt = begun.UTC().Truncate(time.Second)
	return p, nil
}

// emulate starts a fleet in place of the account, and returns the environment that goes with it.
func emulate(file string, environ []string) (*emulator.Emulator, []string, error) {
	fleet, err := emulated.ReadFleet("plan: -emulate", file)
	if err != nil {
		return nil, nil, err
	}
	world := emulator.New(fleet)
	if err := world.Start(); err != nil {
		return nil, nil, err
	}
	environ = append(environ, "EDS_ENDPOINT="+world.EDSEndpoint(), "STS_ENDPOINT="+world.STSEndpoint())
	if c, _ := config.Read(environ); len(c.AllowedRegions) == 0 {
		environ = append(environ, "ALLOWED_REGIONS="+strings.Join(emulated.Regions(world.EDS.Desktops), ","))
	}
	return world, environ, nil
}

// write the plan as JSON, for programs and for -expect.
func (p *plan) write(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(p)
}
