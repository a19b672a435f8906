package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"time"
)

// sampleFolder holds an event of each trigger as it comes in, in the function's source.
const sampleFolder = "testdata/events"

// readSample reads an event and puts the request where the members named hold one.
func readSample(root, name, request string, at ...string) ([]byte, error) {
	file := filepath.Join(root, filepath.FromSlash(sampleFolder), name)
	event, err := os.ReadFile(file)
	if err != nil {
		return nil, usagef("run: a sample is missing: %v", err)
	}
	if request == "" {
		return event, nil
	}
	if event, err = put(event, request, at...); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return event, nil
}

// put a request into an envelope in place of what is there: as an object or, where a string is, as
// a string. Everything else stays as it was written.
func put(event []byte, request string, at ...string) ([]byte, error) {
	there := event
	for _, name := range at {
		var members map[string]json.RawMessage
		if err := json.Unmarshal(there, &members); err != nil || members[name] == nil {
			return nil, fmt.Errorf("the sample has no member %q where it is expected", name)
		}
		there = members[name]
	}
	value := []byte(request)
	if there[0] == '"' {
		value, _ = json.Marshal(request)
	}
	return bytes.Replace(event, there, value, 1), nil
}

var (
	timePattern  = regexp.MustCompile(`\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)`)
	epochPattern = regexp.MustCompile(`\b1[5-9]\d{11}\b`) // milliseconds, of the years 2017 to 2033
)

// makeCurrent moves all times in an event alike, so that the latest is now.
func makeCurrent(event []byte, now time.Time) []byte {
	var latest time.Time
	see := func(t time.Time) {
		if t.After(latest) {
			latest = t
		}
	}
	for _, text := range timePattern.FindAllString(string(event), -1) {
		if t, err := time.Parse(time.RFC3339, text); err == nil {
			see(t)
		}
	}
	for _, text := range epochPattern.FindAllString(string(event), -1) {
		ms, _ := strconv.ParseInt(text, 10, 64)
		see(time.UnixMilli(ms))
	}
	move := now.Sub(latest)
	event = timePattern.ReplaceAllFunc(event, func(text []byte) []byte {
		t, err := time.Parse(time.RFC3339, string(text))
		if err != nil {
			return text
		}
		layout := "2006-01-02T15:04:05Z07:00"
		if bytes.ContainsRune(text, '.') {
			layout = "2006-01-02T15:04:05.000Z07:00"
		}
		return []byte(t.Add(move).Format(layout))
	})
	return epochPattern.ReplaceAllFunc(event, func(text []byte) []byte {
		ms, _ := strconv.ParseInt(string(text), 10, 64)
		return strconv.AppendInt(nil, time.UnixMilli(ms).Add(move).UnixMilli(), 10)
	})
}
