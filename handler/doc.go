// Package handler decides what is done about the events of one invocation, does it, and says what
// happened. The way of an event:
//
//	bytes → events (authenticated, if they came over HTTP; mapped by their route) → requests → look at the desktops
//	→ plan (one decision per desktop) → StopDesktops calls → look again → report → log, callback, answer
//
// The package knows neither Function Compute nor the SDK of Elastic Desktop Service: it declares
// the small interfaces it calls (EDS, Authenticator, Routes, Callback), and package main composes.
//
// What it promises, whatever comes in:
//
//   - every desktop asked for is in its event's report exactly once;
//   - no desktop is in a StopDesktops call whose last look is older than 5 seconds, or said
//     anything but Running and (unless forced) Disconnected;
//   - nothing is called stopped that was not seen Stopped;
//   - a part that fails (an ID, an event of a batch, a call, a region) fails alone;
//   - it returns before the deadline of its context, with what was not done named as such.
package handler
