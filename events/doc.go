// Package events reads what came in. It turns the bytes of an invocation into
// [Event] values ([Decode]) and the payload of an event into each [Request]
// that it holds ([ParseRequests]): one for each account and region.
//
// Function Compute says nowhere which trigger fired, so the JSON shape decides:
//
//   - an EventBridge event is a CloudEvents 1.0 object, alone, in an array, or
//     as a string of JSON in an array;
//   - a timer sends triggerName, triggerTime and payload;
//   - an HTTP trigger sends version "v1" and requestContext.http;
//   - anything else is a direct invocation: a request, an array of requests, or
//     what an EventBridge stream delivers with the schema RawData.
//
// Timer and HTTP envelopes are recognized as the whole invocation only. What is
// inside a payload or an HTTP body is never taken for an envelope again: its
// sender could otherwise choose which authentication applies to it.
//
// Envelopes belong to others and are read tolerantly: members may be unknown,
// missing, or numbers where strings are expected. Only a member that appears
// twice is refused, because a rule in front of us may have seen the other value.
// Requests are ours and are read strictly: whatever is not understood is refused
// with its JSON path, because a misread request stops the wrong desktops.
//
// Every fault is an [Error]. A fault of one element of a batch is in that
// element's [Event.Err] and leaves the other elements alone.
//
// The package is pure: no clock, no environment, no network. Its time and memory
// are linear in the size of the input.
package events
