package terminal

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"stopdesktops/events"
	"stopdesktops/internal/setting"
)

// ReadInput reads JSON from the file that a flag names, or from standard input if that is -.
func ReadInput(flag, name string, stdin io.Reader) ([]byte, error) {
	data, err := ReadNamed(flag, name, stdin)
	if err != nil {
		return nil, err
	}
	if name == "-" {
		name = "standard input"
	}
	if err := checkJSON(data); err != nil {
		return nil, Usagef("%s %s%v", flag, name, err)
	}
	return data, nil
}

// ReadNamed reads a file, or standard input if its name is -. Standard input is touched only then: it
// may be a terminal.
func ReadNamed(what, name string, stdin io.Reader) (data []byte, err error) {
	if name == "-" {
		data, err = io.ReadAll(stdin)
	} else {
		data, err = os.ReadFile(name)
	}
	switch {
	case errors.Is(err, context.Canceled):
		return nil, err
	case err != nil:
		return nil, Usagef("%s: %v", what, err)
	}
	return data, nil
}

// checkJSON says where data is not JSON, in the words of the function: ":line:column: what".
func checkJSON(data []byte) error {
	data, err := setting.Decode(data) // the function drops a byte order mark, and refuses UTF-16
	switch {
	case err != nil:
		return fmt.Errorf(" %w", err)
	case len(bytes.TrimSpace(data)) == 0:
		return errors.New(": is empty")
	}
	if line, column, what := events.SyntaxFault(data); what != "" {
		return fmt.Errorf(":%d:%d: is not JSON: %s", line, column, what)
	}
	return nil
}
