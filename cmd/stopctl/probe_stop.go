package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"stopdesktops/cmd/stopctl/internal/probe"
)

// consent looks at the desktop and asks for a typed yes.
func (c *comparison) consent(ctx context.Context) error {
	id := c.options.stop
	if err := c.probe.MayStop(ctx, id); err != nil {
		return fmt.Errorf("nothing was stopped: %w", c.explain(err))
	}
	c.screen.note("stopctl: %s in %s is Running, nobody is connected, and no tag protects it.", id, c.options.region)
	fmt.Fprintf(c.err, "Stop it? What runs on it ends, and what is not saved is lost. Type yes: ")
	line, err := bufio.NewReader(c.in).ReadString('\n')
	if err != nil { // no Enter ended the line of the question
		fmt.Fprintln(c.err)
	}
	switch {
	case errors.Is(err, context.Canceled):
		return err
	case strings.TrimSpace(line) != "yes":
		return errors.New("nothing was stopped, and nothing else was asked: you did not type yes")
	}
	return nil
}

// stopTiming is that of one stop. Tests have less patience.
var stopTiming = probe.Timing{Every: 2 * time.Second, Follow: 15 * time.Second}

// stop makes the one stop, and says how long it took and how to undo it.
func (c *comparison) stop(ctx context.Context) []probe.Line {
	timing := stopTiming
	timing.Wait = c.options.wait
	c.screen.note("stopctl: stopping %s, and waiting up to %s", c.options.stop, timing.Wait)
	s := c.probe.Stop(ctx, c.options.stop, timing)
	for _, seen := range []struct {
		state string
		after time.Duration
	}{{"Stopping or Stopped", s.ToStopping}, {"Stopped", s.ToDone}} {
		if seen.after > 0 {
			c.screen.note("stopctl: %s after %s", seen.state, duration(seen.after))
		}
	}
	if s.Sent {
		fmt.Fprintf(c.err, "stopctl: start it again with\n  aliyun ecd StartDesktops --region %s --RegionId %s --DesktopId.1 %s\n", c.options.region, c.options.region, c.options.stop)
	}
	return s.Lines
}
