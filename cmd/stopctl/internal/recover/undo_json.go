package recover

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"

	"stopdesktops/cmd/stopctl/internal/terminal"
	"stopdesktops/internal/report"
	"stopdesktops/internal/stop"
)

// undone is what undo would do, or has done.
type undone struct {
	Format   string           // stopctl.undo/1
	Calls    []startCall      `json:",omitempty"` // the calls that start the desktops again; with -apply they are made instead
	Desktops []startedDesktop `json:",omitempty"` // with -apply: what became of each desktop
	Unsure   []doubtful       `json:",omitempty"` // desktops that are left to you: the report does not tell whether the event stopped them
}

// startCall is one call to EDS.
type startCall struct {
	Action    string   // StartDesktops
	RegionId  string   // the region of the desktops
	DesktopId []string // at most 100 desktops
}

// startedDesktop is what became of one desktop.
type startedDesktop struct {
	DesktopId string // the desktop
	RegionId  string // the region of the desktop
	State     string `json:",omitempty"` // its DesktopStatus as last seen; without it EDS does not know the desktop
	Running   bool   // whether it runs or is starting
	Message   string // what became of it, for people; it may change
}

// doubtful is a desktop that is left to the operator.
type doubtful struct {
	DesktopId string // the desktop
	RegionId  string // the region of the desktop
	Message   string // why it is unsure, for people; it may change
}

// calls that start the desktops, by region.
func calls(stopped map[string][]string) []startCall {
	var all []startCall
	for _, region := range slices.Sorted(maps.Keys(stopped)) {
		for ids := range slices.Chunk(stopped[region], stop.MaxDesktopsPerCall) {
			all = append(all, startCall{"StartDesktops", region, ids})
		}
	}
	return all
}

func doubts(unsure []report.DesktopReport) []doubtful {
	var all []doubtful
	for _, d := range unsure {
		all = append(all, doubtful{d.DesktopId, d.RegionId, doubt(d)})
	}
	return all
}

func (u undone) running() int {
	n := 0
	for _, d := range u.Desktops {
		if d.Running {
			n++
		}
	}
	return n
}

// show the desktops to people.
func (u undone) show(w io.Writer) error {
	var rows [][]terminal.Cell
	for _, d := range u.Desktops {
		rows = append(rows, []terminal.Cell{terminal.Plain.Cell(d.DesktopId), terminal.Plain.Cell(d.RegionId), terminal.Plain.Cell(d.Message)})
	}
	for _, line := range (&terminal.Screen{}).Table(rows) {
		fmt.Fprintln(w, line)
	}
	_, err := fmt.Fprintf(w, "%d of %s running or starting\n", u.running(), terminal.Plural(len(u.Desktops), "desktop"))
	return err
}

// write as JSON, for programs.
func (u undone) write(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(u)
}
