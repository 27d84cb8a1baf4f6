package relational

import (
	"context"
	"database/sql"

	"github.com/anteroom/anteroom/store"
)

// Rows are rows that are read one after the other; see sql.Rows.
type Rows interface {
	Row
	Next() bool
	Err() error
	Close() error
}

// Row is a row that was asked for and not read yet; Scan fails with sql.ErrNoRows where there is none.
type Row interface{ Scan(dest ...any) error }

// Queryer answers queries. They are written as SQLite has them, with parameters ?1, ?2 …, each named by its number.
type Queryer interface {
	QueryContext(ctx context.Context, query string, args ...any) (Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) Row
}

// Tx is a transaction that writes.
type Tx interface {
	Queryer
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	// Repeats reports whether a run before this one may have been committed: nobody saw how its commit ended. It is false after one
	// that was rolled back for sure, whose rows somebody else may have written since.
	Repeats() bool
}

// Database is what a driver gives to a DB.
type Database interface {
	Queryer
	// PollRow is QueryRowContext for the two queries that polls are made of: the key and the operation.
	PollRow(ctx context.Context, query string, args ...any) Row
	// Write runs fn in a transaction of its own, as if nobody else wrote meanwhile, and commits. It may run fn again from the
	// start where that takes repeating, also after a commit of which nobody saw whether it happened: fn must not mistake what
	// it wrote itself for somebody else's. fn returns what it changed, operations and sessions; other processes are told of them. An
	// error of fn rolls back and is returned as it is.
	Write(ctx context.Context, fn func(ctx context.Context, tx Tx) (changed []string, err error)) error
	// WriteInTurn is Write for what changes rows that many share: one after the other, so that they need not run again because of
	// each other.
	WriteInTurn(ctx context.Context, fn func(ctx context.Context, tx Tx) (changed []string, err error)) error
}

// DB is the store on a Database. New makes it.
type DB struct {
	database Database
	hub      *hub
	observer store.Observer
}

// New returns the store on a database whose schema is up to date.
func New(database Database) *DB { return &DB{database: database, hub: newHub()} }

// Observe has o told what the store does. Call it before the store is used.
func (d *DB) Observe(o store.Observer) { d.observer = o }

// Watch tells of changes of the operation; see store.Store.
func (d *DB) Watch(operationID string) (<-chan struct{}, func()) { return d.hub.watch(operationID) }

// WatchSession tells of changes of the session; see store.Store.
func (d *DB) WatchSession(workspace, project, id string) (<-chan struct{}, func()) {
	return d.hub.watch(sessionTopic(workspace, project, id))
}

// sessionTopic names a session among what is watched. It has slashes, which ids of operations and the other names have not.
func sessionTopic(workspace, project, id string) string { return workspace + "/" + project + "/" + id }

// Tell wakes whoever watches these operations or sessions, as Write named them: another process changed them.
func (d *DB) Tell(changed ...string) { d.hub.tell(changed) }

// TellAll wakes everybody who watches anything: changes may have been missed.
func (d *DB) TellAll() { d.hub.tellAll() }
