package emulator

import (
	"slices"
)

// store finds desktops by ID and in the order of their region.
type store struct {
	byId       map[string]*desktop
	regions    map[string][]*desktop // the regions that exist
	namespaces map[string]bool       // of tags, beside the documented one
}

func newStore(regions []string, fleet []Desktop) store {
	s := store{byId: make(map[string]*desktop, len(fleet)), regions: map[string][]*desktop{}, namespaces: map[string]bool{}}
	for _, r := range regions {
		s.regions[r] = nil
	}
	for _, d := range fleet {
		if s.byId[d.DesktopId] != nil {
			continue // LoadFleet refuses duplicates; here the first wins
		}
		n := newDesktop(d)
		n.index = len(s.regions[n.RegionId])
		for namespace := range n.OtherTags {
			s.namespaces[namespace] = true
		}
		s.byId[n.DesktopId] = n
		s.regions[n.RegionId] = append(s.regions[n.RegionId], n)
	}
	if len(s.regions) == 0 {
		s.regions[DefaultRegion] = nil
	}
	return s
}

// known splits ids into the desktops of the region, in the order of the
// region, and the IDs it does not have.
func (s store) known(region string, ids []string) (found []*desktop, unknown []string) {
	for _, id := range ids {
		if d := s.byId[id]; d != nil && d.RegionId == region {
			found = append(found, d)
		} else {
			unknown = append(unknown, id)
		}
	}
	slices.SortFunc(found, func(a, b *desktop) int { return a.index - b.index })
	return found, unknown
}

// tell notes whether the caller knows that its call stopped these desktops.
func (s *store) tell(ids []string, known bool) {
	for _, id := range ids {
		s.byId[id].told = known
	}
}
