package emulator

import (
	"slices"
	"time"
)

// DefaultRegion is where a desktop is whose RegionId is empty.
const DefaultRegion = "cn-hangzhou"

// DefaultStopTime is how long a desktop takes from Stopping to Stopped unless
// told otherwise. The real service takes tens of seconds.
const DefaultStopTime = 300 * time.Millisecond

// DefaultStartTime is how long a desktop takes from Starting to Running unless
// told otherwise. The real service takes a minute or two.
const DefaultStartTime = 300 * time.Millisecond

// NoConnectionStatus as a Desktop's ConnectionStatus makes the service answer
// an empty one. An empty field means Disconnected.
const NoConnectionStatus = "(none)"

// A Desktop is one cloud computer, with the names of the API.
type Desktop struct {
	DesktopId        string   `yaml:"DesktopId"`        // such as ecd-7w78ozhjcwa3u; unique in the fleet
	RegionId         string   `yaml:"RegionId"`         // default DefaultRegion
	DesktopStatus    string   `yaml:"DesktopStatus"`    // default Running; any state the API may grow is possible
	ConnectionStatus string   `yaml:"ConnectionStatus"` // default Disconnected; Connected, Unknown, NoConnectionStatus
	ManagementFlags  []string `yaml:"ManagementFlags"`  // Migrating, Updating: the desktop cannot be stopped
	DesktopName      string   `yaml:"DesktopName"`
	OfficeSiteId     string   `yaml:"OfficeSiteId"`
	DesktopGroupId   string   `yaml:"DesktopGroupId"` // set: a pooled desktop, hidden by FilterDesktopGroup
	PolicyGroupId    string   `yaml:"PolicyGroupId"`
	ResourceGroupId  string   `yaml:"ResourceGroupId"`
	ChargeType       string   `yaml:"ChargeType"` // default PostPaid; or PrePaid
	SubPayType       string   `yaml:"SubPayType"` // default postPaid; or prePaid, monthPackage, duration. A filter only: no row has it
	EndUserIds       []string `yaml:"EndUserIds"`
	Tags             []Tag    `yaml:"Tags"`
	// OtherTags are tags in another namespace than ALIYUN::GWS::INSTANCE, by
	// ResourceType: they and Tags do not see each other.
	OtherTags map[string][]Tag `yaml:"OtherTags"`

	// StopTime is how long this desktop takes to stop; 0: the fleet's. A
	// desktop that is Stopping from the beginning takes it from then on.
	StopTime time.Duration `yaml:"StopTime"`
	// NeverStops: the desktop stays Stopping for ever.
	NeverStops bool `yaml:"NeverStops"`
	// Ghost: DescribeDesktops and ListTagResources know the desktop, the other
	// actions do not, as seen with inconsistent back ends.
	Ghost bool `yaml:"Ghost"`
}

// A Tag of a desktop. One key occurs once per desktop.
type Tag struct {
	Key   string `yaml:"Key" json:"Key"`
	Value string `yaml:"Value" json:"Value"`
}

// State is what a [Change] or [EDS.Set] changes of a desktop; nil fields stay.
type State struct {
	DesktopStatus    *string   `yaml:"DesktopStatus"`
	ConnectionStatus *string   `yaml:"ConnectionStatus"` // "" answers an empty one
	ManagementFlags  *[]string `yaml:"ManagementFlags"`
	Tags             *[]Tag    `yaml:"Tags"`
}

// A desktop as the emulator keeps it. Its state is a function of the time, so
// that no goroutine is needed to move 100,000 desktops.
type desktop struct {
	Desktop
	index int // position among the desktops of its region: the order of pages

	stopAccepted time.Time // when the last stop began; zero: none
	stoppedFrom  time.Time // when it is Stopped; zero with stopAccepted set: never
	startedAt    time.Time // when the last start began; zero: none, or a stop came after it
	runningFrom  time.Time // when it is Running
	visibleFrom  time.Time // when describes begin to show that stop or start
	seen         string    // state in the last describe response; "" since a change
	told         bool      // the caller was told that the stop was accepted
}

func newDesktop(d Desktop) *desktop {
	setDefault(&d.RegionId, DefaultRegion)
	setDefault(&d.DesktopStatus, "Running")
	setDefault(&d.ConnectionStatus, "Disconnected")
	setDefault(&d.ChargeType, "PostPaid")
	setDefault(&d.SubPayType, "postPaid")
	setDefault(&d.PolicyGroupId, "system-all-enabled-policy")
	setDefault(&d.OfficeSiteId, d.RegionId+"+dir-0000000000")
	setDefault(&d.DesktopName, d.DesktopId)
	if d.ConnectionStatus == NoConnectionStatus {
		d.ConnectionStatus = ""
	}
	d.ManagementFlags = slices.Clone(d.ManagementFlags)
	d.EndUserIds = slices.Clone(d.EndUserIds)
	d.Tags = slices.Clone(d.Tags)
	return &desktop{Desktop: d}
}

func setDefault(field *string, value string) {
	if *field == "" {
		*field = value
	}
}

// actual is the state the service acts upon.
func (d *desktop) actual(now time.Time) string {
	switch {
	case !d.startedAt.IsZero() && now.Before(d.runningFrom):
		return "Starting"
	case !d.startedAt.IsZero():
		return "Running"
	case d.stopAccepted.IsZero():
		return d.DesktopStatus
	case !d.stoppedFrom.IsZero() && !now.Before(d.stoppedFrom):
		return "Stopped"
	default:
		return "Stopping"
	}
}

// visible is the state that describes show: the old one until a stop or a
// start has spread through the back ends.
func (d *desktop) visible(now time.Time) string {
	if now.Before(d.visibleFrom) {
		return d.DesktopStatus
	}
	return d.actual(now)
}

// connection is what is true: a stop cuts the user off.
func (d *desktop) connection() string {
	if !d.stopAccepted.IsZero() && d.ConnectionStatus == "Connected" {
		return "Disconnected"
	}
	return d.ConnectionStatus
}

// visibleConnection is the connection that describes show.
func (d *desktop) visibleConnection(now time.Time) string {
	if now.Before(d.visibleFrom) {
		return d.ConnectionStatus
	}
	return d.connection()
}

// beginStop puts the desktop into Stopping. DesktopStatus keeps the state
// before, which describes show until visibleAfter has passed.
func (d *desktop) beginStop(now time.Time, stopTime, visibleAfter time.Duration) {
	if d.StopTime > 0 {
		stopTime = d.StopTime
	}
	d.DesktopStatus = d.actual(now)
	d.startedAt = time.Time{}
	d.stopAccepted, d.visibleFrom, d.stoppedFrom = now, now.Add(visibleAfter), now.Add(stopTime)
	if d.NeverStops {
		d.stoppedFrom = time.Time{}
	}
	d.seen, d.told = "", false
}

// beginStart puts a Stopped desktop into Starting. Whom the stop cut off stays
// away. DesktopStatus keeps the state before, as in beginStop.
func (d *desktop) beginStart(now time.Time, startTime, visibleAfter time.Duration) {
	d.DesktopStatus, d.ConnectionStatus = d.actual(now), d.connection()
	d.stopAccepted = time.Time{}
	d.startedAt, d.visibleFrom, d.runningFrom = now, now.Add(visibleAfter), now.Add(startTime)
	d.seen, d.told = "", false
}

// set applies s; a new state ends a stop or a start that was under way.
func (d *desktop) set(s State) {
	if s.DesktopStatus != nil {
		d.ConnectionStatus = d.connection() // whom the stop cut off stays away
		d.DesktopStatus, d.stopAccepted, d.startedAt, d.visibleFrom = *s.DesktopStatus, time.Time{}, time.Time{}, time.Time{}
		d.seen, d.told = "", false
	}
	if s.ConnectionStatus != nil {
		d.ConnectionStatus = *s.ConnectionStatus
	}
	if s.ManagementFlags != nil {
		d.ManagementFlags = slices.Clone(*s.ManagementFlags)
	}
	if s.Tags != nil {
		d.Tags = slices.Clone(*s.Tags)
	}
}

// snapshot is the desktop with its actual state at now.
func (d *desktop) snapshot(now time.Time) Desktop {
	c := d.Desktop
	c.DesktopStatus, c.ConnectionStatus = d.actual(now), d.connection()
	c.ManagementFlags = slices.Clone(c.ManagementFlags)
	c.EndUserIds = slices.Clone(c.EndUserIds)
	c.Tags = slices.Clone(c.Tags)
	return c
}
