package deploycheck

import "stopdesktops/events"

// checkRequest asks the function's own code whether it would understand a timer's payload.
func checkRequest(payload string) error {
	_, err := events.ParseRequest([]byte(payload), "$")
	return err
}
