package calendar

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"stopdesktops/events"
	"stopdesktops/internal/setting"
)

const (
	maxRange = 366 // days of one line: a longer one has a wrong year
	maxName  = 100 // characters
)

// Fault of a line of the file. Its text follows "line 3", or the name of the file and the number.
type Fault struct {
	Line int
	Text string
}

// Faults are all faults of a file, in the order of their lines.
type Faults []*Fault

// Error is one line for each fault, of at most ten.
func (f Faults) Error() string {
	const most = 10
	var texts []string
	for _, one := range f[:min(len(f), most)] {
		texts = append(texts, fmt.Sprintf("line %d %s", one.Line, one.Text))
	}
	if more := len(f) - most; more > 0 {
		texts = append(texts, fmt.Sprintf("and %d more faults", more))
	}
	return strings.Join(texts, "\n")
}

// Read the lines of a file in UTF-8. A # begins a comment.
//
//	complete 2026
//	2026-10-01..2026-10-07 holiday National Day
//	2026-10-10             workday make-up for National Day
//
// A line of complete names years of which the file has every special day. Without it, a year that nobody has entered yet
// would have no holidays but its weekends. Each other line is a date or a range of dates, what these days are, and their
// name. Every other day of these years is a holiday on a weekend, and a workday else. The error is a Faults, unless the
// file is no text: a calendar that is half read would call a holiday a workday.
func Read(file []byte, weekend []time.Weekday) (*Calendar, error) {
	text, err := setting.Decode(file)
	if err != nil {
		return nil, err
	}
	r := reader{Calendar: &Calendar{weekend: weekend, special: map[time.Time]entry{}}}
	for line, text := range setting.Lines(text) {
		r.line = line
		r.read(text)
	}
	r.finish()
	if len(r.faults) > 0 {
		return nil, r.faults
	}
	return r.Calendar, nil
}

// reader of one file.
type reader struct {
	*Calendar
	line   int
	faults Faults
}

func (r *reader) fault(format string, args ...any) {
	r.faults = append(r.faults, &Fault{r.line, fmt.Sprintf(format, args...)})
}

// read a line that is not empty.
func (r *reader) read(text string) {
	words := strings.FieldsFunc(text, func(c rune) bool { return c == ' ' || c == '\t' })
	if words[0] == "complete" {
		r.years(words[1:])
		return
	}
	if err := setting.Word.Check(strings.Join(words[:min(2, len(words))], " ")); err != nil {
		r.fault("%v", err)
		return
	}
	s := &Special{Line: r.line}
	if !r.dates(words[0], s) {
		return
	}
	if len(words) < 2 || words[1] != events.Holiday && words[1] != events.Workday {
		r.fault("needs holiday or workday after its dates")
		return
	}
	s.Kind, s.Name = words[1], strings.Join(words[2:], " ")
	err := setting.Text.Check(s.Name)
	switch {
	case s.Name == "":
		r.fault("needs a name after %s, such as National Day", s.Kind)
	case len([]rune(s.Name)) > maxName:
		r.fault("has a name of more than %d characters", maxName)
	case err != nil:
		r.fault("has a name that %v", err)
	default:
		r.add(s)
	}
}

// years of a line of complete.
func (r *reader) years(words []string) {
	if len(words) == 0 {
		r.fault("needs years after complete, such as complete 2026")
	}
	for _, word := range words {
		year, err := strconv.Atoi(word)
		switch {
		case err != nil || year < 1970 || year > 9999 || len(word) != 4:
			r.fault("has a year that is none: write complete 2026, and more years with blanks between them")
		case slices.Contains(r.complete, year):
			r.fault("names the year %d again", year)
		default:
			r.complete = append(r.complete, year)
		}
	}
}

// dates of a line: 2026-10-10, or 2026-10-01..2026-10-07.
func (r *reader) dates(text string, s *Special) bool {
	const form = "is no date such as 2026-10-01, no range such as 2026-10-01..2026-10-07, and not complete with a year"
	first, last, isRange := strings.Cut(text, "..")
	if !isRange {
		last = first
	}
	var err error
	for _, part := range []struct {
		text string
		into *time.Time
	}{{first, &s.First}, {last, &s.Last}} {
		if *part.into, err = time.Parse(time.DateOnly, part.text); err != nil {
			r.fault(form)
			return false
		}
	}
	switch days := int(s.Last.Sub(s.First)/(24*time.Hour)) + 1; {
	case days < 1:
		r.fault("has a range that ends before it begins")
		return false
	case days > maxRange:
		r.fault("has a range of %d days; at most %d are taken: look at its years", days, maxRange)
		return false
	}
	return true
}

// add the days of a line.
func (r *reader) add(s *Special) {
	for date := s.First; !date.After(s.Last); date = date.AddDate(0, 0, 1) {
		if before, again := r.special[date]; again {
			r.fault("says again what %s is, as line %d does: write each day once", date.Format(time.DateOnly), before.line)
			return
		}
		r.special[date] = entry{s.Kind, s.Name, s.Line}
	}
	r.lines = append(r.lines, s)
}

// finish looks for what needs the whole file.
func (r *reader) finish() {
	slices.Sort(r.complete)
	slices.SortFunc(r.lines, func(a, b *Special) int { return a.First.Compare(b.First) })
	for _, s := range r.lines {
		for _, date := range []time.Time{s.First, s.Last} {
			if !r.Covers(date) {
				r.line = s.Line
				r.fault("has a day of %d, and the file does not say complete %[1]d: look at the year, or add that line once every day of the year is known", date.Year())
				break
			}
		}
	}
	if len(r.complete) == 0 && len(r.faults) == 0 {
		r.line = 1
		r.fault("is the first of a file that is complete for no year: write a line such as complete 2026")
	}
	slices.SortStableFunc(r.faults, func(a, b *Fault) int { return cmp.Compare(a.Line, b.Line) })
}

var weekdays = []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

// Weekend reads days of the week, such as sat and sun.
func Weekend(names []string) ([]time.Weekday, error) {
	var days []time.Weekday
	for i, name := range names {
		day := time.Weekday(slices.Index(weekdays, strings.ToLower(name)))
		switch {
		case day < 0:
			return nil, fmt.Errorf("item %d of %d is no day of the week: write mon, tue, wed, thu, fri, sat or sun, separated by commas", i+1, len(names))
		case slices.Contains(days, day):
			return nil, fmt.Errorf("names %s twice", weekdays[day])
		}
		days = append(days, day)
	}
	switch len(days) {
	case 0:
		return nil, fmt.Errorf("names no day: write one such as sat,sun")
	case len(weekdays):
		return nil, fmt.Errorf("names every day of the week: then there is no workday")
	}
	return days, nil
}
