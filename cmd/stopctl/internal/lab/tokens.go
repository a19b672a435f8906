package lab

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"slices"

	"stopdesktops/internal/approval"
)

// withoutTokens returns the record as it may be shown: a token approves until it expires, and more people see a
// screen or a log than may approve.
func (r *record) withoutTokens() *record {
	shown := *r
	shown.event = eventWithoutTokens(r.event)
	shown.result.Payload = approval.Hide(r.result.Payload)
	if e := r.result.FunctionError; e != nil {
		other := *e
		other.Message = string(approval.Hide([]byte(e.Message)))
		shown.result.FunctionError = &other
	}
	shown.log, shown.reports, shown.deliveries = slices.Clone(r.log), slices.Clone(r.reports), slices.Clone(r.deliveries)
	for i, line := range shown.log {
		shown.log[i] = string(approval.Hide([]byte(line)))
	}
	for i, rep := range shown.reports {
		rep.Reason = string(approval.Hide([]byte(rep.Reason)))
		rep.ApprovalToken = string(approval.Hide([]byte(rep.ApprovalToken)))
		shown.reports[i] = rep
	}
	for i := range shown.deliveries {
		shown.deliveries[i].Body = approval.Hide(shown.deliveries[i].Body)
	}
	return &shown
}

// eventWithoutTokens hides the tokens of an event, also those in the body of an HTTP event in base64.
func eventWithoutTokens(event []byte) []byte {
	event = approval.Hide(event)
	var request struct {
		Body            string `json:"body"`
		IsBase64Encoded bool   `json:"isBase64Encoded"`
	}
	if json.Unmarshal(event, &request) != nil || !request.IsBase64Encoded {
		return event
	}
	body, err := base64.StdEncoding.DecodeString(request.Body)
	if err != nil {
		return event
	}
	if other := approval.Hide(body); !bytes.Equal(other, body) {
		return bytes.Replace(event, []byte(request.Body), []byte(base64.StdEncoding.EncodeToString(other)), 1)
	}
	return event
}
