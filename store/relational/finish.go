package relational

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
)

// FinishOperation ends an operation; see store.Operations. An operation that never began may be finished by any run.
func (d *DB) FinishOperation(ctx context.Context, f store.Finish) (op session.Operation, err error) {
	err = d.writeInTurn(ctx, "finish operation "+f.Operation, func(ctx context.Context, tx *tx) error {
		var finishedBy sql.NullString
		op, err = scanOperation(tx.QueryRowContext(ctx, "SELECT "+operationColumns+", finished_by FROM operations WHERE id = ?1 AND workspace = ?2",
			f.Operation, f.Workspace), &finishedBy)
		switch {
		case err != nil:
			return err
		case op.State.Final() && finishedBy.Valid && finishedBy.String == f.RunID:
			return nil // a repeat
		case op.State.Final():
			return fmt.Errorf("it %s: %w", op.State, store.ErrOperationOver)
		case f.RunID != "" && op.RunID != "" && op.RunID != f.RunID:
			return fmt.Errorf("run %q does not own it: %w", f.RunID, store.ErrOperationOver)
		case f.RunID != "" && f.Seq < op.Seq:
			return nil
		case !f.State.Final():
			return fmt.Errorf("%s is no end: %w", f.State, store.ErrTransition)
		}
		if err := checkMove(op.State, f.State); err != nil {
			return err
		}
		op, err = tx.end(ctx, op, f, sql.NullString{String: f.RunID, Valid: true})
		return err
	})
	if err != nil {
		return session.Operation{}, err
	}
	return op, nil
}

// checkMove refuses a transition that session's state machine does not have.
func checkMove(from, to session.OperationState) error {
	if from.CanBecome(to) {
		return nil
	}
	return fmt.Errorf("from %s to %s: %w", from, to, store.ErrTransition)
}

// cancel ends a live operation because a caller wants it so.
func (t *tx) cancel(ctx context.Context, op session.Operation, asked time.Time) (*session.Operation, error) {
	ended, err := t.end(ctx, op, store.Finish{
		Transition: store.Transition{
			Ref:   store.Ref{Workspace: op.Workspace, Operation: op.ID},
			Seq:   op.Seq,
			State: session.OperationCanceled,
			At:    asked,
		},
	}, sql.NullString{})
	if err != nil {
		return nil, err
	}
	return &ended, nil
}

// end writes the end of the live operation op and all that comes with it.
func (t *tx) end(ctx context.Context, op session.Operation, f store.Finish, by sql.NullString) (session.Operation, error) {
	steps := []func() error{
		func() error {
			return t.run(ctx, `UPDATE operations SET state = ?3, step = ?4, seq = max(seq, ?5), attempt = max(attempt, ?6), question = NULL,
failure = ?7, verdict = ?8, updated_at = max(updated_at, ?9), finished_at = ?9, finished_by = ?10 WHERE id = ?1 AND workspace = ?2`,
				op.ID, op.Workspace, f.State, f.Step, f.Seq, f.Attempt, document(&f.Failure), document(&f.Verdict), at(f.At), by)
		},
		func() error {
			if f.State == session.OperationSucceeded {
				return t.keepProven(ctx, op, f.At)
			}
			return t.leaveSession(ctx, op, f)
		},
		func() error { return t.setBreaker(ctx, op, f) },
		func() error { return t.consume(ctx, f.Transition) },
		func() error { return t.closeQuestions(ctx, f.Ref, noQuestion, f.At) },
		func() error { return t.erase(ctx, f.Ref) },
		func() error { return t.leaveQueue(ctx, op) },
		func() error { return t.giveBack(ctx, f.Ref) },
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return session.Operation{}, err
		}
	}
	t.changed = append(t.changed, op.ID)
	t.sessionChanged(op.Workspace, op.Project, op.SessionID)
	ended, err := loadOperation(ctx, t, f.Ref)
	if err == nil {
		t.happened(store.Event{Before: op, After: ended})
	}
	return ended, err
}

// erase removes everything secret of an operation that ended. The file forgets it too: see pragmas.
func (t *tx) erase(ctx context.Context, ref store.Ref) error {
	for _, statement := range []string{
		"DELETE FROM operation_secrets WHERE operation_id = ?1 AND workspace = ?2",
		"DELETE FROM captures WHERE operation_id = ?1 AND workspace = ?2",
		"UPDATE questions SET input = NULL WHERE operation_id = ?1 AND workspace = ?2 AND input IS NOT NULL",
	} {
		if err := t.run(ctx, statement, ref.Operation, ref.Workspace); err != nil {
			return err
		}
	}
	return nil
}
