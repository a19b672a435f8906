package reporting

import (
	"bytes"
	"encoding/csv"
	"io"
	"strings"
	"time"

	"stopdesktops/internal/report"
)

var columns = []string{
	"Day", "Time", "EventId", "Kind", "Source", "Route", "Status", "RequestReason", "RequestedBy", "DryRun", "RegionId", "OfficeSiteId", "DesktopId",
	"Outcome", "Reason", "Code", "Message", "State", "ConnectionStatus", "Use", "UsedAt", "Tag", "TagValue", "KeptUntil", "List",
	"HoursStoppedAtLeast", "HoursStoppedAtMost", "StillStopped",
}

// writeCSV writes each decision in a row.
func writeCSV(w io.Writer, s *summary) error {
	var b bytes.Buffer
	c := csv.NewWriter(&b)
	_ = c.Write(columns)
	for _, r := range s.Rows {
		_ = c.Write(r.cells())
	}
	c.Flush() // into memory, which takes everything
	_, err := w.Write(b.Bytes())
	return err
}

func (r *row) cells() []string {
	f, d := r.event, r.d
	e := report.Evidence{}
	if d.Evidence != nil {
		e = *d.Evidence
	}
	code, message := d.Code, d.Message
	if d.Outcome == "" && f.Error != nil {
		code, message = f.Error.Code, f.Error.Message
	}
	region := d.RegionId
	if region == "" {
		region = f.RegionId
	}
	cells := []string{
		clock(r.at, time.DateOnly, r.zone), r.Clock(), f.EventId, f.Kind, f.Source, f.Route, string(f.Status), f.Reason, f.RequestedBy, yes(f.DryRun), region, r.Office(), d.DesktopId,
		string(d.Outcome), d.Reason, code, message, d.State, d.ConnectionStatus, e.Use, clock(e.UsedAt, time.DateTime, r.zone), e.Tag, e.TagValue, clock(e.KeptUntil, time.DateTime, r.zone), e.List,
		"", "", "",
	}
	if r.Counted {
		cells[len(cells)-3], cells[len(cells)-2], cells[len(cells)-1] = hours(r.AtLeast), hours(r.AtMost), yes(r.Open)
	}
	for i := range cells {
		cells[i] = harmless(cells[i])
	}
	return cells
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return ""
}

// harmless makes a spreadsheet take a foreign text for text. One that begins like a formula, also after blanks or in the
// full-width characters of Chinese input, gets an apostrophe in front.
func harmless(cell string) string {
	if strings.HasPrefix(cell, "\t") || strings.HasPrefix(cell, "\r") || strings.HasPrefix(cell, "\n") {
		return "'" + cell
	}
	start := strings.TrimLeft(cell, " \u00a0\u3000\"'")
	if start != "" && strings.ContainsRune("=+-@＝＋－＠\t\r\n", []rune(start)[0]) {
		return "'" + cell
	}
	return cell
}
