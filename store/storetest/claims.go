package storetest

import (
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
)

var claimTests = tests{
	"Claim_WhenTakenBefore_IsNotGranted": func(f *fixture) {
		ref := f.running("a")
		c := claimFor(ref, f.lent(ref).Epoch)
		require.Equal(f.t, []bool{true, false, false}, f.claims(c, c, c))
	},
	"Claim_WhenKeyStepAttemptOrOperationDiffers_IsGranted": func(f *fixture) {
		ref, other := f.running("a"), f.running("b")
		c := claimFor(ref, f.lent(ref).Epoch)
		l := leaseFor(ref)
		l.Attempt = 2
		_, err := f.LendPage(f.t.Context(), l, 100)
		require.NoError(f.t, err)
		key, step, attempt := c, c, c
		key.Key, step.Step, attempt.Attempt = "other", "code", 2
		require.Equal(f.t, []bool{true, true, true, true, true}, f.claims(c, key, step, attempt, claimFor(other, f.lent(other).Epoch)))
	},
	"LastClaim_TellsOfTheAttemptOnly": func(f *fixture) {
		ref, other := f.running("a"), f.running("b")
		claimed := func(ref store.Ref, attempt int) bool {
			last, err := f.LastClaim(f.t.Context(), ref, attempt)
			require.NoError(f.t, err)
			return !last.IsZero()
		}
		require.False(f.t, claimed(ref, 1))
		require.Equal(f.t, []bool{true}, f.claims(claimFor(ref, f.lent(ref).Epoch)))
		require.True(f.t, claimed(ref, 1))
		require.False(f.t, claimed(ref, 2))
		require.False(f.t, claimed(other, 1))
		require.False(f.t, claimed(store.Ref{Workspace: "elsewhere", Operation: ref.Operation}, 1))
		first, later, earlier := claimFor(ref, f.lent(ref).Epoch), claimFor(ref, f.lent(ref).Epoch), claimFor(ref, f.lent(ref).Epoch)
		later.Key, later.At = "later", first.At.Add(time.Minute)
		earlier.Key, earlier.At = "earlier", first.At.Add(time.Second) // a clock that was set back
		require.Equal(f.t, []bool{true, true}, f.claims(later, earlier))
		last, err := f.LastClaim(f.t.Context(), ref, 1)
		require.NoError(f.t, err)
		require.True(f.t, last.Equal(later.At), "%s", last)
	},
	"Claim_WhenConcurrent_GrantsOne": func(f *fixture) {
		ref := f.running("a")
		c := claimFor(ref, f.lent(ref).Epoch)
		granted := make([]bool, 50)
		calls := make([]func() error, len(granted))
		for i := range calls {
			calls[i] = func() (err error) {
				granted[i], err = f.Claim(f.t.Context(), c)
				return err
			}
		}
		require.Equal(f.t, len(calls), successes(together(calls...)))
		count := 0
		for _, g := range granted {
			if g {
				count++
			}
		}
		require.Equal(f.t, 1, count)
	},
	"Claim_WhenSomebodyAttachedSince_IsStale": func(f *fixture) {
		ref := f.running("a")
		first := f.lent(ref)
		second, err := f.AttachLease(f.t.Context(), first)
		require.NoError(f.t, err)
		_, err = f.Claim(f.t.Context(), claimFor(ref, first.Epoch))
		require.ErrorIs(f.t, err, store.ErrLeaseStale)
		require.Equal(f.t, []bool{true}, f.claims(claimFor(ref, second.Epoch)))
		_, err = f.Claim(f.t.Context(), claimFor(ref, first.Epoch))
		require.ErrorIs(f.t, err, store.ErrLeaseStale, "who lost the page must stop, taken or not")
	},
	"Claim_WhenTheEpochRose_IsStillTaken": func(f *fixture) {
		ref := f.running("a")
		lease := f.lent(ref)
		require.Equal(f.t, []bool{true}, f.claims(claimFor(ref, lease.Epoch)))
		attached, err := f.AttachLease(f.t.Context(), lease)
		require.NoError(f.t, err)
		require.Equal(f.t, []bool{false}, f.claims(claimFor(ref, attached.Epoch)))
	},
	"Claim_WhenLeaseIsReleasedOrMissing_IsStale": func(f *fixture) {
		ref := f.running("a")
		_, err := f.Claim(f.t.Context(), claimFor(ref, 1))
		require.ErrorIs(f.t, err, store.ErrLeaseStale)
		lease := f.lent(ref)
		require.NoError(f.t, f.ReleaseLease(f.t.Context(), ref, 1, after(time.Second)))
		_, err = f.Claim(f.t.Context(), claimFor(ref, lease.Epoch))
		require.ErrorIs(f.t, err, store.ErrLeaseStale)
	},
	"Claim_WhenOperationIsOver_SaysSo": func(f *fixture) {
		ref := f.running("a")
		lease := f.lent(ref)
		c := claimFor(ref, lease.Epoch)
		require.Equal(f.t, []bool{true}, f.claims(c))
		_, err := f.FinishOperation(f.t.Context(), end(ref, 9, session.OperationFailed))
		require.NoError(f.t, err)
		_, err = f.Claim(f.t.Context(), c)
		require.ErrorIs(f.t, err, store.ErrOperationOver)
		_, err = f.Claim(f.t.Context(), claimFor(refOf("op_nobody"), 1))
		require.ErrorIs(f.t, err, store.ErrNotFound)
	},
}

// claims makes each claim and returns what was granted.
func (f *fixture) claims(claims ...store.Claim) []bool {
	f.t.Helper()
	granted := make([]bool, len(claims))
	for i, c := range claims {
		var err error
		granted[i], err = f.Claim(f.t.Context(), c)
		require.NoError(f.t, err)
	}
	return granted
}
