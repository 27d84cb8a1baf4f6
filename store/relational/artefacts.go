package relational

import (
	"context"
	"fmt"

	"github.com/anteroom/anteroom/store"
)

const (
	// saveArtefact asks for the session, so that what comes late leaves nothing of a deleted one.
	saveArtefact = `INSERT INTO artefacts (workspace, operation_id, name, media_type, data, created_at)
SELECT o.workspace, o.id, ?3, ?4, ?5, ?6 FROM operations o
JOIN sessions s ON s.workspace = o.workspace AND s.project = o.project AND s.id = o.session_id
WHERE o.id = ?1 AND o.workspace = ?2
ON CONFLICT (operation_id, name) DO UPDATE SET media_type = excluded.media_type, data = excluded.data, created_at = excluded.created_at`
	selectArtefact  = "SELECT name, media_type, created_at, data FROM artefacts WHERE operation_id = ?1 AND workspace = ?2 AND name = ?3"
	selectArtefacts = `SELECT name, media_type, created_at FROM artefacts WHERE operation_id = ?1 AND workspace = ?2
ORDER BY created_at, name`
	deleteArtefacts = `DELETE FROM artefacts WHERE operation_id IN
(SELECT id FROM operations WHERE workspace = ?1 AND project = ?2 AND session_id = ?3)`
)

// SaveArtefact creates or replaces an artefact; see store.Artefacts.
func (d *DB) SaveArtefact(ctx context.Context, a store.Artefact) error {
	return d.write(ctx, "save the artefact "+a.Name+" of operation "+a.Operation, func(ctx context.Context, tx *tx) error {
		rows, err := tx.exec(ctx, saveArtefact, a.Operation, a.Workspace, a.Name, a.MediaType, notNull(a.Data), at(a.At))
		if err == nil && rows == 0 {
			return store.ErrNotFound
		}
		return err
	})
}

// GetArtefact returns an artefact, or store.ErrNotFound.
func (d *DB) GetArtefact(ctx context.Context, ref store.Ref, name string) (store.Artefact, error) {
	a, err := artefactOf(ref)(d.database.QueryRowContext(ctx, selectArtefact, ref.Operation, ref.Workspace, name))
	if err != nil {
		return store.Artefact{}, fmt.Errorf("get the artefact %s of operation %s: %w", name, ref.Operation, err)
	}
	return a, nil
}

// ListArtefacts lists artefacts without their data, oldest first; none for an operation that there is not.
func (d *DB) ListArtefacts(ctx context.Context, ref store.Ref) ([]store.Artefact, error) {
	all, err := list(ctx, d.database, artefactWithoutData(ref), selectArtefacts, ref.Operation, ref.Workspace)
	if err != nil {
		return nil, fmt.Errorf("list the artefacts of operation %s: %w", ref.Operation, err)
	}
	return all, nil
}

// artefactWithoutData scans an artefact of the operation as lists show it.
func artefactWithoutData(ref store.Ref) func(Row) (store.Artefact, error) {
	return func(row Row) (store.Artefact, error) {
		a := store.Artefact{Ref: ref}
		err := row.Scan(&a.Name, &a.MediaType, timeColumn{&a.At})
		return a, err
	}
}

// artefactOf scans an artefact of the operation; no data is nil.
func artefactOf(ref store.Ref) func(Row) (store.Artefact, error) {
	return func(row Row) (store.Artefact, error) {
		a := store.Artefact{Ref: ref}
		if err := row.Scan(&a.Name, &a.MediaType, timeColumn{&a.At}, &a.Data); err != nil {
			return store.Artefact{}, notFound(err)
		}
		if len(a.Data) == 0 {
			a.Data = nil
		}
		return a, nil
	}
}
