package emulator_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"stopdesktops/internal/emulator"
)

// listing reads 3 pages of 10 by number, or all pages by token.
func listing(t *testing.T, base string, byNumber bool) (ids []string, totals []int) {
	t.Helper()
	token := ""
	for n := range 3 {
		paging := []string{"PageNumber", fmt.Sprint(n + 1), "PageSize", "10"}
		if !byNumber {
			paging = []string{"MaxResults", "10"}
			if token != "" {
				paging = append(paging, "NextToken", token)
			}
		}
		var p page
		call{action: "DescribeDesktops", query: query(paging...)}.send(t, base).decode(t, &p)
		ids, totals, token = append(ids, strings.Fields(p.ids())...), append(totals, p.TotalCount), p.NextToken
	}
	return ids, totals
}

// TestMovingFleet: a desktop that is created or released between two pages shifts the rows of pages by number. By
// token each desktop that stays is listed once.
func TestMovingFleet(t *testing.T) {
	for name, c := range map[string]struct {
		changes         string
		byNumber        string // rows that come twice, and that are missing
		byToken, totals string
	}{
		"released": {"{After: DescribeDesktops, Call: 1, DesktopId: ecd-a01, Release: true}", "twice , missing ecd-a11", "twice , missing ", "[30 29 29]"},
		"created":  {"{After: DescribeDesktops, Call: 1, Create: {DesktopId: ecd-new}}", "twice ecd-a10, missing ecd-a30", "twice , missing ", "[30 31 31]"},
	} {
		t.Run(name, func(t *testing.T) {
			for _, byNumber := range []bool{true, false} {
				e := load(t, "Generate: [{Count: 30, Prefix: ecd-a}]\nChanges: ["+c.changes+"]").EDS()
				ids, totals := listing(t, serve(t, e), byNumber)
				var twice, missing []string
				for i := range 30 {
					id := fmt.Sprintf("ecd-a%02d", i+1)
					switch n := strings.Count(strings.Join(ids, " "), id); {
					case n > 1:
						twice = append(twice, id)
					case n == 0:
						missing = append(missing, id)
					}
				}
				got := "twice " + strings.Join(twice, " ") + ", missing " + strings.Join(missing, " ")
				want := c.byToken
				if byNumber {
					want = c.byNumber
				}
				if got != want || byNumber && fmt.Sprint(totals) != c.totals {
					t.Errorf("by number %v: %s, totals %v; want %s, %s", byNumber, got, totals, want, c.totals)
				}
			}
		})
	}
}

// TestNumberedPages: the number of a page can be ignored or refused, or count from the end.
func TestNumberedPages(t *testing.T) {
	for how, want := range map[string]string{
		emulator.Ignored:  "ecd-a01 ecd-a01 ecd-a01",
		emulator.Reversed: "ecd-a30 ecd-a20 ecd-a10",
		"":                "ecd-a01 ecd-a11 ecd-a21",
	} {
		e := load(t, "Generate: [{Count: 30, Prefix: ecd-a}]").EDS()
		e.NumberedPages = how
		ids, _ := listing(t, serve(t, e), true)
		if got := strings.Join([]string{ids[0], ids[10], ids[20]}, " "); got != want {
			t.Errorf("%q: the pages begin with %s, want %s", how, got, want)
		}
	}
	e := load(t, "Generate: [{Count: 30, Prefix: ecd-a}]\nNumberedPages: refused").EDS()
	if a := (call{action: "DescribeDesktops", query: query("PageNumber", "1", "PageSize", "10")}).send(t, serve(t, e)); a.status != 400 || !strings.Contains(a.body, "InvalidParameter") {
		t.Errorf("%d %s", a.status, a.body)
	}
}

// TestSpoiltRows: a fault puts a row twice into a page, or leaves one out. TotalCount stays.
func TestSpoiltRows(t *testing.T) {
	for kind, want := range map[emulator.Kind]string{
		emulator.FaultRepeated: "ecd-a1 ecd-a2 ecd-a1",
		emulator.FaultMissing:  "ecd-a2 ecd-a3",
	} {
		e := load(t, "Generate: [{Count: 3, Prefix: ecd-a}]").EDS()
		e.Faults = []emulator.Fault{{Action: "DescribeDesktops", Call: 1, Kind: kind}}
		base := serve(t, e)
		for i, ids := range []string{want, "ecd-a1 ecd-a2 ecd-a3"} {
			var p page
			call{action: "DescribeDesktops", query: query("PageNumber", "1", "PageSize", "10")}.send(t, base).decode(t, &p)
			if p.ids() != ids || p.TotalCount != 3 {
				t.Errorf("%s, page %d: %s of %d, want %s", kind, i, p.ids(), p.TotalCount, ids)
			}
		}
	}
}

// TestChecksOfMovingFleets: what a change can do is one thing.
func TestChecksOfMovingFleets(t *testing.T) {
	var faults []string
	for _, change := range []string{
		"{Release: true}", "{DesktopId: ecd-a1, Release: true, Set: {DesktopStatus: Running}}",
		"{DesktopId: ecd-a1, Create: {DesktopId: ecd-b}}", "{Create: {DesktopId: ecd-a1}}", "{Create: {DesktopId: b}}",
	} {
		if _, err := emulator.LoadFleet(strings.NewReader("Desktops: [{DesktopId: ecd-a1}]\nChanges: [" + change + "]")); err == nil {
			faults = append(faults, change)
		}
	}
	if len(faults) > 0 {
		t.Errorf("taken: %q", slices.Compact(faults))
	}
}
