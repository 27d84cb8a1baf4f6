// Package postgrestest runs PostgreSQL servers for tests, from the programs that the machine has, each with files and a port of
// its own, as a user without rights.
//
//	Find ─▶ New (initdb) ─▶ Start ⇄ Stop (SIGINT: end all sessions, SIGKILL: crash)
//
// It imports nothing of Anteroom, so that the tests of every room may use it.
package postgrestest
