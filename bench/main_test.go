package main

import (
	"context"
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestUsage(t *testing.T) {
	t.Chdir("..")
	for args, want := range map[string]int{
		"-h": 0, "-o yaml": 2, "-rounds 0": 2, "-rounds x": 2, "-fleets 0": 2, "-fleets 1,100001": 2, "-fleets 1,": 2, "more": 2, "-unknown": 2,
	} {
		var said strings.Builder
		if code := run(context.Background(), strings.Fields(args), io.Discard, &said); code != want || said.Len() == 0 {
			t.Errorf("bench %s: exit code %d, want %d; said %q", args, code, want, said.String())
		}
	}
	t.Chdir("bench")
	if code := run(context.Background(), nil, io.Discard, io.Discard); code != 2 {
		t.Errorf("in another folder: exit code %d, want 2", code)
	}
}

// figures that just hold every target.
func figures() *Result {
	return &Result{
		Programs: map[string]*Figures{
			"bare":     {ReadyMs: 4, FirstMs: 5},
			"naive":    {ReadyMs: 4, FirstMs: 10, FirstLateMs: 60, WarmLateMs: 52, WarmP50Ms: 1, WarmApartMs: 1, PeakBytes: 10e6},
			"oos":      {ReadyMs: 4, FirstMs: 12},
			"function": {ReadyMs: 4.6, FirstMs: 12.5, FirstLateMs: 112, WarmP50Ms: 1.6, WarmApartMs: 1.6, PeakBytes: 13e6, BinaryBytes: maxBinary},
		},
		Fleets: []Fleet{
			{Program: "naive", Desktops: 10_000, Seconds: 5, CPUSeconds: 1},
			{Program: "function", Desktops: 10_000, Seconds: 1, CPUSeconds: 1},
			{Program: "function", Desktops: 100_000, Seconds: 12.5, CPUSeconds: 12.5, PeakBytes: 13e6 + 102_400_000},
			{Program: "function", Desktops: 10_000, By: "office", Seconds: 1.6},
			{Program: "function", Desktops: 10_000, By: "tag", Seconds: 5.5},
			{Program: "function", Desktops: 100_000, By: "all", Seconds: 10, PeakBytes: 13e6 + 102_400_000},
			{Program: "function", Desktops: 1, Seconds: 0.1, Calls: map[string]int{"ListTagResources": 1, "DescribeDesktopInfo": 1, "StopDesktops": 1}},
			{Program: "function", Desktops: 1, By: "protected", Seconds: 0.11},
		},
	}
}

func TestTargets(t *testing.T) {
	broken := func(r *Result) (list []string) {
		r.targets()
		for _, target := range r.Targets {
			if !target.Holds {
				list = append(list, target.What)
			}
		}
		return list
	}
	r := figures()
	if list := broken(r); len(list) > 0 || len(r.Targets) != 16 {
		t.Errorf("%d targets, of which %q do not hold", len(r.Targets), list)
	}
	for what, spoil := range map[string]func(*Result){
		"ready": func(r *Result) { r.Programs["function"].ReadyMs = 4.7 },
		"first answer, with state and tags observed":            func(r *Result) { r.Programs["function"].FirstMs = 12.6 },
		"first answer at 50 ms a call":                          func(r *Result) { r.Programs["function"].FirstLateMs = 112.1 },
		"warm":                                                  func(r *Result) { r.Programs["function"].WarmP50Ms = 1.61 },
		"warm, the emulator on another processor":               func(r *Result) { r.Programs["naive"].WarmApartMs = 0.9 },
		"calls for one desktop":                                 func(r *Result) { r.Fleets[6].Calls["ListTagResources"]++ },
		"one desktop beside 5,000 protected ones, 50 ms a call": func(r *Result) { r.Fleets[7].Seconds = 0.12 },
		"10,000 desktops at 50 ms a call":                       func(r *Result) { r.Fleets[0].Seconds = 4.9 },
		"10,000 desktops by office at 50 ms a call":             func(r *Result) { r.Fleets[3].Seconds = 1.61 },
		"100,000 desktops by all at 50 ms a call":               func(r *Result) { r.Fleets[5].Seconds = 10.1 },
		"memory for each of 100,000 desktops by all":            func(r *Result) { r.Fleets[5].PeakBytes += 100_000 },
		"time of 100,000 against 10,000":                        func(r *Result) { r.Fleets[2].Seconds = 12.6 },
		"CPU of 100,000 against 10,000":                         func(r *Result) { r.Fleets[2].CPUSeconds = 12.6 },
		"memory for each of 100,000 desktops":                   func(r *Result) { r.Fleets[2].PeakBytes += 100_000 },
		"peak memory, one desktop":                              func(r *Result) { r.Programs["naive"].PeakBytes -= 1e5 },
		"binary":                                                func(r *Result) { r.Programs["function"].BinaryBytes++ },
	} {
		r := figures()
		spoil(r)
		if list := broken(r); !slices.Equal(list, []string{what}) {
			t.Errorf("%s is spoilt, %q do not hold", what, list)
		}
	}
}

// TestAnswers: a wrong answer is not measured.
func TestAnswers(t *testing.T) {
	for _, c := range []struct {
		check func([]byte, int) error
		good  string
		bad   []string
	}{
		{checkBare, `"ok"`, []string{``, `"no"`}},
		{checkNaive, `{"Stopped":2}`, []string{`{"Stopped":1}`, `{}`, `2`}},
		{checkFunction, `{"Status":"accepted","Counts":{"accepted":2},"Desktops":[{"DesktopId":"ecd-a"},{"DesktopId":"ecd-b"}]}`, []string{
			`{"Status":"done","Counts":{"accepted":2},"Desktops":[{},{}]}`, `{"Status":"accepted","Counts":{"accepted":1,"skipped":1},"Desktops":[{},{}]}`,
			`{"Status":"accepted","Counts":{"accepted":2},"Desktops":[{}]}`, `[]`}},
	} {
		if err := c.check([]byte(c.good), 2); err != nil {
			t.Error(err)
		}
		for _, bad := range c.bad {
			if c.check([]byte(bad), 2) == nil {
				t.Errorf("%s passes", bad)
			}
		}
	}
}

func TestShares(t *testing.T) {
	modules := []string{"stopdesktops", "example.com/a", "example.com/a/v2", "gopkg.in/ini.v1"}
	for symbol, want := range map[string]string{
		"main.main":                                   "stopdesktops",
		"stopdesktops/handler.New":                    "stopdesktops",
		"stopdesktopsx.New":                           standard,
		"example.com/a.F":                             "example.com/a",
		"example.com/a/v2/b.(*T).F":                   "example.com/a/v2",
		"type:.eq.example.com/a/b.T":                  "example.com/a",
		"go:itab.*example.com/a.T,io.Reader":          "example.com/a",
		"gopkg.in/ini%2ev1.Load":                      "gopkg.in/ini.v1",
		"encoding/json.Marshal":                       standard,
		"slices.SortFunc[go.shape.example.com/a.T.F]": standard,
	} {
		if got := moduleOf(symbol, modules); got != want {
			t.Errorf("%s is of %s, want %s", symbol, got, want)
		}
	}
	list := shares(map[string]int64{"example.com/a": 25, standard: 50}, 100)
	want := []Dependency{{standard, 50, 0.5}, {"example.com/a", 25, 0.25}, {nobodys, 25, 0.25}}
	if !slices.Equal(list, want) {
		t.Errorf("shares %v, want %v", list, want)
	}
}

func TestQuantile(t *testing.T) {
	list := []time.Duration{5, 1, 4, 2, 3}
	if m, top := median(list), quantile(list, 0.99); m != 3 || top != 5 || list[0] != 5 {
		t.Errorf("median %d, top %d of %v", m, top, list)
	}
}

// TestChart: it is XML, with a dot for each figure.
func TestChart(t *testing.T) {
	r := figures()
	r.Fleets = append(r.Fleets, Fleet{Program: "naive", Desktops: 100_000, Seconds: 52}, Fleet{Program: "oos", Desktops: 10_000, Seconds: 152})
	svg := string(r.chart())
	for decoder := xml.NewDecoder(strings.NewReader(svg)); ; {
		if _, err := decoder.Token(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
	}
	for _, want := range []string{">10,000 desktops<", ">Go, naive 5.0 s<", ">this function 1.0 s<", ">Go, naive 52.0 s<", ">this function 12.5 s<", ">like OOS 152.0 s<"} {
		if !strings.Contains(svg, want) {
			t.Errorf("%s is not in the chart", want)
		}
	}
}
