package doctor

import (
	"fmt"
	"slices"
	"strings"

	"stopdesktops/cmd/stopctl/internal/setup"
	"stopdesktops/internal/webhook"
)

// checkHTTPTriggers: who gets through to the function, and who checks them there.
func checkHTTPTriggers(s *checkup) findings {
	if s.Deployed == nil {
		return nil
	}
	var found findings
	schemes := s.schemes()
	gateway := slices.Contains(schemes, webhook.Gateway)
	for _, t := range s.Deployed.Triggers {
		if t.Type.Value != "http" {
			continue
		}
		name, auth := "HTTP trigger "+t.Name.Value, t.AuthType.Value
		f := finding{group: "Triggers", Check: name, Status: fine, Where: setup.Line(t.AuthType.Place)}
		switch {
		case auth == "":
			f.Status, f.Message, f.Do = problem, "the "+name+" has no authType", "Write authType: function, or anonymous where the function checks a signature or a token."
		case s.faults["ROUTES_FILE"] != "" || s.faults["WEBHOOK_AUTH"] != "":
			f.Status, f.Message, f.Do = warning, "who checks the callers of the "+name+" cannot be told while the configuration has that fault", "Correct it, and run doctor again."
		case auth == "anonymous" && gateway:
			f.Status, f.Message = problem, "the "+name+" is open to everybody, and scheme gateway leaves the check to it: everybody who knows the URL can stop desktops"
			f.Do = "Write authType: function, or a scheme that checks a signature or a token (docs/webhooks.md)."
		case auth == "anonymous" && len(schemes) == 0:
			f.Status, f.Message = warning, "the "+name+" is open to everybody, and no scheme is configured: every call is refused, and costs an invocation"
			f.Do = "Set WEBHOOK_AUTH or ROUTES_FILE (docs/deploy.md, 6), or write authType: function."
		case auth == "anonymous":
			f.Message = "the " + name + " is open, and the function checks each caller: " + strings.Join(schemes, ", ")
		case len(schemes) == 0:
			f.Message = "the " + name + " asks for a signature with an access key, and the function refuses every HTTP event (WEBHOOK_AUTH is not set)"
		case gateway && len(schemes) == 1:
			f.Message = "the " + name + " checks each caller (authType: " + auth + ", scheme gateway)"
		default:
			f.Status, f.Message = warning, fmt.Sprintf("the %s has authType: %s, so a sender that signs by %s alone does not get through to the function", name, auth, strings.Join(schemes, ", "))
			f.Do = "Ticketing systems need authType: anonymous, best in a function of its own (docs/webhooks.md). Callers with an access key need scheme gateway."
		}
		found = append(found, f)
	}
	return found
}
