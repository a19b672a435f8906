package doctor

import (
	"strings"

	"stopdesktops/cmd/stopctl/internal/setup"
	"stopdesktops/events"
	"stopdesktops/internal/deployment"
)

// kindOfTrigger is the kind of the events of each type of trigger, but of timers: checkTimers says whether
// those are let in.
var kindOfTrigger = map[string]events.Kind{"http": events.HTTP, "eventbridge": events.EventBridge}

// checkKinds: a trigger whose events are refused, and one whose events can look like those of another.
func checkKinds(s *checkup) findings {
	if s.Deployed == nil || s.faults["EVENT_KINDS"] != "" {
		return nil
	}
	var found findings
	for _, t := range s.Deployed.Triggers {
		name := t.Type.Value + " trigger " + t.Name.Value
		f := finding{group: "Triggers", Check: name, Status: warning, Where: setup.Line(t.Type.Place)}
		kind, part := sends(t)
		if part.There() {
			f.Where = setup.Line(part.Place)
			name += " hands on a part of each event (" + part.Value + "): "
		}
		switch {
		case part.There() && s.takesEnvelopes():
			f.Message = "the " + name + "who writes that text can write an envelope of any source and kind, and the function believes it"
			f.Do = "Hand on the complete event, or give this trigger a function of its own with EVENT_KINDS=direct (docs/deploy.md, 8)."
		case kind != "" && !s.config.Takes(kind):
			f.Status, f.Message = problem, "the "+t.Type.Value+" trigger "+t.Name.Value+" sends events of the kind "+string(kind)+", and the function refuses them"
			f.Do = "Allow them in EVENT_KINDS and, for direct events, in ALLOW_DIRECT, or remove the trigger."
		case part.There():
			f.Status, f.Message = fine, "the "+name+"the function takes it for a direct request only"
		default:
			continue
		}
		found = append(found, f)
	}
	return found
}

// sends returns the kind of a trigger's events, empty if it is unknown, and what makes each event a text of
// its sender: There is false if nothing does.
func sends(t deployment.Trigger) (kind events.Kind, part deployment.Text) {
	kind = kindOfTrigger[t.Type.Value]
	raw := strings.EqualFold(t.Schema.Value, "RawData")
	switch {
	case kind != events.EventBridge:
		return kind, part
	case len(t.Forms) > 0:
		return events.Direct, t.Forms[0]
	case raw && t.Source.Value == "Default": // those of queues are in a shape of EventBridge
		return events.Direct, t.Schema
	case raw:
		return events.Direct, part
	}
	return kind, part
}

// takesEnvelopes reports whether the function believes an envelope of any kind.
func (s *checkup) takesEnvelopes() bool {
	return s.config.Takes(events.EventBridge) || s.config.Takes(events.Timer) || s.config.Takes(events.HTTP)
}
