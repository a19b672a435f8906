// Package deploycheck is tests only: of the files that deploy the function, and of the rules the source tree keeps.
//
// Serverless Devs and its fc3 component accept misspelt properties and any trigger configuration without a word, so a
// slip in s.yaml shows on the account, if at all. These tests refuse it here, each time with the path of the property:
//
//   - template_test.go, trigger_test.go, cron_test.go: s.yaml and s.eventbridge.yaml
//   - request_test.go: the timer's payload is a request the function understands
//   - variables_test.go: the variables set there exist in internal/config
//   - policy_test.go: ram-policy.json grants exactly the EDS actions that internal/eds calls
//   - start_test.go: the function's binary has the code of these actions, and of no other: it can start nothing
//   - imports_test.go: who may import what
//
// Beside each rule is a table of broken copies that it must refuse. If you add a property to a template, add it
// to the structs here, with its rule.
//
// The folder zip holds the command behind `make zip`.
package deploycheck
