// Package sqlite is the store for one process: a SQLite file, through a driver without cgo.
//
// Writers take turns, each in one immediate transaction; readers read beside them (WAL). A transition therefore
// may read a row, judge it and write it: nobody else writes in between. Where a caller's success is decided
// (answers, claims, leases) the decision is still one conditional statement, and the reason for a refusal is
// sought only after that statement changed nothing.
//
//	caller ─▶ write ─▶ one transaction ─▶ commit ─▶ watchers of the changed operations
//	caller ─▶ readers (query_only)
//
// One process owns the file; who opens it holds a lock on the data directory.
//
// The package imports session, store, goose and the SQLite driver; never Temporal, Gin or chromedp.
package sqlite
