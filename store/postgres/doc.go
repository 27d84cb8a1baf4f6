// Package postgres is the store for several processes: a PostgreSQL database.
//
// A transaction runs as if it were alone (SERIALIZABLE); where PostgreSQL refuses one because of another, it runs again. What
// is read and written stands in package relational, in SQLite's words; [translate] says it in PostgreSQL's.
//
//	caller ─▶ write ─▶ transaction (again, when refused) + NOTIFY ─▶ commit ─▶ watchers of the changed operations
//	                                                     └─▶ listeners of the other processes ─▶ their watchers
//
// A connection that cannot be made is waited for, up to a deadline; then the error is store.ErrUnavailable.
//
// The package imports session, store, relational, goose and pgx; never Temporal, Gin or chromedp.
package postgres
