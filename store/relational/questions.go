package relational

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
)

// noQuestion is a question number that no question has: they count from 1.
const noQuestion = 0

const (
	insertQuestion = `INSERT INTO questions (workspace, operation_id, number, id, document, state, expires_at)
VALUES (?1, ?2, ?3, ?4, ?5, 'open', ?6) ON CONFLICT (operation_id, number) DO NOTHING`
	selectQuestion = "SELECT document, state, expires_at, closed_at FROM questions WHERE operation_id = ?1 AND workspace = ?2"
	askedQuestion  = "SELECT workspace, document, state, answered_at, closed_at FROM questions WHERE operation_id = ?1 AND number = ?2"
	showQuestion   = `UPDATE operations SET state = 'waiting', step = ?3, question = ?4, seq = ?5, attempt = max(attempt, ?6),
updated_at = max(updated_at, ?7) WHERE id = ?1 AND workspace = ?2`
	hideQuestion = `UPDATE operations SET state = 'running', step = '', question = NULL, updated_at = max(updated_at, ?3)
WHERE id = ?1 AND workspace = ?2 AND ` + isLive
)

// question is a row of questions.
type question struct {
	session.InfoRequest
	state             session.QuestionState
	expiresAt, closed time.Time
}

func scanQuestion(row Row) (q question, err error) {
	var doc *session.InfoRequest
	if err := row.Scan(document(&doc), &q.state, timeColumn{&q.expiresAt}, timeColumn{&q.closed}); err != nil {
		return question{}, notFound(err)
	}
	q.InfoRequest = *doc
	return q, nil
}

// inMilliseconds is q as it is read back.
func inMilliseconds(q session.InfoRequest) session.InfoRequest {
	q.AskedAt = q.AskedAt.UTC().Truncate(time.Millisecond)
	q.ExpiresAt = q.ExpiresAt.UTC().Truncate(time.Millisecond)
	return q
}

// AskQuestion writes a question and shows it; see store.Questions. A write that comes too late to ask anything
// returns q as closed.
func (d *DB) AskQuestion(ctx context.Context, w store.Transition, q session.InfoRequest) (session.InfoRequest, session.QuestionState, error) {
	var stored question
	err := d.write(ctx, "ask question "+q.ID, func(ctx context.Context, tx *tx) error {
		before, effective, err := tx.owned(ctx, w)
		if err != nil {
			return err
		}
		isNew := false
		if effective {
			if isNew, err = tx.ask(ctx, w, inMilliseconds(q)); err != nil {
				return err
			}
		}
		stored, err = scanQuestion(tx.QueryRowContext(ctx, selectQuestion+" AND number = ?3", w.Operation, w.Workspace, q.Number))
		switch {
		case errors.Is(err, store.ErrNotFound) && !effective:
			stored = question{InfoRequest: inMilliseconds(q), state: session.QuestionClosed}
			return nil
		case err != nil || !effective:
			return err
		}
		if err := tx.show(ctx, w, stored); err != nil {
			return err
		}
		return tx.asked(ctx, before, stored, isNew)
	})
	return stored.InfoRequest, stored.state, err
}

// ask writes the question unless its number was asked before.
func (t *tx) ask(ctx context.Context, w store.Transition, q session.InfoRequest) (isNew bool, err error) {
	if q.Number <= noQuestion {
		return false, fmt.Errorf("its number is %d, but questions count from 1", q.Number)
	}
	if err := t.closeQuestions(ctx, w.Ref, q.Number, w.At); err != nil {
		return false, err
	}
	doc := &q
	rows, err := t.exec(ctx, insertQuestion, w.Workspace, w.Operation, q.Number, q.ID, document(&doc), at(q.ExpiresAt))
	if err != nil {
		return false, err
	}
	return rows == 1, t.consume(ctx, w)
}

// asked tells what asking did.
func (t *tx) asked(ctx context.Context, before session.Operation, stored question, isNew bool) error {
	after, err := loadOperation(ctx, t, store.Ref{Workspace: before.Workspace, Operation: before.ID})
	if err != nil {
		return err
	}
	e := store.Event{Before: before, After: after}
	if isNew {
		e.Asked = stored.Kind
	}
	t.happened(e)
	return nil
}

// show sets the operation waiting with the question where that is still open, and running otherwise.
func (t *tx) show(ctx context.Context, w store.Transition, stored question) error {
	t.changed = append(t.changed, w.Operation)
	shown := &stored.InfoRequest
	if err := t.run(ctx, showQuestion, w.Operation, w.Workspace, w.Step, document(&shown), w.Seq, w.Attempt, at(w.At)); err != nil {
		return err
	}
	if stored.state == session.QuestionOpen {
		return nil
	}
	return t.hide(ctx, w.Ref, w.At)
}

// hide sets the operation running with nothing shown.
func (t *tx) hide(ctx context.Context, ref store.Ref, changed time.Time) error {
	t.changed = append(t.changed, ref.Operation)
	return t.run(ctx, hideQuestion, ref.Operation, ref.Workspace, at(changed))
}

// hiding is hide, and returns the operation as it was and as it is.
func (t *tx) hiding(ctx context.Context, ref store.Ref, changed time.Time) (before, after session.Operation, err error) {
	if before, err = loadOperation(ctx, t, ref); err != nil {
		return before, after, err
	}
	if err := t.hide(ctx, ref, changed); err != nil {
		return before, after, err
	}
	after, err = loadOperation(ctx, t, ref)
	return before, after, err
}

// closeQuestions closes the operation's open question unless it has the number except.
func (t *tx) closeQuestions(ctx context.Context, ref store.Ref, except int, closed time.Time) error {
	return t.run(ctx, "UPDATE questions SET state = 'closed', closed_at = ?4 WHERE operation_id = ?1 AND workspace = ?2 AND number <> ?3 AND state = 'open'",
		ref.Operation, ref.Workspace, except, at(closed))
}

// CloseQuestion closes a question where it is open; see store.Questions.
func (d *DB) CloseQuestion(ctx context.Context, ref store.Ref, questionID string, closed time.Time) (state session.QuestionState, err error) {
	err = d.write(ctx, "close question "+questionID, func(ctx context.Context, tx *tx) error {
		rows, err := tx.exec(ctx, "UPDATE questions SET state = 'closed', closed_at = ?4 WHERE operation_id = ?1 AND workspace = ?2 AND id = ?3 AND state = 'open'",
			ref.Operation, ref.Workspace, questionID, at(closed))
		if err != nil {
			return err
		}
		q, err := findQuestion(ctx, tx, ref, questionID)
		state = q.state
		if err != nil || rows != 1 {
			return err
		}
		before, after, err := tx.hiding(ctx, ref, closed)
		e := store.Event{Before: before, After: after}
		if q.expired(closed) {
			e.Expired = q.Kind
		}
		tx.happened(e)
		return err
	})
	return state, err
}

// GetQuestion returns a question whatever its state; see store.Questions.
func (d *DB) GetQuestion(ctx context.Context, ref store.Ref, questionID string) (session.InfoRequest, session.QuestionState, error) {
	q, err := findQuestion(ctx, d.database, ref, questionID)
	if err != nil {
		return session.InfoRequest{}, "", fmt.Errorf("get question %s: %w", questionID, err)
	}
	return q.InfoRequest, q.state, nil
}

// QuestionByNumber returns a question of any workspace; see store.Questions.
func (d *DB) QuestionByNumber(ctx context.Context, operationID string, number int) (store.AskedQuestion, error) {
	asked := store.AskedQuestion{Ref: store.Ref{Operation: operationID}}
	var doc *session.InfoRequest
	err := d.database.QueryRowContext(ctx, askedQuestion, operationID, number).
		Scan(&asked.Workspace, document(&doc), &asked.State, timeColumn{&asked.AnsweredAt}, timeColumn{&asked.ClosedAt})
	if err != nil {
		return store.AskedQuestion{}, fmt.Errorf("get question %d of operation %s: %w", number, operationID, notFound(err))
	}
	asked.Question = *doc
	return asked, nil
}

// findQuestion fails with store.ErrNotFound without the operation, store.ErrQuestionUnknown without the question.
func findQuestion(ctx context.Context, q Queryer, ref store.Ref, questionID string) (question, error) {
	found, err := scanQuestion(q.QueryRowContext(ctx, selectQuestion+" AND id = ?3", ref.Operation, ref.Workspace, questionID))
	if !errors.Is(err, store.ErrNotFound) {
		return found, err
	}
	if _, err := loadOperation(ctx, q, ref); err != nil {
		return question{}, fmt.Errorf("operation %s: %w", ref.Operation, err)
	}
	return question{}, store.ErrQuestionUnknown
}
