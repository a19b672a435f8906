package eds

import (
	"context"
	"sync"
	"time"

	"stopdesktops/internal/secret"
	"stopdesktops/internal/stop"
)

// Role is a role of another account, by which the function makes calls there.
type Role struct {
	Account    string // its name in settings, requests and reports
	ARN        string // such as acs:ram::1234567890123456:role/stop-desktops
	ExternalID secret.String
}

// source has the credentials that calls are signed with. It is safe for concurrent use.
type source interface {
	// get returns the credentials for one call. The error is a *stop.CallError.
	get(ctx context.Context) (secret.Credentials, error)
	// refused says why EDS has denied a call that these credentials signed.
	refused(by secret.Credentials, why stop.Denial)
}

// static are credentials that stay the same.
type static secret.Credentials

func (s static) get(context.Context) (secret.Credentials, error) { return secret.Credentials(s), nil }
func (s static) refused(secret.Credentials, stop.Denial)         {}

// roleSession has the credentials of a role for one invocation.
type roleSession struct {
	role *roleCredentials
	own  secret.Credentials // of the invocation: they assume the role
	name string
}

func (s *roleSession) get(ctx context.Context) (secret.Credentials, error) {
	return s.role.get(ctx, s.own, s.name)
}

// refused makes the next call assume the role again if EDS does not accept its credentials any more, as
// after the sessions of the role were revoked.
func (s *roleSession) refused(by secret.Credentials, why stop.Denial) {
	if why == stop.DenialExpired || why == stop.DenialCredentials {
		s.role.drop(by)
	}
}

const (
	// refreshBefore the end of their validity, credentials of a role are renewed: no call is signed that
	// could arrive too late.
	refreshBefore = 5 * time.Minute
	// failureTime is how long a failure is the answer to everybody who asks. A batch would else ask STS as
	// often as it has calls.
	failureTime = time.Second
)

// roleCredentials are the credentials of one role, for all invocations of the process. Roles wait for
// nothing of each other.
type roleCredentials struct {
	client *Client
	role   Role

	mu       sync.Mutex
	held     assumed
	renewal  *renewal // under way; nil: there is none
	failure  error    // of the last renewal; nil: it went well
	failedAt time.Time
}

// renewal is one AssumeRole call, and those who wait for it.
type renewal struct {
	done    chan struct{} // closed when the fields below are set
	result  assumed
	err     error
	waiting int // guarded by roleCredentials.mu
	cancel  context.CancelFunc
}

// get returns credentials that are good for 5 minutes, if STS gives such. All who ask while they are renewed
// wait for one call, each no longer than its own ctx.
func (r *roleCredentials) get(ctx context.Context, own secret.Credentials, name string) (secret.Credentials, error) {
	r.mu.Lock()
	now := time.Now()
	switch {
	case now.Before(r.held.expires.Add(-refreshBefore)):
		defer r.mu.Unlock()
		return r.held.Credentials, nil
	case r.failure != nil && age(r.failedAt, now) < failureTime:
		defer r.mu.Unlock()
		return r.despite(r.failure, now)
	case r.renewal == nil:
		r.begin(ctx, own, name)
	}
	w := r.renewal
	w.waiting++
	r.mu.Unlock()
	select {
	case <-w.done:
	case <-ctx.Done():
	}
	return r.end(w)
}

// begin a renewal. The context of the one who asked first must not end it: others may wait for it.
func (r *roleCredentials) begin(ctx context.Context, own secret.Credentials, name string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), callTimeout)
	w := &renewal{done: make(chan struct{}), cancel: cancel}
	r.renewal = w
	go func() {
		defer cancel()
		defer close(w.done)
		defer func() {
			if recover() != nil { // it would end the process; what it says may hold the request
				w.err = r.role.explain(notSigned())
			}
			r.finish(w)
		}()
		w.result, w.err = r.client.assumeRole(ctx, own, r.role, name)
	}()
}

// finish keeps what the renewal found out. One that nobody waits for any more was ended by us: that it
// failed says nothing of STS.
func (r *roleCredentials) finish(w *renewal) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if w.err == nil {
		r.held, r.failure = w.result, nil
	} else if r.renewal == w {
		r.failure, r.failedAt = w.err, time.Now()
	}
	if r.renewal == w {
		r.renewal = nil
	}
}

// end the wait for a renewal. The last one who goes before it is done ends it.
func (r *roleCredentials) end(w *renewal) (secret.Credentials, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	w.waiting--
	select {
	case <-w.done:
		if w.err == nil {
			return w.result.Credentials, nil
		}
		return r.despite(w.err, time.Now())
	default:
	}
	if w.waiting == 0 {
		w.cancel()
		if r.renewal == w {
			r.renewal = nil
		}
	}
	return r.despite(r.role.explain(&stop.CallError{Family: stop.Temporary, Code: codeTimeout}), time.Now())
}

// despite a failure that may pass, the credentials held are good until they expire.
func (r *roleCredentials) despite(failure error, now time.Time) (secret.Credentials, error) {
	if toCallError(failure).Passing() && now.Before(r.held.expires) {
		return r.held.Credentials, nil
	}
	return secret.Credentials{}, failure
}

// drop these credentials, unless others are held already.
func (r *roleCredentials) drop(these secret.Credentials) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.held.AccessKeyID == these.AccessKeyID {
		r.held = assumed{}
	}
}

// age of what happened at a time, by the wall clock too: the monotonic one may stand still while the
// platform freezes the instance.
func age(at, now time.Time) time.Duration {
	return max(now.Sub(at), now.Round(0).Sub(at.Round(0)))
}
