package test

import (
	"encoding/json"
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

// withTokens puts the tokens into an event.
func (s *scenario) withTokens(event string) string {
	for name, token := range s.tokens {
		event = strings.ReplaceAll(event, "{{"+name+"}}", token)
	}
	return event
}
