package lab

import (
	"net/http"
	"time"

	"stopdesktops/cmd/stopctl/internal/sign"
)

// signed is the header of a request with this body, signed with webhookSecret as Standard Webhooks.
func signed(body []byte, now time.Time) http.Header { return sign.Standard(webhookSecret, body, now) }

// forged is the same with a secret that the function does not know.
func forged(body []byte, now time.Time) http.Header {
	return sign.Standard("whsec_YW5vdGhlci1zZWNyZXQtdGhhdC1ub2JvZHkta25vd3M=", body, now)
}
