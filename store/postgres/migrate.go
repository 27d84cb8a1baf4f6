package postgres

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"
	"log/slog"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"github.com/anteroom/anteroom/store/relational"
)

//go:embed migrations/*.sql
var migrations embed.FS

// schema is what the database has and what the program knows.
type schema struct {
	provider     *goose.Provider
	found, known int64
}

func readSchema(ctx context.Context, db *sql.DB) (*schema, error) {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return nil, err
	}
	// Several processes may be told to migrate at once: an advisory lock lets one of them do it.
	locker, err := lock.NewPostgresSessionLocker()
	if err != nil {
		return nil, fmt.Errorf("make the lock of migrations: %w", err)
	}
	provider, err := goose.NewProvider(goose.DialectPostgres, db, files,
		goose.WithLogger(goose.NopLogger()), goose.WithDisableGlobalRegistry(true), goose.WithSessionLocker(locker))
	if err != nil {
		return nil, fmt.Errorf("read the migrations: %w", err)
	}
	sources := provider.ListSources()
	s := &schema{provider: provider, known: sources[len(sources)-1].Version}
	if s.found, err = foundVersion(ctx, db, provider); err != nil {
		return nil, fmt.Errorf("read the schema version: %w", err)
	}
	return s, relational.CheckSchema(ctx, db, s.found, s.known)
}

// foundVersion returns 0 where nobody migrated yet. It does not make goose's table: only who migrates writes.
func foundVersion(ctx context.Context, db *sql.DB, provider *goose.Provider) (int64, error) {
	var there bool
	err := db.QueryRowContext(ctx, "SELECT to_regclass('goose_db_version') IS NOT NULL").Scan(&there)
	if err != nil || !there {
		return 0, err
	}
	return provider.GetDBVersion(ctx)
}

// Migrate brings the schema of the database at url up to date; several processes may do so at once. It returns the versions
// before and after. Errors: store.ErrNewerSchema when a newer version wrote it, store.ErrUnavailable when it cannot be
// reached.
func Migrate(ctx context.Context, url string, logger *slog.Logger) (from, to int64, err error) {
	config, err := readURL(url)
	if err != nil {
		return 0, 0, err
	}
	pool := openPool(config)
	defer func() { _ = pool.Close() }()
	if err := reach(ctx, pool); err != nil {
		return 0, 0, fmt.Errorf("migrate the database: %w", err)
	}
	s, err := readSchema(ctx, pool)
	if err != nil {
		return 0, 0, fmt.Errorf("migrate the database: %w", unavailable(err))
	}
	if s.found > s.known { // a newer program was here, and left what this one needs
		return s.found, s.found, nil
	}
	if _, err := s.provider.Up(ctx); err != nil {
		return 0, 0, fmt.Errorf("migrate the schema from version %d to %d: %w", s.found, s.known, unavailable(err))
	}
	if s.found < s.known {
		logger.InfoContext(ctx, "database schema migrated", slog.Int64("from", s.found), slog.Int64("to", s.known))
	}
	return s.found, s.known, nil
}
