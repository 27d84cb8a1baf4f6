package storetest

import (
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
)

var sessionTests = tests{
	"GetSession_WhenCreated_IsPending": func(f *fixture) {
		name := "My account"
		n := promise("s1", "op_1")
		n.SessionName = &name
		_, err := f.CreateOperation(f.t.Context(), n)
		require.NoError(f.t, err)

		s, err := f.GetSession(f.t.Context(), workspace, project, "s1")
		require.NoError(f.t, err)
		require.Equal(f.t, session.Session{
			Workspace: workspace, Project: project, ID: "s1", Name: name, State: session.StatePending, Version: 1,
			OperationID: "op_1", CreatedAt: now, UpdatedAt: now,
		}, s)
	},
	"GetSession_WhenUnknown_IsNotFound": func(f *fixture) {
		f.queued("a")
		for _, key := range [][2]string{{project, "nobody"}, {"nowhere", "session-a"}} {
			_, err := f.GetSession(f.t.Context(), workspace, key[0], key[1])
			require.ErrorIs(f.t, err, store.ErrNotFound)
		}
	},
	"CreateOperation_WhenSessionHasProvenState_KeepsItReadyAndUsable": func(f *fixture) {
		before := f.session(f.finished("a", session.OperationSucceeded))
		n := promise("session-a", "op_again")
		n.Operation.CreatedAt = after(time.Hour)
		_, err := f.CreateOperation(f.t.Context(), n)
		require.NoError(f.t, err)

		s := f.session(refOf("op_again"))
		require.Equal(f.t, session.StateReady, s.State)
		require.Equal(f.t, "op_again", s.OperationID)
		require.Equal(f.t, now, s.CreatedAt)
		require.Equal(f.t, after(time.Hour), s.UpdatedAt)
		require.Greater(f.t, s.Version, before.Version)
		state, err := f.StorageState(f.t.Context(), workspace, project, "session-a")
		require.NoError(f.t, err)
		require.Equal(f.t, store.Sealed("sealed state of a"), state)
	},
	"CreateOperation_WhenSessionFailedBefore_IsPendingAgain": func(f *fixture) {
		require.Equal(f.t, session.StateFailed, f.session(f.finished("a", session.OperationFailed)).State)
		_, err := f.CreateOperation(f.t.Context(), promise("session-a", "op_again"))
		require.NoError(f.t, err)
		require.Equal(f.t, session.StatePending, f.session(refOf("op_again")).State)
	},
	"CreateOperation_WhenNameIsNil_LeavesTheNameOfTheSession": func(f *fixture) {
		name, none := "My account", ""
		for i, given := range []struct {
			name *string
			want string
		}{{nil, ""}, {&name, name}, {nil, name}, {&none, ""}} {
			n := promise("s1", session.NewID(session.OperationPrefix))
			n.SessionName = given.name
			_, err := f.CreateOperation(f.t.Context(), n)
			require.NoError(f.t, err)
			ref := refOf(n.Operation.ID)
			require.Equal(f.t, given.want, f.session(ref).Name, "start %d", i)
			_, err = f.RequestCancel(f.t.Context(), ref, now)
			require.NoError(f.t, err)
		}
	},
	"ListSessions_WhenSeveral_ListsOldestFirst": func(f *fixture) {
		_, _, err := f.PutProject(f.t.Context(), sampleProject(workspace, "archive"), now)
		require.NoError(f.t, err)
		for i, key := range [][2]string{{project, "late"}, {project, "early"}, {"archive", "middle"}} {
			n := promise(key[1], "op_"+key[1])
			n.Operation.Project = key[0]
			n.Operation.CreatedAt = after(time.Duration([]int{30, 10, 20}[i]) * time.Second)
			_, err := f.CreateOperation(f.t.Context(), n)
			require.NoError(f.t, err)
		}
		require.Equal(f.t, []string{"early", "late"}, f.sessionIDs(workspace, project))
		require.Equal(f.t, []string{"early", "middle", "late"}, f.sessionIDs(workspace, ""))
		require.Empty(f.t, f.sessionIDs(otherWorkspace, ""))
	},
	"StorageState_WhenNothingIsProven_IsNotFound": func(f *fixture) {
		ref := f.running("a")
		require.NoError(f.t, f.SaveCapture(f.t.Context(), ref, store.Sealed("candidate"), now))
		_, err := f.StorageState(f.t.Context(), workspace, project, "session-a")
		require.ErrorIs(f.t, err, store.ErrNotFound, "a candidate is not proven")
		require.False(f.t, f.session(ref).HasStorageState)
	},
}

func (f *fixture) sessionIDs(ws, in string) []string {
	f.t.Helper()
	sessions, err := f.ListSessions(f.t.Context(), ws, in)
	require.NoError(f.t, err)
	ids := []string{}
	for _, s := range sessions {
		ids = append(ids, s.ID)
	}
	return ids
}
