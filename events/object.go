package events

import (
	"encoding/json"
	"strings"
	"time"
)

// Limits of envelopes, far above what real ones have.
const (
	maxMembers = 1024 // of an object; they are held in a map
	maxName    = 1024 // bytes of an identifier; they are logged and remembered
)

// object holds the members of an envelope, under their exact names: encoding/json
// would match them in any case and with Unicode folding.
type object struct {
	path      string
	values    map[string]json.RawMessage
	duplicate string // path of a member that is there twice, or ""
}

// readObject reads a checked JSON object; it fails only if there are too many
// members. Whether a duplicate matters depends on what the object turns out to be.
func readObject(b []byte, path string) (object, *Error) {
	o := object{path: path, values: make(map[string]json.RawMessage)}
	for name, value := range members(b) {
		if _, twice := o.values[name]; twice && o.duplicate == "" {
			o.duplicate = o.at(name)
		}
		o.values[name] = value
		if len(o.values) > maxMembers {
			return o, fault(TooLarge, path, "has more than %d members", maxMembers)
		}
	}
	return o, nil
}

// readEnvelope reads a member that must be an object without duplicates.
func readEnvelope(b []byte, path string) (object, *Error) {
	if kindOf(b) != '{' {
		return object{}, fault(WrongType, path, "must be an object")
	}
	o, err := readObject(b, path)
	if err != nil {
		return o, err
	}
	return o, o.duplicateFault()
}

func (o object) duplicateFault() *Error {
	if o.duplicate == "" {
		return nil
	}
	return fault(DuplicateField, o.duplicate, "is there twice")
}

// has reports whether all the names are there, be it with null.
func (o object) has(names ...string) bool {
	for _, name := range names {
		if _, ok := o.values[name]; !ok {
			return false
		}
	}
	return true
}

// at returns the path of a member.
func (o object) at(name string) string { return memberPath(o.path, name) }

// fault of a member.
func (o object) fault(name, code, format string, args ...any) *Error {
	return fault(code, o.at(name), format, args...)
}

// get returns a member; its JSON is nil if it is missing or null, which CloudEvents calls the
// same.
func (o object) get(name string) value {
	v := value{o.values[name], o.at(name)}
	if kindOf(v.json) == 'n' {
		v.json = nil
	}
	return v
}

// envelope reads a member that must be an object without duplicates.
func (o object) envelope(name string) (object, *Error) {
	return readEnvelope(o.values[name], o.at(name))
}

// holds reports whether a member is an object with the name inner in it.
func (o object) holds(name, inner string) bool {
	v := o.values[name]
	if kindOf(v) != '{' {
		return false
	}
	for n := range members(v) {
		if n == inner {
			return true
		}
	}
	return false
}

// text returns a member that is a string or a number, or "".
func (o object) text(name string) string {
	s, _ := scalar(o.values[name])
	return s
}

// time reads a member that is a time.
func (o object) time(name string) (time.Time, bool) { return parseTime(o.text(name)) }

// strings reads a member that is an object of strings. Names that fold to the same are refused:
// which of the two counts would depend on who reads them. Arrays are joined with
// commas; values of other types are left out.
func (o object) strings(name string, fold func(string) string) (map[string]string, *Error) {
	b := o.values[name]
	if kindOf(b) != '{' {
		return nil, nil
	}
	result, seen := make(map[string]string), make(map[string]bool)
	for key, value := range members(b) {
		if folded := fold(key); seen[folded] {
			return nil, o.fault(name, DuplicateField, "holds a name twice") // a stranger's: not repeated
		} else {
			seen[folded] = true
		}
		if len(seen) > maxMembers {
			return nil, o.fault(name, TooLarge, "has more than %d members", maxMembers)
		}
		if s, ok := joined(value); ok {
			result[key] = s
		}
	}
	return result, nil
}

// joined returns a scalar, or the elements of an array as Function Compute joins the values of a name that came more
// than once: with commas.
func joined(b []byte) (string, bool) {
	var list []json.RawMessage
	if kindOf(b) != '[' || json.Unmarshal(b, &list) != nil || len(list) == 0 {
		return scalar(b)
	}
	texts := make([]string, len(list))
	for i, element := range list {
		texts[i], _ = scalar(element)
	}
	return strings.Join(texts, ","), true
}

// scalarField returns a member that must be a string or a number, and not blank.
func (o object) scalarField(name string) (string, *Error) {
	v := o.get(name)
	if v.json == nil {
		return "", v.fault(MissingField, "is missing")
	}
	s, ok := scalar(v.json)
	switch {
	case !ok:
		return "", v.fault(WrongType, "must be a string")
	case s == "":
		return "", v.fault(MissingField, "is empty")
	case len(s) > maxName:
		return "", v.fault(TooLarge, "is longer than %d bytes", maxName)
	}
	return s, nil
}
