package stop

import (
	"context"
	"fmt"
	"slices"

	"stopdesktops/events"
	"stopdesktops/internal/report"
)

// find finds out which desktops the orders mean, and what decisions about them need: everything at
// once, as far as there are slots.
func (u *unit) find(ctx context.Context) {
	var tasks []func()
	var chosen selection
	var chosenErr error = errPanicked // until it is known better
	selecting := u.orders[0]          // an order with a selection is alone in its unit
	if selecting.Request.Select != nil {
		tasks = append(tasks, func() {
			defer selecting.size.complete()
			chosen, chosenErr = selecting.choose(ctx)
		})
	}
	for _, k := range u.knowledge() {
		tasks = append(tasks, func() {
			if selecting.size.needs(ctx, selecting, k) {
				k.refresh(ctx, u.run, nil)
			}
		})
	}
	if u.policy.Preflight {
		first, _ := u.nextWave(u.workList())
		tasks = append(tasks, func() { u.place.observe(ctx, first) })
		tasks = append(tasks, u.place.readings.tasks(ctx, nil, first)...)
	}
	u.each(len(tasks), func(i int) error { tasks[i](); return nil }) // each keeps its own failure
	if selecting.Request.Select != nil && selecting.flow == nil {
		selecting.take(chosen, chosenErr)
		u.findTags(ctx)
	}
}

// knowledge that the unit's orders need, each listing once.
func (u *unit) knowledge() []knowledge {
	var all []knowledge
	for _, o := range u.orders {
		for _, k := range o.knowledge() {
			if !slices.Contains(all, k) {
				all = append(all, k)
			}
		}
	}
	return all
}

// take makes the chosen desktops those of the order.
func (o *order) take(chosen selection, err error) {
	if err == nil {
		err = o.warnOfSelection(chosen)
	}
	switch {
	case err != nil:
		o.fail(err)
	case o.Request.DesktopId != nil:
		byID := make(map[string]*target, len(o.targets))
		for _, t := range o.targets {
			byID[t.id] = t
		}
		o.selected = map[string]bool{}
		for _, s := range chosen.rows {
			o.selected[s.desktop.DesktopID] = true
			if t := byID[s.desktop.DesktopID]; t != nil {
				t.sight(s)
			}
		}
	default:
		for _, s := range chosen.rows {
			o.ask(s.desktop.DesktopID).sight(s)
		}
	}
}

// selection is what a Select chose.
type selection struct {
	rows     []row
	unusable []string // IDs in its rows that are none
}

// warnOfSelection warns of a selection that matches nothing, and of rows that name no desktop: nobody
// knows which desktop they mean. A selection of nothing else is an error.
func (o *order) warnOfSelection(chosen selection) error {
	n := len(chosen.unusable)
	switch {
	case n == 0 && len(chosen.rows) == 0:
		o.warn(report.Warning{Code: report.WarnSelectionMatchesNothing, Path: o.Where(".Select"), Message: "the selection matches no desktop"})
	case n > 0 && len(chosen.rows) == 0:
		return &CallError{Family: Ambiguous, Code: "UnreadableAnswer", Message: fmt.Sprintf("EDS answered the selection with %d rows, and none has a usable DesktopId", n)}
	case n > 0:
		o.warn(report.Warning{Code: report.WarnUnusableRows, Path: o.Where(".Select"),
			Message: fmt.Sprintf("%d rows of the selection have no usable DesktopId (the first is %s): these desktops are left alone", n, quoted(chosen.unusable[0]))})
	}
	return nil
}

// choose the desktops that match every filter of the order's Select. Where it names nothing but
// several tags, their state is not known yet.
func (o *order) choose(ctx context.Context) (selection, error) {
	q := *o.Request.Select
	p := o.size.counting(o.place, q)
	if len(q.Tag) == 1 && onlyTags(q) {
		seen, err := p.carriersSeen(ctx, o, q.Tag[0])
		return carryingAll(seen, nil), err
	}
	if len(q.Tag) == 0 && mayFlow(o) {
		matching, err := flows(ctx, o, p)
		return carryingAll(matching, nil), err
	}
	carriers := make([][]Tagged, len(q.Tag))
	errs := make([]error, len(q.Tag)+1)
	var matching []row
	tagsOnly := len(q.Tag) > 0 && onlyTags(q)
	faults := o.place.run.each(len(errs), func(i int) error {
		switch {
		case i < len(q.Tag):
			carriers[i], errs[i] = p.carriers(ctx, nil, q.Tag[i])
		case !tagsOnly:
			matching, errs[i] = p.described(ctx, nil, q)
		}
		return errs[i]
	})
	for _, err := range faults {
		if err != nil {
			return selection{}, err
		}
	}
	if tagsOnly {
		matching = unobserved(carriers[0])
	}
	return carryingAll(matching, carriers), nil
}

func onlyTags(q events.Select) bool {
	return q.OfficeSiteId == "" && q.DesktopGroupId == "" && len(q.EndUserId) == 0 && q.PolicyGroupId == "" &&
		q.ResourceGroupId == "" && q.ChargeType == "" && q.SubPayType == "" && q.DesktopName == ""
}

func unobserved(carriers []Tagged) []row {
	rows := make([]row, len(carriers))
	for i, c := range carriers {
		rows[i].desktop.DesktopID = c.DesktopID
	}
	return rows
}

// carryingAll chooses, each once, the desktops that are in every list of carriers.
func carryingAll(matching []row, carriers [][]Tagged) (chosen selection) {
	count := map[string]int{}
	for _, list := range carriers {
		once := map[string]bool{}
		for _, c := range list {
			if !once[c.DesktopID] {
				once[c.DesktopID] = true
				count[c.DesktopID]++
			}
		}
	}
	kept, taken := matching[:0], map[string]int{}
	for _, s := range matching {
		id := s.desktop.DesktopID
		switch {
		case count[id] != len(carriers):
			continue
		case !events.ValidDesktopId(id):
			chosen.unusable = append(chosen.unusable, id)
			continue
		}
		if at, again := taken[id]; again {
			kept[at] = row{desktop: Desktop{DesktopID: id}} // listed twice: believe neither
			continue
		}
		taken[id] = len(kept)
		kept = append(kept, s)
	}
	chosen.rows = kept
	return chosen
}
