package handler

import (
	"fmt"
	"net/http"

	"stopdesktops/events"
	"stopdesktops/internal/report"
)

// maxNamed is the most desktops that the events of one invocation may name, as many as one request may.
// A name of 10 bytes takes most of a kilobyte until its report is out: see BenchmarkNamed. Excluded
// desktops, and users, have the same limit.
const maxNamed = events.MaxDesktopIds

// named counts what the lists of the requests of an invocation name.
type named struct{ desktops, excluded, users int }

// namedIn counts the names in a request.
func namedIn(q events.Request) named {
	n := named{desktops: len(q.DesktopId)}
	if q.Select != nil {
		n.users += len(q.Select.EndUserId)
	}
	if q.Exclude != nil {
		n.excluded += len(q.Exclude.DesktopId)
		n.users += len(q.Exclude.EndUserId)
	}
	return n
}

// add the names of one more request. A problem refuses the request, and nothing is added. Its path is a
// field of the request. The request may succeed in another invocation: none names so many by itself.
func (n *named) add(more named) *report.Problem {
	for _, c := range []struct {
		what, field  string
		before, more int
	}{
		{"desktops", ".DesktopId", n.desktops, more.desktops},
		{"excluded desktops", ".Exclude.DesktopId", n.excluded, more.excluded},
		{"users", "", n.users, more.users},
	} {
		if c.before+c.more > maxNamed {
			return &report.Problem{Code: events.TooLarge, Path: c.field, Retryable: true, HTTPStatus: http.StatusRequestEntityTooLarge,
				Message: fmt.Sprintf("the event names %d %s, and the events before it in this invocation name %d; the limit is %d for all of them. "+
					"Nothing of it was stopped: send it again in a smaller batch.", c.more, c.what, c.before, maxNamed)}
		}
	}
	n.desktops, n.excluded, n.users = n.desktops+more.desktops, n.excluded+more.excluded, n.users+more.users
	return nil
}

// count the names in the request of a job that would go on. The conclusion rejects a job with too many.
func (j *job) count(kept *named) conclusion {
	p := kept.add(namedIn(j.request))
	if p == nil {
		return conclusion{}
	}
	p.Path = j.where(p.Path)
	j.request.Select, j.request.Exclude = nil, nil
	return rejected(p)
}

// shorten drops what the report does not need of a request that is not done. The report shows Select
// and Exclude: a person may have to finish the event by hand. Long lists of thousands of events would
// take more memory than the function has, so those beyond the limit of an invocation are dropped too.
func (j *job) shorten(shown *named) {
	j.request.DesktopId = nil
	if shown.add(namedIn(j.request)) != nil {
		j.request.Select, j.request.Exclude = nil, nil
	}
}
