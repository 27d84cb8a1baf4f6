package embedded

import (
	"fmt"

	"go.temporal.io/server/common/config"
	"go.temporal.io/server/common/log"
	"go.temporal.io/server/common/metrics"
	"go.temporal.io/server/common/persistence/sql"
	"go.temporal.io/server/common/persistence/sql/sqlplugin"
	"go.temporal.io/server/common/resolver"
)

// checkpoint moves the write-ahead log into the database file, so that after a clean stop
// a copy of temporal.db alone is a whole backup. Temporal's plugin never closes its
// connections, and only closing would do it otherwise. A start does not depend on it.
func checkpoint(cfg *config.SQL) error {
	db, err := sql.NewSQLAdminDB(sqlplugin.DbKindUnknown, cfg, resolver.NewNoopResolver(), log.NewNoopLogger(), metrics.NoopMetricsHandler)
	if err != nil {
		return fmt.Errorf("open temporal database for a checkpoint: %w", err)
	}
	defer func() { _ = db.Close() }()
	if err := db.Exec("PRAGMA wal_checkpoint(TRUNCATE)"); err != nil {
		return fmt.Errorf("checkpoint temporal database: %w", err)
	}
	return nil
}
