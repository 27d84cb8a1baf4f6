package embedded

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/anteroom/anteroom/session"
)

const (
	// postgresPatience is how long a start waits for a PostgreSQL server that is starting too, and for another process to let
	// go of the databases.
	postgresPatience = 10 * time.Second
	// postgresPoll is how often it is tried meanwhile.
	postgresPoll = 200 * time.Millisecond
	// setupTimeout bounds what is asked of a PostgreSQL server that answers, beside the schema.
	setupTimeout = 30 * time.Second
)

// SQLSTATE codes: https://www.postgresql.org/docs/current/errcodes-appendix.html
const (
	sqlInvalidPassword      = "28P01"
	sqlInvalidAuthorization = "28000"
	sqlNoSuchDatabase       = "3D000"
	sqlDuplicateDatabase    = "42P04"
	sqlUniqueViolation      = "23505" // also of two CREATE DATABASE at once
	sqlNoSuchColumn         = "42703"
	sqlNoSuchTable          = "42P01"
	sqlNoSuchObject         = "42704"
)

// sqlStarting are the codes of a server that starts or stops.
var sqlStarting = []string{"57P01", "57P02", "57P03"}

// postgresHistoryShards is written into new databases and can never change in them.
const postgresHistoryShards = 16

// postgresDatabase is the two databases of a PostgreSQL server, with a lock on them.
type postgresDatabase struct {
	target *postgresTarget
	lock   *postgresLock
}

// openPostgres makes both databases where they are missing and locks them.
func openPostgres(ctx context.Context, address session.Secret, logger *slog.Logger, end *ending) (*postgresDatabase, error) {
	target, err := parsePostgres(address)
	if err != nil {
		return nil, err
	}
	if err := target.ensureDatabases(ctx); err != nil {
		return nil, err
	}
	lock, err := lockPostgres(ctx, target, logger, end)
	if err != nil {
		return nil, err
	}
	return &postgresDatabase{target: target, lock: lock}, nil
}

func (d *postgresDatabase) stores() stores {
	return stores{main: d.target.sql(d.target.main), visibility: d.target.sql(d.target.visibility)}
}

// prepare brings both schemas to what this program's server knows. Temporal itself keeps cluster id and number of shards in
// the database: what is returned counts only for the first start.
func (d *postgresDatabase) prepare(ctx context.Context) (meta, error) {
	s := d.stores()
	for _, schema := range postgresSchemas(d.target, s) {
		if err := schema.upgrade(ctx); err != nil {
			return meta{}, err
		}
	}
	return meta{State: stateReady, ClusterID: uuid.NewString(), HistoryShards: postgresHistoryShards}, nil
}

func (d *postgresDatabase) settle() error { return nil }

func (d *postgresDatabase) close() error { return d.lock.release() }

// ensureDatabases makes the databases that are missing. Only then it needs the right to.
func (t *postgresTarget) ensureDatabases(ctx context.Context) error {
	missing, err := t.missingDatabases(ctx)
	if err != nil || len(missing) == 0 {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, setupTimeout)
	defer cancel()
	conn, err := t.connectAnywhere(ctx)
	if err != nil {
		return t.cannotCreate(missing, err)
	}
	defer func() { _ = conn.Close(ctx) }()
	for i, name := range missing {
		_, err := conn.Exec(ctx, `CREATE DATABASE "`+name+`"`)
		if err != nil && !isSQL(err, sqlDuplicateDatabase, sqlUniqueViolation) {
			return t.cannotCreate(missing[i:], err)
		}
	}
	return nil
}

// missingDatabases connects to each of the two.
func (t *postgresTarget) missingDatabases(ctx context.Context) ([]string, error) {
	var missing []string
	for _, name := range []string{t.main, t.visibility} {
		conn, err := t.connect(ctx, name)
		switch {
		case err == nil:
			_ = conn.Close(ctx)
		case isSQL(err, sqlNoSuchDatabase):
			missing = append(missing, name)
		default:
			return nil, t.cannotConnect(name, err)
		}
	}
	return missing, nil
}

// connectAnywhere connects to a database that every server has, to make others from there.
func (t *postgresTarget) connectAnywhere(ctx context.Context) (*pgx.Conn, error) {
	var errs []error
	for _, name := range []string{"postgres", "defaultdb", "template1"} {
		conn, err := t.connect(ctx, name)
		if err == nil {
			return conn, nil
		}
		errs = append(errs, err)
	}
	return nil, errs[0]
}

// connect connects to one database; it waits a while for a server that does not answer.
func (t *postgresTarget) connect(ctx context.Context, name string) (*pgx.Conn, error) {
	c, err := t.connectConfig(name)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, postgresPatience)
	defer cancel()
	tick := time.NewTicker(postgresPoll)
	defer tick.Stop()
	var last error
	for {
		conn, err := pgx.ConnectConfig(ctx, c)
		if err == nil {
			return conn, nil
		}
		if pgErr, ok := errors.AsType[*pgconn.PgError](err); ok && !isSQL(pgErr, sqlStarting...) {
			return nil, err
		}
		if last == nil || (ctx.Err() == nil && !pgconn.Timeout(err)) { // that time is over tells less than what went wrong before
			last = err
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil, last
		}
	}
}

// cannotConnect says why a database cannot be used.
func (t *postgresTarget) cannotConnect(name string, err error) error {
	if isSQL(err, sqlInvalidPassword, sqlInvalidAuthorization) {
		return refuse(ErrStore, err,
			"PostgreSQL at %s does not let %q in to the temporal database %q (%s): put right temporal.store and temporal.storePasswordFile",
			t.where, t.user, name, inOneLine(err))
	}
	if _, ok := errors.AsType[*pgconn.PgError](err); ok {
		return refuse(ErrStore, err, "PostgreSQL at %s does not open the temporal database %q: %s", t.where, name, inOneLine(err))
	}
	return refuse(ErrStore, err, "no PostgreSQL server answers at %s (%s): start it, or put right temporal.store", t.where, inOneLine(err))
}

// cannotCreate says what somebody with more rights has to do.
func (t *postgresTarget) cannotCreate(missing []string, err error) error {
	statements := make([]string, len(missing))
	for i, name := range missing {
		statements[i] = `CREATE DATABASE "` + name + `" OWNER "` + t.user + `";`
	}
	return refuse(ErrStore, err, "PostgreSQL at %s lacks databases for temporal and %q may not make them (%s): run as one who may: %s",
		t.where, t.user, inOneLine(err), strings.Join(statements, " "))
}

// isSQL reports whether PostgreSQL answered one of the codes.
func isSQL(err error, codes ...string) bool {
	pgErr, ok := errors.AsType[*pgconn.PgError](err)
	return ok && slices.Contains(codes, pgErr.Code)
}

// inOneLine is what PostgreSQL or the system said, without what the sentence around it says already. pgx never shows a password.
func inOneLine(err error) string {
	if pgErr, ok := errors.AsType[*pgconn.PgError](err); ok {
		return pgErr.Message
	}
	text := strings.Join(strings.Fields(err.Error()), " ")
	if i := strings.LastIndex(text, "dial error: "); i >= 0 {
		text = text[i+len("dial error: "):]
	}
	return text
}
