package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"sync"
)

// maxStatements bounds what is kept: most texts are constants, but some hold a list of any length.
const maxStatements = 256

// statements are the prepared ones of one database handle, by their text: parsing a statement costs more than most of them take. It is
// safe for concurrent use.
type statements struct {
	mu       sync.Mutex
	prepared map[string]*sql.Stmt
}

// known returns what was prepared of this text; nil for nothing.
func (s *statements) known(query string) *sql.Stmt {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.prepared[query]
}

// prepare returns the statement of this text, and prepares it first where that was not done; nil when too many are kept. The
// database must have a connection to spare.
func (s *statements) prepare(ctx context.Context, db *sql.DB, query string) (*sql.Stmt, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if statement := s.prepared[query]; statement != nil {
		return statement, nil
	}
	if len(s.prepared) >= maxStatements {
		return nil, nil //nolint:nilnil // it is done without
	}
	statement, err := db.PrepareContext(ctx, query) //nolint:sqlclosecheck // it is kept; close closes it
	if err != nil {
		return nil, err
	}
	if s.prepared == nil {
		s.prepared = map[string]*sql.Stmt{}
	}
	s.prepared[query] = statement
	return statement, nil
}

func (s *statements) close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	var errs []error
	for _, statement := range s.prepared {
		errs = append(errs, statement.Close())
	}
	s.prepared = nil
	return errors.Join(errs...)
}
