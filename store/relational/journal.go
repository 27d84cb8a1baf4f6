package relational

import (
	"context"
	"errors"
	"fmt"

	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
)

const (
	// countEntries gives an operation's next entries their numbers: its row is what its writers take turns at.
	countEntries = "UPDATE operations SET entries = entries + ?3 WHERE id = ?1 AND workspace = ?2 RETURNING entries"
	insertEntry  = `INSERT INTO journal (workspace, operation_id, number, kind, state, step, attempt, question, at)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)`
	// In these, ?3 is the number, and ?4 the limit.
	selectJournal = `SELECT j.number, j.kind, j.state, j.step, j.attempt, j.at, q.document FROM journal j
LEFT JOIN questions q ON q.operation_id = j.operation_id AND q.number = j.question
WHERE j.operation_id = ?1 AND j.workspace = ?2 AND j.number > ?3 ORDER BY j.number LIMIT ?4`
	latestEntry = "SELECT number FROM journal WHERE operation_id = ?1 AND workspace = ?2 AND kind = 'state' ORDER BY number DESC LIMIT 1"
)

// entry is a line of a journal before it has its number.
type entry struct {
	kind     store.JournalKind
	question int
}

// entriesOf are what an event tells who follows the operation.
func entriesOf(e store.Event) []entry {
	var entries []entry
	if e.Moved() || e.Stepped() || e.Before.Attempt != e.After.Attempt {
		entries = append(entries, entry{kind: store.JournalState, question: noQuestion})
	}
	if q := e.After.Question; q != nil && (e.Before.Question == nil || e.Before.Question.ID != q.ID) {
		entries = append(entries, entry{kind: store.JournalQuestion, question: q.Number})
	}
	if e.Moved() && e.After.State.Final() {
		entries = append(entries, entry{kind: store.JournalEnd, question: noQuestion})
	}
	return entries
}

// keepJournal writes what the transaction tells.
func (t *tx) keepJournal(ctx context.Context) error {
	for _, e := range t.events {
		entries := entriesOf(e)
		if len(entries) == 0 {
			continue
		}
		op := e.After
		var last int
		if err := t.QueryRowContext(ctx, countEntries, op.ID, op.Workspace, len(entries)).Scan(&last); err != nil {
			return fmt.Errorf("number the journal's entries: %w", err)
		}
		for i, entry := range entries {
			if err := t.run(ctx, insertEntry, op.Workspace, op.ID, last-len(entries)+1+i, entry.kind,
				op.State, op.Step, op.Attempt, entry.question, at(op.UpdatedAt)); err != nil {
				return fmt.Errorf("write the journal: %w", err)
			}
		}
	}
	return nil
}

// Journal returns what was told about an operation; see store.Operations.
func (d *DB) Journal(ctx context.Context, ref store.Ref, after int64) ([]store.JournalEntry, error) {
	entries, err := d.journal(ctx, ref, after)
	if err != nil {
		return nil, fmt.Errorf("read the journal of operation %s: %w", ref.Operation, err)
	}
	return entries, nil
}

func (d *DB) journal(ctx context.Context, ref store.Ref, after int64) ([]store.JournalEntry, error) {
	if after == store.FromLatest {
		latest, err := one[int64](ctx, d.database, latestEntry, ref.Operation, ref.Workspace)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return nil, err
		}
		after = max(latest-1, 0)
	}
	return list(ctx, d.database, scanEntry, selectJournal, ref.Operation, ref.Workspace, after, store.MaxJournal)
}

func scanEntry(row Row) (e store.JournalEntry, err error) {
	var question *session.InfoRequest
	err = row.Scan(&e.Number, &e.Kind, &e.State, &e.Step, &e.Attempt, timeColumn{&e.At}, document(&question))
	e.Question = question
	return e, err
}
