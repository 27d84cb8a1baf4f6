package browser

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/anteroom/anteroom/session"
)

// What is captured of IndexedDB is bounded: it is the login that is wanted, not the application's cache. A store beyond the
// bounds is captured without its records.
const (
	// maxDatabases bounds the databases of one origin.
	maxDatabases = 100
	// maxStoreRecords and maxStoreBytes bound one object store.
	maxStoreRecords = 5000
	maxStoreBytes   = 2 << 20
	// maxDatabaseBytes bounds the IndexedDB of one capture.
	maxDatabaseBytes = 8 << 20

	// databaseTimeout bounds the IndexedDB of all origins, originDatabaseTimeout that of one; the rest of storageTimeout is
	// for what must not fail.
	databaseTimeout       = 8 * time.Second
	originDatabaseTimeout = 3 * time.Second
	// databaseGrace is how long the page's script may be late.
	databaseGrace = time.Second
)

// databaseTime is what is left for IndexedDB of one page after another.
type databaseTime struct{ until time.Time }

// next returns the time for the next page; 0 when there is none left.
func (d databaseTime) next() time.Duration {
	return max(0, min(originDatabaseTimeout, time.Until(d.until))).Truncate(time.Millisecond)
}

// callDatabases calls a function of the page's script that keeps to limit by itself. A page that is too slow for that is left alone:
// it is not stopped.
func callDatabases[T any](ctx context.Context, t *tab, w world, limit time.Duration, function string, args ...any) (T, error) {
	ctx, cancel := context.WithTimeout(ctx, limit+databaseGrace)
	defer cancel()
	return invoke[T](ctx, t, w, function, args...)
}

// databaseReader reads the IndexedDB of one origin after another within the bounds of one capture.
type databaseReader struct {
	databaseTime

	bytes int
	left  leftUnread
}

// leftUnread counts what was left out: stores that are too large (databases beyond the number, too), records that have no JSON
// form, and databases or stores that did not answer.
type leftUnread struct {
	TooLarge        int `json:"tooLarge"`
	NotSerializable int `json:"notSerializable"`
	Unreadable      int `json:"unreadable"`
}

func newDatabaseReader() *databaseReader {
	return &databaseReader{databaseTime: databaseTime{time.Now().Add(databaseTimeout)}, bytes: maxDatabaseBytes}
}

// databaseLimits are what the page's script keeps to.
type databaseLimits struct {
	Databases  int   `json:"databases"`
	Records    int   `json:"records"`
	StoreBytes int   `json:"storeBytes"`
	Bytes      int   `json:"bytes"`
	Millis     int64 `json:"millis"`
}

// read reads the databases of a document's origin. What cannot be read is counted: it never fails a capture.
func (r *databaseReader) read(ctx context.Context, t *tab, w world) []session.Database {
	limit := r.next()
	text, err := callDatabases[string](ctx, t, w, limit, "readDatabases", databaseLimits{
		Databases: maxDatabases, Records: maxStoreRecords, StoreBytes: maxStoreBytes, Bytes: r.bytes, Millis: limit.Milliseconds(),
	})
	var res struct {
		Databases []session.Database `json:"databases"`
		Bytes     float64            `json:"bytes"`
		Left      leftUnread         `json:"left"`
	}
	if err == nil {
		err = json.Unmarshal([]byte(text), &res)
	}
	if err != nil {
		// The error of the JSON may quote it.
		r.left.Unreadable++
		return nil
	}
	r.bytes -= int(res.Bytes)
	r.left.TooLarge += res.Left.TooLarge
	r.left.NotSerializable += res.Left.NotSerializable
	r.left.Unreadable += res.Left.Unreadable
	return res.Databases
}

func (r *databaseReader) report(b *Browser) {
	if r.left != (leftUnread{}) {
		b.opts.Logger.Warn("parts of IndexedDB were not captured", "browser", b.id, "too_large", r.left.TooLarge,
			"not_serializable", r.left.NotSerializable, "unreadable", r.left.Unreadable)
	}
}

// databaseWriter restores the IndexedDB of one origin after another.
type databaseWriter struct {
	databaseTime

	left leftUnwritten
}

// leftUnwritten counts databases, and records of others, that Chromium did not take.
type leftUnwritten struct {
	Databases int `json:"databases"`
	Records   int `json:"records"`
}

func newDatabaseWriter() *databaseWriter {
	return &databaseWriter{databaseTime: databaseTime{time.Now().Add(databaseTimeout)}}
}

// write makes databases of a document's origin. What is not taken is counted: the rest of the state may do without.
func (d *databaseWriter) write(ctx context.Context, t *tab, w world, databases []session.Database) {
	if len(databases) == 0 {
		return
	}
	left, err := d.try(ctx, t, w, databases)
	if err != nil {
		left = leftUnwritten{Databases: len(databases)}
	}
	d.left.Databases += left.Databases
	d.left.Records += left.Records
}

func (d *databaseWriter) try(ctx context.Context, t *tab, w world, databases []session.Database) (leftUnwritten, error) {
	text, err := json.Marshal(databases)
	if err != nil {
		return leftUnwritten{}, fmt.Errorf("restore IndexedDB: %w", errScript) // the error itself may quote a record
	}
	limit := d.next()
	return callDatabases[leftUnwritten](ctx, t, w, limit, "writeDatabases", string(text), limit.Milliseconds())
}

func (d *databaseWriter) report(b *Browser) {
	if d.left != (leftUnwritten{}) {
		b.opts.Logger.Warn("parts of IndexedDB were not restored", "browser", b.id, "databases", d.left.Databases, "records", d.left.Records)
	}
}
