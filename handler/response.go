package handler

import (
	"encoding/json"
	"maps"
	"net/http"
	"regexp"
	"sync"

	"stopdesktops/events"
	"stopdesktops/internal/report"
)

// Batch is the response to several events.
type Batch struct{ Reports []report.Report }

// HTTPResponse is the shape in which Function Compute expects the response to an HTTP event.
type HTTPResponse struct {
	StatusCode      int               `json:"statusCode"`
	Headers         map[string]string `json:"headers"`
	IsBase64Encoded bool              `json:"isBase64Encoded"`
	Body            string            `json:"body"`
}

// respond makes the response to the reports of an invocation, for the platform.
func respond(reports []report.Report, o origin, requestID string) (any, error) {
	if f := newFailure(reports); f != nil && (o.async || !o.overHTTP) {
		return nil, f
	}
	var body any = Batch{reports}
	if !o.batch {
		body = reports[0]
	}
	if o.overHTTP {
		return httpResponse(reports, body, o.cloudEvents, requestID), nil
	}
	return body, nil
}

// httpResponse is the report, or a problem document if the event was refused. A broker that sent
// CloudEvents gets no body if all went well.
func httpResponse(reports []report.Report, body any, cloudEvents bool, requestID string) HTTPResponse {
	status := http.StatusOK
	var worst *report.Problem
	for i, rep := range reports {
		s := httpStatus(rep)
		if i == 0 {
			status, worst = s, rep.Error
		} else if status != s {
			status = http.StatusMultiStatus
		}
	}
	if len(reports) == 1 && refused(reports[0]) {
		return problemDocument(worst, requestID, reports[0].Desktops)
	}
	if cloudEvents && status < 300 {
		return HTTPResponse{StatusCode: status, Headers: map[string]string{}}
	}
	text, err := json.Marshal(body)
	if err != nil {
		return problemDocument(&report.Problem{Code: report.CodeInternal, HTTPStatus: http.StatusInternalServerError}, requestID, nil)
	}
	headers := map[string]string{"Content-Type": "application/json"}
	if worst != nil {
		maps.Copy(headers, worst.HTTPHeader)
	}
	return HTTPResponse{StatusCode: status, Headers: headers, Body: string(text)}
}

// refused reports whether nothing was begun for an event, so that the response is only its problem.
func refused(rep report.Report) bool {
	switch {
	case rep.Status == report.StatusRejected, rep.Status == report.StatusBlocked, hidden(rep.Error):
		return true
	}
	return rep.Error != nil && rep.Error.Code == report.CodeInternal && len(rep.Desktops) == 0
}

// httpStatus of one event's report.
func httpStatus(rep report.Report) int {
	switch rep.Status {
	case report.StatusAccepted:
		return http.StatusAccepted
	case report.StatusPartial:
		return http.StatusMultiStatus
	case report.StatusRejected, report.StatusBlocked, report.StatusFailed:
		if rep.Error != nil && rep.Error.HTTPStatus != 0 {
			return rep.Error.HTTPStatus
		}
		return http.StatusBadGateway
	}
	return http.StatusOK
}

// hidden says whether the details of a problem are for the log only: an HTTP caller need not know
// how the function is configured.
func hidden(p *report.Problem) bool { return p != nil && p.Code == report.CodeMisconfigured }

// document is a problem document (RFC 9457); the members in capitals are extensions.
type document struct {
	Type         string                 `json:"type"`
	Title        string                 `json:"title"`
	Status       int                    `json:"status"`
	Detail       string                 `json:"detail,omitempty"`
	Code         string                 `json:",omitempty"`
	Path         string                 `json:",omitempty"`
	InvocationId string                 `json:",omitempty"`
	Desktops     []report.DesktopReport `json:",omitempty"` // of a blocked event: its plan
}

// foreignName is a member's name that is more than a plain word.
var foreignName = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\['(?:[^'\\]|\\.)*'\]`) })

// shownPath is the path without what the sender made up: names that a route does not know and that
// are more than plain words.
func shownPath(p *report.Problem) string {
	if p.Code == events.DuplicateField || p.Code == events.UnknownField {
		return foreignName().ReplaceAllString(p.Path, "['…']")
	}
	return p.Path
}

func problemDocument(p *report.Problem, invocationID string, desktops []report.DesktopReport) HTTPResponse {
	detail := p.Message
	if hidden(p) {
		detail = "the function is misconfigured: its log says how"
	}
	body, _ := json.Marshal(document{
		Type:         "about:blank",
		Title:        http.StatusText(p.HTTPStatus),
		Status:       p.HTTPStatus,
		Detail:       detail,
		Code:         p.Code,
		Path:         shownPath(p),
		InvocationId: invocationID,
		Desktops:     desktops,
	})
	headers := map[string]string{"Content-Type": "application/problem+json"}
	maps.Copy(headers, p.HTTPHeader)
	return HTTPResponse{StatusCode: p.HTTPStatus, Headers: headers, Body: string(body)}
}
