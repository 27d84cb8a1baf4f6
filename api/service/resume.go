package service

import (
	"context"
	"errors"

	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
)

// ResumeInput is a caller's answer.
type ResumeInput struct {
	Scope
	OperationID string
	QuestionID  string
	Answer      Answer
	// RequestKey names the request, for a caller who may repeat it; empty for none.
	RequestKey string
}

// Resume accepts an answer to the open question of an operation. When it returns nil, the answer is kept, the question
// is hidden from every later read, and the engine has been told or will be.
// Errors: NotFound (project, operation), BadRequest (nothing asked; question unknown, answered, expired or closed;
// an answer of another shape than the question asks, or that it does not allow), Unprocessable (the RequestKey named another
// request). A repeat of a named request returns nil as the first one did.
func (s *Service) Resume(ctx context.Context, in ResumeInput) error {
	request, err := s.resumeRequest(in)
	if err != nil {
		return err
	}
	if made, err := s.made(ctx, in.Workspace, request); err != nil || made != "" {
		return err
	}
	err = s.answer(ctx, in, request)
	if err == nil {
		return nil
	}
	// The same request may have been made meanwhile, by somebody who repeats it: what was open to it no longer is to this one.
	if made, lookErr := s.made(ctx, in.Workspace, request); lookErr == nil && made != "" {
		return nil
	}
	return err
}

// answer is Resume for a request that was not made before.
func (s *Service) answer(ctx context.Context, in ResumeInput, request store.Request) error {
	op, err := s.operationIn(ctx, in.Scope, in.OperationID)
	if err != nil {
		return err
	}
	ref := in.ref(in.OperationID)
	q, err := s.question(ctx, op, in.QuestionID)
	if err != nil {
		return err
	}
	values, err := in.Answer.sealed(q)
	if err != nil {
		return err
	}
	if !in.Answer.form.IsZero() {
		values[session.AnswerForm] = in.Answer.form
	}
	input, err := s.sealValues(values, in.Workspace, session.SealedAnswer, in.QuestionID)
	if err != nil {
		return err
	}
	err = s.store.AnswerQuestion(ctx, store.Answer{Ref: ref, QuestionID: in.QuestionID, Input: input, At: s.now(), Request: request})
	if errors.As(err, new(*store.RequestMadeError)) { // by somebody else, at the same time
		return nil
	}
	if err != nil {
		return s.answerError(ctx, op, in.QuestionID, err)
	}
	s.tell(ctx, "resume", ref, func(ctx context.Context) error { return s.engine.Resume(ctx, ref, in.QuestionID) })
	return nil
}

// question returns the question that can be answered, or why it cannot. AnswerQuestion decides again, in one statement; this
// read is for the fields that the answer is checked against.
func (s *Service) question(ctx context.Context, op session.Operation, id string) (session.InfoRequest, error) {
	if id == "" {
		return session.InfoRequest{}, NewFieldError("info_request_id", "is required: the id of the question that is answered")
	}
	q, state, err := s.store.GetQuestion(ctx, store.Ref{Workspace: op.Workspace, Operation: op.ID}, id)
	switch {
	case err != nil:
		err = s.answerError(ctx, op, id, err)
	case state == session.QuestionOpen && !op.State.Final():
		return q, nil
	case state == session.QuestionClosed && op.State.Final():
		err = s.answerError(ctx, op, id, store.ErrOperationOver)
	default:
		expired := state == session.QuestionClosed && !s.now().Before(q.ExpiresAt)
		err = s.answerError(ctx, op, id, &store.QuestionStaleError{State: state, Expired: expired})
	}
	return session.InfoRequest{}, err
}

func (s *Service) answerError(ctx context.Context, op session.Operation, questionID string, err error) error {
	var stale *store.QuestionStaleError
	switch {
	case errors.Is(err, store.ErrRequestDiffers):
		return requestDiffers()
	case errors.As(err, &stale):
		f := NewFieldError("info_request_id", "%q is no longer open: %s; ask for the result again", questionID, stale.Error())
		f.Reason = "question-stale"
		return f
	case errors.Is(err, store.ErrOperationOver), op.State.Final() && !isStoreError(err):
		return NewError(BadRequest, "operation-over", "operation %q is over, so it asks nothing; ask for its result", op.ID)
	case errors.Is(err, store.ErrNothingAsked), errors.Is(err, store.ErrQuestionUnknown) && !Asks(op):
		return NewError(BadRequest, "nothing-asked", "operation %q asks nothing at the moment; ask for its result", op.ID)
	case errors.Is(err, store.ErrQuestionUnknown):
		f := NewFieldError("info_request_id", "%q was never asked by operation %q; take the id from its result", questionID, op.ID)
		f.Reason = "question-unknown"
		return f
	case errors.Is(err, store.ErrNotFound):
		return NewError(NotFound, "operation-not-found", "operation %q not found in project %q", op.ID, op.Project)
	}
	return s.storeError(ctx, "answer the question", err)
}

// isStoreError reports whether err is none of the answers that a store gives about a question.
func isStoreError(err error) bool {
	for _, known := range []error{store.ErrNotFound, store.ErrNothingAsked, store.ErrQuestionUnknown, store.ErrOperationOver} {
		if errors.Is(err, known) {
			return false
		}
	}
	return true
}
