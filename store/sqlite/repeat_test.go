// Without the race detector: it makes SQLite, which is compiled Go here, some twenty times slower, and TestConformance shows it the
// same code.

//go:build !race

package sqlite

import (
	"context"
	"log/slog"
	"path/filepath"
	"testing"

	"github.com/anteroom/anteroom/store"
	"github.com/anteroom/anteroom/store/relational"
	"github.com/anteroom/anteroom/store/storetest"
)

// forgetful is a database that never sees that a commit happened, and so repeats every write.
type forgetful struct{ *file }

// Write writes twice.
func (f forgetful) Write(ctx context.Context, fn func(ctx context.Context, tx relational.Tx) ([]string, error)) error {
	if err := f.file.Write(ctx, fn); err != nil {
		return err
	}
	return f.file.Write(ctx, func(ctx context.Context, tx relational.Tx) ([]string, error) { return fn(ctx, repeated{tx}) })
}

// repeated is a transaction whose like was committed before.
type repeated struct{ relational.Tx }

// Repeats is so.
func (repeated) Repeats() bool { return true }

// WriteInTurn writes twice.
func (f forgetful) WriteInTurn(ctx context.Context, fn func(ctx context.Context, tx relational.Tx) ([]string, error)) error {
	return f.Write(ctx, fn)
}

func TestConformance_WhenEveryWriteIsRepeated_CallersSeeNoDifference(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T) store.Store {
		t.Helper()
		db, err := Open(t.Context(), filepath.Join(t.TempDir(), "anteroom.db"), slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = db.Close() })
		db.DB = relational.New(forgetful{db.file})
		return db
	},
		// One is left out, which is harmless.
		"NextCounter_WhenTaken_RisesFromWhereItIsTold", "NextCounter_WhenConcurrent_GivesEachOnce",
		// They take long, and have nothing of their own to repeat.
		"PurgeOperations_WhateverThereIs_TakesWhatIsOverAndOldAndNothingElse",
		"Submit_WhateverStartsAndClaimsAtOnce_HappensOncePerLoginAndNeverAfterARejection",
		// Written over and written again: one version more.
		"PutProject_WhenConcurrent_CountsEveryVersion")
}
