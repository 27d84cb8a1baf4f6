// Package apitest runs the API in a test: over a real SQLite store, with an engine and a vault that the test can look into.
//
// The package is for tests only. It imports the rooms below api, store/sqlite, session and testify.
package apitest
