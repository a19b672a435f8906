package routes

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"stopdesktops/events"
)

// Mapping is how a route reads what comes in.
type Mapping struct {
	time       *query
	conditions []condition
	fields     []field // nil: the payload is the request
}

// field of the request, by its name there: DesktopId, Select.EndUserId.
type field struct {
	name     string
	kind     kind
	constant json.RawMessage // not nil: no path is read
	paths    []query         // the first that finds something counts
	join     []query         // instead of paths: all must find something, and their texts are joined
	fallback json.RawMessage // where none does
	optional bool            // then it may be left out
}

// kind of a field's value.
type kind int

const (
	oneText kind = iota
	listOfTexts
	listOfUsers
	boolean
	number
	constantOnly
)

// kinds of the fields that a route may fill. CallbackUrl is not among them.
var kinds = map[string]kind{
	"StoppedMode": oneText, "On": oneText, "Reason": oneText, "RequestedBy": oneText, "IdempotencyKey": oneText, "ApprovalToken": oneText,
	"Account": listOfTexts, "RegionId": listOfTexts, "DesktopId": listOfTexts,
	"OsUpdate": boolean, "DryRun": boolean, "Force": boolean,
	"IdleMinutes": number, "WaitSeconds": number,
	"Select.All": constantOnly, "Select.Tag": constantOnly,
	"Select.OfficeSiteId": oneText, "Select.DesktopGroupId": oneText, "Select.PolicyGroupId": oneText,
	"Select.ResourceGroupId": oneText, "Select.ChargeType": oneText, "Select.SubPayType": oneText, "Select.DesktopName": oneText,
	"Select.EndUserId":  listOfUsers,
	"Exclude.DesktopId": listOfTexts, "Exclude.EndUserId": listOfUsers, "Exclude.Tag": constantOnly,
}

// Map reads a payload, which is at path in what came in.
func (m *Mapping) Map(payload []byte, path string) (events.Mapped, error) {
	doc, err := events.Document(payload, path)
	if err != nil {
		return events.Mapped{}, err
	}
	var mapped events.Mapped
	if m.time != nil {
		if mapped.Time, err = m.readTime(doc, path); err != nil {
			return events.Mapped{}, err
		}
	}
	if mapped.Because, mapped.Unmet = unmet(m.conditions, doc, path); mapped.Because != "" {
		mapped.Ignored = true
		return mapped, nil
	}
	if m.fields == nil {
		mapped.Request = payload
		return mapped, nil
	}
	mapped.Request, mapped.Paths, err = m.request(doc, path)
	return mapped, err
}

func (m *Mapping) readTime(doc any, path string) (time.Time, error) {
	at := m.time.under(path)
	if found := m.time.find(doc); len(found) > 0 {
		text, ok := scalar(found[0])
		t, readable := events.ParseTime(text)
		if !ok || !readable {
			return time.Time{}, &events.Error{Code: events.InvalidTime, Path: at, Message: "is not a time, such as 2026-11-02T19:00:00+08:00 or seconds or milliseconds since 1970"}
		}
		return t, nil
	}
	return time.Time{}, &events.Error{Code: events.MissingField, Path: at, Message: "is missing: by it an old event is told from a new one"}
}

// scalar is the text of a value that is no object, array or null.
func scalar(v any) (string, bool) {
	switch v := v.(type) {
	case string:
		return v, true
	case json.Number:
		return v.String(), true
	case bool:
		if v {
			return "true", true
		}
		return "false", true
	}
	return "", false
}

// request made of the fields, and where each was found.
func (m *Mapping) request(doc any, path string) (json.RawMessage, map[string]string, error) {
	request, paths := map[string]any{}, map[string]string{"$": path}
	for _, f := range m.fields {
		value, at, err := f.value(doc, path)
		if err != nil {
			return nil, nil, err
		}
		if value == nil {
			continue
		}
		into, name := request, f.name
		if outer, inner, nested := strings.Cut(f.name, "."); nested {
			if request[outer] == nil {
				request[outer] = map[string]any{}
			}
			into, name = request[outer].(map[string]any), inner
		}
		into[name] = value
		paths["$."+f.name] = at
	}
	raw, err := json.Marshal(request)
	return raw, paths, err
}

// value of the field and where it was found; nil if the field is to be left out.
func (f field) value(doc any, path string) (value any, at string, err error) {
	if f.constant != nil {
		return f.constant, path, nil
	}
	if f.join != nil {
		return f.joined(doc, path)
	}
	for _, q := range f.paths {
		at = q.under(path)
		value, fault := f.kind.read(q, doc)
		if fault != "" {
			return nil, at, &events.Error{Code: events.WrongType, Path: at, Message: fault + ", for " + f.name}
		}
		if value != nil {
			return value, at, nil
		}
	}
	switch {
	case f.fallback != nil:
		return f.fallback, path, nil
	case f.optional:
		return nil, "", nil
	}
	return nil, at, f.missing(f.paths[0].under(path))
}

// joined is the text of all paths, such as IT-101:10124. It is never a shorter one: an ID without the part
// that changes would make the next event a duplicate.
func (f field) joined(doc any, path string) (value any, at string, err error) {
	var parts []string
	for _, q := range f.join {
		at = q.under(path)
		part, fault := f.kind.read(q, doc)
		switch {
		case fault != "":
			return nil, at, &events.Error{Code: events.WrongType, Path: at, Message: fault + ", for " + f.name}
		case part == nil:
			return nil, at, f.missing(at)
		}
		parts = append(parts, part.(string))
	}
	return strings.Join(parts, ":"), f.join[0].under(path), nil
}

func (f field) missing(at string) *events.Error {
	return &events.Error{Code: events.MissingField, Path: at, Message: "is missing or empty, and is needed for " + f.name}
}

// read returns what a path finds: nil if it finds nothing. The text says what is wrong with it.
func (k kind) read(q query, doc any) (value any, fault string) {
	found := q.find(doc)
	switch {
	case k == listOfTexts:
		return readList(found, split)
	case k == listOfUsers && q.elements:
		return readList(found, whole)
	case k == listOfUsers:
		return readList(found, splitUsers)
	}
	if len(found) == 0 {
		return nil, ""
	}
	v := inner(found[0])
	text, ok := scalar(v)
	_, isBool := v.(bool)
	text = strings.TrimSpace(text)
	switch {
	case v == nil || ok && text == "":
		return nil, ""
	case !ok:
		return nil, "must be one value, not an object or an array"
	case k == boolean && (text == "true" || text == "false"):
		return json.RawMessage(text), ""
	case k == boolean:
		return nil, "must be true or false"
	case k == number:
		return readNumber(text)
	case isBool:
		return nil, "must be a text"
	}
	return text, ""
}

// readNumber takes whole numbers as forms write them: Jira makes 50.0 of 50.
func readNumber(text string) (any, string) {
	n, isNumber, whole, fits := events.WholeNumber(text)
	switch {
	case !isNumber || !whole:
		return nil, "must be a whole number"
	case !fits:
		return nil, "is too large a number"
	}
	return json.Number(strconv.Itoa(n)), ""
}

// inner is the value of a choice in a form, which many systems write as an object with value.
func inner(v any) any {
	if o, ok := v.(map[string]any); ok {
		if value, ok := o["value"]; ok {
			return value
		}
	}
	return v
}

// readList takes arrays, texts that split separates, and objects with value, also within arrays.
func readList(found []any, split func(string) (items []string, fault string)) (any, string) {
	var list []string
	for _, v := range found {
		v = inner(v)
		elements, isArray := v.([]any)
		if !isArray {
			text, ok := v.(string)
			if !ok && v != nil {
				return nil, "must be an array, or a text with separators"
			}
			items, fault := split(text)
			if fault != "" {
				return nil, fault
			}
			list = append(list, items...)
			continue
		}
		for _, e := range elements {
			text, ok := inner(e).(string)
			if !ok {
				return nil, "must hold texts, or objects with value"
			}
			items, _ := whole(text)
			list = append(list, items...)
		}
	}
	if len(list) == 0 {
		return nil, ""
	}
	return list, ""
}

// split at the separators that a request takes, too.
func split(text string) ([]string, string) {
	return strings.FieldsFunc(text, events.Separator), ""
}

func splitUsers(text string) ([]string, string) {
	items, err := events.SplitUsers(text)
	if err != nil {
		return nil, err.Message
	}
	return items, ""
}

// whole takes a text as one item, or none if it is blank.
func whole(text string) ([]string, string) {
	if text = strings.TrimSpace(text); text == "" {
		return nil, ""
	}
	return []string{text}, ""
}
