package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"slices"

	"stopdesktops/cmd/stopctl/internal/terminal"
	"stopdesktops/internal/emulator"
	samples "stopdesktops/testdata/events"
)

const sampleUsage = `Usage: stopctl sample [NAME]

Prints a sample: fleet is the emulated fleet, YAML to copy and change, for -fleet and
-emulate. Each other one is an event as a trigger sends it. Without NAME it lists the
samples. stopctl carries them, so no source is needed.

Examples:

  stopctl sample
  stopctl sample fleet > fleet.yaml
  stopctl sample eventbridge-object > event.json

Exit codes: 0 it is printed; 1 it cannot be written; 2 wrong usage.
`

// fleetSample is the name of the one that is no event.
const fleetSample = "fleet"

func sampleNames() []string { return slices.Concat([]string{fleetSample}, samples.Names()) }

// sampleCommand prints one sample, or lists them all.
func sampleCommand(_ context.Context, args []string, o terminal.Outside) error {
	flags := flag.NewFlagSet("sample", flag.ContinueOnError)
	err := o.Parse(flags, args)
	name := flags.Arg(0)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return o.Help(sampleUsage)
	case err != nil:
		return err
	case flags.NArg() > 1:
		return terminal.Usagef("sample: give one name. See stopctl sample -h.")
	case flags.NArg() == 0:
		for _, name := range sampleNames() {
			fmt.Fprintln(o.Out, name)
		}
		return nil
	case !slices.Contains(sampleNames(), name):
		return terminal.Usagef("sample: there is no sample %q.%s stopctl sample lists them.", name, terminal.DidYouMean("", name, sampleNames()))
	case name == fleetSample:
		_, err = o.Out.Write(emulator.DefaultFleetFile())
		return err
	}
	text, err := samples.Read(name)
	if err == nil {
		_, err = o.Out.Write(text)
	}
	return err
}
