package storetest

import (
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
)

var breakerTests = tests{
	"Breaker_WhenAFailureOpensIt_RefusesTheSameCredentials": func(f *fixture) {
		for _, class := range session.FailureClasses() {
			fin := failure(f.login("first-"+string(class), string(class), "c1"), 2, class)
			_, err := f.FinishOperation(f.t.Context(), fin)
			require.NoError(f.t, err)

			_, err = f.start("second-"+string(class), string(class), "c1", now)
			want := store.BreakerOpenError{OperationID: fin.Operation, SessionID: "session-first-" + string(class), Class: class, Since: fin.At}
			if class == session.FailureLockout {
				want.Until = fin.At.Add(store.LockoutCoolDown)
			}
			if !class.OpensBreaker() {
				require.NoError(f.t, err, class)
				continue
			}
			var open *store.BreakerOpenError
			require.ErrorAs(f.t, err, &open)
			require.Equal(f.t, want, *open)
		}
	},
	"Breaker_WhenItRefusesAStart_NothingIsWritten": func(f *fixture) {
		f.open("first", "account", "c1")
		before := f.sessionIDs(workspace, "")
		_, err := f.start("second", "account", "c1", now)
		requireBreaker(f, err)
		_, err = f.GetOperation(f.t.Context(), refOf("op_second"))
		require.ErrorIs(f.t, err, store.ErrNotFound)
		require.Equal(f.t, before, f.sessionIDs(workspace, ""))
	},
	"Breaker_WhenCredentialsChanged_LetsThemPass": func(f *fixture) {
		f.open("first", "account", "c1")
		granted, err := f.submit("second", "account", "c2")
		require.NoError(f.t, err)
		require.True(f.t, granted)
	},
	"Breaker_WhenSeveralCredentialsFailed_RefusesEachOfThem": func(f *fixture) {
		f.open("first", "account", "c1")
		f.open("second", "account", "c2")
		for _, credentials := range []string{"c1", "c2"} {
			_, err := f.start("third", "account", credentials, now)
			requireBreaker(f, err)
		}
		_, err := f.start("third", "account", "c3", now)
		require.NoError(f.t, err)
	},
	"Breaker_WhenTheCoolDownOfALockoutIsOver_Closes": func(f *fixture) {
		ref := f.login("first", "account", "c1")
		fin := failure(ref, 2, session.FailureLockout)
		_, err := f.FinishOperation(f.t.Context(), fin)
		require.NoError(f.t, err)
		until := fin.At.Add(store.LockoutCoolDown)
		_, err = f.start("early", "account", "c1", until.Add(-time.Millisecond))
		requireBreaker(f, err)
		_, err = f.start("late", "account", "c1", until)
		require.NoError(f.t, err)
		c := claimFor(refOf("op_late"), f.lent(refOf("op_late")).Epoch)
		c.At = until
		require.Equal(f.t, []bool{true}, f.claims(c), "the claim honours the cool-down, too")
	},
	"Breaker_WhenCredentialsWereRefused_NeverClosesByItself": func(f *fixture) {
		f.open("first", "account", "c1")
		_, err := f.start("second", "account", "c1", after(10*365*24*time.Hour))
		requireBreaker(f, err)
	},
	"Breaker_WhenAPersonResetsIt_ClosesForAllCredentials": func(f *fixture) {
		f.open("first", "account", "c1")
		f.open("second", "account", "c2")
		f.open("other", "other-account", "c1")
		require.True(f.t, f.reset(now))
		require.False(f.t, f.reset(now), "again is harmless")
		for _, credentials := range []string{"c1", "c2"} {
			ref, err := f.start(credentials, "account", credentials, now)
			require.NoError(f.t, err)
			_, err = f.RequestCancel(f.t.Context(), ref, now)
			require.NoError(f.t, err)
		}
		_, err := f.start("third", "other-account", "c1", now)
		requireBreaker(f, err)
	},
	"Breaker_WhenALockoutHasCooledDown_WasNotOpen": func(f *fixture) {
		fin := failure(f.login("first", "account", "c1"), 2, session.FailureLockout)
		_, err := f.FinishOperation(f.t.Context(), fin)
		require.NoError(f.t, err)
		require.False(f.t, f.reset(fin.At.Add(store.LockoutCoolDown)))
	},
	"Breaker_WhenAnotherAccountFailed_IsClosed": func(f *fixture) {
		f.open("first", "account", "c1")
		granted, err := f.submit("second", "other-account", "c1")
		require.NoError(f.t, err)
		require.True(f.t, granted)
	},
	"Breaker_WhenAccountHasNoKey_StaysClosed": func(f *fixture) {
		f.open("first", "", "c1")
		granted, err := f.submit("second", "", "c1")
		require.NoError(f.t, err)
		require.True(f.t, granted)
	},
	"Breaker_WhenALoginSucceeds_ClosesForAllCredentials": func(f *fixture) {
		f.open("first", "account", "c1")
		f.open("second", "account", "c2")
		ref := f.login("third", "account", "c3")
		require.NoError(f.t, f.SaveCapture(f.t.Context(), ref, store.Sealed("candidate"), now))
		_, err := f.FinishOperation(f.t.Context(), end(ref, 2, session.OperationSucceeded))
		require.NoError(f.t, err)
		require.False(f.t, f.reset(now))
		granted, err := f.submit("fourth", "account", "c1")
		require.NoError(f.t, err)
		require.True(f.t, granted)
	},
	"Breaker_WhenAFinishIsRepeated_KeepsItsTime": func(f *fixture) {
		ref := f.login("first", "account", "c1")
		fin := failure(ref, 2, session.FailureLockout)
		_, err := f.FinishOperation(f.t.Context(), fin)
		require.NoError(f.t, err)
		late := fin
		late.At = after(time.Hour)
		_, err = f.FinishOperation(f.t.Context(), late)
		require.NoError(f.t, err)
		_, err = f.start("second", "account", "c1", now)
		require.Equal(f.t, fin.At, requireBreaker(f, err).Since)
	},
	"Breaker_WhenAnOperationWasBoundToTheAccount_OpensForWhatItWasBoundTo": func(f *fixture) {
		ref := f.login("first", "", "none")
		require.NoError(f.t, f.BindAccount(f.t.Context(), bindingOf(ref, "account", "c1")))
		_, err := f.FinishOperation(f.t.Context(), failure(ref, 2, session.FailureCredential))
		require.NoError(f.t, err)
		_, err = f.start("second", "account", "c1", now)
		requireBreaker(f, err)
	},
}

func requireBreaker(f *fixture, err error) store.BreakerOpenError {
	f.t.Helper()
	var open *store.BreakerOpenError
	require.ErrorAs(f.t, err, &open)
	return *open
}

// reset resets the breaker of "account" and reports whether it was open.
func (f *fixture) reset(at time.Time) bool {
	f.t.Helper()
	wasOpen, err := f.ResetBreaker(f.t.Context(), workspace, "account", at)
	require.NoError(f.t, err)
	return wasOpen
}

// start creates an operation of an account at a time.
func (f *fixture) start(name, account, credentials string, at time.Time) (store.Ref, error) {
	f.t.Helper()
	n := promise("session-"+name, "op_"+name)
	n.Operation.AccountKey, n.Operation.CredentialKey, n.Operation.CreatedAt = account, credentials, at
	_, err := f.CreateOperation(f.t.Context(), n)
	return refOf(n.Operation.ID), err
}

// login creates a running operation of an account.
func (f *fixture) login(name, account, credentials string) store.Ref {
	f.t.Helper()
	ref, err := f.start(name, account, credentials, now)
	require.NoError(f.t, err)
	_, err = f.BeginOperation(f.t.Context(), write(ref, 1, session.OperationRunning))
	require.NoError(f.t, err)
	return ref
}

// open lets a login fail by its credentials.
func (f *fixture) open(name, account, credentials string) {
	f.t.Helper()
	_, err := f.FinishOperation(f.t.Context(), failure(f.login(name, account, credentials), 2, session.FailureCredential))
	require.NoError(f.t, err)
}

// submit claims the credential submit of a new login.
func (f *fixture) submit(name, account, credentials string) (bool, error) {
	f.t.Helper()
	ref := f.login(name, account, credentials)
	return f.Claim(f.t.Context(), claimFor(ref, f.lent(ref).Epoch))
}

func bindingOf(ref store.Ref, account, credentials string) store.AccountBinding {
	return store.AccountBinding{Ref: ref, AccountKey: account, CredentialKey: credentials, At: now}
}
