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

			granted, err := f.submit("second-"+string(class), string(class), "c1")
			if !class.OpensBreaker() {
				require.NoError(f.t, err)
				require.True(f.t, granted, class)
				continue
			}
			var open *store.BreakerOpenError
			require.ErrorAs(f.t, err, &open)
			require.False(f.t, granted)
			require.Equal(f.t, store.BreakerOpenError{Class: class, Since: fin.At}, *open)
		}
	},
	"Breaker_WhenCredentialsChanged_LetsThemPass": func(f *fixture) {
		f.open("first", "account", "c1")
		granted, err := f.submit("second", "account", "c2")
		require.NoError(f.t, err)
		require.True(f.t, granted)
	},
	"Breaker_WhenNewCredentialsFailToo_RefusesThose": func(f *fixture) {
		f.open("first", "account", "c1")
		f.open("second", "account", "c2")
		_, err := f.submit("third", "account", "c2")
		var open *store.BreakerOpenError
		require.ErrorAs(f.t, err, &open)
	},
	"Breaker_WhenAPersonGaveTheCredentialsInThisOperation_LetsThemPass": func(f *fixture) {
		f.open("first", "account", "c1")
		for kind, passes := range map[session.InfoRequestKind]bool{session.AskCredentials: true, session.AskCode: false} {
			ref := f.login(string(kind), "account", "c1")
			q := codeQuestion(ref, 1)
			q.Kind = kind
			_, _, err := f.AskQuestion(f.t.Context(), write(ref, 2, session.OperationWaiting), q)
			require.NoError(f.t, err)
			require.NoError(f.t, f.AnswerQuestion(f.t.Context(), answerTo(ref, q.ID)))
			taken := write(ref, 3, session.OperationRunning)
			taken.ConsumedQuestion = q.ID
			_, err = f.AdvanceOperation(f.t.Context(), taken)
			require.NoError(f.t, err)
			granted, err := f.Claim(f.t.Context(), claimFor(ref, f.lent(ref).Epoch))
			require.Equal(f.t, passes, granted, kind)
			require.Equal(f.t, passes, err == nil, kind)
		}
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
	"Breaker_WhenALoginSucceeds_Closes": func(f *fixture) {
		ref := f.login("slow", "account", "c1") // submitted before the breaker opened
		f.open("first", "account", "c1")
		require.NoError(f.t, f.SaveCapture(f.t.Context(), ref, store.Sealed("candidate"), now))
		_, err := f.FinishOperation(f.t.Context(), end(ref, 2, session.OperationSucceeded))
		require.NoError(f.t, err)
		granted, err := f.submit("second", "account", "c1")
		require.NoError(f.t, err)
		require.True(f.t, granted)
	},
	"Breaker_WhenOpenAndTheClaimIsTaken_SaysTaken": func(f *fixture) {
		ref := f.login("slow", "account", "c1")
		lease := f.lent(ref)
		granted, err := f.Claim(f.t.Context(), claimFor(ref, lease.Epoch))
		require.NoError(f.t, err)
		require.True(f.t, granted)
		f.open("first", "account", "c1")
		granted, err = f.Claim(f.t.Context(), claimFor(ref, lease.Epoch))
		require.NoError(f.t, err, "who submitted already must look at the page, not give up")
		require.False(f.t, granted)
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
		_, err = f.submit("second", "account", "c1")
		var open *store.BreakerOpenError
		require.ErrorAs(f.t, err, &open)
		require.Equal(f.t, fin.At, open.Since)
	},
}

// login creates a running operation of an account.
func (f *fixture) login(name, account, credentials string) store.Ref {
	f.t.Helper()
	n := promise("session-"+name, "op_"+name)
	n.Operation.AccountKey, n.Operation.CredentialKey = account, credentials
	_, err := f.CreateOperation(f.t.Context(), n)
	require.NoError(f.t, err)
	ref := refOf(n.Operation.ID)
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
