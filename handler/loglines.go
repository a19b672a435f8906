package handler

import (
	"encoding/json"
	"strings"

	"stopdesktops/internal/report"
)

// A log store indexes the first 16,384 bytes of a field: docs/operate.md says how. A line of the log is one field.
const (
	desktopsPerLine = 80
	bytesPerLine    = 15_000 // of desktops, the rest is for the members beside them
)

// logLines splits desktops into those of each line of the log.
func logLines(desktops []report.DesktopReport) [][]report.DesktopReport {
	var lines [][]report.DesktopReport
	start, bytes := 0, 0
	for i, d := range desktops {
		size := sizeOf(d)
		if i > start && (i-start == desktopsPerLine || bytes+size > bytesPerLine) {
			lines = append(lines, desktops[start:i])
			start, bytes = i, 0
		}
		bytes += size
	}
	if start < len(desktops) {
		lines = append(lines, desktops[start:])
	}
	return lines
}

// sizeOf returns how many bytes a desktop takes in JSON.
func sizeOf(d report.DesktopReport) int {
	size := len("{},")
	for _, member := range [...][2]string{
		{"DesktopId", d.DesktopId}, {"RegionId", d.RegionId}, {"Outcome", string(d.Outcome)}, {"Reason", d.Reason}, {"Code", d.Code},
		{"Message", d.Message}, {"RequestId", d.RequestId}, {"State", d.State}, {"ConnectionStatus", d.ConnectionStatus},
	} {
		if name, value := member[0], member[1]; value != "" {
			size += len(name) + len(value) + len(`"":"",`) + strings.Count(value, `"`) + strings.Count(value, `\`)
		}
	}
	if e := d.Evidence; e != nil {
		text, _ := json.Marshal(e) // it has no member that cannot be JSON
		size += len(`"Evidence":,`) + len(text)
	}
	return size
}
