package terminal

import (
	"errors"
	"io"
	"os"
	"strings"
	"testing"
)

// A terminal is one still: /dev/null is a device too.
func TestCheckedTerminal(t *testing.T) {
	device, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer device.Close()
	if !onTerminal(&checkedWriter{to: device}) || onTerminal(&checkedWriter{to: failing{}}) {
		t.Error("a terminal is not told from a file")
	}
}

// What is read arrives whole.
func TestInterruptibleReads(t *testing.T) {
	text := strings.Repeat("0123456789", 5000)
	got, err := io.ReadAll(&interruptible{ctx: t.Context(), in: strings.NewReader(text)})
	if err != nil || string(got) != text {
		t.Errorf("%d bytes, %v", len(got), err)
	}
	_, err = io.ReadAll(&interruptible{ctx: t.Context(), in: io.MultiReader(strings.NewReader("a"), failing{})})
	if !errors.Is(err, errFull) {
		t.Errorf("%v", err)
	}
}

var errFull = errors.New("no space left on device")

// failing is a file on a full disk.
type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, errFull }
func (failing) Read([]byte) (int, error)  { return 0, errFull }
