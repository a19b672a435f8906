package probe

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"stopdesktops/cmd/stopctl/internal/setup"
	"stopdesktops/cmd/stopctl/internal/terminal"
	"stopdesktops/events"
	"stopdesktops/internal/eds"
	"stopdesktops/internal/operator"
	"stopdesktops/internal/setting"
	"stopdesktops/internal/stop"
)

const probeUsage = `Usage: stopctl probe [flags]

Compares Elastic Desktop Service (EDS) with what the function assumes of it. EDS does not
document everything, and the function was built without an account. The probe asks with
your credentials and prints a line for each assumption: same, DIFFERENT, or not asked.

It reads only, unless you give -stop. It makes at most 40 calls, one after the other, and
names them before it begins. Not asked means that this account cannot show it: there is no
desktop in the region, or a permission is missing. The line says which.

It writes a file with every response. IDs, names, users, offices, tags, addresses, times,
tokens and account IDs are replaced by placeholders. States, counts and codes stay. Attach
the file to a bug report. stopctl run -serve -replay FILE answers from it, and
stopctl schema probe describes it.

Your credentials need these actions on *; without one of them its lines are not asked:

  ecd:DescribeDesktops  ecd:DescribeDesktopInfo  ecd:ListTagResources
  ecd:DescribeClientEvents      and with -stop also ecd:StopDesktops

Flags:

  -region REGION    where to ask (default: the first of ALLOWED_REGIONS, else FC_REGION)
  -out FILE         the file (default probe.json); one that exists is not overwritten
  -tag KEY          the key of the protect tag (default stop-desktops:protected)
  -role-arn ARN     ask as this role, which your credentials may assume
  -stop DESKTOP     also stop this desktop, and check what only a stop can show
  -wait DURATION    with -stop: how long to wait for Stopped; 1s to 1h (default 5m)

-stop shuts the desktop down as StopDesktops does, with StoppedMode=StopCharging: what runs
on it ends, what is not saved is lost, and its compute is released. Take a test desktop. It
must be Running and Disconnected, and carry neither the protect tag nor a keep-until tag.
The probe asks for a typed yes, so it needs a terminal. It also tries to stop an ID that
does not exist, and the desktop once more when it is Stopped: both should be refused.

EDS_ENDPOINT, if it is set, is where the calls go, as in the function.

Examples:

  stopctl probe -region cn-hangzhou
  stopctl probe -region cn-hangzhou -out probe-stop.json -stop ecd-7w78ozhjcwa3u0001

Exit codes: 0 nothing is different; 1 something is, or no call succeeded; 2 wrong
usage, or the file exists or cannot be made.
`

// probeOptions are the flags of probe.
type probeOptions struct {
	region, out, tagKey, roleARN, stop string
	wait                               time.Duration
}

func probeFlags() (*probeOptions, *flag.FlagSet) {
	o := &probeOptions{}
	fs := flag.NewFlagSet("probe", flag.ContinueOnError)
	fs.StringVar(&o.region, "region", "", "")
	fs.StringVar(&o.out, "out", "probe.json", "")
	fs.StringVar(&o.tagKey, "tag", "stop-desktops:protected", "")
	fs.StringVar(&o.roleARN, "role-arn", "", "")
	fs.StringVar(&o.stop, "stop", "", "")
	fs.DurationVar(&o.wait, "wait", 5*time.Minute, "")
	return o, fs
}

// parseProbe returns flag.ErrHelp when only help was asked for.
func parseProbe(args []string, out terminal.Outside) (*probeOptions, error) {
	o, fs := probeFlags()
	if err := out.Parse(fs, args); err != nil {
		return nil, err
	}
	first, _, _ := strings.Cut(out.Getenv("ALLOWED_REGIONS"), ",")
	o.region = cmp.Or(o.region, strings.TrimSpace(first), out.Getenv("FC_REGION"))
	set := terminal.Given(fs)
	switch {
	case fs.NArg() > 0:
		return nil, terminal.Usagef("probe: %q is no flag. See stopctl probe -h.", fs.Arg(0))
	case o.region == "":
		return nil, terminal.Usagef("probe: in which region? Give -region, such as -region cn-hangzhou.")
	case !events.ValidRegionId(o.region):
		return nil, terminal.Usagef("probe: -region %q cannot be a region, such as cn-hangzhou", o.region)
	case o.tagKey == "" || strings.Contains(o.tagKey, "="):
		return nil, terminal.Usagef("probe: -tag %q: give the key of the tag alone", o.tagKey)
	case setting.Name.Check(o.tagKey) != nil:
		return nil, terminal.Usagef("probe: -tag %v", setting.Name.Check(o.tagKey))
	case o.out == "":
		return nil, terminal.Usagef("probe: -out needs the name of a file")
	case set["stop"] && !events.ValidDesktopId(o.stop):
		return nil, terminal.Usagef("probe: -stop %q cannot be a desktop, such as ecd-7w78ozhjcwa3u0001", o.stop)
	case set["wait"] && o.stop == "":
		return nil, terminal.Usagef("probe: -wait needs -stop")
	case o.wait < time.Second || o.wait > time.Hour:
		return nil, terminal.Usagef("probe: -wait %s: from 1s to 1h", o.wait)
	}
	if _, err := os.Lstat(o.out); err == nil {
		return nil, terminal.Usagef("probe: %s exists and is not overwritten: remove it, or give another name with -out", o.out)
	}
	if o.stop != "" && !terminal.IsTerminal(out.In) {
		return nil, terminal.Usagef("probe: -stop asks for a typed yes, so it needs a terminal")
	}
	if err := canCreate(o.out); err != nil {
		return nil, terminal.Usagef("probe: -out: %v", err)
	}
	return o, nil
}

// canCreate says why a file cannot be made. It is found out before anything is asked or stopped: a stop happens once.
func canCreate(name string) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	return errors.Join(f.Close(), os.Remove(name))
}

// Command compares EDS with what the function assumes.
func Command(ctx context.Context, args []string, out terminal.Outside) error {
	if err := setup.RefuseDebug("probe", out.Getenv); err != nil {
		return err
	}
	o, err := parseProbe(args, out)
	if errors.Is(err, flag.ErrHelp) {
		return out.Help(probeUsage)
	}
	if err != nil {
		return err
	}
	c := &comparison{options: o, Outside: out, screen: terminal.NewScreen(out)}
	if err := c.connect(ctx); err != nil {
		return err
	}
	if o.stop != "" {
		if err := c.consent(ctx); err != nil {
			return err
		}
	}
	return c.run(ctx)
}

// comparison is one run of `stopctl probe`.
type comparison struct {
	terminal.Outside
	options *probeOptions
	screen  *terminal.Screen
	probe   *Probe
	who     operator.Identity
	lines   []Line
	calls   atomic.Int64 // that were begun
}

// progress shows how many calls were made while f runs.
func (c *comparison) progress(label string, f func()) {
	_ = c.screen.Progress(label, func() string { return "call " + strconv.Itoa(int(c.calls.Load())) }, func() error {
		f()
		return nil
	})
}

// connect finds the credentials. It calls nothing.
func (c *comparison) connect(ctx context.Context) error {
	endpoint := c.Getenv("EDS_ENDPOINT")
	client, err := eds.New(eds.Options{Regions: []string{c.options.region}, Endpoint: endpoint, Concurrency: 1})
	if err != nil {
		return terminal.Usagef("probe: EDS_ENDPOINT: %v", err)
	}
	if c.who, err = operator.Credentials(ctx, c.options.roleARN); err != nil {
		return err
	}
	session, err := client.ConnectOperator(c.who.Credentials)
	if err != nil {
		return err
	}
	c.probe = &Probe{TagKey: c.options.tagKey, RegionId: c.options.region,
		Ask: func(ctx context.Context, action string, parameters map[string]string) (*eds.Response, error) {
			c.calls.Add(1)
			return eds.Ask(ctx, session, action, c.options.region, parameters)
		}}
	protocol, host := client.Endpoint(c.options.region)
	c.screen.Note("stopctl: with the credentials of %s, at %s://%s", c.who.Origin, protocol, host)
	return nil
}

// run asks, shows what came of it, and writes the file.
func (c *comparison) run(ctx context.Context) error {
	c.screen.Note("stopctl: at most %d calls, all read-only: DescribeDesktops, DescribeDesktopInfo, ListTagResources, DescribeClientEvents", MaxCalls)
	var result *Result
	var err error
	c.progress("Asking EDS", func() { result, err = c.probe.Run(ctx) })
	if err != nil {
		return c.explain(err)
	}
	c.lines = result.Lines
	if c.options.stop != "" {
		c.lines = append(c.lines, c.stop(ctx)...)
	}
	showLines(c.screen, c.lines)
	fmt.Fprintf(c.Out, "\n%s. %d calls, half of them within %s.\n", summary(c.screen, c.lines), result.Calls, terminal.Duration(result.Latency))
	if err := c.write(); err != nil {
		return err
	}
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case Count(c.lines, Different) > 0 || result.Succeeded == 0:
		return terminal.ErrUnexpected
	}
	return nil
}

// explain a failure after which no question is left.
func (c *comparison) explain(err error) error {
	var failed *stop.CallError
	if !errors.As(err, &failed) {
		return err
	}
	switch failed.Denial {
	case stop.DenialClock:
		return fmt.Errorf("EDS refuses what is signed here (%s): this machine's clock is more than 15 minutes off. Set it by NTP", failed.Code)
	case stop.DenialCredentials, stop.DenialExpired, stop.DenialSignature:
		return fmt.Errorf("EDS does not accept the credentials (%s): renew them. Temporary ones expire", failed.Code)
	}
	return err
}

// write the file. It is a new one.
func (c *comparison) write() error {
	text, err := c.probe.Record(terminal.Version(), c.lines).Text(
		[]string{c.who.AccessKeyID, c.who.AccessKeySecret.Reveal(), c.who.SecurityToken.Reveal()}, c.probe)
	if err != nil {
		return err
	}
	f, err := os.OpenFile(c.options.out, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("the responses were not written: %w", err)
	}
	_, err = f.Write(text)
	if err := errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("the responses were not written: %w", err)
	}
	fmt.Fprintf(c.Out, "Written without names: %s. With a difference, attach it to a bug report.\n", c.options.out)
	return nil
}
