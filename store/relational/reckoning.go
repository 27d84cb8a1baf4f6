package relational

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
)

// reckonAgain is how old a reckoning may become before it is written again though nothing changed.
const reckonAgain = 5 * time.Second

const (
	selectQueues = `SELECT browser, in_use, pages, max_pages, reckoned_at,
EXISTS (SELECT 1 FROM project_queues p WHERE p.browser = queues.browser AND p.queued > 0) FROM queues ORDER BY browser`
	inUseOfProject = `SELECT CAST(coalesce(sum(in_use), 0) AS BIGINT) FROM project_queues WHERE workspace = ?1 AND project = ?2`
	// selectWaitingProjects finds the projects with operations that queue; a project that is gone has no limit.
	selectWaitingProjects = `SELECT p.workspace, p.project, (SELECT CAST(sum(u.in_use) AS BIGINT) FROM project_queues u
WHERE u.workspace = p.workspace AND u.project = p.project), d.document
FROM project_queues p LEFT JOIN projects d ON d.workspace = p.workspace AND d.name = p.project WHERE p.browser = ?1 AND p.queued > 0`
	selectNext = `SELECT id, ticket FROM operations WHERE admission = 'queued' AND browser = ?1 AND workspace = ?2 AND project = ?3
ORDER BY ticket LIMIT ?4`
	// selectOffered counts what the hosts offer, and what is lent where nobody offers any more: an absent worker's pages are in use,
	// and take nothing from the others.
	selectOffered = `SELECT browser, CAST(sum(pages) AS BIGINT) FROM (
SELECT browser, pages FROM offers WHERE offered_at > ?1
UNION ALL SELECT b.kind, (SELECT count(*) FROM leases l WHERE l.browser_id = b.id AND l.released_at = 0) FROM browsers b WHERE b.lost_at = 0
AND NOT EXISTS (SELECT 1 FROM offers o WHERE o.host = b.host AND o.browser = b.kind AND o.offered_at > ?1)) offered GROUP BY browser`
	putQueue = `INSERT INTO queues (browser, pages, max_pages, reckoned_at) VALUES (?1, ?2, ?3, ?4)
ON CONFLICT (browser) DO UPDATE SET pages = excluded.pages, max_pages = excluded.max_pages, reckoned_at = excluded.reckoned_at`
)

// queue is a row of queues; waits says whether an operation queues in it.
type queue struct {
	browser                session.BrowserKind
	inUse, pages, maxPages int
	reckonedAt             time.Time
	waits                  bool
}

func loadQueues(ctx context.Context, q Queryer) ([]queue, error) {
	return list(ctx, q, func(row Row) (u queue, err error) {
		err = row.Scan(&u.browser, &u.inUse, &u.pages, &u.maxPages, timeColumn{&u.reckonedAt}, &u.waits)
		return u, err
	}, selectQueues)
}

// room is how many more operations may be admitted: of each kind of browser, and of all together.
type room struct {
	of  map[session.BrowserKind]int
	all int
}

func (r room) has(kind session.BrowserKind) bool { return r.of[kind] > 0 && r.all > 0 }

// roomIn is none where the last reckoning is too old.
func roomIn(queues []queue, now time.Time) room {
	r := room{of: map[session.BrowserKind]int{}, all: math.MaxInt}
	inUse := 0
	for _, q := range queues {
		inUse += q.inUse
	}
	for _, q := range queues {
		if now.Sub(q.reckonedAt) > store.ReckoningLasts {
			continue
		}
		r.of[q.browser] = q.pages - q.inUse
		if q.maxPages > 0 {
			r.all = min(r.all, q.maxPages-inUse)
		}
	}
	return r
}

// candidate is an operation that may be admitted, as far as its project goes.
type candidate struct {
	store.Ref
	project string
	browser session.BrowserKind
	ticket  int64
}

// waitingProject is a project with operations that queue, and how many of them it lets pass.
type waitingProject struct {
	workspace, name string
	room            int
}

// next lists whom there is room for, in order, at most limit of them.
func next(ctx context.Context, q Queryer, room room, limit int) ([]candidate, error) {
	var all []candidate
	left := map[[2]string]int{}
	for kind, n := range room.of {
		n = min(n, room.all, limit)
		if n <= 0 {
			continue
		}
		projects, err := list(ctx, q, scanWaitingProject, selectWaitingProjects, kind)
		if err != nil {
			return nil, err
		}
		for _, p := range projects {
			found, err := nextOf(ctx, q, p, kind, min(n, p.room))
			if err != nil {
				return nil, err
			}
			all, left[[2]string{p.workspace, p.name}] = append(all, found...), p.room
		}
	}
	slices.SortFunc(all, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(a.ticket, b.ticket), cmp.Compare(a.Operation, b.Operation))
	})
	return choose(all, room, left, limit), nil
}

// choose goes through the candidates in order; left is what each project lets pass.
func choose(all []candidate, room room, left map[[2]string]int, limit int) (chosen []candidate) {
	taken := map[session.BrowserKind]int{}
	for _, c := range all {
		project := [2]string{c.Workspace, c.project}
		if len(chosen) == min(limit, room.all) {
			break
		}
		if taken[c.browser] < room.of[c.browser] && left[project] > 0 {
			taken[c.browser]++
			left[project]--
			chosen = append(chosen, c)
		}
	}
	return chosen
}

func scanWaitingProject(row Row) (p waitingProject, err error) {
	var rules *pageRules
	var inUse int
	err = row.Scan(&p.workspace, &p.name, &inUse, document(&rules))
	p.room = math.MaxInt
	if rules != nil && rules.MaxPages > 0 {
		p.room = rules.MaxPages - inUse
	}
	return p, err
}

func nextOf(ctx context.Context, q Queryer, p waitingProject, kind session.BrowserKind, limit int) ([]candidate, error) {
	if limit <= 0 {
		return nil, nil
	}
	return list(ctx, q, func(row Row) (c candidate, err error) {
		c.Workspace, c.project, c.browser = p.workspace, p.name, kind
		err = row.Scan(&c.Operation, &c.ticket)
		return c, err
	}, selectNext, kind, p.workspace, p.name, limit)
}

// reckoning is what there is room for, and for whom.
type reckoning struct {
	queues []queue
	// written says that the rows hold it, and that they are recent.
	written bool
	next    []candidate
}

// maxAdmitted bounds what one call of AdmitOperations admits.
const maxAdmitted = 200

// reckon adds up what is offered.
func reckon(ctx context.Context, q Queryer, r store.Reckoning) (reckoning, error) {
	before, err := loadQueues(ctx, q)
	if err != nil {
		return reckoning{}, err
	}
	offered := map[session.BrowserKind]int{}
	for _, u := range before {
		offered[u.browser] = 0
	}
	_, err = list(ctx, q, func(row Row) (_ struct{}, err error) {
		var kind session.BrowserKind
		var pages int
		err = row.Scan(&kind, &pages)
		offered[kind] = pages
		return struct{}{}, err
	}, selectOffered, at(r.At.Add(-store.OfferLasts)))
	if err != nil {
		return reckoning{}, err
	}
	k := reckoning{written: true}
	for kind, pages := range offered {
		u := queue{browser: kind}
		if i := slices.IndexFunc(before, func(u queue) bool { return u.browser == kind }); i >= 0 {
			u = before[i]
		}
		age := r.At.Sub(u.reckonedAt).Abs()
		k.written = k.written && u.pages == pages && u.maxPages == r.MaxPages && age < reckonAgain
		u.pages, u.maxPages, u.reckonedAt = pages, r.MaxPages, r.At
		k.queues = append(k.queues, u)
	}
	if !slices.ContainsFunc(k.queues, func(u queue) bool { return u.waits }) {
		return k, nil
	}
	k.next, err = next(ctx, q, roomIn(k.queues, r.At), maxAdmitted)
	return k, err
}

// AdmitOperations admits the next in order; see store.Admissions. Whether there is anything to write is looked up outside the
// transaction, so that looking stands in nobody's way.
func (d *DB) AdmitOperations(ctx context.Context, r store.Reckoning) ([]session.Operation, error) {
	found, err := reckon(ctx, d.database, r)
	if err != nil {
		return nil, fmt.Errorf("reckon how many operations there is room for: %w", err)
	}
	if found.written && len(found.next) == 0 {
		return nil, nil
	}
	var chosen []candidate
	var admitted []session.Operation
	err = d.writeInTurn(ctx, "admit operations", func(ctx context.Context, tx *tx) error {
		k, err := reckon(ctx, tx, r)
		if err != nil {
			return err
		}
		if err := tx.putQueues(ctx, k); err != nil {
			return err
		}
		for _, c := range k.next {
			if _, err := tx.admitted(ctx, session.Operation{Workspace: c.Workspace, ID: c.Operation}, r.At); err != nil {
				return err
			}
		}
		if !tx.again {
			chosen = nil // rolled back: others may have admitted them since, and start them
		}
		chosen = append(chosen, k.next...)
		admitted, err = tx.unstarted(ctx, chosen)
		return err
	})
	if err != nil {
		return nil, err
	}
	return admitted, nil
}

func (t *tx) putQueues(ctx context.Context, k reckoning) error {
	if k.written {
		return nil
	}
	for _, u := range k.queues {
		if err := t.run(ctx, putQueue, u.browser, u.pages, u.maxPages, at(u.reckonedAt)); err != nil {
			return err
		}
	}
	return nil
}

// unstarted loads those of the candidates that were admitted and not begun.
func (t *tx) unstarted(ctx context.Context, chosen []candidate) ([]session.Operation, error) {
	var ops []session.Operation
	for _, c := range chosen {
		op, err := loadOperation(ctx, t, c.Ref)
		if err != nil {
			return nil, err
		}
		if op.State == session.OperationQueued && op.Place == 0 {
			ops = append(ops, op)
		}
	}
	return ops, nil
}

// OfferPages writes what a host can lend; see store.Admissions.
func (d *DB) OfferPages(ctx context.Context, o store.Offer) error {
	return d.write(ctx, "offer the pages of host "+o.Host, func(ctx context.Context, tx *tx) error {
		same, err := tx.exec(ctx, "UPDATE offers SET offered_at = ?4 WHERE host = ?1 AND browser = ?2 AND pages = ?3", o.Host, o.Browser, o.Pages, at(o.At))
		if err != nil || same == 1 {
			return err
		}
		tx.changed = append(tx.changed, store.QueueChanged)
		return tx.run(ctx, `INSERT INTO offers (host, browser, pages, offered_at) VALUES (?1, ?2, ?3, ?4)
ON CONFLICT (host, browser) DO UPDATE SET pages = excluded.pages, offered_at = excluded.offered_at`, o.Host, o.Browser, o.Pages, at(o.At))
	})
}

// WithdrawOffers takes back what a host offered; see store.Admissions.
func (d *DB) WithdrawOffers(ctx context.Context, host string) error {
	return d.write(ctx, "withdraw the offers of host "+host, func(ctx context.Context, tx *tx) error {
		tx.changed = append(tx.changed, store.QueueChanged)
		return tx.run(ctx, "DELETE FROM offers WHERE host = ?1", host)
	})
}

// recount are the statements of RecountAdmissions, in order.
var recount = []string{
	// Written by programs that do not admit: ended, begun, released.
	"UPDATE operations SET admission = '' WHERE admission = 'queued' AND finished_at > 0",
	"UPDATE operations SET admission = 'admitted' WHERE admission = 'queued' AND state IN ('running', 'waiting')",
	`UPDATE operations SET admission = 'admitted', browser = CASE browser WHEN '' THEN 'shell' ELSE browser END
WHERE admission = '' AND state IN ('running', 'waiting')`,
	`UPDATE operations SET admission = '' WHERE admission = 'admitted' AND finished_at > 0
AND NOT EXISTS (SELECT 1 FROM leases l WHERE l.operation_id = operations.id AND l.released_at = 0)`,
	"DELETE FROM project_queues",
	`INSERT INTO project_queues (workspace, project, browser, queued, in_use)
SELECT workspace, project, browser, CAST(sum(queued) AS BIGINT), CAST(sum(in_use) AS BIGINT) FROM (
SELECT workspace, project, browser, count(*) AS queued, 0 AS in_use FROM operations WHERE admission = 'queued' GROUP BY workspace, project, browser
UNION ALL SELECT workspace, project, browser, 0, count(*) FROM operations WHERE admission = 'admitted' GROUP BY workspace, project, browser
) counted GROUP BY workspace, project, browser`,
	`INSERT INTO queues (browser, in_use) SELECT browser, 0 FROM project_queues WHERE in_use > 0 GROUP BY browser ON CONFLICT (browser) DO NOTHING`,
	`UPDATE queues SET in_use = (SELECT count(*) FROM operations WHERE admission = 'admitted' AND operations.browser = queues.browser)`,
}

// RecountAdmissions counts anew; see store.Admissions.
func (d *DB) RecountAdmissions(ctx context.Context) error {
	return d.writeInTurn(ctx, "count the queues anew", func(ctx context.Context, tx *tx) error {
		tx.changed = append(tx.changed, store.QueueChanged)
		for _, statement := range recount {
			if err := tx.run(ctx, statement); err != nil {
				return err
			}
		}
		return nil
	})
}
