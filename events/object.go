package events

import "encoding/json"

// Limits of envelopes, far above what real ones have.
const (
	maxMembers = 1024 // of an object; they are held in a map
	maxName    = 1024 // bytes of an identifier; they are logged and remembered
)

// object holds the members of an envelope, under their exact names: encoding/json
// would match them in any case and with Unicode folding.
type object struct {
	values    map[string]json.RawMessage
	duplicate string // path of a member that is there twice, or ""
}

// readObject reads a checked JSON object; it fails only if there are too many
// members. Whether a duplicate matters depends on what the object turns out to be.
func readObject(b []byte, path string) (object, *Error) {
	o := object{values: make(map[string]json.RawMessage)}
	for name, value := range members(b) {
		if _, twice := o.values[name]; twice && o.duplicate == "" {
			o.duplicate = memberPath(path, name)
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

// get returns a member; nil if it is missing or null, which CloudEvents calls the
// same.
func (o object) get(name string) json.RawMessage {
	if v := o.values[name]; kindOf(v) != 'n' {
		return v
	}
	return nil
}

// kindOf returns the first byte of a checked value: {, [, ", t, f, n, a digit or
// minus; 0 for none.
func kindOf(b []byte) byte {
	if len(b) == 0 {
		return 0
	}
	return b[0]
}

// scalar returns a string, or a number as it is written.
func scalar(b []byte) (string, bool) {
	switch c := kindOf(b); {
	case c == '"':
		return text(b), true
	case c == '-' || '0' <= c && c <= '9':
		return string(b), true
	}
	return "", false
}

// scalarField returns a member that must be a string or a number, and not blank.
func (o object) scalarField(name, path string) (string, *Error) {
	path = memberPath(path, name)
	v := o.get(name)
	if v == nil {
		return "", fault(MissingField, path, "is missing")
	}
	s, ok := scalar(v)
	switch {
	case !ok:
		return "", fault(WrongType, path, "must be a string")
	case s == "":
		return "", fault(MissingField, path, "is empty")
	case len(s) > maxName:
		return "", fault(TooLarge, path, "is longer than %d bytes", maxName)
	}
	return s, nil
}
