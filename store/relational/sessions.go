package relational

import (
	"context"
	"fmt"
	"time"

	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
)

const selectSessions = `SELECT workspace, project, id, name, state, version, operation_id, created_at, updated_at, captured_at
FROM sessions WHERE workspace = ?1`

func scanSession(row Row) (s session.Session, err error) {
	err = row.Scan(&s.Workspace, &s.Project, &s.ID, &s.Name, &s.State, &s.Version, &s.OperationID,
		timeColumn{&s.CreatedAt}, timeColumn{&s.UpdatedAt}, timeColumn{&s.CapturedAt})
	s.HasStorageState = !s.CapturedAt.IsZero()
	return s, notFound(err)
}

// GetSession returns a session, or store.ErrNotFound.
func (d *DB) GetSession(ctx context.Context, workspace, project, id string) (session.Session, error) {
	s, err := scanSession(d.database.QueryRowContext(ctx, selectSessions+" AND project = ?2 AND id = ?3", workspace, project, id))
	if err != nil {
		return session.Session{}, fmt.Errorf("get session %s: %w", id, err)
	}
	return s, nil
}

// ListSessions lists sessions, oldest first; see store.Sessions.
func (d *DB) ListSessions(ctx context.Context, workspace, project string) ([]session.Session, error) {
	sessions, err := list(ctx, d.database, scanSession,
		selectSessions+" AND (?2 = '' OR project = ?2) ORDER BY created_at, project, id", workspace, project)
	if err != nil {
		return nil, fmt.Errorf("list sessions: %w", err)
	}
	return sessions, nil
}

// StorageState returns the sealed, proven storage state; see store.Sessions.
func (d *DB) StorageState(ctx context.Context, workspace, project, id string) (store.Sealed, error) {
	state, err := one[[]byte](ctx, d.database,
		"SELECT state FROM storage_states WHERE workspace = ?1 AND project = ?2 AND session_id = ?3", workspace, project, id)
	if err != nil {
		return nil, fmt.Errorf("read the storage state of session %s: %w", id, err)
	}
	return state, nil
}

const deleteStorageState = "DELETE FROM storage_states WHERE workspace = ?1 AND project = ?2 AND session_id = ?3"

// DeleteSession removes a session and ends its live operation; see store.Sessions. Rows of operations stay, without what
// may be personal.
func (d *DB) DeleteSession(ctx context.Context, workspace, project, id string, deleted time.Time) (ended *session.Operation, err error) {
	err = d.writeInTurn(ctx, "delete session "+id, func(ctx context.Context, tx *tx) error {
		live, err := liveOperation(ctx, tx, workspace, project, id)
		if err != nil {
			return err
		}
		if live != nil { // else ended stays what a run before this one found
			if ended, err = tx.cancel(ctx, *live, deleted); err != nil {
				return err
			}
		}
		if err := tx.forget(ctx, workspace, project, id); err != nil {
			return err
		}
		rows, err := tx.exec(ctx, "DELETE FROM sessions WHERE workspace = ?1 AND project = ?2 AND id = ?3", workspace, project, id)
		if err == nil && rows == 0 && !tx.again {
			return store.ErrNotFound
		}
		tx.sessionChanged(workspace, project, id)
		return err
	})
	if err != nil {
		return nil, err
	}
	return ended, nil
}

// sessionChanged has whoever watches the session told.
func (t *tx) sessionChanged(workspace, project, id string) {
	t.changed = append(t.changed, sessionTopic(workspace, project, id))
}

// createSession writes the session of a new operation; see store.Operations.
func (t *tx) createSession(ctx context.Context, n store.NewOperation) error {
	op := n.Operation
	t.sessionChanged(op.Workspace, op.Project, op.SessionID)
	return t.run(ctx, `INSERT INTO sessions (workspace, project, id, name, state, version, operation_id, created_at, updated_at)
VALUES (?1, ?2, ?3, coalesce(?4, ''), 'pending', 1, ?5, ?6, ?6)
ON CONFLICT (workspace, project, id) DO UPDATE SET name = coalesce(?4, sessions.name), version = sessions.version + 1, operation_id = ?5, updated_at = ?6,
state = CASE WHEN sessions.captured_at > 0 THEN 'ready' ELSE 'pending' END`,
		op.Workspace, op.Project, op.SessionID, n.SessionName, op.ID, at(op.CreatedAt))
}

// keepProven makes the operation's candidate the session's storage state, or fails with store.ErrNotFound.
func (t *tx) keepProven(ctx context.Context, op session.Operation, finished time.Time) error {
	rows, err := t.exec(ctx, `INSERT INTO storage_states (workspace, project, session_id, state)
SELECT ?1, ?2, ?3, state FROM captures WHERE workspace = ?1 AND operation_id = ?4
ON CONFLICT (workspace, project, session_id) DO UPDATE SET state = excluded.state`,
		op.Workspace, op.Project, op.SessionID, op.ID)
	if err != nil {
		return err
	}
	if rows == 0 {
		return fmt.Errorf("its captured storage state: %w", store.ErrNotFound)
	}
	return t.run(ctx, `UPDATE sessions SET state = 'ready', version = version + 1, operation_id = ?4, updated_at = ?5,
captured_at = (SELECT captured_at FROM captures WHERE operation_id = ?4)
WHERE workspace = ?1 AND project = ?2 AND id = ?3`, op.Workspace, op.Project, op.SessionID, op.ID, at(finished))
}

// leaveSession writes what becomes of the session when its operation did not succeed: with a proven storage state
// it stays what it is.
func (t *tx) leaveSession(ctx context.Context, op session.Operation, f store.Finish) error {
	return t.run(ctx, `UPDATE sessions SET state = CASE WHEN captured_at > 0 THEN state ELSE ?4 END,
version = version + 1, updated_at = ?5 WHERE workspace = ?1 AND project = ?2 AND id = ?3`,
		op.Workspace, op.Project, op.SessionID, sessionAfter(f), at(f.At))
}

// sessionAfter is the state that f gives, or the one of the same name as the operation's end.
func sessionAfter(f store.Finish) session.State {
	switch {
	case f.SessionState != "":
		return f.SessionState
	case f.State == session.OperationCanceled:
		return session.StateCanceled
	case f.State == session.OperationExpired:
		return session.StateExpired
	}
	return session.StateFailed
}
