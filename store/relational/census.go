package relational

import (
	"context"
	"fmt"

	"github.com/anteroom/anteroom/store"
)

// Census counts what is live; see store.Sweeps.
func (d *DB) Census(ctx context.Context) (c store.Census, err error) {
	c.Operations, err = list(ctx, d.database, func(row Row) (o store.OperationCount, err error) {
		err = row.Scan(&o.Workspace, &o.Project, &o.State, &o.Count)
		return o, err
	}, "SELECT workspace, project, state, count(*) FROM operations WHERE "+isLive+" GROUP BY workspace, project, state ORDER BY workspace, project, state")
	if err != nil {
		return store.Census{}, fmt.Errorf("count the live operations: %w", err)
	}
	c.Browsers, err = list(ctx, d.database, func(row Row) (b store.BrowserCount, err error) {
		err = row.Scan(&b.Kind, &b.Browsers, &b.Pages)
		return b, err
	}, `SELECT b.kind, count(DISTINCT b.id), count(l.operation_id) FROM browsers b LEFT JOIN leases l ON l.browser_id = b.id AND l.released_at = 0
WHERE b.lost_at = 0 GROUP BY b.kind ORDER BY b.kind`)
	if err != nil {
		return store.Census{}, fmt.Errorf("count the browsers: %w", err)
	}
	c.Queues, err = list(ctx, d.database, func(row Row) (q store.QueueCount, err error) {
		err = row.Scan(&q.Browser, &q.Queued, &q.InUse, &q.Pages, timeColumn{&q.ReckonedAt})
		return q, err
	}, `SELECT q.browser, CAST((SELECT coalesce(sum(p.queued), 0) FROM project_queues p WHERE p.browser = q.browser AND p.queued > 0) AS BIGINT),
q.in_use, q.pages, q.reckoned_at FROM queues q ORDER BY q.browser`)
	if err != nil {
		return store.Census{}, fmt.Errorf("count the queues: %w", err)
	}
	return c, nil
}
