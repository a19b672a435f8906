package timer

import (
	_ "embed"
	"slices"
	"strings"
	"time"
	_ "time/tzdata" // a laptop may have no zone database, or an older one

	"stopdesktops/internal/spelling"
)

// zoneNames are the names of the embedded database. A test compares them with it.
//
//go:embed zones.txt
var zoneText string

func zoneNames() []string { return strings.Fields(zoneText) }

// zone loads a time zone by the exact name of the database. time.LoadLocation alone would also take Local, the
// empty name, and, on some systems, any case.
func zone(name string) (*time.Location, error) {
	field := "CRON_TZ=" + name
	if !slices.Contains(zoneNames(), name) {
		mend := "write a name of the IANA time zone database, for example Asia/Shanghai"
		if similar := similarZone(name); similar != "" {
			mend = "did you mean " + similar + "?"
		}
		return nil, &Error{Field: field, Problem: "is no time zone", Mend: mend}
	}
	location, err := time.LoadLocation(name)
	if err != nil {
		return nil, &Error{Field: field, Problem: "cannot be loaded (" + err.Error() + ")", Mend: "write another name of the same zone"}
	}
	return location, nil
}

// commonZones are what people write for a zone of the database that has another name.
var commonZones = map[string]string{
	"beijing": "Asia/Shanghai", "asia/beijing": "Asia/Shanghai", "china": "Asia/Shanghai", "cst": "Asia/Shanghai",
	"utc+8": "Asia/Shanghai", "utc+08:00": "Asia/Shanghai", "gmt+8": "Asia/Shanghai", "gmt+08:00": "Asia/Shanghai", "+08:00": "Asia/Shanghai",
	"asia/shenzhen": "Asia/Shanghai", "asia/hangzhou": "Asia/Shanghai", "asia/guangzhou": "Asia/Shanghai",
	"asia/mumbai": "Asia/Kolkata", "asia/delhi": "Asia/Kolkata", "ist": "Asia/Kolkata",
	"america/san_francisco": "America/Los_Angeles", "pst": "America/Los_Angeles", "pdt": "America/Los_Angeles", "edt": "America/New_York",
	"europe/frankfurt": "Europe/Berlin", "europe/munich": "Europe/Berlin", "cest": "Europe/Berlin", "bst": "Europe/London", "jst": "Asia/Tokyo",
}

// similarZone is the zone that a name was probably meant to be, or empty.
func similarZone(name string) string {
	lower := strings.ReplaceAll(strings.ToLower(name), " ", "_")
	if common := commonZones[lower]; common != "" {
		return common
	}
	best, nearest := "", 3 // edits
	for _, known := range zoneNames() {
		candidate := strings.ToLower(known)
		if _, city, ok := strings.Cut(candidate, "/"); ok && city == lower {
			return known // Shanghai
		}
		if d := spelling.Edits(lower, candidate); d < nearest && d*3 < len(lower) {
			best, nearest = known, d
		}
	}
	return best
}
