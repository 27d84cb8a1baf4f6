package sqlite

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"
	"log/slog"

	"github.com/pressly/goose/v3"

	"github.com/anteroom/anteroom/store/relational"
)

//go:embed migrations/*.sql
var migrations embed.FS

// migrate brings the schema up to date, each step in a transaction of its own.
func migrate(ctx context.Context, db *sql.DB, logger *slog.Logger) error {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	provider, err := goose.NewProvider(goose.DialectSQLite3, db, files,
		goose.WithLogger(goose.NopLogger()), goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return fmt.Errorf("read the migrations: %w", err)
	}
	found, err := provider.GetDBVersion(ctx)
	if err != nil {
		return fmt.Errorf("read the schema version: %w", err)
	}
	sources := provider.ListSources()
	known := sources[len(sources)-1].Version
	if found > known {
		if err := relational.CheckSchema(ctx, db, found, known); err != nil {
			return fmt.Errorf("%w, or another data directory", err)
		}
		return nil // a newer program was here, and left what this one needs
	}
	results, err := provider.Up(ctx)
	if err != nil {
		return fmt.Errorf("migrate the schema from version %d to %d: %w", found, known, err)
	}
	if len(results) > 0 {
		logger.InfoContext(ctx, "database schema migrated", slog.Int64("from", found), slog.Int64("to", known))
	}
	return nil
}
