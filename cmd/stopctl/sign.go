package main

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// signed is the header of a request with this body, signed with webhookSecret as Standard Webhooks.
func signed(body []byte, now time.Time) http.Header { return signWith(webhookSecret, body, now) }

// forged is the same with a secret that the function does not know.
func forged(body []byte, now time.Time) http.Header {
	return signWith("whsec_YW5vdGhlci1zZWNyZXQtdGhhdC1ub2JvZHkta25vd3M=", body, now)
}

func signWith(secret string, body []byte, now time.Time) http.Header {
	key, _ := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
	id, timestamp := "msg_"+rand.Text(), strconv.FormatInt(now.Unix(), 10)
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(id + "." + timestamp + "."))
	mac.Write(body)
	return http.Header{
		"Content-Type":      {"application/json"},
		"User-Agent":        {"stopctl"},
		"Webhook-Id":        {id},
		"Webhook-Timestamp": {timestamp},
		"Webhook-Signature": {"v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))},
	}
}
