package doctor

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"stopdesktops/cmd/stopctl/internal/terminal"
	"stopdesktops/events"
	"stopdesktops/internal/compose"
	"stopdesktops/internal/config"
	"stopdesktops/internal/eds"
	"stopdesktops/internal/operator"
	"stopdesktops/internal/stop"
)

// online checks ask the network. Regions and callbacks are asked side by side.
func (e *examination) online(ctx context.Context) findings {
	if _, faults := config.Read([]string{"DEBUG=" + e.getenv("DEBUG")}); faults["DEBUG"] != "" {
		return findings{{group: "Account", Check: "DEBUG", Status: problem, Where: "environment",
			Message: "DEBUG of this shell makes the SDK print credentials to the screen, so EDS was not asked", Do: "unset DEBUG"}}
	}
	var account, callbacks findings
	var wg sync.WaitGroup
	wg.Go(func() { account = e.account(ctx) })
	wg.Go(func() { callbacks = e.callbacks(ctx) })
	wg.Wait()
	return append(account, callbacks...)
}

// account asks EDS in each region.
func (e *examination) account(ctx context.Context) findings {
	client, err := compose.EDS(e.config, compose.Outside{})
	if err != nil {
		return nil // a fault of EDS_ENDPOINT, which is reported
	}
	var all findings
	var session stop.EDS
	if e.config.Preflight {
		who, f := e.identity(ctx)
		all = append(all, f)
		if f.Status == fine {
			own, err := client.ConnectOperator(who.Credentials)
			if err != nil {
				return nil // there are credentials: identity looked
			}
			session = e.reads.Of(own)
		}
	}
	var regions []string
	for _, region := range e.config.AllowedRegions {
		if events.ValidRegionId(region) && !slices.Contains(regions, region) { // the others are a fault
			regions = append(regions, region)
		}
	}
	found, protected := make([]findings, len(regions)), make([]*protection, len(regions))
	var wg sync.WaitGroup
	for i, region := range regions {
		wg.Go(func() { found[i], protected[i] = e.region(ctx, client, session, region) })
	}
	wg.Wait()
	all = append(all, slices.Concat(found...)...)
	protected = slices.DeleteFunc(protected, func(p *protection) bool { return p == nil })
	return append(all, e.protectionFindings(protected)...)
}

// identity finds whose permissions are looked at.
func (e *examination) identity(ctx context.Context) (operator.Identity, finding) {
	ctx, cancel := context.WithTimeout(ctx, questionTime)
	defer cancel()
	f := finding{group: "Account", Check: "credentials", Status: fine}
	who, err := operator.Credentials(ctx, e.roleARN)
	switch {
	case err == nil && e.roleARN != "":
		f.Message = "EDS is asked as the role of -role-arn: what is allowed below is allowed to that role"
	case err == nil:
		f.Message = fmt.Sprintf("there are credentials (%s): what is allowed below is allowed to them, not to the function's role", who.Origin)
	case errors.Is(err, operator.ErrNoCredentials):
		f.Status, f.Message = problem, "there are no credentials, so EDS was not asked what is allowed"
		f.Do = "Set ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET, or run `aliyun configure`; or give -offline."
	case errors.Is(err, context.DeadlineExceeded):
		f.Status, f.Message = problem, "the credentials were not found within "+questionTime.String()
		f.Do = "Look whether this machine reaches STS; or give -offline."
	default:
		f.Status, f.Message = problem, err.Error()
		f.Do = "To assume the function's role, its trust policy must name your account beside fc.aliyuncs.com, and you need sts:AssumeRole. Without that leave -role-arn out, and prove the role's reads by a dry run, as below."
	}
	return who, f
}

// region of desktops: the way there, the clock, what may be read, and what is protected. session is nil if nobody asks;
// the protection is nil if EDS was not asked for it.
func (e *examination) region(ctx context.Context, client *eds.Client, session stop.EDS, region string) (findings, *protection) {
	group := "EDS in " + region
	protocol, host := client.Endpoint(region)
	u := &url.URL{Scheme: protocol, Host: host}
	if o := e.network.connect(ctx, u); o != nil {
		f := finding{group: group, Check: "endpoint", Status: problem, Message: o.message, Where: e.Places["EDS_ENDPOINT"],
			Do: "Look whether this machine's network lets it out; stopctl, as the function, uses no proxy."}
		switch {
		case o.private:
			f.Status, f.Message = warning, o.message+": its address is inside a VPC, where this machine is not"
			f.Do = "Run stopctl inside that VPC, or prove it by a dry run, as below."
		case o.unknown:
			f.Do = "Correct ALLOWED_REGIONS: EDS has no endpoint for such a region. Or check whether this machine's DNS knows any other."
		}
		return findings{f}, nil
	}
	reached := finding{group: group, Check: "endpoint", Status: fine, Message: host + " can be reached"}
	if e.Places["EDS_ENDPOINT"] == "environment" {
		reached.Message += ": it is the EDS_ENDPOINT of this shell"
	}
	found := findings{reached}
	ahead, ok := e.network.skew(ctx, u)
	found = append(found, clockFinding(group, ahead, ok))
	if session == nil {
		return found, nil
	}
	var wg sync.WaitGroup
	var protected *protection
	wg.Go(func() { protected = e.protectionOf(ctx, session, region) })
	found = append(found, e.askOnce(ctx, session, group, region)...)
	wg.Wait()
	return found, protected
}

// read is a harmless call that shows whether its action is allowed.
type read struct {
	action string
	call   func(ctx context.Context, s stop.EDS, region string) (seen, error)
}

// seen is what an answer says beside that: nothing, for most.
type seen struct {
	note  string
	empty bool // there is no desktop
}

// noDesktop is an ID that EDS gives to nobody.
const noDesktop = "ecd-stopctl-doctor"

// refusesID reports whether a call was refused because of the ID of noDesktop, and so was allowed.
func refusesID(e *stop.CallError) bool {
	return e.Family == stop.NotFound || e.Family == stop.Invalid && e.OneOfMany
}

// needed are the calls that the function of this configuration makes.
func (e *examination) needed() []read {
	list := []read{
		{"DescribeDesktopInfo", func(ctx context.Context, s stop.EDS, region string) (seen, error) {
			_, err := s.DescribeDesktopInfo(ctx, region, []string{noDesktop})
			if refused := (*stop.CallError)(nil); errors.As(err, &refused) && refusesID(refused) {
				return seen{}, nil
			}
			return seen{}, err
		}},
		{"DescribeDesktops", func(ctx context.Context, s stop.EDS, region string) (seen, error) {
			page, err := s.DescribeDesktops(ctx, region, events.Select{All: true}, "")
			switch {
			case err != nil:
				return seen{}, err
			case page.NextToken != "":
				return seen{note: fmt.Sprintf(": more than %d desktops", len(page.Rows))}, nil
			}
			return seen{": " + terminal.Plural(len(page.Rows), "desktop"), len(page.Rows) == 0}, nil
		}},
	}
	if e.needsTags() {
		policy := compose.Policy(e.config, "")
		tag := events.Tag{Key: cmp.Or(policy.ProtectTag.Key, policy.KeepUntilTag, "stop-desktops:protected")}
		list = append(list, read{"ListTagResources", func(ctx context.Context, s stop.EDS, region string) (seen, error) {
			_, err := s.ListTagResources(ctx, region, tag, "")
			return seen{}, err
		}})
	}
	return append(list, read{"DescribeClientEvents", func(ctx context.Context, s stop.EDS, region string) (seen, error) {
		_, err := s.DescribeClientEvents(ctx, region, time.Now().Add(-time.Minute), "")
		return seen{}, err
	}})
}

// askOnce makes each call once.
func (e *examination) askOnce(ctx context.Context, session stop.EDS, group, region string) findings {
	needed := e.needed()
	found := make(findings, len(needed))
	var wg sync.WaitGroup
	for i, r := range needed {
		wg.Go(func() {
			ctx, cancel := context.WithTimeout(ctx, questionTime)
			defer cancel()
			answer, err := r.call(ctx, session, region)
			found[i] = e.judge(r.action, region, answer, err)
			found[i].group = group
		})
	}
	wg.Wait()
	for i := len(found) - 1; i > 0; i-- { // what is wrong with the credentials or the region is said once
		if found[i].Status != fine && slices.ContainsFunc(found[:i], func(f finding) bool { return f.Check == found[i].Check }) {
			found = slices.Delete(found, i, i+1)
		}
	}
	return found
}

// judge what a call showed.
func (e *examination) judge(action, region string, answer seen, err error) finding {
	f := finding{Check: "ecd:" + action, Status: fine, Message: "ecd:" + action + " is allowed"}
	var failed *stop.CallError
	switch {
	case err == nil && answer.empty:
		f.Status, f.Message = warning, f.Message+", but there is no desktop in "+region
		f.Do = "Take the region out of ALLOWED_REGIONS if it is not meant: each region that is allowed is one more to stop desktops in."
	case err == nil:
		f.Message += answer.note
	case !errors.As(err, &failed):
		f.Status, f.Message, f.Do = warning, "whether ecd:"+action+" is allowed could not be found out", "Run stopctl doctor again."
	case failed.Denial == stop.DenialClock:
		f.Check, f.Status, f.Message = "signature", problem, "EDS refuses what is signed here ("+failed.Code+"): this machine's clock is wrong"
		f.Do = "Set this machine's clock by NTP."
	case slices.Contains([]stop.Denial{stop.DenialCredentials, stop.DenialExpired, stop.DenialSignature}, failed.Denial):
		f.Check, f.Status, f.Message = "signature", problem, "EDS does not accept the credentials ("+failed.Code+"), so nothing is known of what they may do"
		f.Do = "Renew them: temporary ones expire, and an access key may have been switched off."
	case failed.Denial == stop.DenialExplicit:
		f.Status, f.Message = problem, fmt.Sprintf("ecd:%s is denied by a policy (%s)", action, failed.Code)
		f.Do = "Find the statement with Effect Deny for ecd:" + action + " and change it. Adding the action to a policy does not help."
	case action == "DescribeDesktopInfo" && failed.Family == stop.Denied && failed.OneOfMany:
		f.Status, f.Message = warning, fmt.Sprintf("whether ecd:%s is allowed could not be found out (%s)", action, failed.Code)
		f.Do = "EDS may refuse the call, or the desktop " + noDesktop + ", which does not exist. Prove it by a dry run that names one of your desktops."
	case failed.Family == stop.Denied:
		f.Status, f.Message = problem, fmt.Sprintf("ecd:%s is not allowed (%s)", action, failed.Code)
		f.Do = "Allow ecd:" + action + " on * to " + e.whom() + ", and attach the policy."
	case strings.HasPrefix(failed.Code, "InvalidRegion"):
		f.Check, f.Status, f.Message, f.Do = "region", problem, fmt.Sprintf("EDS knows no region %s (%s)", region, failed.Code), "Correct ALLOWED_REGIONS."
	case failed.Family == stop.Invalid:
		f.Status, f.Message, f.Do = problem, fmt.Sprintf("ecd:%s is refused (%s)", action, failed.Code), "This may be a fault of stopctl: EDS says that the call is malformed. Look for a newer version."
	default:
		f.Status, f.Message = warning, fmt.Sprintf("whether ecd:%s is allowed could not be found out (%s)", action, failed.Code)
		f.Do = "Run stopctl doctor again in a minute."
	}
	return f
}

// whom a permission is missing to.
func (e *examination) whom() string {
	if e.roleARN != "" {
		return "the function's role, in its policy (ram-policy.json has it)"
	}
	return "these credentials, to check with them; and check whether the policy of the function's role has it (ram-policy.json)"
}
