// Package eds makes the calls to Elastic Desktop Service (API version 2020-09-30), and the calls to STS that
// assume the roles of other accounts (see [Role]). It is the only user of the vendor's SDK.
//
// The SDK computes the signature of each request. The request is built and sent, and its response read, here
// (see sign.go and exchange.go). The SDK would take a redirect or a 200 with an error inside for success. It
// would lose the status of a response that is not JSON, and the pause that a throttled caller is asked to keep.
// It encodes each request as JSON on its way, decodes each response three times, and has the stack of its
// goroutine written out for each nonce. One call is one attempt with a separate nonce and signature.
package eds
