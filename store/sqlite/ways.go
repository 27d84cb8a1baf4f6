package sqlite

import (
	"context"
	"fmt"
	"time"

	"github.com/anteroom/anteroom/store"
)

const (
	saveWay = `INSERT INTO ways (workspace, project, way, saved_at) SELECT workspace, name, ?3, ?4 FROM projects WHERE workspace = ?1 AND name = ?2
ON CONFLICT (workspace, project) DO UPDATE SET way = excluded.way, saved_at = excluded.saved_at`
	dropWay = "DELETE FROM ways WHERE workspace = ?1 AND project = ?2"
	// dropOtherWay forgets the way when the login is put elsewhere; it runs before the project is written.
	dropOtherWay = dropWay + ` AND NOT EXISTS (SELECT 1 FROM projects
WHERE workspace = ?1 AND name = ?2 AND json_extract(document, '$.loginUrl') = ?3)`
)

// SaveWay keeps how a login of the project went; see store.Ways.
func (d *DB) SaveWay(ctx context.Context, workspace, project string, way []byte, saved time.Time) error {
	return d.write(ctx, "save the way of project "+project, func(ctx context.Context, tx *tx) error {
		rows, err := tx.exec(ctx, saveWay, workspace, project, notNull(way), at(saved))
		if err == nil && rows == 0 {
			return store.ErrNotFound
		}
		return err
	})
}

// Way returns how the last login of the project went, or store.ErrNotFound.
func (d *DB) Way(ctx context.Context, workspace, project string) ([]byte, error) {
	way, err := one[[]byte](ctx, d.readers, "SELECT way FROM ways WHERE workspace = ?1 AND project = ?2", workspace, project)
	if err != nil {
		return nil, fmt.Errorf("read the way of project %s: %w", project, err)
	}
	return way, nil
}

// DropWay forgets the project's way; no effect where there is none.
func (d *DB) DropWay(ctx context.Context, workspace, project string) error {
	return d.write(ctx, "drop the way of project "+project, func(ctx context.Context, tx *tx) error {
		return tx.run(ctx, dropWay, workspace, project)
	})
}
