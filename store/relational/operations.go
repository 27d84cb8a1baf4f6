package relational

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
)

const (
	operationColumns = `id, workspace, project, session_id, kind, state, step, seq, run_id, attempt, account_key, credential_key,
question, failure, verdict, created_at, updated_at, finished_at, start_deadline, cancel_requested_at, ` + placeColumn
	selectOperation = "SELECT " + operationColumns + " FROM operations WHERE id = ?1 AND workspace = ?2"
	insertOperation = `INSERT INTO operations (id, workspace, project, session_id, kind, state, step, seq, run_id, attempt,
account_key, credential_key, created_at, updated_at, start_deadline, browser, admission, admitted_at, ticket)
VALUES (?1, ?2, ?3, ?4, ?5, 'queued', '', 0, '', 1, ?6, ?7, ?8, ?8, ?9, ?10, ?11, ?12, CASE ?11 WHEN 'queued' THEN ` + nextTicket + ` ELSE 0 END)`
	// isLive must stay as the index operations_live has it.
	isLive = "state IN ('queued', 'running', 'waiting')"
)

// scanOperation reads operationColumns, and then whatever else the query selects into extra.
func scanOperation(row Row, extra ...any) (op session.Operation, err error) {
	err = row.Scan(append([]any{
		&op.ID, &op.Workspace, &op.Project, &op.SessionID, &op.Kind, &op.State, &op.Step, &op.Seq, &op.RunID, &op.Attempt,
		&op.AccountKey, &op.CredentialKey, document(&op.Question), document(&op.Failure), document(&op.Verdict),
		timeColumn{&op.CreatedAt}, timeColumn{&op.UpdatedAt}, timeColumn{&op.FinishedAt},
		timeColumn{&op.StartDeadline}, timeColumn{&op.CancelRequestedAt}, &op.Place,
	}, extra...)...)
	return op, notFound(err)
}

func operationRow(row Row) (session.Operation, error) { return scanOperation(row) }

// loadOperation reads the row within a transaction; store.ErrNotFound in another workspace.
func loadOperation(ctx context.Context, q Queryer, ref store.Ref) (session.Operation, error) {
	return scanOperation(q.QueryRowContext(ctx, selectOperation, ref.Operation, ref.Workspace))
}

// liveOperation returns the live operation of a session, or nil.
func liveOperation(ctx context.Context, q Queryer, workspace, project, sessionID string) (*session.Operation, error) {
	op, err := operationRow(q.QueryRowContext(ctx, "SELECT "+operationColumns+
		" FROM operations WHERE workspace = ?1 AND project = ?2 AND session_id = ?3 AND "+isLive, workspace, project, sessionID))
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil //nolint:nilnil // none is live, which is no fault
	}
	if err != nil {
		return nil, err
	}
	return &op, nil
}

// CreateOperation writes what a start promises; see store.Operations.
func (d *DB) CreateOperation(ctx context.Context, n store.NewOperation) (created session.Operation, err error) {
	op := n.Operation
	err = d.writeInTurn(ctx, "create operation "+op.ID, func(ctx context.Context, tx *tx) error {
		rules, err := rulesOf(ctx, tx, op.Workspace, op.Project)
		if err != nil {
			return err
		}
		if tx.again {
			created, err = loadOperation(ctx, tx, store.Ref{Workspace: op.Workspace, Operation: op.ID})
			if !errors.Is(err, store.ErrNotFound) {
				return err
			}
		}
		if err := tx.mayCreate(ctx, n); err != nil {
			return err
		}
		if created, err = tx.createOperation(ctx, n, rules); err != nil {
			return err
		}
		tx.happened(store.Event{After: created})
		return nil
	})
	return created, err
}

// mayCreate remembers the request, and says why the operation cannot be created.
func (t *tx) mayCreate(ctx context.Context, n store.NewOperation) error {
	op := n.Operation
	if err := t.first(ctx, store.Ref{Workspace: op.Workspace, Operation: op.ID}, n.Request, op.CreatedAt); err != nil {
		return err
	}
	live, err := liveOperation(ctx, t, op.Workspace, op.Project, op.SessionID)
	if err != nil {
		return err
	}
	if live != nil {
		return &store.OperationLiveError{OperationID: live.ID}
	}
	return t.free(ctx, op, op.CreatedAt)
}

func (t *tx) createOperation(ctx context.Context, n store.NewOperation, rules pageRules) (session.Operation, error) {
	op := n.Operation
	if err := t.createSession(ctx, n); err != nil {
		return session.Operation{}, err
	}
	admission, err := t.join(ctx, op, rules)
	if err != nil {
		return session.Operation{}, err
	}
	admitted := op.CreatedAt
	if admission == queued {
		admitted = time.Time{}
	}
	if err := t.run(ctx, insertOperation, op.ID, op.Workspace, op.Project, op.SessionID, op.Kind,
		op.AccountKey, op.CredentialKey, at(op.CreatedAt), at(op.StartDeadline), rules.Browser, admission, at(admitted)); err != nil {
		return session.Operation{}, err
	}
	for _, secret := range n.Secrets {
		if err := t.run(ctx, "INSERT INTO operation_secrets (workspace, operation_id, name, value) VALUES (?1, ?2, ?3, ?4)",
			op.Workspace, op.ID, secret.Name, notNull(secret.Value)); err != nil {
			return session.Operation{}, err
		}
	}
	t.changed = append(t.changed, op.ID)
	return loadOperation(ctx, t, store.Ref{Workspace: op.Workspace, Operation: op.ID})
}

// notNull keeps an empty sealed value apart from a missing one.
func notNull(value store.Sealed) []byte {
	if value == nil {
		return []byte{}
	}
	return value
}

// GetOperation returns the row that a poll shows, or store.ErrNotFound.
func (d *DB) GetOperation(ctx context.Context, ref store.Ref) (session.Operation, error) {
	if err := ctx.Err(); err != nil {
		return session.Operation{}, fmt.Errorf("get operation %s: %w", ref.Operation, err)
	}
	op, err := operationRow(d.database.PollRow(ctx, selectOperation, ref.Operation, ref.Workspace))
	if err != nil {
		return session.Operation{}, fmt.Errorf("get operation %s: %w", ref.Operation, err)
	}
	return op, nil
}

// RequestCancel ends a queued operation and marks a live one; see store.Operations.
func (d *DB) RequestCancel(ctx context.Context, ref store.Ref, asked time.Time) (op session.Operation, err error) {
	err = d.writeInTurn(ctx, "cancel operation "+ref.Operation, func(ctx context.Context, tx *tx) error {
		rows, err := tx.exec(ctx, "UPDATE operations SET cancel_requested_at = ?3, updated_at = max(updated_at, ?3) WHERE id = ?1 AND workspace = ?2 AND cancel_requested_at = 0 AND "+isLive,
			ref.Operation, ref.Workspace, at(asked))
		if err != nil {
			return err
		}
		if op, err = loadOperation(ctx, tx, ref); err != nil {
			return err
		}
		if rows == 1 {
			tx.changed = append(tx.changed, op.ID)
		}
		if op.State != session.OperationQueued {
			return nil
		}
		ended, err := tx.cancel(ctx, op, asked)
		if err == nil {
			op = *ended
		}
		return err
	})
	if err != nil {
		return session.Operation{}, err
	}
	return op, nil
}
