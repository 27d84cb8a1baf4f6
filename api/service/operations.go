package service

import (
	"context"
	"errors"
	"slices"

	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
)

// MaxListed is the most operations that one page lists.
const MaxListed = 500

// maxCursor bounds a cursor; cursors are ids.
const maxCursor = 256

// Operation returns one operation of a workspace. Errors: NotFound.
func (s *Service) Operation(ctx context.Context, ref store.Ref) (session.Operation, error) {
	op, err := s.store.GetOperation(ctx, ref)
	if errors.Is(err, store.ErrNotFound) {
		return session.Operation{}, NewError(NotFound, "operation-not-found", "operation %q not found in workspace %q", ref.Operation, ref.Workspace)
	}
	if err != nil {
		return session.Operation{}, s.storeError(ctx, "read the operation", err)
	}
	return op, nil
}

// Operations lists operations, newest first; next is empty on the last page. Errors: BadRequest.
func (s *Service) Operations(ctx context.Context, q store.OperationQuery) (page []session.Operation, next string, err error) {
	if err := checkQuery(q); err != nil {
		return nil, "", err
	}
	page, next, err = s.store.ListOperations(ctx, q)
	switch {
	case errors.Is(err, store.ErrBadCursor):
		return nil, "", cursorError()
	case err != nil:
		return nil, "", s.storeError(ctx, "list the operations", err)
	}
	return page, next, nil
}

func checkQuery(q store.OperationQuery) error {
	if q.Project != "" {
		if err := checkName("project", q.Project); err != nil {
			return err
		}
	}
	if q.SessionID != "" {
		if err := checkSessionID("session", q.SessionID); err != nil {
			return err
		}
	}
	switch {
	case q.State != "" && !slices.Contains(session.OperationStates(), q.State):
		return NewFieldError("state", "is %q; it may be one of %v", q.State, session.OperationStates())
	case q.Limit < 0 || q.Limit > MaxListed:
		return NewFieldError("limit", "is %d; it may be 1 to %d", q.Limit, MaxListed)
	case len(q.Cursor) > maxCursor || hasControl(q.Cursor):
		return cursorError()
	}
	return nil
}

func cursorError() error { return NewFieldError("cursor", "is none that a page before gave") }

// Cancel cancels a live operation and returns it as it then stands: over if it was queued, still live where its workflow has
// to close the page first. A cancel that the engine did not hear is repeated by the reconciler, since the row is marked.
// Errors: NotFound, Conflict (it is over).
func (s *Service) Cancel(ctx context.Context, ref store.Ref) (session.Operation, error) {
	op, err := s.Operation(ctx, ref)
	if err != nil {
		return session.Operation{}, err
	}
	if op.State.Final() {
		return session.Operation{}, overError(op)
	}
	op, err = s.store.RequestCancel(ctx, ref, s.now())
	if err != nil {
		return session.Operation{}, s.storeError(ctx, "cancel the operation", err)
	}
	if op.State.Final() && op.State != session.OperationCanceled { // it ended in between
		return session.Operation{}, overError(op)
	}
	s.tell(ctx, "cancel", ref, func(ctx context.Context) error { return s.engine.Cancel(ctx, ref) })
	return op, nil
}

func overError(op session.Operation) error {
	f := NewError(Conflict, "operation-over", "operation %q is over: %s", op.ID, op.State)
	f.OperationID = op.ID
	return f
}
