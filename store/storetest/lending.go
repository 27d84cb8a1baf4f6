package storetest

import (
	"strconv"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
)

var lendingTests = tests{
	"LendPage_WhenFree_WritesAnIntentWithEpochOne": func(f *fixture) {
		ref := f.running("a")
		want := leaseFor(ref)
		want.Epoch = 1
		require.Equal(f.t, want, f.lent(ref))
		got, err := f.GetLease(f.t.Context(), ref, 1)
		require.NoError(f.t, err)
		require.Equal(f.t, want, got)
	},
	"LendPage_WhenRepeated_ReturnsTheLeaseAsItStands": func(f *fixture) {
		ref := f.running("a")
		completed := f.completed(ref)
		attached, err := f.AttachLease(f.t.Context(), completed)
		require.NoError(f.t, err)
		again, err := f.LendPage(f.t.Context(), leaseFor(ref), 0)
		require.NoError(f.t, err, "it has its page, however few there are")
		require.Equal(f.t, attached, again)
	},
	"LendPage_WhenBrowserIsFull_IsRefusedUntilOneIsReleased": func(f *fixture) {
		first, second := f.running("first"), f.running("second")
		_, err := f.LendPage(f.t.Context(), leaseFor(first), 1)
		require.NoError(f.t, err)
		_, err = f.LendPage(f.t.Context(), leaseFor(second), 1)
		require.ErrorIs(f.t, err, store.ErrNoPageFree)
		_, err = f.GetLease(f.t.Context(), second, 1)
		require.ErrorIs(f.t, err, store.ErrNotFound)

		require.NoError(f.t, f.ReleaseLease(f.t.Context(), first, 1, now))
		_, err = f.LendPage(f.t.Context(), leaseFor(second), 1)
		require.NoError(f.t, err)
	},
	"LendPage_WhenConcurrent_LendsNoMoreThanThereAre": func(f *fixture) {
		calls := make([]func() error, 20)
		for i := range calls {
			l := leaseFor(f.running(strconv.Itoa(i)))
			calls[i] = func() error {
				_, err := f.LendPage(f.t.Context(), l, 3)
				return err
			}
		}
		errs := together(calls...)
		require.Equal(f.t, 3, successes(errs))
		for _, err := range errs {
			if err != nil {
				require.ErrorIs(f.t, err, store.ErrNoPageFree)
			}
		}
		open, err := f.OpenLeases(f.t.Context(), browserID)
		require.NoError(f.t, err)
		require.Len(f.t, open, 3)
	},
	"LendPage_WhenTheIntentWasNeverCompleted_MovesToAnotherBrowser": func(f *fixture) {
		require.NoError(f.t, f.RegisterBrowser(f.t.Context(), sampleBrowser("br_two")))
		ref := f.running("a")
		abandoned := f.lent(ref)
		moved, err := f.LendPage(f.t.Context(), f.onBrowser(ref, "br_two"), 1)
		require.NoError(f.t, err)
		require.Equal(f.t, "br_two", moved.BrowserID)
		require.Equal(f.t, "pages-br_two", moved.TaskQueue)
		open, err := f.OpenLeases(f.t.Context(), browserID)
		require.NoError(f.t, err)
		require.Empty(f.t, open)

		abandoned.ContextID, abandoned.TargetID = "context", "target"
		require.ErrorIs(f.t, f.CompleteLease(f.t.Context(), abandoned), store.ErrLeaseStale, "the first browser comes too late")
		_, err = f.AttachLease(f.t.Context(), abandoned)
		require.ErrorIs(f.t, err, store.ErrLeaseStale)
	},
	"LendPage_WhenTheOtherBrowserIsFull_LeavesTheIntent": func(f *fixture) {
		require.NoError(f.t, f.RegisterBrowser(f.t.Context(), sampleBrowser("br_two")))
		ref := f.running("a")
		before := f.lent(ref)
		_, err := f.LendPage(f.t.Context(), f.onBrowser(ref, "br_two"), 0)
		require.ErrorIs(f.t, err, store.ErrNoPageFree)
		got, err := f.GetLease(f.t.Context(), ref, 1)
		require.NoError(f.t, err)
		require.Equal(f.t, before, got)
	},
	"LendPage_WhenCompletedElsewhereOrReleased_IsStale": func(f *fixture) {
		require.NoError(f.t, f.RegisterBrowser(f.t.Context(), sampleBrowser("br_two")))
		ref := f.running("a")
		before := f.completed(ref)
		_, err := f.LendPage(f.t.Context(), f.onBrowser(ref, "br_two"), 10)
		require.ErrorIs(f.t, err, store.ErrLeaseStale)
		got, err := f.GetLease(f.t.Context(), ref, 1)
		require.NoError(f.t, err)
		require.Equal(f.t, before, got)

		require.NoError(f.t, f.ReleaseLease(f.t.Context(), ref, 1, now))
		for _, id := range []string{browserID, "br_two"} {
			_, err = f.LendPage(f.t.Context(), f.onBrowser(ref, id), 10)
			require.ErrorIs(f.t, err, store.ErrLeaseStale, id)
		}
	},
	"LendPage_WhenOperationIsOver_SaysSo": func(f *fixture) {
		_, err := f.LendPage(f.t.Context(), leaseFor(f.finished("a", session.OperationFailed)), 10)
		require.ErrorIs(f.t, err, store.ErrOperationOver)
		_, err = f.LendPage(f.t.Context(), leaseFor(refOf("op_nobody")), 10)
		require.ErrorIs(f.t, err, store.ErrNotFound)
	},
	"LendPage_WhenBrowserIsLostOrUnknown_IsRefused": func(f *fixture) {
		require.NoError(f.t, f.MarkBrowserLost(f.t.Context(), browserID, after(time.Second)))
		ref := f.running("a")
		_, err := f.LendPage(f.t.Context(), leaseFor(ref), 10)
		require.ErrorIs(f.t, err, store.ErrNoPageFree)
		_, err = f.LendPage(f.t.Context(), f.onBrowser(ref, "br_unknown"), 10)
		require.ErrorIs(f.t, err, store.ErrNotFound)
	},
}

// onBrowser is a lease of ref's attempt 1 on another browser.
func (f *fixture) onBrowser(ref store.Ref, id string) store.Lease {
	l := leaseFor(ref)
	l.BrowserID, l.TaskQueue = id, "pages-"+id
	return l
}

// completed lends a page and completes its lease.
func (f *fixture) completed(ref store.Ref) store.Lease {
	f.t.Helper()
	l := f.lent(ref)
	l.ContextID, l.TargetID = "context-"+ref.Operation, "target-"+ref.Operation
	require.NoError(f.t, f.CompleteLease(f.t.Context(), l))
	return l
}
