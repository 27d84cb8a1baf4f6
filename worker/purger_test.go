package worker_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/login"
	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
	"github.com/anteroom/anteroom/worker"
)

func (b *bundle) purger(retention time.Duration) *worker.Purger {
	return &worker.Purger{Store: b.db, Retention: retention, Now: func() time.Time { return b.at }, Logger: slog.New(slog.DiscardHandler)}
}

func TestPurge_WhenTheRetentionIsOver_RemovesWhatPilesUp(t *testing.T) {
	t.Parallel()
	b := setup(t)
	over, live := b.running("op_over"), b.running("op_live")
	require.NoError(t, b.db.RegisterBrowser(t.Context(), store.Browser{ID: "br_1", StartedAt: b.at}))
	_, err := b.db.LendPage(t.Context(), store.Lease{Ref: over, Attempt: 1, BrowserID: "br_1", LentAt: b.at}, 1)
	require.NoError(t, err)
	spend := store.Spend{Ref: live, AccountKey: "account", Kind: string(login.SpendTOTPStep), Key: "1", At: b.at}
	_, err = b.db.Spend(t.Context(), spend)
	require.NoError(t, err)
	require.NoError(t, b.db.MarkBrowserLost(t.Context(), "br_1", b.at))
	_, err = b.db.FinishOperation(t.Context(), store.Finish{Transition: b.transition(over, 2, session.OperationFailed)})
	require.NoError(t, err)
	exists := func(ref store.Ref) bool {
		_, err := b.db.GetOperation(t.Context(), ref)
		if err != nil {
			require.ErrorIs(t, err, store.ErrNotFound)
		}
		return err == nil
	}

	purger := b.purger(time.Hour)
	b.at = b.at.Add(59 * time.Minute)
	purger.Purge(t.Context())
	require.True(t, exists(over))
	b.at = b.at.Add(2 * time.Minute)
	purger.Purge(t.Context())
	require.True(t, exists(over), "its page is not given back")

	require.NoError(t, b.db.ReleaseLease(t.Context(), over, 1, b.at))
	purger.Purge(t.Context())
	require.False(t, exists(over))
	require.True(t, exists(live))
	require.ErrorIs(t, b.db.MarkBrowserLost(t.Context(), "br_1", b.at), store.ErrNotFound)
	granted, err := b.db.Spend(t.Context(), spend)
	require.NoError(t, err)
	require.False(t, granted, "a time step is remembered for a day at least")
	b.at = b.at.Add(25 * time.Hour)
	purger.Purge(t.Context())
	granted, err = b.db.Spend(t.Context(), spend)
	require.NoError(t, err)
	require.True(t, granted)
}

// endless is a store that never runs out of what is to be purged, or that fails.
type endless struct {
	store.Retention

	calls int
	err   error
}

func (e *endless) PurgeOperations(_ context.Context, _ time.Time, limit int) (int, error) {
	e.calls++
	return limit, e.err
}
func (e *endless) PurgeRequests(context.Context, time.Time, int) (int, error)       { return 0, e.err }
func (e *endless) PurgeBrowsers(context.Context, time.Time, int) (int, error)       { return 0, e.err }
func (e *endless) PurgeBreakers(context.Context, time.Time, int) (int, error)       { return 0, e.err }
func (e *endless) PurgeSpends(context.Context, string, time.Time, int) (int, error) { return 0, e.err }

func TestPurger_WhenThereIsMuch_TakesItInBoundedRoundsAMinuteApart(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		db := &endless{}
		p := &worker.Purger{Store: db, Retention: time.Hour, Now: time.Now, Logger: slog.New(slog.DiscardHandler)}
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
		defer cancel()
		p.Run(ctx)
		rounds := db.calls / 40
		require.GreaterOrEqual(t, rounds, 7)
		require.LessOrEqual(t, rounds, 13)
	})
}

func TestPurge_WhenEverythingIsKept_ForgetsRequestsAfterADayAllTheSame(t *testing.T) {
	t.Parallel()
	b := setup(t)
	over := b.running("op_over")
	_, err := b.db.FinishOperation(t.Context(), store.Finish{Transition: b.transition(over, 2, session.OperationFailed)})
	require.NoError(t, err)
	request := store.Request{Key: "key", Fingerprint: "print"}
	_, err = b.db.CreateOperation(t.Context(), store.NewOperation{Request: request, Operation: session.Operation{
		ID: "op_1", Workspace: over.Workspace, Project: "demo", SessionID: "s", Kind: session.OperationCreate, CreatedAt: b.at, StartDeadline: b.at,
	}})
	require.NoError(t, err)
	for _, c := range []struct {
		later time.Duration
		want  error
	}{{23 * time.Hour, nil}, {2 * time.Hour, store.ErrNotFound}} {
		b.at = b.at.Add(c.later)
		b.purger(0).Purge(t.Context())
		_, err = b.db.MadeRequest(t.Context(), over.Workspace, request)
		require.ErrorIs(t, err, c.want)
	}
	_, err = b.db.GetOperation(t.Context(), over)
	require.NoError(t, err)
}

func TestPurger_WhenTheStoreFails_SaysWhatAndGoesOnLater(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	db := &endless{err: errors.New("broken")}
	p := &worker.Purger{Store: db, Retention: time.Hour, Now: time.Now, Logger: slog.New(slog.NewTextHandler(&log, nil))}
	p.Purge(t.Context())
	require.Equal(t, 1, db.calls)
	require.Equal(t, 5, strings.Count(log.String(), "error=broken"), log.String())
}
