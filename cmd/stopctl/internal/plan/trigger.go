package plan

import (
	"strings"
	"time"

	"stopdesktops/cmd/stopctl/internal/agenda"
	"stopdesktops/cmd/stopctl/internal/setup"
	"stopdesktops/cmd/stopctl/internal/terminal"
)

// fired is the event of a timer trigger.
type fired struct {
	timer *agenda.Timer
	at    time.Time // at which the trigger fires
	now   time.Time // by which it is planned: the function refuses an event that is still to come
}

// readTrigger finds the timer that -trigger names, and the time of its event.
func (o *planOptions) readTrigger(getenv func(string) string) (*fired, error) {
	set, err := o.Read(getenv)
	if err != nil {
		return nil, err
	}
	if set.Deployed == nil {
		return nil, terminal.Usagef("plan: -trigger needs a deployment file: give -t FILE")
	}
	t, err := agenda.Find(agenda.Of(set.Deployed), o.trigger)
	if err != nil {
		return nil, terminal.Usagef("plan: -trigger: %s: %v", set.Deployed.File, err)
	}
	if t.Fault != nil {
		return nil, terminal.Usagef("plan: -trigger %s: %s: the cronExpression cannot be used: %v", o.trigger, setup.Line(t.Cron.Place), t.Fault)
	}
	f := &fired{timer: t, now: time.Now()}
	if o.at != "" {
		if f.at, err = agenda.ParseTime(o.at, t.Schedule.Zone); err != nil {
			return nil, terminal.Usagef("plan: -at %v", err)
		}
	} else if f.at = f.now; t.Schedule.Every == 0 {
		f.at = t.Schedule.Next(f.now, 1)[0].At
	}
	return f, nil
}

// event that Function Compute sends.
func (f *fired) event() []byte { return f.timer.Event(f.now) }

// describe the event on the screen.
func (f *fired) describe(s *terminal.Screen) {
	at := f.at.In(f.timer.Schedule.Zone)
	s.Note("%s", "The timer "+f.timer.Name()+" at "+at.Format("Mon 2006-01-02 15:04:05")+" "+at.Location().String()+": "+f.timer.Words())
	if !f.timer.Enabled() {
		s.Warn("It is switched off, so it does not fire.")
	}
	if next := f.timer.Schedule.Next(f.at.Add(-time.Second), 1); len(next) > 0 && !next[0].At.Equal(f.at.Truncate(time.Second)) {
		s.Warn("It does not fire at that time. After it, it fires next: %s", next[0])
	}
	s.Note("The plan is by what the account says now: use, tags and keep-until times can differ then.")
}

// name the events of a plan by the time at which the trigger fires, so that plans of one firing can be compared.
func (f *fired) name(p *plan) {
	now, at := f.now.UTC().Format(time.RFC3339), f.at.UTC().Format(time.RFC3339)
	for i := range p.Events {
		p.Events[i].EventId = strings.Replace(p.Events[i].EventId, f.timer.Name()+"|"+now, f.timer.Name()+"|"+at, 1)
	}
}
