package client

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/anteroom/anteroom/session"
)

// problemType begins the type of the service's problems.
const problemType = "urn:anteroom:problem:"

// Codes of errors that callers act on; the API's description has them all.
const (
	// CodeOperationLive: the session has a live login, named in OperationID.
	CodeOperationLive = "operation-live"
	// CodeAccountBusy: another session's login uses the account; OperationID and SessionID name it.
	CodeAccountBusy = "account-busy"
	// CodeBreakerOpen: the site refused these credentials before; Breaker says more.
	CodeBreakerOpen = "breaker-open"
	// CodeNotAnswerable: the question does not allow such an answer.
	CodeNotAnswerable = "not-answerable"
	// CodeOperationOver: the operation has ended.
	CodeOperationOver = "operation-over"
	// CodeNothingAsked: the operation has no open question.
	CodeNothingAsked = "nothing-asked"
	// CodeQuestionStale: the question was answered, has expired or was closed.
	CodeQuestionStale = "question-stale"
	// CodeKeyReused: the idempotency key named another request before.
	CodeKeyReused = "idempotency-key-reused"
	// CodeInvalidField: the field named in Field is wrong.
	CodeInvalidField = "invalid-field"

	codeSessionGone = "session-not-found"
	codeProjectGone = "project-not-found"
)

// Error is an answer other than 2xx.
type Error struct {
	// Status is the HTTP status.
	Status int
	// Code is the stable reason: CodeQuestionStale. Empty when something else than Anteroom answered.
	Code string
	// Message is a sentence for people.
	Message string
	// Field names the field at fault; may be empty.
	Field string
	// OperationID names the operation in the way; may be empty.
	OperationID string
	// SessionID names its session; may be empty.
	SessionID string
	// Breaker is set with CodeBreakerOpen.
	Breaker *Breaker
	// CorrelationID finds the request in the service's log.
	CorrelationID string
	// RetryAfter is when to try again; zero when the service does not say.
	RetryAfter time.Duration
}

// Breaker is an account's open breaker. [Client.ResetBreaker] closes it.
type Breaker struct {
	// Class is credential or lockout.
	Class session.FailureClass `json:"class"`
	Since time.Time            `json:"since"`
	// Until is when it closes by itself; zero for never.
	Until time.Time `json:"until"`
}

// Error is "message (status, code, correlation id)".
func (e *Error) Error() string {
	if e.Message == "" {
		return fmt.Sprintf("anteroom answered %d %s", e.Status, http.StatusText(e.Status))
	}
	return fmt.Sprintf("%s (%d, %s, %s)", e.Message, e.Status, e.Code, e.CorrelationID)
}

// Is reports whether target is an *Error with the same Code and, where it has one, the same Status.
func (e *Error) Is(target error) bool {
	other, ok := target.(*Error)
	return ok && other.Code == e.Code && (other.Status == 0 || other.Status == e.Status)
}

// errorOf reads both of the service's error formats.
func errorOf(resp *http.Response, body []byte) error {
	var b struct {
		CorrelationID string `json:"correlationId"`
		// Of a problem.
		Type        string `json:"type"`
		Detail      string `json:"detail"`
		Field       string `json:"field"`
		OperationID string `json:"operationId"`
		// Of the error body below auth-sessions.
		Message string `json:"message"`
		Details struct {
			Breaker

			Reason      string `json:"reason"`
			Field       string `json:"field"`
			OperationID string `json:"operationId"`
			SessionID   string `json:"sessionId"`
		} `json:"details"`
	}
	e := &Error{Status: resp.StatusCode}
	if seconds, err := strconv.Atoi(resp.Header.Get("Retry-After")); err == nil {
		e.RetryAfter = time.Duration(seconds) * time.Second
	}
	if json.Unmarshal(body, &b) != nil {
		return e
	}
	e.Message, e.CorrelationID = b.Message, b.CorrelationID
	e.Code, e.Field, e.OperationID = b.Details.Reason, b.Details.Field, b.Details.OperationID
	e.SessionID = b.Details.SessionID
	if e.Code == CodeBreakerOpen {
		e.Breaker = &b.Details.Breaker
	}
	if code, isProblem := strings.CutPrefix(b.Type, problemType); isProblem {
		e.Code, e.Message, e.Field, e.OperationID = code, b.Detail, b.Field, b.OperationID
	}
	return e
}
