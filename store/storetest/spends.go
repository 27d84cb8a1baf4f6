package storetest

import (
	"sync/atomic"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
)

var spendTests = tests{
	"Spend_WhenNew_IsGrantedOnce": func(f *fixture) {
		ref := f.running("a")
		s := spendOf(ref, "account", "step-1")
		require.Equal(f.t, []bool{true, false, false}, f.spends(s, s, s))
	},
	"Spend_WhenKindKeyOrAccountDiffers_IsGranted": func(f *fixture) {
		ref := f.running("a")
		kind, key, account := spendOf(ref, "account", "1"), spendOf(ref, "account", "2"), spendOf(ref, "other", "1")
		kind.Kind = "backup_code"
		require.Equal(f.t, []bool{true, true, true, true}, f.spends(spendOf(ref, "account", "1"), kind, key, account))
	},
	"Spend_WhenTheOperationIsOver_RemainsSpent": func(f *fixture) {
		first := f.login("first", "account", "c1")
		require.Equal(f.t, []bool{true}, f.spends(spendOf(first, "account", "1")))
		_, err := f.FinishOperation(f.t.Context(), end(first, 2, session.OperationFailed))
		require.NoError(f.t, err)
		_, err = f.DeleteSession(f.t.Context(), workspace, project, "session-first", now)
		require.NoError(f.t, err)
		second := f.login("second", "account", "c1")
		require.Equal(f.t, []bool{false}, f.spends(spendOf(second, "account", "1")))
	},
	"Spend_WithoutAnAccount_BelongsToTheOperation": func(f *fixture) {
		first, second := f.running("a"), f.running("b")
		require.Equal(f.t, []bool{true, false, true},
			f.spends(spendOf(first, "", "1"), spendOf(first, "", "1"), spendOf(second, "", "1")))
	},
	"Spend_WhenTheOperationIsUnknown_IsNotFound": func(f *fixture) {
		granted, err := f.Spend(f.t.Context(), spendOf(refOf("op_nobody"), "account", "1"))
		require.ErrorIs(f.t, err, store.ErrNotFound)
		require.False(f.t, granted)
	},
	"Spend_WhenConcurrent_GrantsOne": func(f *fixture) {
		ref := f.running("a")
		var granted atomic.Int32
		errs := together(repeat(40, func() error {
			ok, err := f.Spend(f.t.Context(), spendOf(ref, "account", "1"))
			if ok {
				granted.Add(1)
			}
			return err
		})...)
		require.Equal(f.t, len(errs), successes(errs))
		require.EqualValues(f.t, 1, granted.Load())
	},
	"NextCounter_WhenTaken_RisesFromWhereItIsTold": func(f *fixture) {
		for _, step := range []struct{ from, want int64 }{{5, 5}, {5, 6}, {0, 7}, {20, 20}, {20, 21}} {
			got, err := f.NextCounter(f.t.Context(), workspace, "account", step.from, now)
			require.NoError(f.t, err)
			require.Equal(f.t, step.want, got)
		}
		other, err := f.NextCounter(f.t.Context(), workspace, "other", 1, now)
		require.NoError(f.t, err)
		require.EqualValues(f.t, 1, other)
		elsewhere, err := f.NextCounter(f.t.Context(), otherWorkspace, "account", 1, now)
		require.NoError(f.t, err)
		require.EqualValues(f.t, 1, elsewhere, "another workspace has an account of its own")
	},
	"NextCounter_WhenConcurrent_GivesEachOnce": func(f *fixture) {
		var sum atomic.Int64
		errs := together(repeat(20, func() error {
			n, err := f.NextCounter(f.t.Context(), workspace, "account", 1, now)
			sum.Add(n)
			return err
		})...)
		require.Equal(f.t, len(errs), successes(errs))
		require.EqualValues(f.t, 20*21/2, sum.Load())
	},
	"NextCounter_WithoutAnAccount_IsNotFound": func(f *fixture) {
		_, err := f.NextCounter(f.t.Context(), workspace, "", 1, now)
		require.ErrorIs(f.t, err, store.ErrNotFound)
	},
}

func spendOf(ref store.Ref, account, key string) store.Spend {
	return store.Spend{Ref: ref, AccountKey: account, Kind: "totp_step", Key: key, At: after(time.Second)}
}

// spends makes each spend and returns what was granted.
func (f *fixture) spends(spends ...store.Spend) []bool {
	f.t.Helper()
	granted := make([]bool, len(spends))
	for i, s := range spends {
		var err error
		granted[i], err = f.Spend(f.t.Context(), s)
		require.NoError(f.t, err)
	}
	return granted
}
