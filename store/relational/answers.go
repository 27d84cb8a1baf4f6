package relational

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
)

// sameAnswer recognizes the repeat of an answer: what is sealed anew is never the same.
const sameAnswer = `SELECT EXISTS (SELECT 1 FROM questions
WHERE operation_id = ?1 AND workspace = ?2 AND id = ?3 AND answered_at = ?5 AND (input IS NULL OR input = ?4))`

// AnswerQuestion accepts the answer of an open, unexpired question, once; see store.Questions.
func (d *DB) AnswerQuestion(ctx context.Context, a store.Answer) error {
	return d.write(ctx, "answer question "+a.QuestionID, func(ctx context.Context, tx *tx) error {
		if err := tx.first(ctx, a.Ref, a.Request, a.At); err != nil {
			return unlessOwn(err, tx.again)
		}
		rows, err := tx.exec(ctx, `UPDATE questions SET state = 'answered', input = ?4, answered_at = ?5
WHERE operation_id = ?1 AND workspace = ?2 AND id = ?3 AND state = 'open' AND expires_at > ?5
AND EXISTS (SELECT 1 FROM operations WHERE id = ?1 AND workspace = ?2 AND `+isLive+`)`,
			a.Operation, a.Workspace, a.QuestionID, notNull(a.Input), at(a.At))
		if err != nil {
			return err
		}
		if rows == 0 {
			return whyUnanswerable(ctx, tx, a)
		}
		return tx.answered(ctx, a)
	})
}

// unlessOwn is nil where the request that was made before is this call's own: a run before this one was committed.
func unlessOwn(err error, again bool) error {
	var made *store.RequestMadeError
	if again && errors.As(err, &made) {
		return nil
	}
	return err
}

// answered shows the operation running again.
func (t *tx) answered(ctx context.Context, a store.Answer) error {
	asked, err := findQuestion(ctx, t, a.Ref, a.QuestionID)
	if err != nil {
		return err
	}
	before, after, err := t.hiding(ctx, a.Ref, a.At)
	t.happened(store.Event{Before: before, After: after, Answered: asked.Kind})
	return err
}

// whyUnanswerable finds the reason that says most to a person; nil for the repeat of an answer.
func whyUnanswerable(ctx context.Context, tx *tx, a store.Answer) error {
	op, err := loadOperation(ctx, tx, a.Ref)
	if err != nil {
		return fmt.Errorf("operation %s: %w", a.Operation, err)
	}
	asked, err := findQuestion(ctx, tx, a.Ref, a.QuestionID)
	unknown := errors.Is(err, store.ErrQuestionUnknown)
	answered := asked.state == session.QuestionAnswered || asked.state == session.QuestionConsumed
	switch {
	case err != nil && !unknown:
		return err
	case op.State.Final() && !answered:
		return store.ErrOperationOver
	case unknown && op.Question == nil:
		return store.ErrNothingAsked
	case unknown:
		return err
	}
	if answered && tx.again {
		if same, err := one[bool](ctx, tx, sameAnswer, a.Operation, a.Workspace, a.QuestionID, notNull(a.Input), at(a.At)); err != nil || same {
			return err
		}
	}
	return &store.QuestionStaleError{State: asked.state, Expired: asked.expired(a.At)}
}

// expired reports whether the question's time ran out before anybody answered it.
func (q *question) expired(now time.Time) bool {
	switch q.state {
	case session.QuestionOpen:
		return !now.Before(q.expiresAt)
	case session.QuestionClosed:
		return !q.closed.Before(q.expiresAt)
	default:
		return false
	}
}

// AnswerInput returns the sealed input of an answered question; store.ErrNotFound while it has none. See store.Questions.
func (d *DB) AnswerInput(ctx context.Context, ref store.Ref, questionID string) (store.Sealed, error) {
	input, err := d.answerInput(ctx, ref, questionID)
	if err != nil {
		return nil, fmt.Errorf("read the answer of question %s: %w", questionID, err)
	}
	return input, nil
}

func (d *DB) answerInput(ctx context.Context, ref store.Ref, questionID string) (store.Sealed, error) {
	input, err := one[[]byte](ctx, d.database, `SELECT input FROM questions
WHERE operation_id = ?1 AND workspace = ?2 AND id = ?3 AND input IS NOT NULL`, ref.Operation, ref.Workspace, questionID)
	if !errors.Is(err, store.ErrNotFound) {
		return input, err
	}
	op, err := loadOperation(ctx, d.database, ref)
	if err != nil {
		return nil, fmt.Errorf("operation %s: %w", ref.Operation, err)
	}
	if _, err := findQuestion(ctx, d.database, ref, questionID); err != nil {
		return nil, err
	}
	if op.State.Final() {
		return nil, store.ErrSecretsErased
	}
	return nil, fmt.Errorf("it has no answer: %w", store.ErrNotFound)
}
