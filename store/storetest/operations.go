package storetest

import (
	"fmt"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
)

var operationTests = tests{
	"CreateOperation_WhenNew_IsQueued": func(f *fixture) {
		n := promise("s1", "op_1")
		created, err := f.CreateOperation(f.t.Context(), n)
		require.NoError(f.t, err)

		want := n.Operation
		want.State, want.Attempt, want.UpdatedAt = session.OperationQueued, 1, now
		require.Equal(f.t, want, created)
		require.Equal(f.t, want, f.operation(refOf("op_1")))
	},
	"CreateOperation_WhenTimesAreFinerOrElsewhere_KeepsUTCMilliseconds": func(f *fixture) {
		n := promise("s1", "op_1")
		n.Operation.CreatedAt = now.Add(456 * time.Microsecond).In(time.FixedZone("east", 3600))
		created, err := f.CreateOperation(f.t.Context(), n)
		require.NoError(f.t, err)
		require.Equal(f.t, now, created.CreatedAt)
	},
	"CreateOperation_WhenProjectIsUnknown_IsNotFoundAndWritesNothing": func(f *fixture) {
		n := promise("s1", "op_1")
		n.Operation.Project = "nowhere"
		_, err := f.CreateOperation(f.t.Context(), n)
		require.ErrorIs(f.t, err, store.ErrNotFound)
		_, err = f.GetOperation(f.t.Context(), refOf("op_1"))
		require.ErrorIs(f.t, err, store.ErrNotFound)
		require.Empty(f.t, f.sessionIDs(workspace, ""))
	},
	"CreateOperation_WhenOneIsLive_NamesItAndChangesNothing": func(f *fixture) {
		for _, live := range []func(string) store.Ref{f.queued, f.running, func(name string) store.Ref {
			ref, _ := f.waiting(name)
			return ref
		}} {
			ref := live(session.NewID(""))
			op, before := f.operation(ref), f.session(ref)
			_, err := f.CreateOperation(f.t.Context(), promise(op.SessionID, "op_second"))
			var liveErr *store.OperationLiveError
			require.ErrorAs(f.t, err, &liveErr)
			require.Equal(f.t, op.ID, liveErr.OperationID)
			require.Equal(f.t, before, f.session(ref))
			_, err = f.GetOperation(f.t.Context(), refOf("op_second"))
			require.ErrorIs(f.t, err, store.ErrNotFound)
		}
	},
	"CreateOperation_WhenConcurrentForOneSession_OneIsLive": func(f *fixture) {
		calls := make([]func() error, 20)
		for i := range calls {
			calls[i] = func() error {
				_, err := f.CreateOperation(f.t.Context(), promise("s1", fmt.Sprintf("op_%d", i)))
				return err
			}
		}
		errs := together(calls...)
		require.Equal(f.t, 1, successes(errs))
		s, err := f.GetSession(f.t.Context(), workspace, project, "s1")
		require.NoError(f.t, err)
		for _, err := range errs {
			if err != nil {
				var liveErr *store.OperationLiveError
				require.ErrorAs(f.t, err, &liveErr)
				require.Equal(f.t, s.OperationID, liveErr.OperationID)
			}
		}
	},
	"CreateOperation_WhenIDIsTaken_FailsAndChangesNothing": func(f *fixture) {
		ref := f.finished("a", session.OperationFailed)
		before := f.operation(ref)
		_, err := f.CreateOperation(f.t.Context(), promise("another", ref.Operation))
		require.Error(f.t, err)
		require.Equal(f.t, before, f.operation(ref))
		require.Equal(f.t, []string{"session-a"}, f.sessionIDs(workspace, project))
	},
	"GetOperation_WhenUnknown_IsNotFound": func(f *fixture) {
		op, err := f.GetOperation(f.t.Context(), refOf("op_nobody"))
		require.ErrorIs(f.t, err, store.ErrNotFound)
		require.Zero(f.t, op)
	},
}
