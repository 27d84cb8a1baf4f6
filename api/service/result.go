package service

import (
	"context"
	"errors"
	"time"

	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
)

// MaxWait is the longest a result or a session may be waited for in one call.
const MaxWait = 60 * time.Second

// Result returns an operation of the scope's project. While it is pending, Result waits up to wait for something to
// tell: a question or an end. It returns the pending operation when the time is up, when the process stops, and when ctx
// ends (the caller has gone). Errors: BadRequest, NotFound.
func (s *Service) Result(ctx context.Context, sc Scope, operationID string, wait time.Duration) (session.Operation, error) {
	if wait <= 0 {
		return s.operationIn(ctx, sc, operationID)
	}
	changed, stop := s.store.Watch(operationID) // before the first read, so that no change is missed
	defer stop()
	return await(ctx, s, changed, wait, func(ctx context.Context) (session.Operation, bool, error) {
		op, err := s.operationIn(ctx, sc, operationID)
		return op, Pending(op), err
	})
}

// await reads until what is read is no longer pending, for as long as wait; then, when the process stops and when ctx ends, it
// returns what is pending.
func await[T any](
	ctx context.Context, s *Service, changed <-chan struct{}, wait time.Duration, read func(ctx context.Context) (T, bool, error),
) (T, error) {
	timer := time.NewTimer(min(wait, MaxWait))
	defer timer.Stop()
	for {
		// Not ctx: a server that stops answers with the present state, also when it was just asked.
		v, pending, err := read(context.WithoutCancel(ctx))
		if err != nil || !pending {
			return v, err
		}
		select {
		case <-changed:
		case <-timer.C:
			return v, nil
		case <-s.stopping:
			return v, nil
		case <-ctx.Done():
			return v, nil
		}
	}
}

// Pending reports whether op has nothing to tell its caller yet: it is neither over nor asks anything. An answered question
// is no longer on the operation.
func Pending(op session.Operation) bool {
	return !op.State.Final() && !Asks(op)
}

// Asks reports whether op waits for an answer of its caller.
func Asks(op session.Operation) bool {
	return op.State == session.OperationWaiting && op.Question != nil
}

// operationIn reads an operation that must belong to the scope's project.
func (s *Service) operationIn(ctx context.Context, sc Scope, operationID string) (session.Operation, error) {
	if err := checkName("projectName", sc.Project); err != nil {
		return session.Operation{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, storeTimeout)
	defer cancel()
	op, err := s.store.GetOperation(ctx, sc.ref(operationID))
	if err == nil && op.Project == sc.Project {
		return op, nil
	}
	if err == nil || errors.Is(err, store.ErrNotFound) {
		return session.Operation{}, s.missing(ctx, sc, "operation-not-found", "operation %q not found in project %q", operationID, sc.Project)
	}
	return session.Operation{}, s.storeError(ctx, "read the operation", err)
}
