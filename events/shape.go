package events

// shape is what an object is, by the members that only it has.
type shape struct {
	kind    Kind
	member  string // of what an EventBridge stream delivers with the schema RawData, which holds the request
	trigger string // whose events cannot carry a request; without it their users would read of an unknown field
}

// shapeOf tells what an object is. whole says that nothing is around it. No request has the members that it goes by.
func shapeOf(o object, whole bool) shape {
	switch {
	case o.has("specversion"): // alone: without another required attribute it is a CloudEvent with a clear fault
		return shape{kind: EventBridge}
	case whole && o.has("triggerName", "triggerTime"):
		return shape{kind: Timer}
	case whole && o.isHTTP():
		return shape{kind: HTTP}
	}
	return shape{kind: Direct, trigger: o.trigger(), member: o.rawDataMember()}
}

func (o object) isHTTP() bool {
	return o.text("version") == "v1" && o.holds("requestContext", "http")
}

// trigger names the trigger whose events cannot carry a request; "" if the object is none of them.
func (o object) trigger() string {
	switch {
	case o.has("httpMethod", "path", "queryString"):
		// Refused rather than opened: as RawData it has lost the type that marks
		// it as unauthenticated.
		return "EventBridge's HTTP source without its CloudEvent"
	case o.has("httpMethod", "path"):
		return "an API Gateway trigger"
	case o.has("TopicName", "MessageId"), o.has("body", "attrs"):
		return "an MNS topic trigger"
	case o.has("Version", "Records"):
		return "a Tablestore trigger"
	case o.holds("source", "logstoreName"):
		return "an SLS (Log Service) trigger"
	}
	return o.eventList()
}

// eventList tells apart the triggers that send {"events":[…]}.
func (o object) eventList() string {
	list := o.get("events")
	if list.kind != '[' {
		return ""
	}
	for _, first := range list.elements() {
		if first.kind != '{' {
			return ""
		}
		for name, member := range first.members() {
			if name != "eventSource" {
				continue
			}
			switch s, _ := member.scalar(); s {
			case "acs:oss":
				return "an OSS trigger"
			case "cdn":
				return "a CDN trigger"
			}
			return "an OSS or CDN trigger"
		}
		return ""
	}
	return ""
}

// rawDataMember names the member that holds the request in the source's data without the CloudEvent around it.
func (o object) rawDataMember() string {
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
