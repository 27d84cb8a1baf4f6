package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"time"

	_ "modernc.org/sqlite" // the driver "sqlite"

	"github.com/anteroom/anteroom/store"
	"github.com/anteroom/anteroom/store/relational"
)

// pragmas are set on every connection.
//
//   - busy_timeout: 5 s; only a backup or a person's sqlite3 shell ever holds the lock.
//   - journal_mode WAL: readers never wait for the writer.
//   - synchronous NORMAL: a commit is in the kernel's hands before it returns, so kill -9 loses nothing; after a power cut
//     the database is whole, but the last commits may be gone. FULL would wait for the disk at each commit (measured on
//     ext4: 1.9 ms instead of 0.4 ms for a transition, 20 ms instead of 5 ms for all writes of a login), and would not make
//     the whole any safer, since Temporal's own file beside it is NORMAL too.
//   - secure_delete: what is erased is overwritten with zeros, so that sealed values do not linger in free pages.
//   - journal_size_limit 0: the write-ahead log is cut whenever it starts anew, for the same reason.
//   - temp_store MEMORY: no temporary file ever holds rows.
var pragmas = []string{
	"busy_timeout(5000)", "journal_mode(WAL)", "synchronous(NORMAL)", "foreign_keys(ON)",
	"secure_delete(ON)", "journal_size_limit(0)", "temp_store(MEMORY)",
}

// fileMode of the database; SQLite gives it to the -wal and -shm files too.
const fileMode = 0o600

// DB is the store on a SQLite file. Open makes it.
type DB struct {
	*relational.DB

	path   string
	logger *slog.Logger
	file   *file
}

var _ store.Store = (*DB)(nil)

// Open opens the database file at path, creating it if it is missing, and brings its schema up to date.
// Its directory must exist. Errors: store.ErrNewerSchema when a newer version wrote the file, which is then
// left as it is. The caller closes the DB, and makes sure that no other process opens the file.
func Open(ctx context.Context, path string, logger *slog.Logger) (*DB, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("open the database: %w", err)
	}
	if err := protect(path); err != nil {
		return nil, fmt.Errorf("open the database: %w", err)
	}
	d := &DB{path: path, logger: logger, file: &file{turn: make(chan struct{}, 1)}}
	d.DB = relational.New(d.file)
	if err := d.open(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("open the database %s: %w", path, err), d.Close())
	}
	return d, nil
}

// protect makes sure that only the owner may read the file, before SQLite writes to it.
func protect(path string) error {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, fileMode)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }()
	info, err := file.Stat()
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return fmt.Errorf("%s is not a regular file", path)
	}
	return file.Chmod(fileMode)
}

func (d *DB) open(ctx context.Context) (err error) {
	if d.file.writer, err = sql.Open("sqlite", dsn(d.path, url.Values{"_txlock": {"immediate"}})); err != nil {
		return err
	}
	d.file.writer.SetMaxOpenConns(1)
	if err := migrate(ctx, d.file.writer, d.logger); err != nil {
		return err
	}
	if d.file.readers, err = sql.Open("sqlite", dsn(d.path, url.Values{"_pragma": {"query_only(ON)"}})); err != nil {
		return err
	}
	// A read holds a processor and hardly ever waits for the disk: more readers would only queue elsewhere.
	readers := max(4, 2*runtime.GOMAXPROCS(0))
	d.file.readers.SetMaxOpenConns(readers)
	d.file.readers.SetMaxIdleConns(readers)
	return nil
}

// dsn names the file as a URI, so that any character may stand in its path.
func dsn(path string, options url.Values) string {
	options["_pragma"] = append(options["_pragma"], pragmas...)
	file := url.URL{Scheme: "file", Path: filepath.ToSlash(path), RawQuery: options.Encode()}
	return file.String()
}

// Clock returns the time of this machine; the file has no other clock.
func (d *DB) Clock(context.Context) (time.Time, error) { return time.Now().UTC(), nil }

// Ping reports whether the file can be read.
func (d *DB) Ping(ctx context.Context) error {
	var tables int
	if err := d.file.readers.QueryRowContext(ctx, "SELECT count(*) FROM sqlite_schema").Scan(&tables); err != nil {
		return fmt.Errorf("ping the database: %w", err)
	}
	return nil
}

// Close closes the file. The write-ahead log is folded into it, so that one file remains.
func (d *DB) Close() error {
	var errs []error
	errs = append(errs, d.file.reads.close(), d.file.writes.close())
	if d.file.readers != nil { // before the writer: the last connection folds the log, and readers may not write
		errs = append(errs, d.file.readers.Close())
	}
	if d.file.writer != nil {
		errs = append(errs, d.file.writer.Close())
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("close the database: %w", err)
	}
	return nil
}
