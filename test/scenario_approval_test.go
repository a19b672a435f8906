package test

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"stopdesktops/events"
	"stopdesktops/internal/approval"
	"stopdesktops/internal/report"
	"stopdesktops/internal/secret"
)

// scenarioApproval is what an approver signs in a scenario.
type scenarioApproval struct {
	Request    json.RawMessage // with every default filled in
	Key        string          // name:whsec_…
	PlannedBy  string
	ApprovedBy string
	PlannedAt  time.Time
	Expires    time.Time
}

// approve makes the tokens of the sections approve.json, approve2.json, …
func (s *scenario) approve() {
	s.tokens = map[string]string{}
	for _, f := range s.archive.Files {
		name, isApproval := strings.CutSuffix(f.Name, ".json")
		if !isApproval || !strings.HasPrefix(name, "approve") {
			continue
		}
		var a scenarioApproval
		if err := json.Unmarshal([]byte(expand(string(f.Data))), &a); err != nil {
			s.t.Fatalf("%s: %v", f.Name, err)
		}
		q, err := events.ParseRequest(a.Request, "$")
		if err != nil {
			s.t.Fatalf("%s: %v", f.Name, err)
		}
		keys, err := approval.Read([]secret.String{secret.New(a.Key)})
		if err != nil {
			s.t.Fatalf("%s: %v", f.Name, err)
		}
		token, err := keys.Mint(q, report.Approval{PlannedBy: a.PlannedBy, ApprovedBy: a.ApprovedBy, PlannedAt: a.PlannedAt, Expires: a.Expires})
		if err != nil {
			s.t.Fatalf("%s: %v", f.Name, err)
		}
		s.tokens[name] = token
	}
}

// tokenForm is the form of every token of an approval: JSON that begins with Key, and a signature.
var tokenForm = regexp.MustCompile(`eyJLZXki[A-Za-z0-9_-]*\.[A-Za-z0-9_-]{43}`)

// withoutTokens takes the tokens of plans out of a response over HTTP, or out of the callback of a route: the only
// places that may show one, as the member ApprovalToken of a report. A token is taken out once. They become {{minted1}},
// {{minted2}}, … of later events.
func (s *scenario) withoutTokens(body []byte) (rest []byte, found bool) {
	type one struct{ ApprovalToken string }
	var document struct {
		one
		Reports []one
		Data    one `json:"data"`
	}
	if json.Unmarshal(body, &document) != nil {
		return body, false
	}
	text := string(body)
	for _, rep := range append(document.Reports, document.one, document.Data) {
		if rep.ApprovalToken == "" {
			continue
		}
		found = true
		text = strings.Replace(text, `"ApprovalToken":"`+rep.ApprovalToken+`"`, `"ApprovalToken":""`, 1)
		if !slices.Contains(slices.Collect(maps.Values(s.tokens)), rep.ApprovalToken) {
			s.minted++
			s.tokens[fmt.Sprintf("minted%d", s.minted)] = rep.ApprovalToken
		}
	}
	return []byte(text), found
}

// withTokens puts the tokens into an event.
func (s *scenario) withTokens(event string) string {
	for name, token := range s.tokens {
		event = strings.ReplaceAll(event, "{{"+name+"}}", token)
	}
	return event
}

// tokenText says that a text holds the token of a plan.
func (s *scenario) tokenText(body []byte) string {
	if _, found := s.withoutTokens(body); found {
		return ", with an ApprovalToken"
	}
	return ""
}
