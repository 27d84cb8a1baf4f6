package client

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/google/uuid"

	"github.com/anteroom/anteroom/session"
)

// StartRequest says what to log in. All fields may be empty.
type StartRequest struct {
	// ID is the session's id; empty for a random one.
	ID string
	// Name is a display name; empty leaves an existing one.
	Name string
	// Parameters are what the account logs in with: "username", "password", "totpSecret", "passkey" (its JSON), "backupCodes"
	// (separated by white space), "organisation".
	Parameters map[string]session.Secret
	// Proxy is the proxy of this login: "http://user:password@host:port".
	Proxy session.Secret
	// IdempotencyKey names the start, for one that may be made again by a later call, or by another process: 1 to 255 visible ASCII
	// characters. The first one's operation is returned again for a day. Empty for a random one: this call only repeats itself. An
	// *Error with CodeKeyReused says that the key named something else.
	IdempotencyKey string
}

// Status is where a login stands.
type Status string

// The statuses of a result.
const (
	Pending           Status = "pending"
	Done              Status = "done"
	Failed            Status = "failed"
	RequestedMoreInfo Status = "requested_more_info"
)

// Result is where a login stands.
type Result struct {
	Status Status
	// SessionID is set when it is Done.
	SessionID string
	// Question is set when it has RequestedMoreInfo.
	Question *session.InfoRequest
	// Failure is set when it has Failed.
	Failure *session.Failure
}

// AuthSession is a session as the API shows it.
type AuthSession struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Type string `json:"type"`
	// Status is "READY", "PENDING" or "EXPIRED".
	Status string `json:"status"`
}

func (c *Client) sessionPath(project string, segments ...string) []string {
	return append(c.workspacePath("projects", project, "auth-sessions"), segments...)
}

// Start starts a login and returns its operation's id. A try whose answer got lost is repeated, and starts nothing twice. An *Error
// with CodeOperationLive names the live operation of the session.
func (c *Client) Start(ctx context.Context, project string, r StartRequest) (operationID string, err error) {
	var out struct{ OperationID string }
	k := c.startCall(project, r)
	k.into = &out
	_, err = c.do(ctx, k)
	return out.OperationID, err
}

func (c *Client) startCall(project string, r StartRequest) call {
	body := map[string]any{}
	if r.ID != "" {
		body["id"] = r.ID
	}
	if r.Name != "" {
		body["authSessionDisplayName"] = r.Name
	}
	if r.Parameters != nil {
		body["parameters"] = reveal(r.Parameters)
	}
	if !r.Proxy.IsZero() {
		body["proxy"] = r.Proxy.Reveal()
	}
	return call{method: http.MethodPost, path: c.sessionPath(project, "create"), body: body, key: cmp.Or(r.IdempotencyKey, uuid.NewString())}
}

// Result returns where a login stands. While it is Pending the service waits up to wait (at most 60 s) for something to tell.
func (c *Client) Result(ctx context.Context, project, operationID string, wait time.Duration) (Result, error) {
	return c.result(ctx, project, operationID, wait, repeatable)
}

func (c *Client) result(ctx context.Context, project, operationID string, wait time.Duration, again repetition) (Result, error) {
	var out struct {
		Status         Status
		AuthSessionID  string
		Error, Message string
		Details        struct {
			InfoRequest *session.InfoRequest
			Failure     *session.Failure
		}
	}
	k := call{
		method: http.MethodGet, path: c.sessionPath(project, "create", operationID, "result"), wait: wait, into: &out, again: again,
	}
	if wait > 0 {
		k.query = url.Values{"wait": {wait.String()}}
	}
	if _, err := c.do(ctx, k); err != nil {
		return Result{}, err
	}
	r := Result{Status: out.Status, SessionID: out.AuthSessionID, Question: out.Details.InfoRequest, Failure: out.Details.Failure}
	switch {
	case r.Status == RequestedMoreInfo && r.Question == nil:
		return Result{}, fmt.Errorf("read the result of operation %s: the question is missing", operationID)
	case r.Status == Failed && r.Failure == nil:
		r.Failure = session.NewFailure(session.FailureEngine, out.Error, out.Message)
	}
	return r, nil
}

// Resume answers the question by the values of its fields, by name, or by the id of one of its choices under the name
// [session.AnswerChoice], or by an action (resend, tryAnotherWay) under the name [session.AnswerAction]. Only an unknown page
// takes values and a choice together. An *Error with CodeQuestionStale says that the question is no longer open, with
// CodeInvalidField which value is wrong, with CodeNotAnswerable that the question allows no such answer. A try whose answer got lost
// is repeated, and is still the one answer.
func (c *Client) Resume(ctx context.Context, project, operationID, questionID string, values map[string]session.Secret) error {
	return c.resume(ctx, project, operationID, questionID, values, repeatable)
}

func (c *Client) resume(
	ctx context.Context, project, operationID, questionID string, values map[string]session.Secret, again repetition,
) error {
	body := map[string]any{"info_request_id": questionID}
	fields := reveal(values)
	for name, key := range map[string]string{session.AnswerChoice: "choice", session.AnswerAction: "action"} {
		if given, ok := fields[name]; ok {
			body[key] = given
			delete(fields, name)
		}
	}
	if len(fields) > 0 || len(body) == 1 {
		body["values"] = fields
	}
	_, err := c.do(ctx, call{
		method: http.MethodPost, path: c.sessionPath(project, "create", operationID, "resume"), body: body, again: again, key: uuid.NewString(),
	})
	return err
}

// All lists the sessions of a project, oldest first.
func (c *Client) All(ctx context.Context, project string) ([]AuthSession, error) {
	var out []AuthSession
	_, err := c.do(ctx, call{method: http.MethodGet, path: c.sessionPath(project), into: &out})
	return out, err
}

// One returns one session.
func (c *Client) One(ctx context.Context, project, id string) (AuthSession, error) {
	return c.Await(ctx, project, id, 0)
}

// Await returns one session. While it is pending the service waits up to wait (at most 60 s) for another status.
func (c *Client) Await(ctx context.Context, project, id string, wait time.Duration) (AuthSession, error) {
	var out AuthSession
	k := call{method: http.MethodGet, path: c.sessionPath(project, id), wait: wait, into: &out}
	if wait > 0 {
		k.query = url.Values{"wait": {wait.String()}}
	}
	_, err := c.do(ctx, k)
	return out, err
}

// Delete removes a session and cancels its live login.
func (c *Client) Delete(ctx context.Context, project, id string) error {
	_, err := c.do(ctx, call{method: http.MethodDelete, path: c.sessionPath(project, id), gone: codeSessionGone})
	return err
}

// ResetBreaker lets the account of the session's last login try again with credentials that the site refused; it reports
// whether anything was in the way. It is for people who know that the site would now take them.
func (c *Client) ResetBreaker(ctx context.Context, project, sessionID string) (wasOpen bool, err error) {
	var out struct{ WasOpen bool }
	_, err = c.do(ctx, call{method: http.MethodDelete, path: c.sessionPath(project, sessionID, "breaker"), into: &out})
	return out.WasOpen, err
}

// StorageState returns the session itself: the JSON of Playwright's storageState. It is a secret as a whole.
func (c *Client) StorageState(ctx context.Context, project, id string) (session.Secret, error) {
	var out json.RawMessage
	_, err := c.do(ctx, call{method: http.MethodGet, path: c.sessionPath(project, id, "storage-state"), into: &out})
	return session.NewSecret(string(out)), err
}

func reveal(secrets map[string]session.Secret) map[string]string {
	plain := make(map[string]string, len(secrets))
	for name, s := range secrets {
		plain[name] = s.Reveal()
	}
	return plain
}
