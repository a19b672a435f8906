package events

// unsupportedTrigger names the trigger whose events cannot carry a request; "" if
// the object is none of them. Without it their users would read of an unknown field.
func unsupportedTrigger(o object) string {
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
	case o.has("source") && o.holds("source", "logstoreName"):
		return "an SLS (Log Service) trigger"
	case o.has("events"):
		return eventListTrigger(o.values["events"])
	}
	return ""
}

// eventListTrigger tells apart the triggers that send {"events":[…]}.
func eventListTrigger(b []byte) string {
	if kindOf(b) != '[' {
		return ""
	}
	for _, first := range elements(b) {
		if kindOf(first) != '{' {
			return ""
		}
		for name, value := range members(first) {
			if name != "eventSource" {
				continue
			}
			switch s, _ := scalar(value); s {
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
