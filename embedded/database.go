package embedded

import (
	"context"

	"go.temporal.io/server/common/config"
)

// database is where a server keeps its workflows: SQLite files in a data directory, or two databases of a PostgreSQL server.
// One process has it at a time.
type database interface {
	// prepare makes the database, or checks that this program may open the one that is there. The returned meta is what the
	// server must be configured with.
	prepare(ctx context.Context) (meta, error)
	// stores is how Temporal opens it.
	stores() stores
	// settle is called when the server that used it has stopped.
	settle() error
	// close lets another process use it.
	close() error
}

// stores are Temporal's two databases; both may be the same.
type stores struct {
	main, visibility *config.SQL
}

// openDatabase takes the database that the options name for this process. end gets the error if it is lost to another one.
func openDatabase(ctx context.Context, o Options, end *ending) (database, error) {
	if o.Store.IsZero() {
		return openSQLite(o.DataDir)
	}
	return openPostgres(ctx, o.Store, o.Logger, end)
}

// sqliteDatabase is a file in a locked data directory.
type sqliteDatabase struct {
	dir *dataDir
	sql *config.SQL
}

func openSQLite(path string) (*sqliteDatabase, error) {
	dir, err := openDataDir(path)
	if err != nil {
		return nil, err
	}
	return &sqliteDatabase{dir: dir, sql: sqlConfig(dir.database())}, nil
}

func (d *sqliteDatabase) prepare(context.Context) (meta, error) { return d.dir.prepare(d.sql) }

func (d *sqliteDatabase) stores() stores { return stores{main: d.sql, visibility: d.sql} }

func (d *sqliteDatabase) settle() error { return checkpoint(d.sql) }

func (d *sqliteDatabase) close() error { return d.dir.close() }
