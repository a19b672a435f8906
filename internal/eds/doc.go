// Package eds makes the calls to Elastic Desktop Service (API version 2020-09-30), and the calls to STS that
// assume the roles of other accounts (see [Role]). It is the only user of the SDK and of its credentials.
//
// The SDK builds and signs each request. It is sent, and its answer read, here (see exchange.go): the
// SDK would take a redirect or a 200 with an error inside for success, lose the status of an answer
// that is not JSON and the pause that a throttled caller is asked to keep, and decode every answer
// three times. One call is one attempt; each attempt has a client, a nonce and a signature of its
// own, because a client is not safe for concurrent use and costs 2 microseconds.
package eds
