// Package agenda tells what the timer triggers of a template do, and when.
package agenda

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"time"

	"stopdesktops/events"
	"stopdesktops/internal/deployment"
	"stopdesktops/internal/timer"
)

// Timer is a timer trigger of a template.
type Timer struct {
	Template string // its file
	Function string // its region and name: two templates can be about the same one
	deployment.Trigger
	Schedule *timer.Schedule // nil if Fault is set
	Fault    *timer.Error    // what is wrong with the cronExpression
	Requests []events.Request
	// PayloadFault is what is wrong with the payload. What Requests holds is then not all of it.
	PayloadFault error
}

// Of lists the timers of a function, in the order of the template.
func Of(d *deployment.Deployment) []Timer {
	var list []Timer
	for _, trigger := range d.Triggers {
		if trigger.Type.Value != "timer" {
			continue
		}
		t := Timer{Template: d.File, Function: d.Region.Value + " " + d.FunctionName.Value, Trigger: trigger}
		var err error
		if t.Schedule, err = timer.Parse(trigger.Cron.Value); err != nil {
			errors.As(err, &t.Fault) // Parse returns no other error
		}
		t.Requests, t.PayloadFault = requests(t.Event(time.Unix(0, 0)))
		list = append(list, t)
	}
	return list
}

// Name of the trigger.
func (t *Timer) Name() string { return t.Trigger.Name.Value }

// Enabled says whether the trigger fires. Function Compute requires the property, so that a trigger without it does not.
func (t *Timer) Enabled() bool { return strings.EqualFold(t.Enable.Value, "true") }

// Event is what Function Compute sends to the function when the trigger fires at a time.
func (t *Timer) Event(at time.Time) []byte {
	event, _ := json.Marshal(struct { // texts are always JSON
		TriggerTime string `json:"triggerTime"`
		TriggerName string `json:"triggerName"`
		Payload     string `json:"payload"`
	}{at.UTC().Format(time.RFC3339), t.Name(), t.Payload.Value})
	return event
}

// requests are those of an event that can be read. The error is that of the first that cannot.
func requests(event []byte) ([]events.Request, error) {
	decoded, err := events.Decode(event)
	if err != nil {
		return nil, err
	}
	var list []events.Request
	var first error
	for _, e := range decoded {
		parsed, err := events.ParseRequests(e.Payload, e.Path)
		if e.Err != nil {
			err = e.Err
		}
		if err == nil {
			list = append(list, parsed...)
		} else if first == nil {
			first = err
		}
	}
	return list, first
}

// compared is how many firings of two timers are compared.
const compared = 400

// Same says whether two timers ask for the same stop at the same times. Texts for people may differ.
func Same(a, b *Timer, now time.Time) bool {
	if !a.Enabled() || !b.Enabled() || a.Schedule == nil || b.Schedule == nil || a.PayloadFault != nil || b.PayloadFault != nil {
		return false
	}
	if a.Schedule.Every != b.Schedule.Every || !reflect.DeepEqual(bare(a.Requests), bare(b.Requests)) {
		return false
	}
	first, second := a.Schedule.Next(now, compared), b.Schedule.Next(now, compared)
	if len(first) != len(second) {
		return false
	}
	for i := range first {
		if !first[i].At.Equal(second[i].At) {
			return false
		}
	}
	return true
}

// bare requests are without what changes nothing about the stop.
func bare(list []events.Request) []events.Request {
	var out []events.Request
	for _, r := range list {
		r.Reason, r.RequestedBy, r.IdempotencyKey = "", "", ""
		out = append(out, r)
	}
	return out
}

// Find returns the timer with a name. The error names those that there are.
func Find(list []Timer, name string) (*Timer, error) {
	var names []string
	for i := range list {
		if list[i].Name() == name {
			return &list[i], nil
		}
		names = append(names, list[i].Name())
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("there is no timer %q: the function has no timer trigger", name)
	}
	return nil, fmt.Errorf("there is no timer %q: the function has %s", name, strings.Join(names, ", "))
}

// layouts in which an operator may write a time without an offset.
var layouts = []string{time.DateOnly, "2006-01-02 15:04", "2006-01-02T15:04", time.DateTime, "2006-01-02T15:04:05"}

// ParseTime reads a time that an operator wrote. Without an offset it is in a zone.
func ParseTime(text string, zone *time.Location) (time.Time, error) {
	if at, err := time.Parse(time.RFC3339, text); err == nil {
		return at, nil
	}
	for _, layout := range layouts {
		if at, err := time.ParseInLocation(layout, text, zone); err == nil {
			return at, nil
		}
	}
	return time.Time{}, fmt.Errorf("%q is no time: write 2026-12-24, \"2026-12-24 20:00\" or 2026-12-24T20:00:00+08:00", text)
}
