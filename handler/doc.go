// Package handler serves one invocation: it takes events in, and gives reports out.
//
//	bytes → events → authenticated (over HTTP) → mapped by their route → requests, checked and identified
//	→ orders for package stop → results → reports → log, callback, response
//
// Package stop finds the desktops, decides about each and stops them. [Handler.Reports] returns what
// happened. [Handler.Handle] makes the response for the platform of the same reports.
//
// The package knows neither Function Compute nor the SDK of Elastic Desktop Service. It declares the
// interfaces that it calls ([Authenticator], [Routes], [Mapping], [Callback]). Package compose builds
// what satisfies them. Only compose, main and the commands import this package.
//
// A Handler is made once by [New], and nothing of it changes afterwards but its memory of duplicates.
//
// The promises, beside those of package stop:
//
//   - Every event has exactly one report, also one that cannot be read.
//   - A part that fails fails alone: an event of a batch, a callback.
//   - EDS is not called for an event that is refused.
//   - Handle returns before the deadline of its context, and names what was not done.
package handler
