// Package sqlite is the store for one process: a SQLite file, through a driver without cgo.
//
// Writers take turns, each in one immediate transaction; readers read beside them (WAL), so that nobody else writes between
// what a transaction reads and what it writes. What is read and written stands in package relational.
//
//	caller ─▶ write ─▶ one transaction ─▶ commit ─▶ watchers of the changed operations
//	caller ─▶ readers (query_only)
//
// One process owns the file; who opens it holds a lock on the data directory.
//
// The package imports session, store, relational, goose and the SQLite driver; never Temporal, Gin or chromedp.
package sqlite
