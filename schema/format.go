package schema

// What the member Format of the output of stopctl says: the command, and the version of the shape. The version grows
// when a member goes away, or means something else. New members do not change it.
const (
	Doctor = "stopctl.doctor/1"
	Plan   = "stopctl.plan/1"
	Probe  = "stopctl.probe/1"
	Routes = "stopctl.routes/1"
	Run    = "stopctl.run/1"
	Timers = "stopctl.timers/1"
	Undo   = "stopctl.undo/1"
	Why    = "stopctl.why/1"
)
