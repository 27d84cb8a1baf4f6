package storetest

import (
	"fmt"
	"slices"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
)

var listingTests = tests{
	"ListOperations_WhenFiltered_ListsWhatMatchesNewestFirst": func(f *fixture) {
		f.many(6)
		failed := f.finished("failed", session.OperationFailed)
		for _, c := range []struct {
			query store.OperationQuery
			want  []string
		}{
			{store.OperationQuery{Workspace: workspace}, []string{nth(5), nth(4), nth(3), nth(2), nth(1), failed.Operation, nth(0)}},
			{store.OperationQuery{Workspace: workspace, SessionID: "session-3"}, []string{nth(3)}},
			{store.OperationQuery{Workspace: workspace, Project: project, State: session.OperationFailed}, []string{failed.Operation}},
			{store.OperationQuery{Workspace: workspace, Project: "nowhere"}, []string{}},
			{store.OperationQuery{Workspace: otherWorkspace}, []string{}},
		} {
			require.Equal(f.t, c.want, f.pages(c.query), "%+v", c.query)
		}
	},
	"ListOperations_WhenPaged_GivesEachOnceWhateverThePageSize": func(f *fixture) {
		f.many(23)
		all := f.pages(store.OperationQuery{Workspace: workspace, Limit: 500})
		require.Len(f.t, all, 23)
		for _, limit := range []int{1, 2, 5, 22, 23, 24} {
			require.Equal(f.t, all, f.pages(store.OperationQuery{Workspace: workspace, Limit: limit}), "limit %d", limit)
		}
	},
	"ListOperations_WhenCreatedInTheSameMillisecond_GivesEachOnce": func(f *fixture) {
		for i := range 7 {
			f.queued(fmt.Sprintf("same-%d", i))
		}
		ids := f.pages(store.OperationQuery{Workspace: workspace, Limit: 2})
		require.Len(f.t, ids, 7)
		slices.Sort(ids)
		require.Len(f.t, slices.Compact(ids), 7)
	},
	"ListOperations_WhenLimitIsOutOfRange_UsesTheNearest": func(f *fixture) {
		f.many(52)
		page, next, err := f.ListOperations(f.t.Context(), store.OperationQuery{Workspace: workspace})
		require.NoError(f.t, err)
		require.Len(f.t, page, 50)
		require.NotEmpty(f.t, next)
		page, next, err = f.ListOperations(f.t.Context(), store.OperationQuery{Workspace: workspace, Limit: 100_000})
		require.NoError(f.t, err)
		require.Len(f.t, page, 52)
		require.Empty(f.t, next)
	},
	"ListOperations_WhenCursorIsMadeUp_IsRefused": func(f *fixture) {
		for _, cursor := range []string{"made-up", "%", "b3A", "eDp5"} {
			_, _, err := f.ListOperations(f.t.Context(), store.OperationQuery{Workspace: workspace, Cursor: cursor})
			require.ErrorIs(f.t, err, store.ErrBadCursor, cursor)
		}
	},
}

// nth is the id of the operation that many creates as number i.
func nth(i int) string { return fmt.Sprintf("op_%d", i) }

// many creates n queued operations, one second apart.
func (f *fixture) many(n int) {
	f.t.Helper()
	for i := range n {
		p := promise(fmt.Sprintf("session-%d", i), nth(i))
		p.Operation.CreatedAt = after(time.Duration(i) * time.Second)
		_, err := f.CreateOperation(f.t.Context(), p)
		require.NoError(f.t, err)
	}
}

// pages follows the cursors of q to the end and returns every id.
func (f *fixture) pages(q store.OperationQuery) []string {
	f.t.Helper()
	ids := []string{}
	for {
		page, next, err := f.ListOperations(f.t.Context(), q)
		require.NoError(f.t, err)
		for _, op := range page {
			ids = append(ids, op.ID)
		}
		if next == "" {
			return ids
		}
		require.Len(f.t, page, q.Limit, "a page with a next one is full")
		q.Cursor = next
	}
}
