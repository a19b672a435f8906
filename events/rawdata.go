package events

// rawDataMember names the member that holds the request in what an EventBridge
// stream delivers with the schema RawData: the source's data without the CloudEvent
// around it. It is "" for other objects; no request has these members.
func rawDataMember(o object) string {
	switch {
	case o.has("messageBody", "messageId"): // MNS queue
		return "messageBody"
	case o.has("topic", "body") && (o.has("systemProperties") || o.has("msgId")): // RocketMQ
		return "body"
	case o.has("props", "body"): // RabbitMQ, with an envelope, and MQTT
		return "body"
	case o.has("topic", "value") && (o.has("partition") || o.has("offset")): // Kafka
		return "value"
	}
	return ""
}

// rawData reads such an object. It has no ID, source or time that a repeated
// delivery would repeat for certain, so it is a direct invocation.
func (d *decoder) rawData(o object, member string, at place) []Event {
	e := Event{Kind: Direct, Suffix: at.suffix, Path: at.path}
	if err := o.duplicateFault(); err != nil {
		return e.rejected(err)
	}
	return d.payload(e, o.get(member), "put the request into the message")
}
