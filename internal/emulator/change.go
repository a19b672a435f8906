package emulator

import "time"

// A Change is what somebody else does to a desktop between two calls: a user
// connects after the observation and before the stop, an administrator starts it
// again, releases it or makes a new one. It is applied right after the response of the call was computed, so
// that this response does not show it and the next one does.
type Change struct {
	After     string `yaml:"After"`     // action; "": any
	Call      int    `yaml:"Call"`      // which call of it, from 1; 0: the first
	DesktopId string `yaml:"DesktopId"` // what changes; "": every desktop of the region of the call
	Set       State  `yaml:"Set"`
	// Release the desktop: it is gone, and those after it are on other pages.
	Release bool `yaml:"Release"`
	// Create a desktop. It is the first of its region from then on, so that all
	// others are on other pages.
	Create *Desktop `yaml:"Create"`
}

// applyChanges does what is due after this call. Calls that were refused
// before they were understood do not count.
func (e *EDS) applyChanges(c *Call, now time.Time) {
	for i := range e.Changes {
		ch := &e.Changes[i]
		if i >= len(e.changes) || !e.changes[i].matches(c, ch.After, "", max(ch.Call, 1), 1) {
			continue
		}
		switch {
		case ch.Create != nil:
			e.store.create(*ch.Create)
			continue
		case ch.Release:
			e.store.release(ch.DesktopId)
			continue
		case ch.DesktopId != "":
			e.set(ch.DesktopId, ch.Set, now)
			continue
		}
		for _, d := range e.store.regions[c.RegionId] {
			e.set(d.DesktopId, ch.Set, now)
		}
	}
}
