package events

func isTimer(o object) bool { return o.has("triggerName", "triggerTime") }

// timer reads the event of an FC timer trigger. Its payload is the trigger's
// message, the configured text as a string.
func (d *decoder) timer(o object, at place) []Event {
	e := Event{Kind: Timer, Path: at.path, Scheduled: true}
	if err := o.duplicateFault(); err != nil {
		return e.rejected(err)
	}
	name, err := o.scalarField("triggerName")
	if err != nil {
		return e.rejected(err)
	}
	e.Source = name
	written, err := o.scalarField("triggerTime")
	if err != nil {
		return e.rejected(err)
	}
	e.ID = written
	when, ok := parseTime(written)
	if !ok {
		return e.rejected(timeFault(o.at("triggerTime")))
	}
	e.Time = when
	return d.payload(e, o.get("payload"), "put the request into the trigger's message")
}
