// Package probe compares Elastic Desktop Service with what the function assumes of it.
//
// [Probe.Run] asks a bounded number of read-only questions (questions.go) and then checks the table
// of assumptions against the responses (assumptions.go). The checks are pure functions: they see the
// responses and nothing else. [Probe.Stop] makes one real stop and checks what only a stop can show.
//
// [Recording] is what goes into the file: every response without names (strip.go). What is kept is
// listed; everything else is replaced, so that a member that nobody here knows gives nothing away.
package probe
