package service_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/api/apitest"
	"github.com/anteroom/anteroom/api/service"
	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
)

func TestFollow_WhileNothingHappens_Beats(t *testing.T) {
	t.Parallel()
	use, f := newService(t)
	id := f.Start(t, nil)
	enough := errors.New("enough")
	beats := 0
	err := use.Follow(t.Context(), store.Ref{Workspace: apitest.Workspace, Operation: id}, 1, time.Millisecond, func(n *service.Notice) error {
		require.Nil(t, n)
		if beats++; beats == 5 {
			return enough
		}
		return nil
	})
	require.ErrorIs(t, err, enough)
}

func TestFollow_WhenTheCallerGoes_Ends(t *testing.T) {
	t.Parallel()
	use, f := newService(t)
	id := f.Start(t, nil)
	ctx, leave := context.WithCancel(t.Context())
	err := use.Follow(ctx, store.Ref{Workspace: apitest.Workspace, Operation: id}, store.FromLatest, time.Hour, func(*service.Notice) error {
		leave()
		return nil
	})
	require.NoError(t, err)
}

// older is a store whose journal ends before the operation does: the process that ended it knew of none.
type older struct {
	service.Store

	known int
}

func (o older) Journal(ctx context.Context, ref store.Ref, after int64) ([]store.JournalEntry, error) {
	if after == store.FromLatest {
		after = int64(o.known) - 1
	}
	entries, err := o.Store.Journal(ctx, ref, after)
	return entries[:max(min(len(entries), o.known-int(after)), 0)], err
}

func TestFollow_WhenAVersionBeforeEndedTheOperation_TellsTheEnd(t *testing.T) {
	t.Parallel()
	_, f := newService(t)
	id := f.Start(t, nil)
	f.Fail(id, session.NewFailure(session.FailureSite, "x", "y"))
	use := serviceOver(t, f, older{f.Store, 2})
	var kinds []store.JournalKind
	err := use.Follow(t.Context(), store.Ref{Workspace: apitest.Workspace, Operation: id}, 1, time.Hour, func(n *service.Notice) error {
		kinds = append(kinds, n.Kind)
		return nil
	})
	require.NoError(t, err)
	require.Equal(t, []store.JournalKind{store.JournalState, store.JournalState, store.JournalEnd}, kinds)
}
