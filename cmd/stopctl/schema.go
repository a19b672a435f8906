package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"

	"stopdesktops/cmd/stopctl/internal/terminal"
	"stopdesktops/schema"
)

const schemaUsage = `Usage: stopctl schema [NAME]

Prints a JSON Schema (2020-12). An editor or a ticketing system checks with it before it
sends a request, and a program checks what it reads. Without NAME it lists the schemas.

Example:

  stopctl schema request > request.schema.json

Exit codes: 0 it is printed; 1 it cannot be written; 2 wrong usage.
`

// schemaCommand prints one schema, or lists them all.
func schemaCommand(_ context.Context, args []string, o terminal.Outside) error {
	flags := flag.NewFlagSet("schema", flag.ContinueOnError)
	err := o.Parse(flags, args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return o.Help(schemaUsage)
	case err != nil:
		return err
	case flags.NArg() > 1:
		return terminal.Usagef("schema: give one name. See stopctl schema -h.")
	case flags.NArg() == 0:
		return listSchemas(o.Out)
	}
	if !slices.Contains(schema.Names(), flags.Arg(0)) {
		return terminal.Usagef("schema: there is no schema %q.%s There are: %s.", flags.Arg(0), terminal.DidYouMean("", flags.Arg(0), schema.Names()), strings.Join(schema.Names(), ", "))
	}
	text, err := schema.Text(flags.Arg(0))
	if err != nil {
		return err
	}
	_, err = o.Out.Write(text)
	return err
}

// listSchemas prints the name and the title of each.
func listSchemas(w io.Writer) error {
	var rows [][]terminal.Cell
	for _, name := range schema.Names() {
		text, err := schema.Text(name)
		if err != nil {
			return err
		}
		var head struct {
			Title string `json:"title"`
		}
		if err := json.Unmarshal(text, &head); err != nil {
			return fmt.Errorf("schema %s: %w", name, err)
		}
		rows = append(rows, []terminal.Cell{terminal.Plain.Cell(name), terminal.Plain.Cell(head.Title)})
	}
	for _, line := range (&terminal.Screen{}).Table(rows) {
		if _, err := fmt.Fprintln(w, line); err != nil {
			return err
		}
	}
	return nil
}
