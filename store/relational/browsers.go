package relational

import (
	"context"
	"fmt"
	"time"

	"github.com/anteroom/anteroom/store"
)

// RegisterBrowser writes a running browser. A repeat updates it; a lost browser stays lost.
func (d *DB) RegisterBrowser(ctx context.Context, b store.Browser) error {
	return d.write(ctx, "register browser "+b.ID, func(ctx context.Context, tx *tx) error {
		return tx.run(ctx, `INSERT INTO browsers (id, host, pid, kind, task_queue, started_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
ON CONFLICT (id) DO UPDATE SET host = excluded.host, pid = excluded.pid, kind = excluded.kind, task_queue = excluded.task_queue,
started_at = excluded.started_at`, b.ID, b.Host, b.PID, b.Kind, b.TaskQueue, at(b.StartedAt))
	})
}

// MarkBrowserLost marks a browser as gone; store.ErrNotFound if it was never registered. See store.Pages.
func (d *DB) MarkBrowserLost(ctx context.Context, id string, lost time.Time) error {
	return d.write(ctx, "mark browser "+id+" as lost", func(ctx context.Context, tx *tx) error {
		rows, err := tx.exec(ctx, "UPDATE browsers SET lost_at = CASE WHEN lost_at = 0 THEN ?2 ELSE lost_at END WHERE id = ?1", id, at(lost))
		if err == nil && rows == 0 {
			return store.ErrNotFound
		}
		return err
	})
}

// ListBrowsers lists the browsers of a host, or of every host, that are not lost, oldest first.
func (d *DB) ListBrowsers(ctx context.Context, host string) ([]store.Browser, error) {
	browsers, err := list(ctx, d.database, scanBrowser, `SELECT id, host, pid, kind, task_queue, started_at, lost_at
FROM browsers WHERE (host = ?1 OR ?1 = '') AND lost_at = 0 ORDER BY started_at, id`, host)
	if err != nil {
		return nil, fmt.Errorf("list browsers: %w", err)
	}
	return browsers, nil
}

func scanBrowser(row Row) (b store.Browser, err error) {
	err = row.Scan(&b.ID, &b.Host, &b.PID, &b.Kind, &b.TaskQueue, timeColumn{&b.StartedAt}, timeColumn{&b.LostAt})
	return b, err
}
