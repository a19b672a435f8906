package setup

import (
	"context"
	"errors"
	"testing"
	"time"

	"stopdesktops/events"
	"stopdesktops/internal/stop"
)

// fixed is an EDS with the same two rows for everything.
type fixed struct{ err error }

func (f fixed) DescribeDesktopInfo(context.Context, string, []string) ([]stop.Desktop, error) {
	return make([]stop.Desktop, 2), f.err
}
func (f fixed) DescribeDesktops(context.Context, string, events.Select, string) (stop.Page[stop.Desktop], error) {
	return stop.Page[stop.Desktop]{Rows: make([]stop.Desktop, 2)}, f.err
}
func (f fixed) DescribeDesktopsByID(context.Context, string, []string, string) (stop.Page[stop.Desktop], error) {
	return stop.Page[stop.Desktop]{Rows: make([]stop.Desktop, 2)}, f.err
}
func (f fixed) ListTagResources(context.Context, string, events.Tag, string) (stop.Page[stop.Tagged], error) {
	return stop.Page[stop.Tagged]{Rows: make([]stop.Tagged, 2)}, f.err
}
func (f fixed) ListTagResourcesByID(context.Context, string, []string, string) (stop.Page[stop.Tagged], error) {
	return stop.Page[stop.Tagged]{Rows: make([]stop.Tagged, 2)}, f.err
}
func (f fixed) DescribeDesktopsPage(context.Context, string, events.Select, int) (stop.Page[stop.Desktop], error) {
	return stop.Page[stop.Desktop]{Rows: make([]stop.Desktop, 2)}, f.err
}
func (f fixed) DescribeClientEvents(context.Context, string, time.Time, string) (stop.Page[stop.ClientEvent], error) {
	return stop.Page[stop.ClientEvent]{}, f.err
}
func (f fixed) StopDesktops(context.Context, stop.StopCall) (string, error) { return "", f.err }

func TestReads(t *testing.T) {
	ctx := t.Context()
	for _, c := range []struct {
		want string
		read func(stop.EDS) error
	}{
		{"", func(e stop.EDS) error { return nil }},
		{"2 desktops observed", func(e stop.EDS) error { _, err := e.DescribeDesktopInfo(ctx, "", nil); return err }},
		{"1 page read, 2 desktops observed", func(e stop.EDS) error { _, err := e.DescribeDesktops(ctx, "", events.Select{}, ""); return err }},
		{"1 page read, 2 desktops observed", func(e stop.EDS) error { _, err := e.DescribeDesktopsPage(ctx, "", events.Select{}, 2); return err }},
		{"1 page read, 2 desktops observed", func(e stop.EDS) error { _, err := e.DescribeDesktopsByID(ctx, "", nil, ""); return err }},
		{"1 page read", func(e stop.EDS) error { _, err := e.ListTagResources(ctx, "", events.Tag{}, ""); return err }},
		{"1 page read", func(e stop.EDS) error { _, err := e.ListTagResourcesByID(ctx, "", nil, ""); return err }},
		{"1 page read", func(e stop.EDS) error { _, err := e.DescribeClientEvents(ctx, "", time.Time{}, ""); return err }},
		{"", func(e stop.EDS) error { _, err := e.StopDesktops(ctx, stop.StopCall{}); return err }},
	} {
		var reads Reads
		if err := c.read(reads.Of(fixed{})); err != nil || reads.String() != c.want {
			t.Errorf("%q, %v, want %q", reads.String(), err, c.want)
		}
	}
	var reads Reads
	if _, err := reads.Of(fixed{errors.New("refused")}).ListTagResources(ctx, "", events.Tag{}, ""); err == nil || reads.String() != "" {
		t.Errorf("a refused page counts: %s, %v", reads.String(), err)
	}
}
