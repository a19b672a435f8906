package timer

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// field is one of the six fields.
type field struct {
	name      string
	low, high int
	names     []string // of low, low+1, …
	special   string   // the special characters that it may hold
}

// The fields, in their order.
const (
	second = iota
	minute
	hour
	day
	month
	weekday
)

var fields = [6]field{
	second:  {name: "second", high: 59},
	minute:  {name: "minute", high: 59, special: ",-*/"},
	hour:    {name: "hour", high: 23, special: ",-*/"},
	day:     {name: "day", low: 1, high: 31, special: ",-*?/"},
	month:   {name: "month", low: 1, high: 12, special: ",-*/", names: strings.Fields("JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC")},
	weekday: {name: "weekday", high: 7, special: ",-*?", names: strings.Fields("SUN MON TUE WED THU FRI SAT")},
}

// set holds bit n if the value n is meant.
type set uint64

func (s set) has(n int) bool { return s>>n&1 == 1 }

// values are those of the set, in order.
func (s set) values() []int {
	var list []int
	for n := range 64 {
		if s.has(n) {
			list = append(list, n)
		}
	}
	return list
}

// fieldReader reads one field.
type fieldReader struct {
	field
	text     string
	set      set
	numbered bool // a weekday is written as a number
	notes    []Note
}

func (r *fieldReader) fault(mend, problem string, args ...any) *Error {
	return &Error{Field: fmt.Sprintf("%s %q", r.name, r.text), Problem: fmt.Sprintf(problem, args...), Mend: mend}
}

// doubt notes what the documentation leaves open, or what was probably not meant.
func (r *fieldReader) doubt(mend, format string, args ...any) {
	note := Note{fmt.Sprintf("%s %q: ", r.name, r.text) + fmt.Sprintf(format, args...), mend}
	if !slices.Contains(r.notes, note) {
		r.notes = append(r.notes, note)
	}
}

// read reads the text of the field.
func (r *fieldReader) read() *Error {
	if err := r.characters(); err != nil {
		return err
	}
	if r.text == "*" || r.text == "?" {
		return r.fill(r.low, r.high, 1)
	}
	parts := strings.Split(r.text, ",")
	for _, part := range parts {
		if len(parts) > 1 && strings.ContainsAny(part, "*?") {
			return r.fault("write "+part[:1]+" alone, or a list of values", "has %q in a list", part)
		}
		if len(parts) > 1 && strings.ContainsAny(part, "-/") {
			r.doubt("write single values, as a list", "a list of anything but single values is not documented")
		}
		if err := r.part(part); err != nil {
			return err
		}
	}
	if r.numbered {
		r.doubt("write "+weekdays(r.set)+", as it is read here", "the day that a number means is not documented (0-6 or MON-SUN)")
	}
	return nil
}

// characters checks that the field holds no character that Function Compute does not document for it.
func (r *fieldReader) characters() *Error {
	for _, c := range r.text {
		known := c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || strings.ContainsRune(r.special, c)
		switch {
		case known:
		case r.name == "second" && strings.ContainsRune(",-*/", c):
			return r.fault("write one second, 0 for example; @every fires at an interval", "has %q: this field takes one number from 0 to 59 only", string(c))
		case c == '?':
			return r.fault("write *", "has \"?\", which only the day and the weekday take")
		case c == '/' && r.name == "weekday":
			return r.fault("write the days: MON,WED,FRI", "has \"/\", which this field does not take")
		case c == '#':
			return r.fault("Function Compute documents no nth weekday: write the days of the month instead", "has \"#\", which no field takes")
		default:
			return r.fault("write "+r.example(), "has %q, which this field does not take", string(c))
		}
	}
	return nil
}

// part reads one part of a list: a value, a range, or values at a distance.
func (r *fieldReader) part(part string) *Error {
	span, stepText, stepped := strings.Cut(part, "/")
	step := 1
	if stepped {
		n, err := strconv.Atoi(stepText)
		if err != nil || n < 1 {
			return r.fault(fmt.Sprintf("write %d/5, for example", r.low), "has the step %q, which is not a number from 1", stepText)
		}
		step = n
	}
	from, to, ranged := strings.Cut(span, "-")
	if span == "*" {
		r.doubt(fmt.Sprintf("write %d/%d", r.low, step), "*/%d is not documented", step)
		return r.steps(r.low, r.high, step)
	}
	first, err := r.value(from)
	if err != nil {
		return err
	}
	switch {
	case !ranged && !stepped:
		return r.fill(first, first, 1)
	case !ranged:
		return r.steps(first, r.high, step)
	}
	last, err := r.value(to)
	if err != nil {
		return err
	}
	if r.name == "weekday" && (first == 0 || last == 0 || last == 7) {
		r.doubt("write "+days(first, last), "whether a week begins or ends with Sunday is not documented")
		if last == 0 {
			last = 7
		}
	}
	if last < first {
		return r.fault(r.turned(first, last), "has a range that runs backwards")
	}
	if stepped {
		r.doubt("write the values as a list", "a range with a step is not documented")
		return r.steps(first, last, step)
	}
	return r.fill(first, last, 1)
}

// steps fills a part that has a step.
func (r *fieldReader) steps(first, last, step int) *Error {
	if first+step > last {
		mend := fmt.Sprintf("write %d", first)
		if r.name == "minute" {
			mend += fmt.Sprintf(", or @every %dm to fire every %d minutes", step, step)
		}
		r.doubt(mend, "means %s %d alone", r.name, first)
	}
	return r.fill(first, last, step)
}

func (r *fieldReader) fill(first, last, step int) *Error {
	for n := first; n <= last; n += step {
		if r.name == "weekday" {
			r.set |= 1 << (n % 7)
			continue
		}
		r.set |= 1 << n
	}
	return nil
}

// value is a number or a name.
func (r *fieldReader) value(text string) (int, *Error) {
	for i, name := range r.names {
		if strings.EqualFold(text, name) {
			if text != name {
				r.doubt("write "+name, "lower case is not documented")
			}
			return r.low + i, nil
		}
	}
	n, err := strconv.Atoi(text)
	switch {
	case err != nil:
		return 0, r.notAValue(text)
	case n < r.low || n > r.high:
		mend := fmt.Sprintf("write a number from %d to %d", r.low, r.high)
		if r.name == "hour" && n == 24 {
			mend = "write 0 for midnight"
		}
		return 0, r.fault(mend, "has %d, which is not from %d to %d", n, r.low, r.high)
	case r.name == "weekday":
		r.numbered = true
	}
	if text != strconv.Itoa(n) {
		r.doubt(fmt.Sprintf("write %d", n), "a leading zero is not documented")
	}
	return n, nil
}

// notAValue is the error of a text that is neither a number nor a name.
func (r *fieldReader) notAValue(text string) *Error {
	upper := strings.ToUpper(text)
	for _, name := range r.names {
		if len(upper) > 3 && strings.HasPrefix(upper, name) {
			return r.fault("write "+name, "has %q", text)
		}
	}
	if text == "" {
		return r.fault("write a value there", "has an empty value")
	}
	switch letter := strings.Trim(upper, "0123456789"); {
	case r.name == "day" && letter == "L":
		return r.fault("write 28, the last day that every month has", "has L, which no field takes")
	case r.name == "day" && (letter == "W" || letter == "LW"), r.name == "weekday" && letter == "L":
		return r.fault("write days of the month, or weekdays", "has %s, which no field takes", letter)
	}
	return r.fault("write "+r.example(), "has %q, which is no value of this field", text)
}

// example of a field that is right.
func (r *fieldReader) example() string {
	text := fmt.Sprintf("a number from %d to %d", r.low, r.high)
	switch r.name {
	case "weekday":
		text = "weekdays by name, for example MON-FRI"
	case "month":
		text += ", or a name, for example JAN"
	}
	if strings.Contains(r.special, "*") {
		text += ", or *"
	}
	return text
}

// turned tells what to write for a range that runs backwards.
func (r *fieldReader) turned(first, last int) string {
	switch r.name {
	case "weekday":
		return "write " + days(first, last)
	case "month", "day":
		return fmt.Sprintf("write the values as a list, or %s-%s", r.show(last), r.show(first))
	}
	return fmt.Sprintf("write the values as a list, or two triggers: %d-%d and %d-%d", first, r.high, r.low, last)
}

// show writes a value, by its name if it has one.
func (r *fieldReader) show(n int) string {
	if r.names != nil {
		return r.names[n-r.low]
	}
	return strconv.Itoa(n)
}

// days are the names of the weekdays from first to last, around the end of the week if need be.
func days(first, last int) string {
	count := (last-first+7)%7 + 1
	if first == 0 && last == 7 {
		count = 7
	}
	var list []string
	for n := range count {
		list = append(list, fields[weekday].names[(first+n)%7])
	}
	if count == 7 {
		return "*"
	}
	return strings.Join(list, ",")
}

// weekdays writes a set of days in the documented form.
func weekdays(s set) string {
	list := s.values()
	if n := len(list); n == 7 {
		return "*"
	} else if n > 2 && list[0] > 0 && list[n-1]-list[0] == n-1 {
		return fields[weekday].names[list[0]] + "-" + fields[weekday].names[list[n-1]]
	}
	var names []string
	for _, n := range list {
		names = append(names, fields[weekday].names[n])
	}
	return strings.Join(names, ",")
}
