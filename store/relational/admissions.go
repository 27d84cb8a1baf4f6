package relational

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
)

// What the column admission holds besides nothing.
const (
	queued   = "queued"
	admitted = "admitted"
)

const (
	// placeColumn counts those before a queued operation, and itself; nothing is counted for any other.
	placeColumn = `CASE WHEN admission = 'queued' THEN (SELECT count(*) FROM operations q
WHERE q.admission = 'queued' AND q.browser = operations.browser AND q.ticket <= operations.ticket) ELSE 0 END`
	// nextTicket is greater than those of all that queue. It is given in turn, so that nobody's place ever grows.
	nextTicket = `1 + coalesce((SELECT ticket FROM operations WHERE admission = 'queued' ORDER BY ticket DESC LIMIT 1), 0)`
	countInUse = `INSERT INTO queues (browser, in_use) VALUES (?1, max(?2, 0))
ON CONFLICT (browser) DO UPDATE SET in_use = max(queues.in_use + ?2, 0)`
	countOfProject = `INSERT INTO project_queues (workspace, project, browser, queued, in_use) VALUES (?1, ?2, ?3, max(?4, 0), max(?5, 0))
ON CONFLICT (workspace, project, browser) DO UPDATE SET queued = max(project_queues.queued + ?4, 0), in_use = max(project_queues.in_use + ?5, 0)`
	// admit moves the time to be started on, so that nobody times out because of the queue.
	admit = `UPDATE operations SET admission = 'admitted', admitted_at = ?3, start_deadline = start_deadline + (?3 - created_at), updated_at = max(updated_at, ?3)
WHERE id = ?1 AND workspace = ?2 AND admission = 'queued' RETURNING project, browser`
	leaveQueue = `UPDATE operations SET admission = '' WHERE id = ?1 AND workspace = ?2 AND admission = 'queued' RETURNING project, browser`
	giveBack   = `UPDATE operations SET admission = '' WHERE id = ?1 AND workspace = ?2 AND admission = 'admitted' AND finished_at > 0
AND NOT EXISTS (SELECT 1 FROM leases WHERE operation_id = ?1 AND released_at = 0) RETURNING project, browser`
)

// pageRules is what a project says about pages.
type pageRules struct {
	Browser  session.BrowserKind `json:"browser"`
	MaxPages int                 `json:"maxPages"`
}

// rulesOf reads them; store.ErrNotFound without the project.
func rulesOf(ctx context.Context, q Queryer, workspace, project string) (pageRules, error) {
	var rules *pageRules
	err := notFound(q.QueryRowContext(ctx, "SELECT document FROM projects WHERE workspace = ?1 AND name = ?2", workspace, project).Scan(document(&rules)))
	if err != nil {
		return pageRules{}, fmt.Errorf("project %s: %w", project, err)
	}
	if rules.Browser == "" {
		rules.Browser = session.BrowserShell
	}
	return *rules, nil
}

// join says whether a new operation is admitted or queues, and counts it.
func (t *tx) join(ctx context.Context, op session.Operation, rules pageRules) (admission string, err error) {
	passes, err := t.passes(ctx, op, rules)
	if err != nil {
		return "", err
	}
	if passes {
		return admitted, t.count(ctx, op.Workspace, op.Project, rules.Browser, 0, 1)
	}
	t.changed = append(t.changed, store.QueueChanged)
	return queued, t.count(ctx, op.Workspace, op.Project, rules.Browser, 1, 0)
}

// passes reports whether there is room for op, and nobody before it for whom there is, too.
func (t *tx) passes(ctx context.Context, op session.Operation, rules pageRules) (bool, error) {
	queues, err := loadQueues(ctx, t)
	if err != nil {
		return false, err
	}
	room := roomIn(queues, op.CreatedAt)
	if !room.has(rules.Browser) {
		return false, nil
	}
	if rules.MaxPages > 0 {
		inUse, err := one[int](ctx, t, inUseOfProject, op.Workspace, op.Project)
		if err != nil || inUse >= rules.MaxPages {
			return false, err
		}
	}
	for _, q := range queues {
		if q.waits {
			return t.nobodyBefore(ctx, room, op, rules)
		}
	}
	return true, nil
}

// nobodyBefore reports that whoever queues cannot be admitted: a limit keeps them that does not keep op.
func (t *tx) nobodyBefore(ctx context.Context, room room, op session.Operation, rules pageRules) (bool, error) {
	own, err := one[bool](ctx, t, `SELECT EXISTS (SELECT 1 FROM project_queues
WHERE workspace = ?1 AND project = ?2 AND browser = ?3 AND queued > 0)`, op.Workspace, op.Project, rules.Browser)
	if err != nil || own {
		return false, err
	}
	first, err := next(ctx, t, room, 1)
	return len(first) == 0, err
}

// count changes the counters of a kind of browser and of a project.
func (t *tx) count(ctx context.Context, workspace, project string, kind session.BrowserKind, queued, inUse int) error {
	if inUse != 0 || queued > 0 { // the first that queues makes the queue
		if err := t.run(ctx, countInUse, kind, inUse); err != nil {
			return err
		}
	}
	return t.run(ctx, countOfProject, workspace, project, kind, queued, inUse)
}

// moved runs one of the updates that move an operation from one admission to another, and counts it.
func (t *tx) moved(ctx context.Context, ref store.Ref, queued, inUse int, update string, args ...any) error {
	var project string
	var kind session.BrowserKind
	err := notFound(t.QueryRowContext(ctx, update, append([]any{ref.Operation, ref.Workspace}, args...)...).Scan(&project, &kind))
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	t.changed = append(t.changed, store.QueueChanged)
	return t.count(ctx, ref.Workspace, project, kind, queued, inUse)
}

// leaveQueue takes an operation that ended out of the queue.
func (t *tx) leaveQueue(ctx context.Context, op session.Operation) error {
	if op.Place == 0 {
		return nil
	}
	return t.moved(ctx, store.Ref{Workspace: op.Workspace, Operation: op.ID}, -1, 0, leaveQueue)
}

// giveBack frees the page of an operation that is over and holds no lease; no effect on any other.
func (t *tx) giveBack(ctx context.Context, ref store.Ref) error {
	return t.moved(ctx, ref, 0, -1, giveBack)
}

// admitted admits an operation that queues, and returns it as it then stands.
func (t *tx) admitted(ctx context.Context, op session.Operation, since time.Time) (session.Operation, error) {
	ref := store.Ref{Workspace: op.Workspace, Operation: op.ID}
	if err := t.moved(ctx, ref, -1, 1, admit, at(since)); err != nil {
		return session.Operation{}, err
	}
	t.changed = append(t.changed, op.ID)
	return loadOperation(ctx, t, ref)
}
