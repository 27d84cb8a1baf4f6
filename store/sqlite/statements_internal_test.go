package sqlite

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/store/relational"
)

func answer(ctx context.Context, t *testing.T, q relational.Queryer, i int) {
	t.Helper()
	var got int
	require.NoError(t, q.QueryRowContext(ctx, fmt.Sprintf("SELECT ?1 + %d", i), 1).Scan(&got))
	require.Equal(t, i+1, got)
}

func TestFile_OfMoreTextsThanItKeeps_AnswersAllAndKeepsSoMany(t *testing.T) {
	t.Parallel()
	d := openInside(t)
	for range 2 {
		for i := range maxStatements + 10 {
			answer(t.Context(), t, d.file, i)
			require.NoError(t, d.file.Write(t.Context(), func(ctx context.Context, tx relational.Tx) ([]string, error) {
				answer(ctx, t, tx, i)
				return nil, nil
			}))
		}
	}
	require.Len(t, d.file.reads.prepared, maxStatements)
	require.Len(t, d.file.writes.prepared, maxStatements)
}

func TestFile_AfterATransactionThatFailed_KnowsWhatItAsked(t *testing.T) {
	t.Parallel()
	d := openInside(t)
	failed := errors.New("failed")
	require.ErrorIs(t, d.file.Write(t.Context(), func(ctx context.Context, tx relational.Tx) ([]string, error) {
		answer(ctx, t, tx, 1)
		_, err := tx.ExecContext(ctx, "no SQL")
		require.Error(t, err)
		return nil, failed
	}), failed)
	require.NotNil(t, d.file.writes.known("SELECT ?1 + 1"))
	require.Nil(t, d.file.writes.known("no SQL"))
	require.NoError(t, d.file.Write(t.Context(), func(ctx context.Context, tx relational.Tx) ([]string, error) {
		answer(ctx, t, tx, 1)
		return nil, nil
	}))
}
