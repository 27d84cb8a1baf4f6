package service

import (
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
)

// Kind says what kind of answer an error is, whatever the vocabulary.
type Kind string

// The kinds. Their values are the codes of Intuned's error body and part of the contract.
const (
	BadRequest       Kind = "bad-request"
	Unauthorized     Kind = "unauthorized"
	Forbidden        Kind = "forbidden"
	NotFound         Kind = "not-found"
	MethodNotAllowed Kind = "method-not-allowed"
	Conflict         Kind = "conflict"
	TooLarge         Kind = "payload-too-large"
	MediaType        Kind = "unsupported-media-type"
	Unprocessable    Kind = "unprocessable-content"
	TooManyRequests  Kind = "too-many-requests"
	Internal         Kind = "internal-server-error"
	Unavailable      Kind = "service-unavailable"
)

// status is the HTTP status of each kind.
var status = map[Kind]int{
	BadRequest:       http.StatusBadRequest,
	Unauthorized:     http.StatusUnauthorized,
	Forbidden:        http.StatusForbidden,
	NotFound:         http.StatusNotFound,
	MethodNotAllowed: http.StatusMethodNotAllowed,
	Conflict:         http.StatusConflict,
	TooLarge:         http.StatusRequestEntityTooLarge,
	MediaType:        http.StatusUnsupportedMediaType,
	Unprocessable:    http.StatusUnprocessableEntity,
	TooManyRequests:  http.StatusTooManyRequests,
	Internal:         http.StatusInternalServerError,
	Unavailable:      http.StatusServiceUnavailable,
}

// Kinds lists every kind.
func Kinds() []Kind {
	return []Kind{
		BadRequest, Unauthorized, Forbidden, NotFound, MethodNotAllowed, Conflict, TooLarge, MediaType, Unprocessable,
		TooManyRequests, Internal, Unavailable,
	}
}

// Status returns the HTTP status of k, 500 for an unknown kind.
func (k Kind) Status() int {
	if s, ok := status[k]; ok {
		return s
	}
	return http.StatusInternalServerError
}

// Error is an error that a caller may see. Message never holds a secret, and for [Internal] and [Unavailable]
// nothing of what went wrong inside: that is what Unwrap returns, for the log.
type Error struct {
	Kind Kind
	// Reason is finer than Kind, in kebab-case and stable: "question-stale".
	Reason string
	// Message is a sentence that says what was wrong and what to do.
	Message string
	// Field names the field at fault: "parameters.username"; may be empty.
	Field string
	// OperationID names the operation in the way; may be empty.
	OperationID string
	// SessionID names its session; may be empty.
	SessionID string
	// Breaker is set when the account's breaker refused a start.
	Breaker *store.BreakerOpenError
	// RetryAfter is when to try again; zero says nothing about it.
	RetryAfter time.Duration

	cause error
}

// Error is "reason: message".
func (f *Error) Error() string { return f.Reason + ": " + f.Message }

// Unwrap returns the cause, which is for the log only; may be nil.
func (f *Error) Unwrap() error { return f.cause }

// NewError makes an error without a field.
func NewError(kind Kind, reason, format string, args ...any) *Error {
	return &Error{Kind: kind, Reason: reason, Message: fmt.Sprintf(format, args...)}
}

// NewFieldError makes a [BadRequest] about one field. The message begins with the field's name.
func NewFieldError(field, format string, args ...any) *Error {
	f := NewError(BadRequest, "invalid-field", field+" "+format, args...)
	f.Field = field
	return f
}

// NewInternalError wraps an error of ours; the caller sees only that there was one.
func NewInternalError(cause error) *Error {
	f := NewError(Internal, "internal", "something went wrong on our side; the log has it under the correlation id")
	f.cause = cause
	return f
}

// unavailableFor is what a caller is told to wait while the store is away: a failover takes seconds.
const unavailableFor = 2 * time.Second

func unavailableError(cause error) *Error {
	f := NewError(Unavailable, "store-unavailable", "the database does not answer; try again")
	f.RetryAfter = unavailableFor
	f.cause = cause
	return f
}

// NewBusyError tells a caller to come again when more was asked at the same time than is worked on.
func NewBusyError(after time.Duration) *Error {
	f := NewError(Unavailable, "busy", "more is asked at the moment than can be worked on; try again")
	f.RetryAfter = after
	return f
}

// NewKeysError tells a caller to come again when its address sent too many keys that nobody knows.
func NewKeysError(after time.Duration) *Error {
	f := NewError(TooManyRequests, "too-many-keys", "too many unknown API keys came from this address; send the right one, later")
	f.RetryAfter = after
	return f
}

// AsError returns the *Error that err is or wraps; any other error is an [NewInternalError].
func AsError(err error) *Error {
	if f, ok := errors.AsType[*Error](err); ok {
		return f
	}
	return NewInternalError(err)
}

// fieldErrors turns the errors of a document's Validate into one error that names the first field and tells all.
func fieldErrors(err error) *Error {
	f := NewError(BadRequest, "invalid-field", "%v", err)
	if field, ok := errors.AsType[*session.FieldError](err); ok {
		f.Field = field.Field
	}
	return f
}
