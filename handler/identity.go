package handler

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"hash"

	"stopdesktops/events"
)

// identity says which event an event is.
type identity struct {
	shown string    // EventId of its reports
	ids   []eventID // each names the event: it is a duplicate if any of them was done
}

// eventID names an event by fields. Two events are the same only if each field is: text that is joined
// from fields could be the same for other fields.
type eventID struct {
	kind   events.Kind
	source string // CloudEvents source, or the timer's name
	form   idForm
	id     string
	suffix string // which request of the payload, and which of its accounts and regions
}

// idForm says where an ID comes from: a sender cannot choose a key that is taken for an ID of another form.
type idForm string

const (
	byEnvelope   idForm = "envelope"   // the id of a CloudEvent, the time of a timer
	bySignature  idForm = "signature"  // a signed ID of an HTTP request
	byKey        idForm = "key"        // IdempotencyKey of the request
	byBody       idForm = "body"       // the hash of a signed body
	byInvocation idForm = "invocation" // the platform's request ID
)

// identify returns the identity of an event:
//
//	the event has                          EventId          a duplicate if this was done
//	an envelope (bus, timer, CloudEvent)   source|id        source and id, or its IdempotencyKey
//	a signed ID                            the signed ID    the signed ID, or its IdempotencyKey
//	an IdempotencyKey                      the key          the key
//	a signed body                          the body's hash  the body's hash
//	nothing of these                       the request ID   the request ID
//
// The suffix of the event (#3) is part of every ID but the IdempotencyKey, which each request has for
// itself. part is part of every ID: which account and region it is (#cn-hangzhou), if the request names several. The
// key of a scheduled event says nothing: it is the same in each run. request is empty as long as the event is not parsed.
func identify(e events.Event, proof events.Proof, request events.Request, part, requestID string) identity {
	suffix := e.Suffix + part
	named := func(form idForm, id string) eventID {
		return eventID{kind: e.Kind, source: e.Source, form: form, id: id, suffix: suffix}
	}
	key := request.IdempotencyKey
	if e.Scheduled {
		key = ""
	}
	var i identity
	switch {
	case e.ID != "":
		i = identity{e.Source + "|" + e.ID + suffix, []eventID{named(byEnvelope, e.ID)}}
	case proof.ID != "":
		i = identity{proof.ID + suffix, []eventID{named(bySignature, proof.ID)}}
	case key != "":
		i.shown = key + part
	case proof.BodyHash != "":
		i = identity{proof.BodyHash + suffix, []eventID{named(byBody, proof.BodyHash)}}
	default:
		i = identity{requestID + suffix, []eventID{named(byInvocation, requestID)}}
	}
	if key != "" {
		id := named(byKey, key)
		id.suffix = part
		i.ids = append(i.ids, id)
	}
	return i
}

// eventKey is the digest of an ID: IDs are foreign text of any length.
type eventKey [sha256.Size]byte

// keys of the event. Its route is part of each: the IDs of one route are not those of another, so no
// sender can make the event of another one look like a duplicate.
func (i identity) keys(route *Route) []eventKey {
	name := ""
	if route != nil {
		name = route.Name
	}
	keys := make([]eventKey, len(i.ids))
	for n, id := range i.ids {
		h := sha256.New()
		for _, field := range []string{string(id.kind), name, id.source, string(id.form), id.id, id.suffix} {
			writeField(h, field)
		}
		keys[n] = eventKey(h.Sum(nil))
	}
	return keys
}

// writeField adds a field to a digest, its length first: no text of one field is taken for the beginning
// of the next.
func writeField(h hash.Hash, field string) {
	_ = binary.Write(h, binary.BigEndian, uint64(len(field)))
	_, _ = h.Write([]byte(field))
}

// requestDigest is the digest of what a request does.
type requestDigest [sha256.Size]byte

// digest returns the same value for two requests, with their defaults filled in, that do the same to the
// same desktops.
func digest(q events.Request) requestDigest {
	h := sha256.New()
	_ = json.NewEncoder(h).Encode(q.Effect()) // nothing in a request fails to encode, and a hash takes everything
	return requestDigest(h.Sum(nil))
}
