// Package doctor is stopctl doctor: what is wrong with a deployment, and how to mend it. Each check is a function
// that returns findings.
package doctor

import (
	"context"
	"errors"
	"flag"
	"time"

	"stopdesktops/cmd/stopctl/internal/setup"
	"stopdesktops/cmd/stopctl/internal/terminal"
)

const doctorUsage = `Usage: stopctl doctor [flags]

Says what is wrong with a deployment before it costs an event: the configuration and the
routes, as the function's own code reads them; role, timeout and triggers; and, with your
credentials, whether EDS and the callback can be reached, whether the clock is right, and
whether each call that the function reads by is allowed. Every finding says what to do.

It counts the desktops that are protected by tag, by the deny list and by user, and warns
if no desktop carries the protect tag.

Nothing is stopped, deployed or sent. EDS gets only calls that read: four for each region,
and those that count, one for each 100 desktops. A callback's host gets a connection and no
request. The last part names what stopctl cannot prove, with the commands that prove it.

The configuration is that of the deployment file; its ${env()} and the credentials come
from this command's environment, so export what you export for make deploy. Credentials
are found as the aliyun command finds them. If this environment has an EDS_ENDPOINT, it
holds in any case.

Flags:

  -t FILE           the deployment file (default s.yaml if it is in this folder; with -t ''
                    the variables of this environment are the configuration)
  -function NAME    which resource of the file, if it has several
  -env NAME=VALUE   a variable of the function, instead of the file's; may be repeated
  -role-arn ARN     ask EDS as this role, the function's, which your credentials may assume
  -offline          only what needs no network
  -o text|json      json: the findings as one object (stopctl schema doctor)

Examples:

  stopctl doctor
  stopctl doctor -t s.mine.yaml -role-arn acs:ram::1234567890123456:role/stop-desktops
  stopctl doctor -offline -env WAIT=2m    # exit code 1: the timeout leaves no room for that wait
  stopctl doctor -o json

Exit codes: 0 there is no problem, warnings or not; 1 there is one; 2 wrong usage, or a
deployment file that cannot be read.
`

type doctorOptions struct {
	setup.Flags
	roleARN, output string
	offline         bool
}

func doctorFlags() (*doctorOptions, *flag.FlagSet) {
	o := &doctorOptions{}
	fs := flag.NewFlagSet("doctor", flag.ContinueOnError)
	o.Define("doctor", fs)
	fs.StringVar(&o.roleARN, "role-arn", "", "")
	fs.BoolVar(&o.offline, "offline", false, "")
	fs.StringVar(&o.output, "o", "text", "")
	return o, fs
}

// parseDoctor returns flag.ErrHelp when only help was asked for.
func parseDoctor(args []string, out terminal.Outside) (*doctorOptions, error) {
	o, fs := doctorFlags()
	err := out.Parse(fs, args)
	switch {
	case err != nil:
		return nil, err
	case fs.NArg() > 0:
		return nil, terminal.Usagef("doctor: %q is no flag. A deployment file is given as -t FILE. See stopctl doctor -h.", fs.Arg(0))
	case o.output != "text" && o.output != "json":
		return nil, terminal.Usagef("doctor: -o %s: text or json", o.output)
	case o.offline && o.roleARN != "":
		return nil, terminal.Usagef("doctor: -offline asks nobody, so it needs no -role-arn")
	}
	return o, o.Check(fs)
}

// Command looks for what is wrong with a deployment.
func Command(ctx context.Context, args []string, out terminal.Outside) error {
	o, err := parseDoctor(args, out)
	if errors.Is(err, flag.ErrHelp) {
		return out.Help(doctorUsage)
	}
	if err != nil {
		return err
	}
	s, err := o.Read(out.Getenv)
	if err != nil {
		return err
	}
	screen := terminal.NewScreen(out)
	e := examination{checkup: newCheckup(s), roleARN: o.roleARN, offline: o.offline, getenv: out.Getenv, network: theNetwork()}
	found := e.findings(ctx, screen)
	if ctx.Err() != nil {
		return ctx.Err() // half of it is not worth reading
	}
	if o.output == "json" {
		err = found.write(out.Out)
	} else {
		showFindings(screen, s.Title(), found)
	}
	if err == nil && found.count(problem) > 0 {
		return terminal.ErrUnexpected
	}
	return err
}

// examination of one deployment.
type examination struct {
	*checkup
	roleARN string
	offline bool
	getenv  func(string) string
	network network
	reads   setup.Reads
}

// findings of every check, in the order in which they are shown.
func (e *examination) findings(ctx context.Context, s *terminal.Screen) findings {
	var all findings
	for _, check := range []func(*checkup) findings{
		checkVariables, checkSwitches, checkRegions, checkRole, checkTimeout, checkEventAge, checkDotEnv,
	} {
		all = append(all, check(e.checkup)...)
	}
	all = append(all, checkCalendar(e.checkup, time.Now())...)
	all = append(all, e.checkLoopback()...)
	all = append(all, checkSchedules(e.checkup)...)
	all = append(all, checkTimers(ctx, e.checkup)...)
	all = append(all, checkHTTPTriggers(e.checkup)...)
	all = append(all, checkKinds(e.checkup)...)
	if !e.offline {
		_ = s.Progress("Asking EDS and the receiver", e.reads.String, func() error {
			all = append(all, e.online(ctx)...)
			return nil
		})
	}
	return append(all, e.unproven()...)
}
