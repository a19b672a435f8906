package events

// timer reads the event of an FC timer trigger. Its payload is the trigger's
// message, the configured text as a string.
func (e *Event) timer(o object) (payload value, hint string, err *Error) {
	if e.Source, err = o.identifier("triggerName"); err != nil {
		return payload, "", err
	}
	if e.ID, err = o.identifier("triggerTime"); err != nil {
		return payload, "", err
	}
	e.Time, err = o.time("triggerTime")
	return o.get("payload"), "put the request into the trigger's message", err
}
