package store

import (
	"context"
	"time"
)

// MaxPurge is how many rows one call of Retention removes at most.
const MaxPurge = 100

// Retention removes what nobody needs any more; across workspaces. Each call removes at most limit and at most MaxPurge, oldest
// first, and returns how many; less than that means that no more is left. Several processes may call at once.
type Retention interface {
	// PurgeOperations removes operations that finished before t, with everything that belongs to them: questions, answers,
	// claims, leases, journal, artefacts and whatever is sealed. It never touches a live operation, one with a lease that is not
	// released, a session or its storage state, or what an account remembers.
	PurgeOperations(ctx context.Context, t time.Time, limit int) (int, error)
	// PurgeBrowsers removes browsers that were marked lost before t and that no lease names.
	PurgeBrowsers(ctx context.Context, t time.Time, limit int) (int, error)
	// PurgeSpends removes what was spent of a kind before t: for what loses its meaning with time.
	PurgeSpends(ctx context.Context, kind string, t time.Time, limit int) (int, error)
	// PurgeRequests removes requests that were made before t: one made again is a new one then.
	PurgeRequests(ctx context.Context, t time.Time, limit int) (int, error)
	// PurgeBreakers removes breakers that closed by themselves before t.
	PurgeBreakers(ctx context.Context, t time.Time, limit int) (int, error)
}
