package embedded

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
)

const (
	// postgresLockKey is the advisory lock on Temporal's main database; any number that nobody else uses. Locks are per database.
	postgresLockKey = 0x616e7465726f6f6d // "anteroom"
	// lockPulse is how often it is looked at whether the lock is still held.
	lockPulse = 2 * time.Second
	// lockCall bounds one look.
	lockCall = 5 * time.Second
)

// postgresLock keeps a second Temporal server away from the databases: each would take all shards from the other. It is held by a
// connection of its own, so that PostgreSQL drops it when the process dies, however it dies. When PostgreSQL itself was away,
// the lock is taken again; if another process was faster, this server ends.
type postgresLock struct {
	target *postgresTarget
	conn   *pgx.Conn
	logger *slog.Logger
	end    *ending

	stop context.CancelFunc
	done chan struct{}
}

// lockPostgres takes the lock. It waits a while for a process that is ending.
func lockPostgres(ctx context.Context, t *postgresTarget, logger *slog.Logger, end *ending) (*postgresLock, error) {
	l := &postgresLock{target: t, logger: logger, end: end, done: make(chan struct{})}
	bound, cancel := context.WithTimeout(ctx, postgresPatience)
	defer cancel()
	tick := time.NewTicker(postgresPoll)
	defer tick.Stop()
	for {
		call, done := context.WithTimeout(ctx, lockCall)
		taken, err := l.take(call)
		done()
		if err != nil {
			return nil, t.cannotConnect(t.main, err)
		}
		if taken {
			break
		}
		select {
		case <-tick.C:
		case <-bound.Done():
			return nil, refuse(ErrInUse, nil,
				"the temporal database %q at %s is in use by another process: stop that one, or choose another database", t.main, t.where)
		}
	}
	keep, stop := context.WithCancel(context.WithoutCancel(ctx))
	l.stop = stop
	go l.keep(keep)
	return l, nil
}

// take connects and tries the lock once.
func (l *postgresLock) take(ctx context.Context) (bool, error) {
	c, err := l.target.connectConfig(l.target.main)
	if err != nil {
		return false, err
	}
	// PostgreSQL finds out within half a minute when the machine of a holder is gone.
	c.RuntimeParams["tcp_keepalives_idle"] = "10"
	c.RuntimeParams["tcp_keepalives_interval"] = "5"
	c.RuntimeParams["tcp_keepalives_count"] = "4"
	conn, err := pgx.ConnectConfig(ctx, c)
	if err != nil {
		return false, err
	}
	var taken bool
	if err := conn.QueryRow(ctx, "SELECT pg_try_advisory_lock($1)", int64(postgresLockKey)).Scan(&taken); err != nil || !taken {
		_ = conn.Close(ctx)
		return false, err
	}
	l.conn = conn
	return true, nil
}

// keep watches over the lock until release.
func (l *postgresLock) keep(ctx context.Context) {
	defer close(l.done)
	tick := time.NewTicker(lockPulse)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if err := l.look(ctx); err != nil {
			l.end.end(err)
			return
		}
	}
}

// look takes the lock again where the connection that held it is gone. An error means that somebody else has it.
func (l *postgresLock) look(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, lockCall)
	defer cancel()
	if l.conn != nil {
		if l.conn.Ping(ctx) == nil {
			return nil
		}
		_ = l.conn.Close(ctx)
		l.conn = nil
		l.logger.WarnContext(ctx, "temporal has lost PostgreSQL and waits for it", slog.String("server", l.target.where))
	}
	taken, err := l.take(ctx)
	switch {
	case err != nil:
		return nil // PostgreSQL is away: the next look will tell
	case !taken:
		return fmt.Errorf("%w: while PostgreSQL was away another process took the temporal database %q at %s", ErrInUse, l.target.main, l.target.where)
	}
	l.logger.WarnContext(ctx, "temporal has PostgreSQL again", slog.String("server", l.target.where))
	return nil
}

// release lets go of the lock.
func (l *postgresLock) release() error {
	l.stop()
	<-l.done
	if l.conn == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), lockCall)
	defer cancel()
	_ = l.conn.Close(ctx) // a server that is away has dropped the lock itself
	return nil
}
