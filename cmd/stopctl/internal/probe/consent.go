package probe

import (
	"context"
	"errors"
	"fmt"
	"time"

	"stopdesktops/cmd/stopctl/internal/terminal"
)

// consent observes the desktop and asks for a typed yes.
func (c *comparison) consent(ctx context.Context) error {
	id := c.options.stop
	if err := c.probe.MayStop(ctx, id); err != nil {
		return fmt.Errorf("nothing was stopped: %w", c.explain(err))
	}
	c.screen.Warn("stopctl: %s in %s is Running, nobody is connected, and no tag protects it.", id, c.options.region)
	yes, err := terminal.Confirmed(c.Outside, "Stop it? What runs on it ends, and what is not saved is lost.")
	switch {
	case err != nil:
		return err
	case !yes:
		return errors.New("nothing was stopped, and nothing else was asked: you did not type yes")
	}
	return nil
}

// stopTiming is that of one stop. Tests have less patience.
var stopTiming = Timing{Every: 2 * time.Second, Follow: 15 * time.Second}

// stop makes the one stop, and says how long it took and how to undo it.
func (c *comparison) stop(ctx context.Context) []Line {
	timing := stopTiming
	timing.Wait = c.options.wait
	c.screen.Note("stopctl: stopping %s, and waiting up to %s", c.options.stop, timing.Wait)
	var s *Stopped
	c.progress("Stopping "+c.options.stop, func() { s = c.probe.Stop(ctx, c.options.stop, timing) })
	for _, seen := range []struct {
		state string
		after time.Duration
	}{{"Stopping or Stopped", s.ToStopping}, {"Stopped", s.ToDone}} {
		if seen.after > 0 {
			c.screen.Note("stopctl: %s after %s", seen.state, terminal.Duration(seen.after))
		}
	}
	if s.Sent {
		fmt.Fprintf(c.Err, "stopctl: start it again with\n  aliyun ecd StartDesktops --region %s --RegionId %s --DesktopId.1 %s\n", c.options.region, c.options.region, c.options.stop)
	}
	return s.Lines
}
