package stop

import (
	"context"
	"strconv"
	"strings"
	"time"

	"stopdesktops/events"
)

// keepUntil is what a keep-until tag says.
type keepUntil struct {
	value    string
	until    time.Time
	readable bool
}

// keptBy lists the desktops that carry the keep-until tag, and warns of values that cannot be read.
func (p *place) keptBy(key string) *listing[keepUntil] {
	return newListing(func(ctx context.Context, s *slot) (map[string]keepUntil, error) {
		rows, err := p.carriers(ctx, s, events.Tag{Key: key})
		return p.keptByRows(rows), err
	})
}

// keptByRows reads keep-until tags: the one that keeps longest for each desktop, by its folded ID.
func (p *place) keptByRows(rows []Tagged) map[string]keepUntil {
	kept := make(map[string]keepUntil, len(rows))
	for _, row := range rows {
		until, ok := readKeepUntil(row.Value, p.run.policy.Location)
		if tag := (keepUntil{row.Value, until, ok}); tag.outlasts(kept, foldID(row.DesktopID)) {
			kept[foldID(row.DesktopID)] = tag
		}
		if !ok {
			p.run.log.Warn("unreadable keep-until tag: the desktop is kept", "RegionId", p.regionID, "DesktopId", row.DesktopID, "Value", quoted(row.Value))
		}
	}
	return kept
}

// outlasts reports whether no row so far keeps the desktop longer. Rows whose IDs differ by case alone
// are taken for one desktop.
func (k keepUntil) outlasts(kept map[string]keepUntil, id string) bool {
	other, again := kept[id]
	return !again || other.readable && (!k.readable || k.until.After(other.until))
}

// text says what the tag with this key holds, and how it was read.
func (k keepUntil) text(key string) string {
	text := key + " is " + quoted(k.value)
	if !k.readable {
		return text + `, which cannot be read: write a time such as "2026-12-01 20:00", or a date`
	}
	return text + ", read as " + k.until.Format(time.RFC3339)
}

// quoted shows a foreign text in quotation marks, at most 64 characters of it. What nobody would see is written as an
// escape: it may be the reason why the text cannot be read.
func quoted(text string) string {
	n := 0
	for i := range text {
		if n++; n > 64 {
			return strconv.Quote(text[:i]) + "…"
		}
	}
	return strconv.Quote(text)
}

// clockLayouts of a time without its zone.
var clockLayouts = []string{"2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02T15:04", "2006-01-02 15:04"}

// readKeepUntil reads the value of a keep-until tag: a time or a date, with its zone or in the given one. A date lasts to its
// end. Where the clock repeats or skips an hour, the later instant counts.
func readKeepUntil(value string, location *time.Location) (until time.Time, ok bool) {
	text, zone := cutZone(strings.TrimSpace(value))
	if zone != nil {
		location = zone
	}
	if date, err := time.Parse(time.DateOnly, text); err == nil {
		return endOfDay(date, location), true
	}
	for _, layout := range clockLayouts {
		if clock, err := time.Parse(layout, text); err == nil {
			return latestInstant(clock, location), true
		}
	}
	return time.Time{}, false
}

// The offsets of the zones in use, in seconds. What is beyond them is no zone, but perhaps the end of a range of hours.
const (
	minOffset = -12 * 3600
	maxOffset = 14 * 3600
)

// cutZone cuts the zone off a time or a date: UTC, Z, +08:00, +0800 or +08, with or without a blank before it. zone is nil if
// there is none.
func cutZone(text string) (rest string, zone *time.Location) {
	if len(text) <= len(time.DateOnly) {
		return text, nil
	}
	for _, utc := range []string{"UTC", "Z"} {
		if rest, ok := strings.CutSuffix(text, utc); ok {
			return strings.TrimSpace(rest), time.UTC
		}
	}
	i := strings.LastIndexAny(text, "+-")
	if i < len(time.DateOnly) { // a hyphen of the date
		return text, nil
	}
	for _, layout := range []string{"-07:00", "-0700", "-07"} {
		if t, err := time.Parse(layout, text[i:]); err == nil {
			if _, offset := t.Zone(); minOffset <= offset && offset <= maxOffset {
				return strings.TrimSpace(text[:i]), time.FixedZone("", offset)
			}
		}
	}
	return text, nil
}
