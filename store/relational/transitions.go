package relational

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
)

// owned returns the row that t writes; effective is false for a write that comes too late. It fails with
// store.ErrOperationOver when the row is final or belongs to another run.
func (t *tx) owned(ctx context.Context, w store.Transition) (op session.Operation, effective bool, err error) {
	op, err = loadOperation(ctx, t, w.Ref)
	switch {
	case err != nil:
		return session.Operation{}, false, err
	case op.State.Final():
		return session.Operation{}, false, fmt.Errorf("it %s: %w", op.State, store.ErrOperationOver)
	case op.RunID != w.RunID:
		return session.Operation{}, false, fmt.Errorf("run %q does not own it: %w", w.RunID, store.ErrOperationOver)
	}
	return op, w.Seq >= op.Seq, nil
}

// BeginOperation gives the queued operation to a run; see store.Operations.
func (d *DB) BeginOperation(ctx context.Context, w store.Transition) (op session.Operation, err error) {
	err = d.write(ctx, "begin operation "+w.Operation, func(ctx context.Context, tx *tx) error {
		rows, err := tx.exec(ctx, `UPDATE operations SET state = 'running', step = ?3, seq = ?4, run_id = ?5,
attempt = max(attempt, ?6), updated_at = max(updated_at, ?7) WHERE id = ?1 AND workspace = ?2 AND state = 'queued'`,
			w.Operation, w.Workspace, w.Step, w.Seq, w.RunID, w.Attempt, at(w.At))
		if err != nil {
			return err
		}
		op, _, err = tx.owned(ctx, w)                // begun by this run before counts as done
		if rows == 1 && err == nil && op.Place > 0 { // by who does not ask for admission
			op, err = tx.admitted(ctx, op, w.At)
		}
		if rows == 1 && err == nil {
			tx.changed = append(tx.changed, w.Operation)
			before := op
			before.State, before.Step, before.Seq = session.OperationQueued, session.StepNone, 0
			tx.happened(store.Event{Before: before, After: op})
		}
		return err
	})
	return op, err
}

// AdvanceOperation writes a live state and step; see store.Operations. Running closes a question that is still open:
// the page went on without the answer.
func (d *DB) AdvanceOperation(ctx context.Context, w store.Transition) (op session.Operation, err error) {
	err = d.write(ctx, "advance operation "+w.Operation, func(ctx context.Context, tx *tx) error {
		var effective bool
		if op, effective, err = tx.owned(ctx, w); err != nil {
			return err
		}
		if w.State != session.OperationRunning && w.State != session.OperationWaiting {
			return fmt.Errorf("to %s: %w", w.State, store.ErrTransition)
		}
		if !effective || movedSince(op, w) {
			return nil
		}
		before := op
		op, err = tx.advance(ctx, w)
		tx.happened(store.Event{Before: before, After: op})
		return err
	})
	if err != nil {
		return session.Operation{}, err
	}
	return op, nil
}

// movedSince recognizes a late write with the row's own sequence number: the repeat of one that set the operation waiting,
// before the answer set it running; or a step of the page from before it was waiting. Neither may undo what came after.
func movedSince(op session.Operation, w store.Transition) bool {
	return w.Seq == op.Seq && w.State != op.State
}

func (t *tx) advance(ctx context.Context, w store.Transition) (session.Operation, error) {
	err := t.run(ctx, `UPDATE operations SET state = ?3, step = ?4, seq = ?5, attempt = max(attempt, ?6), updated_at = max(updated_at, ?7),
question = CASE WHEN ?3 = 'waiting' THEN question END WHERE id = ?1 AND workspace = ?2`,
		w.Operation, w.Workspace, w.State, w.Step, w.Seq, w.Attempt, at(w.At))
	if err != nil {
		return session.Operation{}, err
	}
	if w.State == session.OperationRunning {
		if err := t.closeQuestions(ctx, w.Ref, noQuestion, w.At); err != nil {
			return session.Operation{}, err
		}
	}
	if err := t.consume(ctx, w); err != nil {
		return session.Operation{}, err
	}
	t.changed = append(t.changed, w.Operation)
	return loadOperation(ctx, t, w.Ref)
}

// consume marks the answer that w takes up. No effect when it is taken up already or w names none.
func (t *tx) consume(ctx context.Context, w store.Transition) error {
	if w.ConsumedQuestion == "" {
		return nil
	}
	var doc *session.InfoRequest
	var answered time.Time
	err := t.QueryRowContext(ctx, `UPDATE questions SET state = 'consumed' WHERE operation_id = ?1 AND workspace = ?2 AND id = ?3 AND state = 'answered'
RETURNING document, answered_at`, w.Operation, w.Workspace, w.ConsumedQuestion).Scan(document(&doc), timeColumn{&answered})
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err == nil {
		t.takenUp = taken{kind: doc.Kind, after: max(w.At.Sub(answered), 0)} // the clock may have been set back meanwhile
	}
	return err
}

// taken is an answer that was taken up: what was asked, and how long after the answer was accepted.
type taken struct {
	kind  session.InfoRequestKind
	after time.Duration
}
