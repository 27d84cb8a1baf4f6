package client

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/anteroom/anteroom/session"
)

// Answer answers a question; see [Client.Resume] for the names of what it returns. An error ends the wait for the login, not
// the login; [ErrWait] leaves the question open and waits on. Its context ends, too, when a question that may go on by itself (an
// approval, a link, a captcha) is gone; what it returns then does not matter.
type Answer func(ctx context.Context, q session.InfoRequest) (map[string]session.Secret, error)

// ErrWait is what an Answer returns where the person acts elsewhere: the login goes on by itself, or somebody else answers.
var ErrWait = errors.New("wait for the login to go on by itself")

// LoginDone names what a login made.
type LoginDone struct {
	OperationID string
	SessionID   string
}

// FailedError says that a login ended without a session.
type FailedError struct {
	OperationID string
	Failure     *session.Failure
}

// Error is "operation ID: message".
func (e *FailedError) Error() string { return "operation " + e.OperationID + ": " + e.Failure.Message }

// Unwrap returns the failure.
func (e *FailedError) Unwrap() error { return e.Failure }

const (
	// pollWait is one long poll of Login.
	pollWait = 20 * time.Second
	// pollPause is the least time between two polls.
	pollPause = 200 * time.Millisecond
	// restartPatience bounds how long Login and Follow do without the service: while it restarts.
	restartPatience = 30 * time.Second
	// watchPause is the time between two looks at a question that is open.
	watchPause = time.Second
	// maxAnswers bounds how often one question is put to answer because the service refused the answer's form.
	maxAnswers = 3
)

// ReasonAnswerRefused is the question's Reason when the service refused the form of the answer before; SiteError says why.
const ReasonAnswerRefused = "answer_refused"

// Login starts a login and waits until it ends, putting each question to answer. It returns what was made, or a *FailedError.
// When ctx ends, or answer fails, the operation lives on: LoginDone.OperationID names it once it was started, also
// beside an error. A service that restarts meanwhile is waited for.
func (c *Client) Login(ctx context.Context, project string, r StartRequest, answer Answer) (LoginDone, error) {
	id, err := c.Start(ctx, project, r)
	if err != nil {
		return LoginDone{}, err
	}
	return c.Follow(ctx, project, id, answer)
}

// Follow is Login for an operation that was started before.
func (c *Client) Follow(ctx context.Context, project, operationID string, answer Answer) (LoginDone, error) {
	done := LoginDone{OperationID: operationID}
	refused := &refusals{}
	for {
		r, err := c.result(ctx, project, operationID, pollWait, patient)
		if err != nil {
			return done, err
		}
		switch r.Status {
		case Done:
			done.SessionID = r.SessionID
			return done, nil
		case Failed:
			return done, &FailedError{OperationID: operationID, Failure: r.Failure}
		case RequestedMoreInfo:
			if err := c.answer(ctx, project, operationID, refused.remind(*r.Question), answer, refused); err != nil {
				return done, err
			}
		default: // pending
			if err := pause(ctx, pollPause); err != nil {
				return done, err
			}
		}
	}
}

// refusals remembers that the service refused the form of an answer.
type refusals struct {
	question string
	count    int
	why      string
}

// remind tells the person why the same question comes again.
func (f *refusals) remind(q session.InfoRequest) session.InfoRequest {
	if q.ID == f.question {
		q.Reason, q.SiteError = ReasonAnswerRefused, f.why
	}
	return q
}

func (f *refusals) add(questionID string, e *Error) {
	if f.question != questionID {
		*f = refusals{question: questionID}
	}
	f.count, f.why = f.count+1, e.Message
}

// answer puts one question to the caller. Nil means: look at the result again.
func (c *Client) answer(ctx context.Context, project, operationID string, q session.InfoRequest, answer Answer, f *refusals) error {
	if answer == nil {
		return fmt.Errorf("operation %s asks: %s", operationID, q.Message)
	}
	values, gone, err := c.ask(ctx, project, operationID, q, answer)
	if gone {
		return ctx.Err()
	}
	if err != nil {
		return fmt.Errorf("answer question %s of operation %s: %w", q.ID, operationID, err)
	}
	err = c.resume(ctx, project, operationID, q.ID, values, patient)
	var e *Error
	if !errors.As(err, &e) {
		return err
	}
	switch e.Code {
	case CodeQuestionStale, CodeOperationOver, CodeNothingAsked: // somebody was faster, or its time was up
		return nil
	case CodeInvalidField, CodeNotAnswerable:
		if f.add(q.ID, e); f.count < maxAnswers {
			return nil
		}
	}
	return err
}

// ask calls answer; where the question may go on by itself, it watches meanwhile and says whether the question is gone.
func (c *Client) ask(ctx context.Context, project, operationID string, q session.InfoRequest, answer Answer) (values map[string]session.Secret, gone bool, err error) {
	if !q.Kind.GoesOnByItself() {
		values, err = answer(ctx, q)
		if errors.Is(err, ErrWait) {
			return nil, true, c.untilGone(ctx, project, operationID, q.ID)
		}
		return values, false, err
	}
	asking, stop := context.WithCancel(ctx)
	defer stop()
	watched := make(chan error, 1)
	go func() {
		watched <- c.untilGone(asking, project, operationID, q.ID)
		stop()
	}()
	values, err = answer(asking, q)
	if !errors.Is(err, ErrWait) {
		stop()
	}
	return values, <-watched == nil || errors.Is(err, ErrWait), err
}

// untilGone returns nil once the question is no longer open, or once the result cannot be read: who asks for it again sees why.
// It returns ctx's error when ctx ends before.
func (c *Client) untilGone(ctx context.Context, project, operationID, questionID string) error {
	for {
		if err := pause(ctx, watchPause); err != nil {
			return err
		}
		if !c.stillAsks(ctx, project, operationID, questionID) {
			return ctx.Err()
		}
	}
}

// stillAsks reports whether the question is open, as far as can be told: a service that is away for a moment changes nothing.
func (c *Client) stillAsks(ctx context.Context, project, operationID, questionID string) bool {
	r, err := c.Result(ctx, project, operationID, 0)
	if err != nil {
		return ctx.Err() == nil && patient.may(err)
	}
	return r.Status == RequestedMoreInfo && r.Question.ID == questionID
}

func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
