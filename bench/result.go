package main

// Result is everything that a run has measured: the JSON of -o json.
type Result struct {
	Go, System   string
	CPUs, Rounds int
	Programs     map[string]*Figures
	Fleets       []Fleet
	Targets      []Target
	Dependencies []Dependency
}

// Figures of one program with one desktop: medians.
type Figures struct {
	ReadyMs     float64 // from the start of the process to its first question for an invocation
	FirstMs     float64 // from the start of the process to its first answer
	FirstLateMs float64 // the same at 50 ms a call
	WarmP50Ms   float64
	WarmP99Ms   float64
	WarmApartMs float64 // of a warm instance that does not share its processor with the emulator; 0: not measured
	WarmLateMs  float64 // an invocation of a warm instance at 50 ms a call
	PeakBytes   int64   // of an instance that has stopped one desktop
	CPUMs       float64 // of one warm invocation, user and system
	BinaryBytes int64
	ZipBytes    int64
}

// Fleet is how one event for many desktops went, at 50 ms a call.
type Fleet struct {
	Program    string
	Desktops   int
	By         string `json:",omitempty"` // what selects the desktops; empty: the event names them
	Seconds    float64
	Calls      map[string]int
	PeakBytes  int64
	CPUSeconds float64
}

// Target is what was wanted of a figure.
type Target struct {
	What   string
	Figure string
	Want   string
	Holds  bool
}

// Dependency is a module that the function is linked with.
type Dependency struct {
	Module string
	Bytes  int64   // of its symbols
	Share  float64 // of all symbols
}
