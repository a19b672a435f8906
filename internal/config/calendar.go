package config

import (
	"os"
	"slices"

	"stopdesktops/internal/calendar"
)

// readCalendar reads CALENDAR_FILE. A fault in it is a fault of the function: with half of the holidays the others
// would be workdays.
func (c *Config) readCalendar(f Faults) {
	weekend, err := calendar.Weekend(trim(slices.Clone(c.Weekend)))
	f.Add("WEEKEND", err)
	if c.CalendarFile == "" {
		return
	}
	file, err := os.ReadFile(c.besideBinary(c.CalendarFile))
	if err != nil {
		f.add("CALENDAR_FILE", "names a file that cannot be read: give its path, absolute or from the folder of the function's binary")
		return
	}
	read, err := calendar.Read(file, weekend)
	f.Add("CALENDAR_FILE", err)
	c.Calendar = read
}
