package terminal

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"strings"
)

// Confirmed asks a question, and reports whether a person typed yes. The error is that of the interrupt.
func Confirmed(o Outside, question string) (bool, error) {
	fmt.Fprint(o.Err, question+" Type yes: ")
	line, err := bufio.NewReader(o.In).ReadString('\n')
	if err != nil { // no Enter ended the line of the question
		fmt.Fprintln(o.Err)
	}
	if errors.Is(err, context.Canceled) {
		return false, err
	}
	return strings.TrimSpace(line) == "yes", nil
}
