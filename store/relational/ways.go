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
	saveWay = `INSERT INTO ways (workspace, project, way, saved_at) SELECT workspace, name, ?3, ?4 FROM projects WHERE workspace = ?1 AND name = ?2
ON CONFLICT (workspace, project) DO UPDATE SET way = excluded.way, saved_at = excluded.saved_at`
	dropWay = "DELETE FROM ways WHERE workspace = ?1 AND project = ?2"
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
	way, err := one[[]byte](ctx, d.database, "SELECT way FROM ways WHERE workspace = ?1 AND project = ?2", workspace, project)
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

// dropOtherWay forgets the way when the login is put elsewhere; it runs before the project is written.
func (t *tx) dropOtherWay(ctx context.Context, p session.Project) error {
	before, err := scanProject(t.QueryRowContext(ctx, selectProjects+" AND name = ?2", p.Workspace, p.Name))
	switch {
	case errors.Is(err, store.ErrNotFound), err == nil && before.LoginURL == p.LoginURL:
		return nil
	case err != nil:
		return err
	}
	return t.run(ctx, dropWay, p.Workspace, p.Name)
}
