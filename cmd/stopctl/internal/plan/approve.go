package plan

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"time"

	"stopdesktops/cmd/stopctl/internal/setup"
	"stopdesktops/cmd/stopctl/internal/terminal"
	"stopdesktops/events"
	"stopdesktops/internal/approval"
	"stopdesktops/internal/config"
	"stopdesktops/internal/report"
)

const approveUsage = `Usage: stopctl approve -by NAME [flags] PLAN

Approves a plan that another person made, and writes the request that stops its desktops. PLAN
is a file that stopctl plan -o json wrote. The request carries a token: the function takes it
for exactly these desktops and options, once, until it expires. Its limit is then
MAX_APPROVED_DESKTOPS. All rules run again, and a desktop that was used since the plan is spared.

approve shows the plan in numbers: offices, users, states, what is spared and why. It asks your
account what has changed since, and asks you to type yes. The first secret of APPROVAL_SECRETS in this command's environment signs. Planners
must not have it. Nothing is stopped: see stopctl apply.

The configuration and the credentials are as for stopctl plan.

Flags:

  -by NAME          who approves: another person than the one who planned
  -valid DURATION   how long from now the approval is good, at most 7 days after the plan
                    (default 8h)
  -out FILE         where the request is written (default: standard output)
  -t FILE           the deployment file (default s.yaml if it is in this folder; with -t ''
                    the variables of the environment are the configuration)
  -function NAME    which resource of the file, if it has several
  -env NAME=VALUE   a variable of the function, instead of the file's; may be repeated
  -role-arn ARN     ask as this role, which your credentials may assume
  -emulate FLEET    no account: with these cloud computers (YAML)

Example:

  stopctl plan -f request.json -by wang.wu -env MAX_DESKTOPS=5000 -o json > plan.json
  APPROVAL_SECRETS=… stopctl approve -by li.si -out approved.json plan.json
  stopctl apply approved.json

Exit codes: 0 it is approved; 1 it is not approved, or cannot be; 2 wrong usage, or unreadable
input or configuration.
`

type approveOptions struct {
	planOptions
	file, out string
	valid     time.Duration
}

func approveFlags() (*approveOptions, *flag.FlagSet) {
	o := &approveOptions{}
	flags := flag.NewFlagSet("approve", flag.ContinueOnError)
	flags.StringVar(&o.by, "by", "", "")
	flags.DurationVar(&o.valid, "valid", 8*time.Hour, "")
	flags.StringVar(&o.out, "out", "", "")
	o.Define("approve", flags)
	flags.StringVar(&o.roleARN, "role-arn", "", "")
	flags.StringVar(&o.emulate, "emulate", "", "")
	return o, flags
}

func parseApprove(args []string, out terminal.Outside) (*approveOptions, error) {
	o, flags := approveFlags()
	err := out.Parse(flags, args)
	switch {
	case err != nil:
		return nil, err
	case flags.NArg() != 1 || flags.Arg(0) == "-":
		return nil, terminal.Usagef("approve: name one file that stopctl plan -o json wrote, after the flags: standard input is for your yes. See stopctl approve -h.")
	case o.by == "":
		return nil, terminal.Usagef("approve: -by NAME is needed: who approves")
	case o.valid <= 0:
		return nil, terminal.Usagef("approve: -valid must be a duration such as 8h")
	case o.emulate != "" && o.roleARN != "":
		return nil, terminal.Usagef("approve: -emulate needs no role: leave -role-arn out")
	}
	o.file, o.owners = flags.Arg(0), true
	return o, o.Check(flags)
}

// Approve writes the approved request of a plan.
func Approve(ctx context.Context, args []string, out terminal.Outside) error {
	if err := setup.RefuseDebug("approve", out.Getenv); err != nil {
		return err
	}
	o, err := parseApprove(args, out)
	if errors.Is(err, flag.ErrHelp) {
		return out.Help(approveUsage)
	}
	if err != nil {
		return err
	}
	p, err := readPlan("approve: the plan", o.file)
	if err != nil {
		return err
	}
	keys, err := o.keys(out.Getenv)
	if err != nil {
		return err
	}
	requests, err := o.sign(keys, p)
	if err != nil {
		return fmt.Errorf("nothing is approved: %w", err)
	}
	s := terminal.NewScreen(out)
	s.Out = out.Err // standard output is for the request
	event, _ := json.Marshal(requests)
	now, err := makePlan(ctx, &o.planOptions, event, s, out.Getenv)
	if err != nil {
		return err
	}
	showApproval(s, p, now)
	if !now.made() || len(now.Events) != len(p.Events) {
		showPlan(s, now)
		return errors.New("nothing is approved: the function would not take the request now")
	}
	yes, err := terminal.Confirmed(out, fmt.Sprintf("Approve it as %s?", o.by))
	switch {
	case err != nil:
		return err
	case !yes:
		return errors.New("nothing is approved: you did not type yes")
	}
	return o.write(out.Out, requests)
}

// keys that sign, from this command's environment. The deployment file need not name them.
func (o *approveOptions) keys(getenv func(string) string) (*approval.Keys, error) {
	const variable = "APPROVAL_SECRETS"
	if secrets := getenv(variable); secrets != "" {
		_ = o.Env.Set(variable + "=" + secrets)
	}
	set, err := o.Read(getenv)
	if err != nil {
		return nil, err
	}
	c, faults := config.Read(set.Environ())
	if faults[variable] != "" {
		return nil, terminal.Usagef("approve: %s %s", variable, faults[variable])
	}
	if c.Approvals == nil {
		return nil, terminal.Usagef("approve: set APPROVAL_SECRETS to the secret that signs approvals: name:whsec_…")
	}
	return c.Approvals, nil
}

// sign each event of a plan.
func (o *approveOptions) sign(keys *approval.Keys, p *plan) ([]events.Request, error) {
	var requests []events.Request
	for _, e := range p.Events {
		if e.Status != report.StatusPlanned || e.Request == nil {
			return nil, fmt.Errorf("event %s is %s, and only a planned event can be approved. Over MAX_DESKTOPS, plan with a higher one: -env MAX_DESKTOPS=5000", e.EventId, e.Status)
		}
		q := *e.Request
		q.DesktopId = e.wouldStop()
		if len(q.DesktopId) == 0 {
			return nil, fmt.Errorf("event %s would stop nothing", e.EventId)
		}
		a := report.Approval{PlannedBy: p.PlannedBy, ApprovedBy: o.by, PlannedAt: p.PlannedAt, Expires: time.Now().Add(o.valid)}
		if a.PlannedBy == "" {
			a.PlannedBy = q.RequestedBy
		}
		if a.PlannedBy == "" {
			return nil, errors.New("the plan does not say who planned: plan again with -by NAME")
		}
		token, err := keys.Mint(q, a)
		if err != nil {
			return nil, err
		}
		digest := sha256.Sum256([]byte(token))
		q.ApprovalToken, q.IdempotencyKey = token, "approval-"+hex.EncodeToString(digest[:16])
		requests = append(requests, q)
	}
	if len(requests) == 0 {
		return nil, errors.New("the plan has no event")
	}
	return requests, nil
}

// wouldStop are the desktops that the event would stop.
func (e plannedEvent) wouldStop() []string {
	var ids []string
	for _, d := range e.Desktops {
		if d.Decision == report.WouldStop {
			ids = append(ids, d.DesktopId)
		}
	}
	return ids
}

// write one request as an object, several as a batch. The file is for this person alone: it holds a token.
func (o *approveOptions) write(w io.Writer, requests []events.Request) error {
	var event any = requests
	if len(requests) == 1 {
		event = requests[0]
	}
	text, err := json.MarshalIndent(event, "", "  ")
	if err != nil {
		return err
	}
	text = append(text, '\n')
	if o.out != "" {
		if err := os.WriteFile(o.out, text, 0o600); err != nil {
			return terminal.Usagef("approve: -out: %v", err)
		}
		return nil
	}
	_, err = w.Write(text)
	return err
}
