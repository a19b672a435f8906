package stop

import (
	"slices"
	"time"

	"stopdesktops/events"
	"stopdesktops/internal/report"
)

// userAct is a type of client event in one byte: a listing may hold some for each desktop of a region.
// Zero is a type that is not among UserActs.
type userAct uint8

func userActOf(eventType string) userAct { return userAct(slices.Index(UserActs, eventType) + 1) }

// String is the EventType of EDS, or empty.
func (a userAct) String() string {
	if a == 0 {
		return ""
	}
	return UserActs[a-1]
}

// The evidence of lists is the same for every desktop.
var (
	onDenyDesktops     = &report.Evidence{List: report.ListDenyDesktops}
	onDenyUsers        = &report.Evidence{List: report.ListDenyUsers}
	onExcludeDesktopID = &report.Evidence{List: report.ListExcludeDesktopId}
	onExcludeEndUserID = &report.Evidence{List: report.ListExcludeEndUserId}
)

// usedAt is the evidence of a use at a time, where one from since on spares the desktop. EDS tells whole seconds.
func usedAt(at time.Time, by userAct, since time.Time) *report.Evidence {
	return &report.Evidence{Use: by.String(), UsedAt: at.UTC(), UsedSince: since.UTC().Truncate(time.Second)}
}

// carriesTag is the evidence of a tag. Keys and values are foreign text.
func carriesTag(key, value string) *report.Evidence {
	const most = 128 // as long as EDS lets both be
	return &report.Evidence{Tag: events.Clean(key, most), TagValue: events.Clean(value, most)}
}

// evidence of a keep-until tag.
func (k keepUntil) evidence(key string) *report.Evidence {
	e := carriesTag(key, k.value)
	if k.readable {
		e.KeptUntil = k.until
	}
	return e
}

// blockedBy notes the limit that blocked the targets' order.
func blockedBy(targets []*target, limit int) {
	e := &report.Evidence{MaxDesktops: limit}
	for _, t := range targets {
		if t.open() { // what another order stops is decided
			t.evidence = e
		}
	}
}
