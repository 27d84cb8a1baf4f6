package relational

import (
	"context"
	"strings"
	"time"

	"github.com/anteroom/anteroom/store"
)

// In these, ?1 is the limit and ?2 the time.
const (
	// selectPurgeable finds operations that ended and hold no page. That never changes again.
	selectPurgeable = "SELECT id FROM operations WHERE finished_at > 0 AND finished_at < ?2 AND NOT " + isLive + `
AND NOT EXISTS (SELECT 1 FROM leases l WHERE l.operation_id = operations.id AND l.released_at = 0) ORDER BY finished_at, id LIMIT ?1`
	purgeBrowsers = `DELETE FROM browsers WHERE id IN (SELECT b.id FROM browsers b WHERE b.lost_at > 0 AND b.lost_at < ?2
AND NOT EXISTS (SELECT 1 FROM leases l WHERE l.browser_id = b.id) ORDER BY b.lost_at, b.id LIMIT ?1)`
	selectSpent       = "SELECT workspace, owner, kind, key FROM spends WHERE kind = ?3 AND spent_at < ?2 ORDER BY spent_at LIMIT ?1"
	purgeSpends       = "DELETE FROM spends WHERE (workspace, owner, kind, key) IN (" + selectSpent + ")"
	selectOldRequests = "SELECT workspace, key FROM requests WHERE made_at < ?2 ORDER BY made_at LIMIT ?1"
	purgeRequests     = "DELETE FROM requests WHERE (workspace, key) IN (" + selectOldRequests + ")"
	// purgeBreakers leaves those that only a person or a success closes.
	purgeBreakers = `DELETE FROM breakers WHERE (workspace, account_key, credential_key) IN
(SELECT workspace, account_key, credential_key FROM breakers WHERE until > 0 AND until < ?2 ORDER BY until LIMIT ?1)`
)

// ofPurged are what goes with the operations ?1 and on, in an order that leaves no row without the one it names.
var ofPurged = []string{
	"DELETE FROM operation_secrets WHERE operation_id IN (" + purged + ")",
	"DELETE FROM captures WHERE operation_id IN (" + purged + ")",
	"DELETE FROM questions WHERE operation_id IN (" + purged + ")",
	"DELETE FROM claims WHERE operation_id IN (" + purged + ")",
	"DELETE FROM journal WHERE operation_id IN (" + purged + ")",
	"DELETE FROM artefacts WHERE operation_id IN (" + purged + ")",
	"DELETE FROM leases WHERE operation_id IN (" + purged + ")",
	// An operation whose account was never known stood for it.
	"DELETE FROM spends WHERE (workspace, owner) IN (SELECT workspace, id FROM operations WHERE id IN (" + purged + "))",
	"DELETE FROM counters WHERE (workspace, account_key) IN (SELECT workspace, id FROM operations WHERE id IN (" + purged + "))",
	"DELETE FROM operations WHERE id IN (" + purged + ")",
}

// purged stands for as many parameters as a batch has; a smaller batch names one of its own again. So each statement has one
// text, which is prepared once.
var purged = func() string {
	names := make([]string, store.MaxPurge)
	for i := range names {
		names[i] = parameter(i + 1)
	}
	return strings.Join(names, ", ")
}()

// PurgeOperations removes operations that finished before t; see store.Retention. They are looked for outside the transaction,
// so that it reads no more than the rows it removes and stands in nobody's way.
func (d *DB) PurgeOperations(ctx context.Context, t time.Time, limit int) (n int, err error) {
	ids, err := sweep(ctx, d, "operations to purge", scanName, selectPurgeable, min(limit, store.MaxPurge), at(t))
	if err != nil || len(ids) == 0 {
		return 0, err
	}
	batch := make([]any, store.MaxPurge)
	for i := range batch {
		batch[i] = ids[min(i, len(ids)-1)]
	}
	err = d.write(ctx, "purge operations", func(ctx context.Context, tx *tx) error {
		var rows int64
		for _, statement := range ofPurged {
			if rows, err = tx.exec(ctx, statement, batch...); err != nil {
				return err
			}
		}
		n = max(n, int(rows)) // none are left for a repeat
		return nil
	})
	return n, err
}

// PurgeBrowsers removes browsers that were lost before t; see store.Retention.
func (d *DB) PurgeBrowsers(ctx context.Context, t time.Time, limit int) (int, error) {
	return d.purge(ctx, "browsers", purgeBrowsers, limit, at(t))
}

// PurgeSpends removes what was spent before t; see store.Retention.
func (d *DB) PurgeSpends(ctx context.Context, kind string, t time.Time, limit int) (int, error) {
	return d.purge(ctx, "spends", purgeSpends, limit, at(t), kind)
}

// PurgeRequests removes requests that were made before t; see store.Retention.
func (d *DB) PurgeRequests(ctx context.Context, t time.Time, limit int) (int, error) {
	return d.purge(ctx, "requests", purgeRequests, limit, at(t))
}

// PurgeBreakers removes breakers that closed before t; see store.Retention.
func (d *DB) PurgeBreakers(ctx context.Context, t time.Time, limit int) (int, error) {
	return d.purge(ctx, "breakers", purgeBreakers, limit, at(t))
}

// purge runs a statement whose parameter ?1 is the limit.
func (d *DB) purge(ctx context.Context, what, statement string, limit int, args ...any) (n int, err error) {
	args = append([]any{max(min(limit, store.MaxPurge), 0)}, args...)
	err = d.write(ctx, "purge "+what, func(ctx context.Context, tx *tx) error {
		rows, err := tx.exec(ctx, statement, args...)
		n = max(n, int(rows))
		return err
	})
	return n, err
}
