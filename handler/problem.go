package handler

import (
	"errors"
	"net/http"

	"stopdesktops/events"
	"stopdesktops/internal/report"
)

func notAllowed(path, message string) *report.Problem {
	return &report.Problem{Code: report.CodeNotAllowed, Message: message, Path: path, HTTPStatus: http.StatusForbidden}
}

// unreadable is the problem of input that package events refused: 400 where it is not even JSON,
// 422 where it is JSON but not a request.
func unreadable(err error) *report.Problem {
	var e *events.Error
	if !errors.As(err, &e) {
		return &report.Problem{Code: report.CodeInternal, Message: "the event could not be read", HTTPStatus: http.StatusInternalServerError}
	}
	p := &report.Problem{Code: e.Code, Message: e.Message, Path: e.Path, HTTPStatus: http.StatusUnprocessableEntity}
	switch e.Code {
	case events.InvalidJSON, events.InvalidUTF8, events.TooDeep, events.Empty:
		p.HTTPStatus = http.StatusBadRequest
	case events.TooLarge:
		p.HTTPStatus = http.StatusRequestEntityTooLarge
	}
	return p
}

func misconfigured(fault error) *report.Problem {
	return &report.Problem{Code: report.CodeMisconfigured, Message: fault.Error(), HTTPStatus: 503}
}

// internalError is the problem of an event whose work met a fault of this program.
func internalError() *report.Problem {
	return &report.Problem{Code: report.CodeInternal, Message: "a fault of this program: see its log", HTTPStatus: http.StatusInternalServerError}
}
