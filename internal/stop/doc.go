// Package stop is the engine: it finds out which desktops its orders mean, decides about each, stops
// what is to be stopped, and says what happened to each.
//
// It knows no event, no HTTP and no callback. An [Order] carries a request and the EDS session of its
// account; [Engine.Do] returns when every order has its [Result].
//
// One [Order] never spoils another. Each goes ahead when what its own decisions need is known. They
// share the number of calls at once, MAX_DESKTOPS, and the calls for a desktop that several ask for. Whose
// call is made first decides about such a desktop; the results of the others name that order.
//
// What one order does with one desktop is a target. Its state changes in one function (target.to) and
// only like this:
//
//	pending ──→ spared
//	   │    ──→ undetermined                      (the state, or who is protected, is unknown)
//	   │    ──→ notAttempted, failed              (blocked, deadline, a fault of this program)
//	   │    ──→ stopping                          (it is Stopping already)
//	   │    ──→ accepted                          (another order's call stops it)
//	   ↓
//	planned ──→ spared, undetermined, notAttempted, failed, stopping, accepted   (decided again)
//	   ↓
//	 sent   ──→ planned                           (refused or throttled: tried again)
//	   │    ──→ failed, notAttempted
//	   │    ──→ unconfirmed ──→ sent, stopping, stopped
//	   ↓
//	accepted ──→ stopping ──→ stopped
//	         ──→ stopped
//
// The report is read off the states: see outcomes in state.go.
//
// A target becomes unconfirmed in batch.stop, if the response of its call was lost, and in faulty, after a panic
// during its call. The report then says failed, with the code Unconfirmed. target.to keeps the target in that state
// until target.seeEffect sees that the desktop stops, or EDS takes a second call. Where nothing may be observed,
// lostByAnother gives the same code to the target of another order: the lost call was for its desktop too.
//
// The promises:
//
//   - Every desktop asked for is in its order's result exactly once.
//   - No desktop is in a StopDesktops call unless an observation of the last 5 seconds said Running
//     and, without Force, Disconnected.
//   - Nothing is called stopped that was not seen Stopped.
//   - Do returns before its context ends, and names what was not done.
package stop
