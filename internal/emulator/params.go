package emulator

import (
	"net/url"
	"strconv"
	"strings"
	"time"
)

// params reads the query of one call. The first fault sticks; the caller
// looks at err once, after [params.finish].
type params struct {
	q    url.Values
	used map[string]bool
	err  *apiError
}

func newParams(q url.Values) *params {
	p := &params{q: q, used: map[string]bool{}}
	for name, values := range q {
		if len(values) > 1 {
			p.fail(errParameter("the parameter %s is given %d times", name, len(values)))
		}
	}
	return p
}

func (p *params) fail(err *apiError) {
	if p.err == nil {
		p.err = err
	}
}

// get is the value of a parameter and whether it is there.
func (p *params) get(name string) (string, bool) {
	p.used[name] = true
	values, ok := p.q[name]
	if !ok {
		return "", false
	}
	return values[0], true
}

// text is an optional string; given but empty is refused.
func (p *params) text(name string) string {
	v, ok := p.get(name)
	if ok && v == "" {
		p.fail(errParameter("the parameter %s is empty", name))
	}
	return v
}

func (p *params) required(name string) string {
	v, ok := p.get(name)
	if !ok || v == "" {
		p.fail(errMissing(name))
	}
	return v
}

func (p *params) oneOf(name string, allowed ...string) string {
	v := p.text(name)
	p.check(name, v, allowed)
	return v
}

// check refuses a value that is not empty and not allowed.
func (p *params) check(name, v string, allowed []string) {
	if v == "" {
		return
	}
	for _, a := range allowed {
		if v == a {
			return
		}
	}
	p.fail(errParameter("%s is not a value of %s", v, name))
}

func (p *params) boolean(name string, otherwise bool) bool {
	switch v, ok := p.get(name); {
	case !ok:
		return otherwise
	case v == "true":
		return true
	case v == "false":
		return false
	default:
		p.fail(errParameter("%s is not a value of %s", v, name))
		return otherwise
	}
}

// number is an optional integer from 1 to limit.
func (p *params) number(name string, otherwise, limit int) int {
	v, ok := p.get(name)
	if !ok {
		return otherwise
	}
	n, err := strconv.Atoi(v)
	if err != nil || n < 1 || n > limit {
		p.fail(errParameter("%s must be from 1 to %d, not %s", name, limit, v))
		return otherwise
	}
	return n
}

// instant is an optional time such as 2006-01-02T15:04:05Z.
func (p *params) instant(name string) time.Time {
	v := p.text(name)
	if v == "" {
		return time.Time{}
	}
	t, ok := parseUTC(v)
	if !ok {
		p.fail(errParameter("%s must be a time in UTC such as 2006-01-02T15:04:05Z, not %s", name, v))
	}
	return t
}

// parseUTC reads 2006-01-02T15:04:05Z and nothing else: time.Parse alone would
// let fractions of a second pass.
func parseUTC(s string) (time.Time, bool) {
	const layout = "2006-01-02T15:04:05Z"
	t, err := time.Parse(layout, s)
	return t, err == nil && t.Format(layout) == s
}

// list is Name.1, Name.2, … without holes, without duplicates, at most limit.
func (p *params) list(name string, limit int) []string {
	var list []string
	seen := map[string]bool{}
	for {
		v, ok := p.get(name + "." + strconv.Itoa(len(list)+1))
		if !ok {
			break
		}
		switch {
		case v == "":
			p.fail(errParameter("%s.%d is empty", name, len(list)+1))
		case seen[v]:
			p.fail(errParameter("%s has %s more than once", name, v))
		}
		seen[v] = true
		list = append(list, v)
	}
	if len(list) > limit {
		p.fail(errParameter("%s has %d values; at most %d are allowed", name, len(list), limit))
	}
	return list
}

// A tagFilter matches a tag by its key and, if there is one, its value.
type tagFilter struct {
	key      string
	value    string
	hasValue bool
}

func (f tagFilter) matches(t Tag) bool {
	return f.key == t.Key && (!f.hasValue || f.value == t.Value)
}

// tags is Tag.1.Key, Tag.1.Value, … at most 20, keys of at most 128
// characters.
func (p *params) tags() []tagFilter {
	var list []tagFilter
	seen := map[string]bool{}
	for {
		prefix := "Tag." + strconv.Itoa(len(list)+1)
		key, ok := p.get(prefix + ".Key")
		if !ok {
			break
		}
		value, hasValue := p.get(prefix + ".Value")
		switch {
		case key == "" || len([]rune(key)) > 128 || len([]rune(value)) > 128:
			p.fail(errParameter("%s.Key must have 1 to 128 characters, its value at most 128", prefix))
		case strings.HasPrefix(key, "acs:") || strings.HasPrefix(key, "aliyun") ||
			strings.Contains(key, "http://") || strings.Contains(key, "https://"):
			p.fail(errParameter("%s.Key is reserved: %s", prefix, key))
		case seen[key+"\x00"+value]:
			p.fail(errParameter("Tag has %s more than once", key))
		}
		seen[key+"\x00"+value] = true
		list = append(list, tagFilter{key, value, hasValue})
	}
	if len(list) > 20 {
		p.fail(errParameter("Tag has %d entries; at most 20 are allowed", len(list)))
	}
	return list
}

// finish refuses every parameter that nobody asked for: misspelt names,
// unsupported ones, lists with holes.
func (p *params) finish() *apiError {
	for name := range p.q {
		if !p.used[name] {
			p.fail(errParameter("unknown parameter %s", name))
		}
	}
	return p.err
}
