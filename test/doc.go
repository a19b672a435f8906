// Package test tests the function as a whole: scenarios, the function as a process, a soak, quotas and fleets of ten
// thousand desktops. It also holds the documentation and the package that is deployed against what they promise. The
// data is in testdata, in the top folder.
package test
