package storetest

import (
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
)

var leaseTests = tests{
	"RegisterBrowser_WhenRepeated_UpdatesIt": func(f *fixture) {
		b := sampleBrowser(browserID)
		b.PID = 4712
		require.NoError(f.t, f.RegisterBrowser(f.t.Context(), b))
		browsers, err := f.ListBrowsers(f.t.Context(), host)
		require.NoError(f.t, err)
		require.Equal(f.t, []store.Browser{b}, browsers)
	},
	"ListBrowsers_WhenSomeAreElsewhereOrLost_LeavesThemOut": func(f *fixture) {
		elsewhere := sampleBrowser("br_elsewhere")
		elsewhere.Host = "host-2"
		require.NoError(f.t, f.RegisterBrowser(f.t.Context(), elsewhere))
		require.NoError(f.t, f.RegisterBrowser(f.t.Context(), sampleBrowser("br_two")))
		require.NoError(f.t, f.MarkBrowserLost(f.t.Context(), browserID, after(time.Second)))
		browsers, err := f.ListBrowsers(f.t.Context(), host)
		require.NoError(f.t, err)
		require.Equal(f.t, []store.Browser{sampleBrowser("br_two")}, browsers)
		browsers, err = f.ListBrowsers(f.t.Context(), "")
		require.NoError(f.t, err)
		require.ElementsMatch(f.t, []store.Browser{elsewhere, sampleBrowser("br_two")}, browsers, "of every host")
	},
	"MarkBrowserLost_WhenRegisteredAgain_StaysLost": func(f *fixture) {
		require.NoError(f.t, f.MarkBrowserLost(f.t.Context(), browserID, after(time.Second)))
		require.NoError(f.t, f.MarkBrowserLost(f.t.Context(), browserID, after(time.Hour)))
		require.NoError(f.t, f.RegisterBrowser(f.t.Context(), sampleBrowser(browserID)))
		browsers, err := f.ListBrowsers(f.t.Context(), host)
		require.NoError(f.t, err)
		require.Empty(f.t, browsers)
		require.ErrorIs(f.t, f.MarkBrowserLost(f.t.Context(), "br_unknown", now), store.ErrNotFound)
	},
	"CompleteLease_WhenTheEpochHolds_WritesThePage": func(f *fixture) {
		ref := f.running("a")
		want := f.completed(ref)
		require.NoError(f.t, f.CompleteLease(f.t.Context(), want), "a repeat is harmless")
		got, err := f.GetLease(f.t.Context(), ref, 1)
		require.NoError(f.t, err)
		require.Equal(f.t, want, got)
	},
	"CompleteLease_WhenSomebodyAttachedOrReleased_IsStale": func(f *fixture) {
		ref := f.running("a")
		first := f.lent(ref)
		second, err := f.AttachLease(f.t.Context(), first)
		require.NoError(f.t, err)
		require.ErrorIs(f.t, f.CompleteLease(f.t.Context(), first), store.ErrLeaseStale)
		require.NoError(f.t, f.ReleaseLease(f.t.Context(), ref, 1, now))
		require.ErrorIs(f.t, f.CompleteLease(f.t.Context(), second), store.ErrLeaseStale)
	},
	"AttachLease_WhenTheEpochHolds_RaisesIt": func(f *fixture) {
		want := f.completed(f.running("a"))
		for epoch := int64(2); epoch <= 4; epoch++ {
			got, err := f.AttachLease(f.t.Context(), want)
			require.NoError(f.t, err)
			want.Epoch = epoch
			require.Equal(f.t, want, got)
		}
	},
	"AttachLease_WhenConcurrent_OneWins": func(f *fixture) {
		ref := f.running("a")
		lease := f.lent(ref)
		errs := together(repeat(20, func() error {
			_, err := f.AttachLease(f.t.Context(), lease)
			return err
		})...)
		require.Equal(f.t, 1, successes(errs))
		for _, err := range errs {
			if err != nil {
				require.ErrorIs(f.t, err, store.ErrLeaseStale)
			}
		}
		got, err := f.GetLease(f.t.Context(), ref, 1)
		require.NoError(f.t, err)
		require.Equal(f.t, lease.Epoch+1, got.Epoch)
	},
	"AttachLease_WhenReleased_IsStale": func(f *fixture) {
		ref := f.running("a")
		lease := f.lent(ref)
		require.NoError(f.t, f.ReleaseLease(f.t.Context(), ref, 1, now))
		_, err := f.AttachLease(f.t.Context(), lease)
		require.ErrorIs(f.t, err, store.ErrLeaseStale)
	},
	"ReleaseLease_WhenRepeated_KeepsTheFirstTime": func(f *fixture) {
		ref := f.running("a")
		f.lent(ref)
		require.NoError(f.t, f.ReleaseLease(f.t.Context(), ref, 1, after(time.Second)))
		require.NoError(f.t, f.ReleaseLease(f.t.Context(), ref, 1, after(time.Hour)))
		got, err := f.GetLease(f.t.Context(), ref, 1)
		require.NoError(f.t, err)
		require.Equal(f.t, after(time.Second), got.ReleasedAt)
	},
	"Leases_WhenMissing_AreNotFound": func(f *fixture) {
		ref := f.running("a")
		f.lent(ref)
		missing := leaseFor(ref)
		missing.Attempt = 2
		_, err := f.GetLease(f.t.Context(), ref, 2)
		require.ErrorIs(f.t, err, store.ErrNotFound)
		require.ErrorIs(f.t, f.ReleaseLease(f.t.Context(), ref, 2, now), store.ErrNotFound)
		require.ErrorIs(f.t, f.CompleteLease(f.t.Context(), missing), store.ErrNotFound)
		_, err = f.AttachLease(f.t.Context(), missing)
		require.ErrorIs(f.t, err, store.ErrNotFound)
	},
	"OpenLeases_WhenSomeAreReleasedOrElsewhere_LeavesThemOut": func(f *fixture) {
		require.NoError(f.t, f.RegisterBrowser(f.t.Context(), sampleBrowser("br_two")))
		released, elsewhere, over := f.running("released"), f.running("elsewhere"), f.running("over")
		f.lent(released)
		require.NoError(f.t, f.ReleaseLease(f.t.Context(), released, 1, now))
		_, err := f.LendPage(f.t.Context(), f.onBrowser(elsewhere, "br_two"), 1)
		require.NoError(f.t, err)
		want := f.completed(over)
		_, err = f.FinishOperation(f.t.Context(), end(over, 9, session.OperationFailed))
		require.NoError(f.t, err)

		want.OperationState = session.OperationFailed
		open, err := f.OpenLeases(f.t.Context(), browserID)
		require.NoError(f.t, err)
		require.Equal(f.t, []store.Lease{want}, open)
	},
	"OpenLeases_WhenAQuestionIsOpen_TellItsDeadline": func(f *fixture) {
		asking, question := f.waiting("asking")
		lease := f.completed(asking)
		open := func() store.Lease {
			leases, err := f.OpenLeases(f.t.Context(), browserID)
			require.NoError(f.t, err)
			require.Len(f.t, leases, 1)
			return leases[0]
		}
		lease.OperationState, lease.AnswerBy = session.OperationWaiting, question.ExpiresAt
		require.Equal(f.t, lease, open())
		require.NoError(f.t, f.AnswerQuestion(f.t.Context(), answerTo(asking, question.ID)))
		require.Zero(f.t, open().AnswerBy, "it is answered")
	},
}
