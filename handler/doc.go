// Package handler serves one invocation: it takes events in, and gives reports out.
//
//	read          bytes → events; those over HTTP authenticated        read.go http.go
//	take in       requests, one for each account and region: mapped,    places.go accept.go approval.go calendar.go
//	              checked, identified, no duplicates                    identity.go duplicates.go
//	order         one order for each, to package stop                   order.go
//	publish       results → reports → log and callback                  report.go publish.go deliveries.go
//	respond       reports → response or function error                  response.go failure.go
//
// The stages are called one after the other in run.go. Each takes what the one before returned.
//
// Package stop finds the desktops, decides about each and stops them. [Handler.Reports] returns what
// happened. [Handler.Handle] makes the response for the platform of the same reports.
//
// The package knows neither Function Compute nor the SDK of Elastic Desktop Service. It declares the
// interfaces that it calls ([Authenticator], [Routes], [Mapping], [Calendar], [Approvals], [Callback]). Package compose builds
// what satisfies them. Only compose, main and the commands import this package.
//
// A Handler is made once by [New]. Afterwards only its knowledge of done events changes.
//
// The promises, beside those of package stop:
//
//   - Every event has exactly one report, also one that cannot be read.
//   - A part that fails fails alone: an event of a batch, a callback. A panic is the error of its event.
//   - EDS is not called for an event that is refused.
//   - Handle returns before the deadline of its context, and names what was not done.
package handler
