package worker

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
)

const (
	// endedOverlap is how far back workflows that ended are listed again: Temporal lists them late, and by its own clock.
	endedOverlap = 5 * time.Minute
	// aroundLimit is how many rows are looked at one by one each time.
	aroundLimit = 10
)

// closeGone closes the rows whose workflow is gone, and repeats cancels that were not followed. One call for each row would be more
// than a thousand a second where ten thousand logins wait: Temporal is asked which workflows came to a bad end, and only a few rows are
// looked at one by one, in case it lost theirs without a word.
func (r *Reconciler) closeGone(ctx context.Context) error {
	return errors.Join(r.closeEnded(ctx), r.cancelAgain(ctx), r.lookAround(ctx))
}

// closeEnded closes the rows of workflows that came to a bad end. The first look goes as far back as Temporal remembers.
func (r *Reconciler) closeEnded(ctx context.Context) error {
	now, since := r.Now(), time.Time{}
	if !r.lastEnded.IsZero() {
		since = r.lastEnded.Add(-endedOverlap)
	}
	ids, err := r.Workflows.Ended(ctx, since)
	if err != nil {
		return err
	}
	for some := range slices.Chunk(ids, sweepLimit) {
		ops, err := r.Store.LiveAmong(ctx, some)
		if err != nil {
			return err
		}
		if err := each(ctx, ops, r.lookAt); err != nil {
			return err
		}
	}
	r.lastEnded = now
	return nil
}

func (r *Reconciler) cancelAgain(ctx context.Context) error {
	ops, err := r.Store.UnfollowedCancels(ctx, sweepLimit)
	if err != nil {
		return err
	}
	return each(ctx, ops, r.lookAt)
}

// lookAround looks at the next few rows. Where a workflow of theirs is gone, Temporal's data may be: it goes on until a few in a row
// are in order.
func (r *Reconciler) lookAround(ctx context.Context) error {
	for {
		ops, err := r.Store.LiveOperations(ctx, r.goneCursor, aroundLimit)
		if err != nil {
			return err
		}
		closed := r.closed
		err = each(ctx, ops, func(ctx context.Context, op session.Operation) error {
			r.goneCursor = op.ID
			return r.lookAt(ctx, op)
		})
		if len(ops) < aroundLimit {
			r.goneCursor = ""
		}
		if err != nil || len(ops) < aroundLimit || r.closed == closed {
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
		r.closed++
		r.Logger.WarnContext(ctx, "closed an operation whose workflow is gone", "operation", ref.Operation, "code", code)
	}
	return r.made(ctx, "close", err)
}
