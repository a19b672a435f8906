package emulator

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"mime"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
)

// A CloudEvent is a CloudEvents 1.0 event in structured mode.
type CloudEvent struct {
	ID              string
	Source          string
	SpecVersion     string
	Type            string
	Subject         string
	Time            time.Time // zero if absent
	DataContentType string
	DataSchema      string
	Data            json.RawMessage // data, or the bytes of data_base64
	Extensions      map[string]any  // string, bool or an integer
}

// attributeName is how attributes are called, extensions too.
var attributeName = regexp.MustCompile(`^[a-z0-9]{1,20}$`)

// parseCloudEvent reads an event strictly: the media type, the required
// attributes, the type of every attribute, no member twice, nothing after the
// object. types limits the event types if it is not empty.
func parseCloudEvent(contentType string, body []byte, types []string) (*CloudEvent, error) {
	media, params, err := mime.ParseMediaType(contentType)
	if err != nil || media != "application/cloudevents+json" {
		return nil, fmt.Errorf("the content type is %q, not application/cloudevents+json", contentType)
	}
	if cs := params["charset"]; cs != "" && !strings.EqualFold(cs, "utf-8") {
		return nil, fmt.Errorf("the charset is %q, not utf-8", cs)
	}
	members, err := objectMembers(body)
	if err != nil {
		return nil, fmt.Errorf("the body is not a CloudEvent: %w", err)
	}
	ev := &CloudEvent{Extensions: map[string]any{}}
	for name, raw := range members {
		if err := ev.member(name, raw); err != nil {
			return nil, fmt.Errorf("CloudEvent: %w", err)
		}
	}
	if members["data"] != nil && members["data_base64"] != nil {
		return nil, errors.New("CloudEvent: both data and data_base64")
	}
	if err := ev.check(types); err != nil {
		return nil, fmt.Errorf("CloudEvent: %w", err)
	}
	return ev, nil
}

// objectMembers splits a JSON object, and refuses a member that occurs twice
// and anything behind the object. Members that are null are absent.
func objectMembers(body []byte) (map[string]json.RawMessage, error) {
	dec := json.NewDecoder(bytes.NewReader(body))
	if t, err := dec.Token(); err != nil || t != json.Delim('{') {
		return nil, errors.New("it is not a JSON object")
	}
	members := map[string]json.RawMessage{}
	seen := map[string]bool{}
	for dec.More() {
		t, err := dec.Token()
		if err != nil {
			return nil, err
		}
		name, _ := t.(string)
		var raw json.RawMessage
		if err := dec.Decode(&raw); err != nil {
			return nil, err
		}
		if seen[name] {
			return nil, fmt.Errorf("%q occurs twice", name)
		}
		seen[name] = true
		if string(raw) != "null" {
			members[name] = raw
		}
	}
	if _, err := dec.Token(); err != nil {
		return nil, err
	}
	if _, err := dec.Token(); err != io.EOF {
		return nil, errors.New("something follows the object")
	}
	return members, nil
}

// member takes one member of the object.
func (ev *CloudEvent) member(name string, raw json.RawMessage) error {
	text := map[string]*string{"id": &ev.ID, "source": &ev.Source, "specversion": &ev.SpecVersion, "type": &ev.Type,
		"subject": &ev.Subject, "datacontenttype": &ev.DataContentType, "dataschema": &ev.DataSchema}
	switch to := text[name]; {
	case to != nil:
		if err := json.Unmarshal(raw, to); err != nil || *to == "" {
			return fmt.Errorf("%s is not a string, or empty", name)
		}
	case name == "time":
		var s string
		if err := json.Unmarshal(raw, &s); err != nil {
			return errors.New("time is not a string")
		}
		t, err := time.Parse(time.RFC3339Nano, s)
		if err != nil {
			return fmt.Errorf("time %q is not RFC 3339", s)
		}
		ev.Time = t
	case name == "data":
		ev.Data = raw
	case name == "data_base64":
		var s string
		if err := json.Unmarshal(raw, &s); err != nil {
			return errors.New("data_base64 is not a string")
		}
		data, err := base64.StdEncoding.DecodeString(s)
		if err != nil {
			return fmt.Errorf("data_base64: %w", err)
		}
		ev.Data = data
	default:
		return ev.extension(name, raw)
	}
	return nil
}

// extension takes an attribute the specification does not name. It may be a
// string, a boolean or a 32-bit integer.
func (ev *CloudEvent) extension(name string, raw json.RawMessage) error {
	if !attributeName.MatchString(name) {
		return fmt.Errorf("%q is not a name of an attribute: lower-case letters and digits, at most 20", name)
	}
	var v any
	if err := json.Unmarshal(raw, &v); err != nil {
		return err
	}
	switch n := v.(type) {
	case string, bool:
	case float64:
		if n != math.Trunc(n) || math.Abs(n) > math.MaxInt32 {
			return fmt.Errorf("the number %s is not a 32-bit integer", name)
		}
	default:
		return fmt.Errorf("%s has a type that attributes cannot have", name)
	}
	ev.Extensions[name] = v
	return nil
}

// check looks for the required attributes and at their values.
func (ev *CloudEvent) check(types []string) error {
	for name, v := range map[string]string{"id": ev.ID, "source": ev.Source, "specversion": ev.SpecVersion, "type": ev.Type} {
		if v == "" {
			return fmt.Errorf("%s is missing", name)
		}
	}
	if ev.SpecVersion != "1.0" {
		return fmt.Errorf("specversion is %q, not 1.0", ev.SpecVersion)
	}
	if _, err := url.Parse(ev.Source); err != nil {
		return fmt.Errorf("source is not a URI reference: %w", err)
	}
	if ev.DataContentType != "" {
		if _, _, err := mime.ParseMediaType(ev.DataContentType); err != nil {
			return fmt.Errorf("datacontenttype: %w", err)
		}
	}
	if len(types) > 0 && !slices.Contains(types, ev.Type) {
		return fmt.Errorf("the type %q is unknown", ev.Type)
	}
	return nil
}
