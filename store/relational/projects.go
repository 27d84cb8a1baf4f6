package relational

import (
	"context"
	"fmt"
	"time"

	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
)

const (
	putProject = `INSERT INTO projects (workspace, name, document, version, updated_at) VALUES (?1, ?2, ?3, 1, ?4)
ON CONFLICT (workspace, name) DO UPDATE SET document = excluded.document, version = projects.version + 1, updated_at = excluded.updated_at`
	selectProjects = "SELECT workspace, document, version, updated_at FROM projects WHERE workspace = ?1"
	projectExists  = "SELECT EXISTS (SELECT 1 FROM projects WHERE workspace = ?1 AND name = ?2)"
)

// scanProject reads a row of selectProjects. What the row knows better than its document wins.
func scanProject(row Row) (session.Project, error) {
	var (
		p         *session.Project
		workspace string
		version   int64
		updated   time.Time
	)
	if err := row.Scan(&workspace, document(&p), &version, timeColumn{&updated}); err != nil {
		return session.Project{}, notFound(err)
	}
	p.Workspace, p.Version, p.UpdatedAt = workspace, version, updated
	return *p, nil
}

// PutProject creates or replaces a project; store.ErrNotFound without its workspace. See store.Projects.
func (d *DB) PutProject(ctx context.Context, p session.Project, updated time.Time) (stored session.Project, created bool, err error) {
	err = d.write(ctx, "put project "+p.Name, func(ctx context.Context, tx *tx) error {
		if err := needWorkspace(ctx, tx, p.Workspace); err != nil {
			return err
		}
		if done, err := tx.putBefore(ctx, p, stored.Version, updated); err != nil || done {
			return err
		}
		if err := tx.dropOtherWay(ctx, p); err != nil {
			return err
		}
		doc := &p
		if err := tx.run(ctx, putProject, p.Workspace, p.Name, document(&doc), at(updated)); err != nil {
			return err
		}
		var err error
		stored, err = scanProject(tx.QueryRowContext(ctx, selectProjects+" AND name = ?2", p.Workspace, p.Name))
		created = created || stored.Version == 1
		return err
	})
	return stored, created && err == nil, err
}

// putBefore reports whether an earlier run of this call wrote the project as this version.
func (t *tx) putBefore(ctx context.Context, p session.Project, version int64, updated time.Time) (done bool, err error) {
	if !t.again {
		return false, nil
	}
	doc := &p
	return one[bool](ctx, t, `SELECT EXISTS (SELECT 1 FROM projects
WHERE workspace = ?1 AND name = ?2 AND document = ?3 AND version = ?4 AND updated_at = ?5)`, p.Workspace, p.Name, document(&doc), version, at(updated))
}

// GetProject returns a project, or store.ErrNotFound.
func (d *DB) GetProject(ctx context.Context, workspace, name string) (session.Project, error) {
	p, err := scanProject(d.database.QueryRowContext(ctx, selectProjects+" AND name = ?2", workspace, name))
	if err != nil {
		return session.Project{}, fmt.Errorf("get project %s: %w", name, err)
	}
	return p, nil
}

// ListProjects lists the projects of a workspace by name.
func (d *DB) ListProjects(ctx context.Context, workspace string) ([]session.Project, error) {
	projects, err := list(ctx, d.database, scanProject, selectProjects+" ORDER BY name", workspace)
	if err != nil {
		return nil, fmt.Errorf("list projects: %w", err)
	}
	return projects, nil
}

// DeleteProject removes a project without sessions; see store.Projects.
func (d *DB) DeleteProject(ctx context.Context, workspace, name string) error {
	return d.write(ctx, "delete project "+name, func(ctx context.Context, tx *tx) error {
		rows, err := tx.exec(ctx, `DELETE FROM projects WHERE workspace = ?1 AND name = ?2
AND NOT EXISTS (SELECT 1 FROM sessions WHERE workspace = ?1 AND project = ?2)`, workspace, name)
		if err != nil || rows == 1 || tx.again {
			return err
		}
		if err := needProject(ctx, tx, workspace, name); err != nil {
			return err
		}
		return fmt.Errorf("its sessions come first: %w", store.ErrInUse)
	})
}

// needProject fails with store.ErrNotFound where there is no such project.
func needProject(ctx context.Context, q Queryer, workspace, name string) error {
	exists, err := one[bool](ctx, q, projectExists, workspace, name)
	if err == nil && !exists {
		return fmt.Errorf("project %s: %w", name, store.ErrNotFound)
	}
	return err
}
