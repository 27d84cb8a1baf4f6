//go:build !race

package sqlite

import (
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
	"github.com/anteroom/anteroom/store/relational"
)

// colliding is a database whose next write runs to its end, is rolled back because somebody else was first, and runs again, as
// on PostgreSQL.
type colliding struct {
	*file

	// first is what somebody else writes meanwhile; nil where nothing collides.
	first func()
}

var errCollided = errors.New("collided")

func (c *colliding) Write(ctx context.Context, fn func(ctx context.Context, tx relational.Tx) ([]string, error)) error {
	if first := c.first; first != nil {
		c.first = nil
		err := c.file.Write(ctx, func(ctx context.Context, tx relational.Tx) ([]string, error) {
			_, err := fn(ctx, tx)
			return nil, errors.Join(err, errCollided)
		})
		if !errors.Is(err, errCollided) {
			return err
		}
		first()
	}
	return c.file.Write(ctx, fn)
}

func (c *colliding) WriteInTurn(ctx context.Context, fn func(ctx context.Context, tx relational.Tx) ([]string, error)) error {
	return c.Write(ctx, fn)
}

// openColliding has two queued operations, and a page for one of them is offered.
func openColliding(t *testing.T) (db *DB, c *colliding, at time.Time) {
	t.Helper()
	db, err := Open(t.Context(), filepath.Join(t.TempDir(), "anteroom.db"), slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	c = &colliding{file: db.file}
	db.DB = relational.New(c)
	at = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	_, err = db.CreateWorkspace(t.Context(), "w", at)
	require.NoError(t, err)
	_, _, err = db.PutProject(t.Context(), session.Project{Workspace: "w", Name: "p", LoginURL: "https://app.example/login"}, at)
	require.NoError(t, err)
	for _, id := range []string{"op_1", "op_2"} {
		op, err := db.CreateOperation(t.Context(), store.NewOperation{Operation: session.Operation{
			ID: id, Workspace: "w", Project: "p", SessionID: "session-of-" + id, Kind: session.OperationCreate,
			CreatedAt: at, StartDeadline: at.Add(time.Minute),
		}})
		require.NoError(t, err)
		require.NotZero(t, op.Place)
	}
	require.NoError(t, db.OfferPages(t.Context(), store.Offer{Host: "h", Browser: session.BrowserShell, Pages: 1, At: at}))
	return db, c, at
}

func TestAdmitOperations_WhenAnotherWasFirst_ReturnsNothingOfTheirs(t *testing.T) {
	t.Parallel()
	db, c, at := openColliding(t)
	var theirs []session.Operation
	c.first = func() {
		var err error
		theirs, err = db.AdmitOperations(t.Context(), store.Reckoning{At: at})
		require.NoError(t, err)
	}
	ours, err := db.AdmitOperations(t.Context(), store.Reckoning{At: at})
	require.NoError(t, err)
	require.Len(t, theirs, 1)
	require.Empty(t, ours, "who admitted it starts it")
}

func TestAnswerQuestion_WhenTheSameRequestWasFirst_IsTold(t *testing.T) {
	t.Parallel()
	var made *store.RequestMadeError
	require.ErrorAs(t, answerAfter(t, "same", "same"), &made, "it was another call's")
	require.ErrorIs(t, answerAfter(t, "theirs", "ours"), store.ErrRequestDiffers, "it must not pass for the other's")
}

// answerAfter is what becomes of an answer during which another call gave theirs under the same key.
func answerAfter(t *testing.T, theirs, ours string) error {
	t.Helper()
	db, c, at := openColliding(t)
	_, err := db.AdmitOperations(t.Context(), store.Reckoning{At: at})
	require.NoError(t, err)
	ref := store.Ref{Workspace: "w", Operation: "op_1"}
	write := store.Transition{Ref: ref, RunID: "run", Seq: 1, State: session.OperationRunning, Attempt: 1, At: at}
	_, err = db.BeginOperation(t.Context(), write)
	require.NoError(t, err)
	write.Seq, write.State = 2, session.OperationWaiting
	q, _, err := db.AskQuestion(t.Context(), write, session.InfoRequest{ID: "ask_1", Number: 1, Kind: session.AskCode, ExpiresAt: at.Add(time.Hour)})
	require.NoError(t, err)
	answer := func(fingerprint string) error {
		return db.AnswerQuestion(t.Context(), store.Answer{
			Ref: ref, QuestionID: q.ID, Input: store.Sealed(fingerprint), At: at,
			Request: store.Request{Key: "key", Fingerprint: fingerprint},
		})
	}
	c.first = func() { require.NoError(t, answer(theirs)) }
	return answer(ours)
}
