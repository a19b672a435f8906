// Package report is the vocabulary of results: what happened to each event and to each of its
// desktops. Every other package names results with it; it knows none of them.
package report
