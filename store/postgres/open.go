package postgres

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"

	"github.com/anteroom/anteroom/store"
	"github.com/anteroom/anteroom/store/relational"
)

const (
	// maxConnections is how many connections a process holds at most, beside the one that listens.
	maxConnections = 16
	// maxIdle is when a connection that nobody needs is given back.
	maxIdle = time.Minute
	// pingTimeout bounds what a health check waits.
	pingTimeout = 2 * time.Second
)

// DB is the store on a PostgreSQL database. Open makes it.
type DB struct {
	*relational.DB

	pool *sql.DB
	// stop ends the listener, which listening waits for.
	stop      context.CancelFunc
	listening sync.WaitGroup
}

var _ store.Store = (*DB)(nil)

// Open opens the database that url names (postgres://user@host:5432/name, libpq's URL). Its schema must be up to date: see
// Migrate. Errors: store.ErrNewerSchema; store.ErrNotMigrated where the schema is older than this program, or missing;
// store.ErrUnavailable when the server cannot be reached. The caller closes the DB.
func Open(ctx context.Context, url string, logger *slog.Logger) (*DB, error) {
	config, err := readURL(url)
	if err != nil {
		return nil, err
	}
	pool := openPool(config)
	if err := current(ctx, pool); err != nil {
		return nil, errors.Join(fmt.Errorf("open the database: %w", unavailable(err)), pool.Close())
	}
	d := &DB{DB: relational.New(&database{pool: pool}), pool: pool}
	listen, stop := context.WithCancel(context.WithoutCancel(ctx))
	d.stop = stop
	l := &listener{config: config, told: d, logger: logger}
	d.listening.Go(func() { l.run(listen) })
	return d, nil
}

// current fails unless the schema is one that this program knows.
func current(ctx context.Context, pool *sql.DB) error {
	if err := reach(ctx, pool); err != nil {
		return err
	}
	s, err := readSchema(ctx, pool)
	if err != nil {
		return err
	}
	if s.found < s.known {
		return fmt.Errorf("%w: its schema has version %d, this program needs %d; run \"anteroom init\" first", store.ErrNotMigrated, s.found, s.known)
	}
	return nil
}

// readURL reads what is in the URL, and what libpq's environment adds.
func readURL(url string) (*pgx.ConnConfig, error) {
	config, err := pgx.ParseConfig(url)
	if err != nil {
		// pgx's error may show the password.
		return nil, errors.New("open the database: the URL cannot be read; it has the form postgres://user@host:5432/name")
	}
	if config.RuntimeParams["application_name"] == "" {
		config.RuntimeParams["application_name"] = "anteroom"
	}
	if config.ConnectTimeout <= 0 || config.ConnectTimeout > connecting {
		config.ConnectTimeout = connecting
	}
	return config, nil
}

// openPool makes no connection yet.
func openPool(config *pgx.ConnConfig) *sql.DB {
	pool := stdlib.OpenDB(*config)
	pool.SetMaxOpenConns(maxConnections)
	pool.SetMaxIdleConns(maxConnections)
	pool.SetConnMaxIdleTime(maxIdle)
	return pool
}

// reach waits until the server answers.
func reach(ctx context.Context, pool *sql.DB) error {
	limited, c, err := beginCall(ctx)
	if err != nil {
		return err
	}
	defer c.cancel()
	for {
		err := pool.PingContext(limited)
		if err == nil || !away(err) || !c.wait(pause) {
			return c.typed(err)
		}
	}
}

// Clock returns the time of the server's machine. It does not wait for a server that is away.
func (d *DB) Clock(ctx context.Context) (time.Time, error) {
	limited, c, err := beginCall(store.WithPatience(ctx, min(pingTimeout, store.PatienceOf(ctx, pingTimeout))))
	if err != nil {
		return time.Time{}, fmt.Errorf("ask the database for the time: %w", err)
	}
	defer c.cancel()
	var now time.Time
	if err := d.pool.QueryRowContext(limited, "SELECT clock_timestamp()").Scan(&now); err != nil {
		return time.Time{}, fmt.Errorf("ask the database for the time: %w", c.typed(err))
	}
	return now.UTC(), nil
}

// Ping reports whether the database answers. It does not wait for a server that is away.
func (d *DB) Ping(ctx context.Context) error {
	limited, c, err := beginCall(store.WithPatience(ctx, min(pingTimeout, store.PatienceOf(ctx, pingTimeout))))
	if err != nil {
		return fmt.Errorf("ping the database: %w", err)
	}
	defer c.cancel()
	if err := d.pool.PingContext(limited); err != nil {
		return fmt.Errorf("ping the database: %w", c.typed(err))
	}
	return nil
}

// Close ends the listener and closes all connections.
func (d *DB) Close() error {
	d.stop()
	d.listening.Wait()
	if err := d.pool.Close(); err != nil {
		return fmt.Errorf("close the database: %w", err)
	}
	return nil
}
