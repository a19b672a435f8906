package test

import (
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.yaml.in/yaml/v3"
	"golang.org/x/tools/txtar"

	"stopdesktops/internal/emulator"
)

// nights is an account, and what happens to it.
type nights struct {
	Env   []string  `yaml:"Env"`
	Fleet yaml.Node `yaml:"Fleet"`
	Steps []struct {
		Wait  time.Duration             `yaml:"Wait"`
		Set   map[string]emulator.State `yaml:"Set"`
		Acts  []act                     `yaml:"Acts"`
		Event string                    `yaml:"Event"`
	} `yaml:"Steps"`
}

type act struct {
	DesktopId string        `yaml:"DesktopId"`
	EndUserId string        `yaml:"EndUserId"`
	EventType string        `yaml:"EventType"`
	Ago       time.Duration `yaml:"Ago"`
}

// TestNights runs the function over testdata/nights/nights.yaml. Its log is nights.log, which the tests of stopctl
// read.
func TestNights(t *testing.T) {
	trusted() // outside of every bubble
	text, err := os.ReadFile("testdata/nights/nights.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var n nights
	if err := yaml.Unmarshal(text, &n); err != nil {
		t.Fatal(err)
	}
	fleet, err := yaml.Marshal(&n.Fleet)
	if err != nil {
		t.Fatal(err)
	}
	archive := &txtar.Archive{}
	setSection(archive, "env", strings.Join(n.Env, "\n"))
	setSection(archive, "fleet.yaml", string(fleet))
	var log string
	synctest.Test(t, func(t *testing.T) { log = withoutChance(newScenario(t, archive).spend(&n)) })
	const golden = "testdata/nights/nights.log"
	if *update {
		if err := os.WriteFile(golden, []byte(log), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if log != string(want) {
		t.Errorf("%s is another; -update rewrites it:\n%s", golden, log)
	}
}

// spend the nights, and return the function's log.
func (s *scenario) spend(n *nights) string {
	var log strings.Builder
	for _, step := range n.Steps {
		time.Sleep(time.Until(time.Now().Add(step.Wait).Truncate(time.Minute))) // an event takes its seconds
		for id, state := range step.Set {
			s.eds.Set(id, state)
		}
		for _, a := range step.Acts {
			s.eds.AddClientEvent(emulator.ClientEvent{DesktopId: a.DesktopId, EndUserId: a.EndUserId, EventType: a.EventType, EventTime: time.Now().Add(-a.Ago)})
		}
		s.invoke("event", []byte(step.Event))
		log.WriteString(s.log.String())
	}
	time.Sleep(10 * time.Second)
	return log.String()
}

var (
	callID = regexp.MustCompile(`[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}`)
	speed  = regexp.MustCompile(`,"(?:Calls":\{[^}]*\}|DurationMs":\d+)|\.\d+(Z")`)
)

// withoutChance numbers the IDs of calls to EDS, which are random, and drops what depends on how many calls there are.
func withoutChance(log string) string {
	log = speed.ReplaceAllString(log, "$1")
	numbers := map[string]int{}
	return callID.ReplaceAllStringFunc(log, func(id string) string {
		if numbers[id] == 0 {
			numbers[id] = len(numbers) + 1
		}
		return "CALL-" + strconv.Itoa(numbers[id])
	})
}
