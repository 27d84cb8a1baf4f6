package postgres

import (
	"regexp"
	"sync"
)

// What package relational writes as SQLite has it, and PostgreSQL otherwise.
var (
	// A parameter by its number.
	parameter = regexp.MustCompile(`\?(\d+)`)
	// The greater of two values; max of one is an aggregate in both, and nobody uses it.
	greater = regexp.MustCompile(`\bmax\(`)
	// PostgreSQL takes no hints.
	indexHint = regexp.MustCompile(` INDEXED BY \w+`)
)

// translated keeps what was translated: the queries are constants but for a few.
var translated sync.Map

// translate returns the query in PostgreSQL's words.
func translate(query string) string {
	if known, ok := translated.Load(query); ok {
		said, _ := known.(string) // nothing else is kept
		return said
	}
	said := parameter.ReplaceAllString(query, `$$$1`)
	said = greater.ReplaceAllString(said, "greatest(")
	said = indexHint.ReplaceAllString(said, "")
	translated.Store(query, said)
	return said
}
