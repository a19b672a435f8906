package doctor

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"stopdesktops/cmd/stopctl/internal/terminal"
	"stopdesktops/cmd/stopctl/internal/words"
	"stopdesktops/events"
	"stopdesktops/internal/compose"
	"stopdesktops/internal/stop"
)

// protection is what keeps desktops of a region from being stopped.
type protection struct {
	region     string
	tagged     map[string]bool // carry the protect tag
	otherValue map[string]bool // carry its key with another value
	listed     map[string]bool // are on the deny list, and known to EDS
	ofUsers    map[string]bool // are assigned to users of DENY_USERS
	owners     []string        // of these desktops, as EDS has them
	silent     bool            // EDS did not say of each of these desktops whose it is
	undecided  error           // not nil: it could not be found out
}

// protectionOf asks which desktops of a region are protected.
func (e *examination) protectionOf(ctx context.Context, s stop.EDS, region string) *protection {
	ctx, cancel := context.WithTimeout(ctx, questionTime)
	defer cancel()
	p := &protection{region: region, tagged: map[string]bool{}, otherValue: map[string]bool{}, listed: map[string]bool{}, ofUsers: map[string]bool{}}
	policy := compose.Policy(e.config, "")
	p.undecided = errors.Join(p.askTag(ctx, s, policy.ProtectTag), p.askList(ctx, s, slices.Sorted(maps.Keys(policy.Deny))), p.askUsers(ctx, s, policy.DenyUsers))
	return p
}

func (p *protection) askTag(ctx context.Context, s stop.EDS, tag events.Tag) error {
	if tag.Key == "" {
		return nil
	}
	return allPages(func(token string) (stop.Page[stop.Tagged], error) {
		return s.ListTagResources(ctx, p.region, events.Tag{Key: tag.Key}, token)
	}, func(row stop.Tagged) {
		if tag.Value == nil || *tag.Value == row.Value {
			p.tagged[row.DesktopID] = true
		} else {
			p.otherValue[row.DesktopID] = true
		}
	})
}

// askList asks for the desktops with these IDs. A call that is refused because of one of them is made again for its halves.
func (p *protection) askList(ctx context.Context, s stop.EDS, ids []string) error {
	for part := range slices.Chunk(ids, stop.MaxDesktopsPerCall) {
		rows, err := s.DescribeDesktopInfo(ctx, p.region, part)
		if failed := (*stop.CallError)(nil); errors.As(err, &failed) && failed.Family == stop.NotFound {
			if half := len(part) / 2; half > 0 {
				err = errors.Join(p.askList(ctx, s, part[:half]), p.askList(ctx, s, part[half:]))
			} else {
				err = nil
			}
		}
		if err != nil {
			return err
		}
		for _, row := range rows {
			p.listed[strings.ToLower(row.DesktopID)] = true
		}
	}
	return nil
}

func (p *protection) askUsers(ctx context.Context, s stop.EDS, users []string) error {
	for part := range slices.Chunk(users, stop.MaxUsersPerCall) {
		err := allPages(func(token string) (stop.Page[stop.Desktop], error) {
			return s.DescribeDesktops(ctx, p.region, events.Select{EndUserId: part}, token)
		}, p.ownedBy)
		if err != nil {
			return err
		}
	}
	// EDS compares user IDs exactly, and the function whatever their case.
	missing := p.withoutDesktop(users)
	if len(missing) == 0 {
		return nil
	}
	return allPages(func(token string) (stop.Page[stop.Desktop], error) {
		return s.DescribeDesktops(ctx, p.region, events.Select{All: true}, token)
	}, func(row stop.Desktop) {
		if len(missing) > len(withoutAny(missing, row.EndUserIDs)) {
			p.ownedBy(row)
		}
	})
}

// ownedBy notes a desktop that is assigned to a user of DENY_USERS.
func (p *protection) ownedBy(row stop.Desktop) {
	p.ofUsers[row.DesktopID] = true
	p.owners = append(p.owners, row.EndUserIDs...)
	p.silent = p.silent || len(row.EndUserIDs) == 0
}

// withoutDesktop returns the users who have no desktop in the region, as far as EDS tells.
func (p *protection) withoutDesktop(users []string) []string {
	if p.silent {
		return nil
	}
	return withoutAny(users, p.owners)
}

// withoutAny returns the users who are not among the owners, whatever the case of their IDs.
func withoutAny(users, owners []string) []string {
	return slices.DeleteFunc(slices.Clone(users), func(user string) bool {
		return slices.ContainsFunc(owners, func(owner string) bool { return strings.EqualFold(owner, user) })
	})
}

// allPages hands every row of a listing to take.
func allPages[T any](page func(token string) (stop.Page[T], error), take func(T)) error {
	for token := ""; ; {
		p, err := page(token)
		if err != nil {
			return err
		}
		for _, row := range p.Rows {
			take(row)
		}
		if token = p.NextToken; token == "" {
			return nil
		}
	}
}

// protectionFindings say how many desktops are protected, and by what. all are the regions that could be asked.
func (e *examination) protectionFindings(all []*protection) findings {
	var found findings
	add := func(f finding) { f.group = "Protection"; found = append(found, f) }
	var regions []string
	tagged, otherValue, ofUsers, listed := 0, 0, 0, map[string]bool{}
	unassigned := compose.Policy(e.config, "").DenyUsers // who have no desktop in any region
	for _, p := range all {
		if p.undecided != nil {
			add(finding{Check: "protection", Status: warning, Message: "how many desktops of " + p.region + " are protected could not be found out" + codeOf(p.undecided),
				Do: "Run stopctl doctor again once the calls above are allowed and answered."})
			return found
		}
		regions = append(regions, p.region)
		tagged, otherValue, ofUsers = tagged+len(p.tagged), otherValue+len(p.otherValue), ofUsers+len(p.ofUsers)
		maps.Copy(listed, p.listed)
		unassigned = p.withoutDesktop(unassigned)
	}
	if len(all) == 0 {
		return nil
	}
	where, policy := strings.Join(regions, ", "), compose.Policy(e.config, "")
	add(e.tagFinding(where, regions[0], tagged, otherValue))
	if n := len(policy.Deny); n > 0 {
		f := finding{Check: "deny list", Status: fine, Message: "the deny list protects " + terminal.Plural(len(listed), "desktop") + " (DENY_DESKTOPS, DENY_FILE)"}
		if missing := n - len(listed); missing > 0 {
			f.Status, f.Message = warning, fmt.Sprintf("%s; EDS does not know %d of the %s on it in %s", f.Message, missing, terminal.Plural(n, "ID"), where)
			f.Do = "An ID that EDS does not know protects nothing. Look for a typing error. Remove the IDs of desktops that are gone. Use DENY_USERS for people whose desktops are rebuilt."
		}
		add(f)
	}
	if n := len(policy.DenyUsers); n > 0 {
		f := finding{Check: "DENY_USERS", Status: fine, Where: e.Places["DENY_USERS"], Message: "DENY_USERS protects " + terminal.Plural(ofUsers, "desktop") + " of " + terminal.Plural(n, "user")}
		switch {
		case ofUsers == 0:
			f.Status, f.Message = warning, "no desktop in "+where+" is assigned to a user of DENY_USERS, so it protects nothing"
		case len(unassigned) > 0:
			f.Status, f.Message = warning, f.Message+"; no desktop in "+where+" is assigned to "+someOf(unassigned)
		}
		if f.Status == warning {
			f.Do = "Write the IDs of the end users as EDS shows them, separated by commas."
		}
		add(f)
	}
	return found
}

// tagFinding says how many desktops carry the protect tag.
func (e *examination) tagFinding(where, region string, tagged, otherValue int) finding {
	tag := e.config.Protect()
	text := words.Tag(tag.Key, tag.Value)
	f := finding{Check: "PROTECT_TAG", Status: fine, Where: e.Places["PROTECT_TAG"]}
	switch {
	case tag.Key == "":
		f.Message = "PROTECT_TAG is switched off: no tag protects a desktop"
	case tagged > 0:
		f.Message = "the tag " + text + " protects " + terminal.Plural(tagged, "desktop")
	default:
		value := "yes"
		if tag.Value != nil {
			value = *tag.Value
		}
		f.Status, f.Message = warning, "no desktop in "+where+" carries the protect tag "+text+", so the tag protects nothing"
		f.Do = "Tag what must never be stopped. Use this resource type: tags that were set with another one may not count.\n" +
			"  aliyun ecd TagResources --RegionId " + region + " --ResourceType ALIYUN::GWS::INSTANCE \\\n" +
			"    --ResourceId.1 ecd-… --Tag.1.Key '" + tag.Key + "' --Tag.1.Value '" + value + "'"
	}
	if otherValue > 0 {
		f.Message += fmt.Sprintf("; %s with another value of %s", terminal.Plural(otherValue, "desktop"), tag.Key)
	}
	return f
}

// someOf returns the first names of a list, and how many there are beside them.
func someOf(names []string) string {
	const most = 5
	text := strings.Join(names[:min(len(names), most)], ", ")
	if more := len(names) - most; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

// codeOf a failed call, in brackets.
func codeOf(err error) string {
	if failed := (*stop.CallError)(nil); errors.As(err, &failed) {
		return " (" + failed.Code + ")"
	}
	return ""
}
