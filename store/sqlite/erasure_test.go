package sqlite_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
	"github.com/anteroom/anteroom/store/sqlite"
)

// canary stands for a sealed value; the test asks whether the file forgets it.
const canary = "CANARY-9f2b7c"

func TestErasure_WhenOperationsEnd_LeavesNothingInTheFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "anteroom.db")
	db := open(t, path)
	populate(t, db, 0)
	const operations = 60 // enough for many pages, with values on pages of their own and beside others
	for n := range operations {
		fill(t, db, n)
	}
	checkpoint(t, path)
	require.Positive(t, canaries(t, path), "the search finds what is there")

	for n := range operations {
		ref := operationRef(n)
		switch n % 3 {
		case 0:
			_, err := db.FinishOperation(t.Context(), store.Finish{Transition: transition(ref, 9, session.OperationFailed)})
			require.NoError(t, err)
		case 1:
			_, err := db.DeleteSession(t.Context(), "acme", "portal", fmt.Sprintf("session-%d", n), start)
			require.NoError(t, err)
		case 2:
			_, err := db.FinishOperation(t.Context(), store.Finish{Transition: transition(ref, 9, session.OperationSucceeded)})
			require.NoError(t, err)
			_, err = db.DeleteSession(t.Context(), "acme", "portal", fmt.Sprintf("session-%d", n), start)
			require.NoError(t, err)
		}
	}
	checkpoint(t, path)
	require.Zero(t, canaries(t, path))
}

func TestErasure_WhenASessionIsKept_KeepsOnlyItsStorageState(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "anteroom.db")
	db := open(t, path)
	populate(t, db, 0)
	fill(t, db, 0)
	_, err := db.FinishOperation(t.Context(), store.Finish{Transition: transition(operationRef(0), 9, session.OperationSucceeded)})
	require.NoError(t, err)
	checkpoint(t, path)
	require.Equal(t, 1, canaries(t, path))
}

func TestErasure_WhenASessionIsDeleted_LeavesNothingOfItsArtefactsAndQuestions(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "anteroom.db")
	db := open(t, path)
	populate(t, db, 0)
	const operations = 20
	for n := range operations {
		begin(t, db, n, "parameters")
		ref := operationRef(n)
		require.NoError(t, db.SaveArtefact(t.Context(), store.Artefact{
			Ref: ref, Name: "page-1.png", MediaType: "image/png", Data: store.Sealed(canary + strings.Repeat("~", 5000)), At: start,
		}))
		_, _, err := db.AskQuestion(t.Context(), transition(ref, 2, session.OperationWaiting), session.InfoRequest{
			ID: fmt.Sprintf("ask_%d", n), Number: 1, Kind: session.AskChoice, Choices: []session.Choice{{ID: "1", Label: canary}}, ExpiresAt: start.Add(time.Hour),
		})
		require.NoError(t, err)
		failed := session.NewFailure(session.FailureCredential, "unknown_user", "The site does not know the user.")
		failed.SiteError = canary + " is unknown"
		_, err = db.FinishOperation(t.Context(), store.Finish{Transition: transition(ref, 9, session.OperationFailed), Failure: failed})
		require.NoError(t, err)
	}
	checkpoint(t, path)
	require.GreaterOrEqual(t, canaries(t, path), 3*operations, "the search finds what is there")
	for n := range operations {
		_, err := db.DeleteSession(t.Context(), "acme", "portal", fmt.Sprintf("session-%d", n), start)
		require.NoError(t, err)
	}
	checkpoint(t, path)
	require.Zero(t, canaries(t, path))
}

// fill gives operation n every secret that an operation can have, and ends before its end.
func fill(t *testing.T, db *sqlite.DB, n int) {
	t.Helper()
	sealed := func(what string, size int) store.Sealed {
		return store.Sealed(canary + what + strings.Repeat("~", size))
	}
	begin(t, db, n, string(sealed("parameters", 37*n)))
	q := ask(t, db, n)
	ref := operationRef(n)
	require.NoError(t, db.AnswerQuestion(t.Context(), store.Answer{Ref: ref, QuestionID: q.ID, Input: sealed("answer", 100), At: start}))
	require.NoError(t, db.SaveCapture(t.Context(), ref, sealed("earlier candidate", 900), start))
	require.NoError(t, db.SaveCapture(t.Context(), ref, sealed("candidate", 9000), start))
	_, err := db.AdvanceOperation(t.Context(), transition(ref, 3, session.OperationRunning))
	require.NoError(t, err)
}

// checkpoint folds the write-ahead log into the file, as SQLite does by itself every thousand pages and when it closes.
func checkpoint(t *testing.T, path string) {
	t.Helper()
	execute(t, path, "PRAGMA wal_checkpoint(TRUNCATE)")
}

// canaries counts the canary in the bytes of the database and of its log.
func canaries(t *testing.T, path string) (n int) {
	t.Helper()
	for _, suffix := range []string{"", "-wal"} {
		raw, err := os.ReadFile(path + suffix)
		require.NoError(t, err)
		n += bytes.Count(raw, []byte(canary))
	}
	return n
}
