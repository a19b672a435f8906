package handler

import (
	"encoding/json"
	"maps"
	"net/http"
	"regexp"

	"stopdesktops/events"
	"stopdesktops/internal/report"
)

// Batch is the answer to several events.
type Batch struct{ Reports []report.Report }

// answer is what the caller of the invocation gets.
func (r *run) answer(reports []report.Report) (any, error) {
	if f := newFailure(reports); f != nil && (r.async || !r.overHTTP) {
		return nil, f
	}
	if r.overHTTP {
		return r.httpAnswer(reports), nil
	}
	return r.body(reports), nil
}

func (r *run) body(reports []report.Report) any {
	if len(reports) == 1 && r.jobs[0].event.Suffix == "" {
		return reports[0]
	}
	return Batch{reports}
}

// answerPanic is the answer when this program has a fault that nothing nearer could contain.
func (r *run) answerPanic() (any, error) {
	p := &report.Problem{Code: report.CodeInternal, Message: "a fault of this program: see its log", HTTPStatus: http.StatusInternalServerError}
	if r.overHTTP && !r.async {
		return problemDocument(p, r.inv.RequestID, nil), nil
	}
	return nil, newFailure([]report.Report{{InvocationId: r.inv.RequestID, Status: report.StatusFailed, Error: p}})
}

// httpAnswer is the report, or a problem document where the event was refused.
func (r *run) httpAnswer(reports []report.Report) HTTPResponse {
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
	if refused := reports[0].Status; len(reports) == 1 && (refused == report.StatusRejected || refused == report.StatusBlocked || hidden(worst)) {
		return problemDocument(worst, r.inv.RequestID, reports[0].Desktops)
	}
	if r.bodiless && status < 300 {
		return HTTPResponse{StatusCode: status, Headers: map[string]string{}}
	}
	body, err := json.Marshal(r.body(reports))
	if err != nil {
		return problemDocument(&report.Problem{Code: report.CodeInternal, HTTPStatus: http.StatusInternalServerError}, r.inv.RequestID, nil)
	}
	headers := map[string]string{"Content-Type": "application/json"}
	if worst != nil {
		maps.Copy(headers, worst.HTTPHeader)
	}
	return HTTPResponse{StatusCode: status, Headers: headers, Body: string(body)}
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
var foreignName = regexp.MustCompile(`\['(?:[^'\\]|\\.)*'\]`)

// answeredPath is the path without what the sender made up: names that a route does not know and that
// are more than plain words.
func answeredPath(p *report.Problem) string {
	if p.Code == events.DuplicateField || p.Code == events.UnknownField {
		return foreignName.ReplaceAllString(p.Path, "['…']")
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
		Path:         answeredPath(p),
		InvocationId: invocationID,
		Desktops:     desktops,
	})
	headers := map[string]string{"Content-Type": "application/problem+json"}
	maps.Copy(headers, p.HTTPHeader)
	return HTTPResponse{StatusCode: p.HTTPStatus, Headers: headers, Body: string(body)}
}
