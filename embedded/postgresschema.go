package embedded

import (
	"context"
	"errors"
	"strings"

	"github.com/jackc/pgx/v5"
	"go.temporal.io/server/common/config"
	"go.temporal.io/server/common/log"
	v12 "go.temporal.io/server/schema/postgresql/v12"
	"go.temporal.io/server/tools/common/schema"
	sqltool "go.temporal.io/server/tools/sql"
)

// noSchema is the version that Temporal's schema tool gives to a database before its first statement.
const noSchema = "0.0"

// postgresSchema is the schema of one of the two databases.
type postgresSchema struct {
	target *postgresTarget
	// name is the database's.
	name string
	// want is the version that this program's server was written for, statements the folder of Temporal's schema files.
	want, statements string
	sql              *config.SQL
}

func postgresSchemas(t *postgresTarget, s stores) []postgresSchema {
	return []postgresSchema{
		{target: t, name: t.main, want: v12.Version, statements: "postgresql/v12/temporal", sql: s.main},
		{target: t, name: t.visibility, want: v12.VisibilityVersion, statements: "postgresql/v12/visibility", sql: s.visibility},
	}
}

// upgrade makes the schema or brings it to this program's version, with Temporal's own schema tool. The caller holds the lock.
func (s postgresSchema) upgrade(ctx context.Context) error {
	has, err := s.version(ctx)
	if err != nil {
		return err
	}
	order, err := compareVersions(has, s.want)
	if err != nil {
		return s.fails(err)
	}
	if order == 0 {
		return nil
	}
	if order > 0 {
		return refuse(ErrSchemaNewer, nil,
			"the temporal database %q at %s was made by a newer version (schema %s, this program knows %s): use that version, nothing was changed",
			s.name, s.target.where, has, s.want)
	}
	return s.fails(s.run(has))
}

// run executes the statements that lead from has to the wanted version.
func (s postgresSchema) run(has string) error {
	conn, err := sqltool.NewConnection(s.sql, log.NewNoopLogger())
	if err != nil {
		return err
	}
	defer conn.Close()
	if has == noSchema {
		setup := schema.NewSetupSchemaTask(conn, &schema.SetupConfig{InitialVersion: noSchema}, log.NewNoopLogger())
		if err := setup.Run(); err != nil {
			return err
		}
	}
	update := &schema.UpdateConfig{SchemaName: s.statements, TargetVersion: s.want}
	return schema.NewUpdateSchemaTask(repeatable{conn}, update, log.NewNoopLogger()).Run()
}

// repeatable lets the schema tool repeat a version that was broken off half-way: each version's statements run one by one before
// it is written down. The tool itself forgives only tables and columns that exist already.
type repeatable struct{ *sqltool.Connection }

// Exec forgives a statement what an earlier run of it did.
func (r repeatable) Exec(statement string, args ...any) error {
	err := r.Connection.Exec(statement, args...)
	inserted := strings.HasPrefix(statement, "INSERT") && isSQL(err, sqlUniqueViolation)
	dropped := strings.Contains(statement, "DROP") && isSQL(err, sqlNoSuchColumn, sqlNoSuchTable, sqlNoSuchObject)
	if inserted || dropped {
		return nil
	}
	return err
}

func (s postgresSchema) fails(err error) error {
	if err == nil {
		return nil
	}
	return refuse(ErrStore, err, "the schema of the temporal database %q at %s cannot be brought to version %s: %s",
		s.name, s.target.where, s.want, inOneLine(err))
}

// version reads the database's version; noSchema for an empty one. It refuses a database that holds something else.
func (s postgresSchema) version(ctx context.Context) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, setupTimeout)
	defer cancel()
	conn, err := s.target.connect(ctx, s.name)
	if err != nil {
		return "", s.target.cannotConnect(s.name, err)
	}
	defer func() { _ = conn.Close(ctx) }()
	version, err := s.read(ctx, conn)
	if _, refused := errors.AsType[*StartError](err); refused {
		return "", err
	}
	return version, s.fails(err)
}

func (s postgresSchema) read(ctx context.Context, conn *pgx.Conn) (string, error) {
	var tables int
	var versioned bool
	err := conn.QueryRow(ctx, `SELECT count(*), coalesce(bool_or(table_name = 'schema_version'), false)
		FROM information_schema.tables WHERE table_schema = 'public'`).Scan(&tables, &versioned)
	if err != nil {
		return "", err
	}
	if !versioned && tables > 0 {
		return "", refuse(ErrStore, nil,
			"the database %q at %s holds %d tables and none is temporal's: give temporal a database of its own", s.name, s.target.where, tables)
	}
	if !versioned {
		return noSchema, nil
	}
	var version string
	err = conn.QueryRow(ctx, "SELECT curr_version FROM schema_version WHERE version_partition = 0 AND db_name = $1", s.name).Scan(&version)
	if !errors.Is(err, pgx.ErrNoRows) {
		return version, err
	}
	return s.adopt(ctx, conn)
}

// adopt reads the version of a database that had another name, as one restored from a backup, and writes it down for this name:
// Temporal looks for its version by name.
func (s postgresSchema) adopt(ctx context.Context, conn *pgx.Conn) (string, error) {
	var version string
	err := conn.QueryRow(ctx, `INSERT INTO schema_version (version_partition, db_name, creation_time, curr_version, min_compatible_version)
		SELECT version_partition, $1, creation_time, curr_version, min_compatible_version FROM schema_version
		WHERE version_partition = 0 ORDER BY creation_time DESC LIMIT 1 RETURNING curr_version`, s.name).Scan(&version)
	if errors.Is(err, pgx.ErrNoRows) {
		return noSchema, nil // its creation was interrupted before the first version
	}
	return version, err
}
