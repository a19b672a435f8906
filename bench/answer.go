package main

import (
	"encoding/json"
	"fmt"
)

// A figure of a wrong answer is worth nothing: every answer is checked.

func checkBare(payload []byte, _ int) error {
	if string(payload) != `"ok"` {
		return fmt.Errorf("the answer is %.200s", payload)
	}
	return nil
}

func checkNaive(payload []byte, desktops int) error {
	var answer struct{ Stopped int }
	if err := json.Unmarshal(payload, &answer); err != nil || answer.Stopped != desktops {
		return fmt.Errorf("the answer for %d desktops is %.200s", desktops, payload)
	}
	return nil
}

// checkFunction wants each desktop in the report, with what may become of one that was running.
func checkFunction(payload []byte, desktops int) error {
	var report struct {
		Status   string
		Counts   map[string]int
		Desktops []struct{ DesktopId string }
	}
	if err := json.Unmarshal(payload, &report); err != nil {
		return fmt.Errorf("the answer for %d desktops is no report: %w", desktops, err)
	}
	if report.Status != "accepted" || report.Counts["accepted"] != desktops || len(report.Desktops) != desktops {
		return fmt.Errorf("the report of %d desktops has %d, its status is %s, its counts are %v", desktops, len(report.Desktops), report.Status, report.Counts)
	}
	return nil
}
