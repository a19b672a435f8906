// Bench measures the function against a bare handler, which does nothing, and against what a user would
// pick instead (bench/peers): a naive handler, in Go and in Node.js, and one that works like the vendor's automation.
// All are built as they are deployed and run as processes, in turns, against the emulator of Function Compute and EDS. It prints what
// they take, and which of the targets hold.
//
// It exits with 0 if all was measured, whether or not a target holds, with 1 if something was wrong
// (an answer, or what EDS saw), and with 2 if it was not told right what to do.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"strconv"
	"strings"
	"syscall"
)

const usage = `Bench measures the function against a bare handler and what a user would pick instead, on this machine.

  go run ./bench                                     everything: about eight minutes
  go run ./bench -rounds 3 -fleets 1,100 -selections ""
                                                     a quick look
  go run ./bench -o json -chart docs/bench.svg       for machines and for the README

`

// bench is one run.
type bench struct {
	rounds   int
	sizes    []int
	selected []selection
	dir      string // for the binaries
	programs []*program
	figures  map[string]*Figures
	begin    func(start func() error) error // runs what starts a program; nil: as it is
	result   Result
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run one command line and return its exit code.
func run(ctx context.Context, args []string, out, complaints io.Writer) int {
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.SetOutput(complaints)
	flags.Usage = func() { fmt.Fprint(complaints, usage); flags.PrintDefaults() }
	output := flags.String("o", "text", "`FORMAT` of the result: text or json")
	chart := flags.String("chart", "", "also draw the result into `FILE`, as SVG")
	rounds := flags.Int("rounds", 15, "how often each program runs with one desktop")
	fleets := flags.String("fleets", "1,100,10000,100000", "fleets to stop, by commas; at most 100000 desktops each, as in an event")
	selected := flags.String("selections", "protected,office,tag,all", "further fleets, by commas: one desktop beside 5,000 protected ones, 10,000 desktops of an office, 10,000 with a tag, 100,000 by Select.All")
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return 0
		}
		return 2
	}
	sizes, err := parseSizes(*fleets)
	chosen, unknown := parseSelections(split(*selected))
	switch {
	case err != nil:
	case unknown != nil:
		err = unknown
	case flags.NArg() > 0:
		err = fmt.Errorf("%q is not a flag", flags.Arg(0))
	case *output != "text" && *output != "json":
		err = fmt.Errorf("-o is text or json, not %q", *output)
	case *rounds < 1:
		err = errors.New("-rounds is at least 1")
	case !isRoot():
		err = errors.New("run it in the folder of the function's go.mod")
	}
	if err != nil {
		fmt.Fprintf(complaints, "bench: %v. See -h.\n", err)
		return 2
	}
	b := &bench{rounds: *rounds, sizes: sizes, selected: chosen, programs: programs(), figures: map[string]*Figures{}}
	if err := b.run(ctx); err != nil {
		fmt.Fprintf(complaints, "bench: %v\n", err)
		return 1
	}
	if *chart != "" {
		if err := os.WriteFile(*chart, b.result.chart(), 0o644); err != nil {
			fmt.Fprintf(complaints, "bench: %v\n", err)
			return 1
		}
	}
	if *output == "json" {
		encoder := json.NewEncoder(out)
		encoder.SetIndent("", "  ")
		_ = encoder.Encode(b.result)
		return 0
	}
	b.result.write(out)
	return 0
}

// parseSizes reads the fleets. A request names 100,000 desktops at most.
func parseSizes(list string) ([]int, error) {
	var sizes []int
	for _, text := range split(list) {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > 100_000 {
			return nil, fmt.Errorf("-fleets are numbers from 1 to 100000, not %q", text)
		}
		sizes = append(sizes, n)
	}
	return sizes, nil
}

// split a list by its commas.
func split(list string) []string {
	if list == "" {
		return nil
	}
	var all []string
	for _, text := range strings.Split(list, ",") {
		all = append(all, strings.TrimSpace(text))
	}
	return all
}

func isRoot() bool {
	text, err := os.ReadFile("go.mod")
	return err == nil && strings.HasPrefix(string(text), "module stopdesktops\n")
}

func (b *bench) run(ctx context.Context) error {
	dir, err := os.MkdirTemp("", "bench")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	b.dir = dir
	for _, p := range b.programs {
		b.figures[p.name] = &Figures{}
	}
	b.result = Result{Go: runtime.Version(), System: runtime.GOOS + "/" + runtime.GOARCH, CPUs: runtime.NumCPU(), Rounds: b.rounds, Programs: b.figures}
	for _, step := range []func(context.Context) error{b.build, b.measure, b.fleets, b.selections, b.dependencies} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	b.result.targets()
	return nil
}
