// Package clients tests the function with the libraries that its senders and receivers use: npm cloudevents,
// standardwebhooks, svix and @octokit/webhooks-methods. They sign and send to the built binary, and check its callbacks.
// The tests need npm, so they are apart: make test-clients installs the libraries and runs them.
package clients
