package worker

import (
	"context"
	"errors"

	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
)

// closeGone looks at a slice of the live rows, the next slice the next time, and closes those whose workflow is gone.
func (r *Reconciler) closeGone(ctx context.Context) error {
	for {
		ops, err := r.Store.LiveOperations(ctx, r.goneCursor, sweepLimit)
		if err != nil {
			return err
		}
		err = each(ctx, ops, func(ctx context.Context, op session.Operation) error {
			r.goneCursor = op.ID
			return r.lookAt(ctx, op)
		})
		if len(ops) < sweepLimit {
			r.goneCursor = ""
		}
		if err != nil || len(ops) < sweepLimit {
			return err
		}
	}
}

// lookAt closes the row of a workflow that is gone, and repeats a cancel that the workflow has not followed.
func (r *Reconciler) lookAt(ctx context.Context, op session.Operation) error {
	ref := store.Ref{Workspace: op.Workspace, Operation: op.ID}
	code, running, err := r.Workflows.End(ctx, ref)
	switch {
	case err != nil:
		return err
	case !running:
		return r.closeIfLive(ctx, ref, code)
	case !op.CancelRequestedAt.IsZero():
		return r.made(ctx, "cancel", r.Workflows.Cancel(ctx, ref))
	}
	return nil
}

// closeIfLive reads the row again first: the workflow writes the end before it ends.
func (r *Reconciler) closeIfLive(ctx context.Context, ref store.Ref, code string) error {
	op, err := r.Store.GetOperation(ctx, ref)
	if errors.Is(err, store.ErrNotFound) || (err == nil && op.State.Final()) {
		return nil
	}
	if err != nil {
		return err
	}
	return r.close(ctx, ref, op, code, "the workflow of this login is gone ("+code+"); start the login again")
}

func (r *Reconciler) close(ctx context.Context, ref store.Ref, op session.Operation, code, message string) error {
	end, failure, becomes := session.OperationFailed, session.NewFailure(session.FailureEngine, code, message), session.StateFailed
	if !op.CancelRequestedAt.IsZero() {
		end, failure, becomes = session.OperationCanceled, nil, session.StateCanceled
	}
	_, err := r.Store.FinishOperation(ctx, store.Finish{
		Transition:   store.Transition{Ref: ref, Seq: op.Seq, State: end, Attempt: op.Attempt, At: r.Now()},
		Failure:      failure,
		SessionState: becomes,
	})
	if errors.Is(err, store.ErrOperationOver) || errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err == nil {
		r.Logger.WarnContext(ctx, "closed an operation whose workflow is gone", "operation", ref.Operation, "code", code)
	}
	return r.made(ctx, "close", err)
}
