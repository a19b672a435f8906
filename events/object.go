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
	at     place
	values map[string]json.RawMessage
	twice  *Error // the fault of a member that is there twice
}

// readObject reads an object; it fails only if there are too many members. Whether a
// duplicate matters depends on what the object turns out to be.
func readObject(v value) (object, *Error) {
	v.at = place{parent: v.at.jsonPath()} // written once for all members
	o := object{at: v.at, values: make(map[string]json.RawMessage)}
	for name, member := range v.members() {
		if _, twice := o.values[name]; twice && o.twice == nil {
			o.twice = member.fault(DuplicateField, "is there twice")
		}
		o.values[name] = member.json
		if len(o.values) > maxMembers {
			return o, v.fault(TooLarge, "has more than %d members", maxMembers)
		}
	}
	return o, nil
}

// readEnvelope reads what must be an object without duplicates.
func readEnvelope(v value) (object, *Error) {
	if v.kind != '{' {
		return object{}, v.fault(WrongType, "must be an object")
	}
	o, err := readObject(v)
	if err == nil {
		err = o.twice
	}
	return o, err
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

// holds reports whether a member is an object with the name inner in it.
func (o object) holds(name, inner string) bool {
	v := o.get(name)
	if v.kind != '{' {
		return false
	}
	for n := range (value{json: v.json}).members() { // without paths: only the names count
		if n == inner {
			return true
		}
	}
	return false
}

// get returns a member. Its kind is 0 if it is missing or null, which CloudEvents calls the same.
func (o object) get(name string) value {
	v := value{at: place{parent: o.at.parent, step: member, name: name}}
	if b := o.values[name]; b != nil && b[0] != 'n' {
		v.kind, v.json = b[0], b
	}
	return v
}

// text returns a member that is a string or a number, or "".
func (o object) text(name string) string {
	s, _ := o.get(name).scalar()
	return s
}

// time returns a member that is a time; zero if it is missing. A time that is there but
// unreadable is a fault: nobody could tell how old the event is.
func (o object) time(name string) (time.Time, *Error) {
	v := o.get(name)
	if v.kind == 0 {
		return time.Time{}, nil
	}
	s, _ := v.scalar()
	t, ok := parseTime(s)
	if !ok {
		return t, v.fault(InvalidTime, "is not a time with its zone, such as 2026-11-02T19:00:00+08:00")
	}
	return t, nil
}

// identifier returns a member that must be a string or a number, and not blank.
func (o object) identifier(name string) (string, *Error) {
	v := o.get(name)
	s, ok := v.scalar()
	switch {
	case v.kind == 0:
		return "", v.fault(MissingField, "is missing")
	case !ok:
		return "", v.fault(WrongType, "must be a string")
	case s == "":
		return "", v.fault(MissingField, "is empty")
	case len(s) > maxName:
		return "", v.fault(TooLarge, "is longer than %d bytes", maxName)
	}
	return s, nil
}

// readStrings reads an object of strings. Names that fold to the same are refused:
// which of the two counts would depend on who reads them. Arrays are joined with
// commas; values of other types are left out.
func readStrings(v value, fold func(string) string) (map[string]string, *Error) {
	if v.kind != '{' {
		return nil, nil
	}
	result, seen := make(map[string]string), make(map[string]bool)
	for key, member := range (value{json: v.json}).members() { // without paths: no fault names a member
		if folded := fold(key); seen[folded] {
			return nil, v.fault(DuplicateField, "holds a name twice") // a stranger's: not repeated
		} else {
			seen[folded] = true
		}
		if len(seen) > maxMembers {
			return nil, v.fault(TooLarge, "has more than %d members", maxMembers)
		}
		if s, ok := joined(member); ok {
			result[key] = s
		}
	}
	return result, nil
}

// joined returns a scalar, or the elements of an array as Function Compute joins the values of a name that came more
// than once: with commas.
func joined(v value) (string, bool) {
	if v.kind != '[' {
		return v.scalar()
	}
	var texts []string
	for _, element := range v.elements() {
		s, _ := element.scalar()
		texts = append(texts, s)
	}
	return strings.Join(texts, ","), len(texts) > 0
}
