package storetest

import (
	"fmt"
	"strconv"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
)

var accountTests = tests{
	"CreateOperation_WhenAnotherSessionUsesTheAccount_NamesItAndWritesNothing": func(f *fixture) {
		first := f.login("first", "account", "c1")
		_, err := f.start("second", "account", "c2", now)
		require.Equal(f.t, store.AccountBusyError{OperationID: first.Operation, SessionID: "session-first"}, requireBusy(f, err))
		_, err = f.GetOperation(f.t.Context(), refOf("op_second"))
		require.ErrorIs(f.t, err, store.ErrNotFound)
		require.Equal(f.t, []string{"session-first"}, f.sessionIDs(workspace, ""))
	},
	"CreateOperation_WhenTheAccountsOperationEnded_Passes": func(f *fixture) {
		first := f.login("first", "account", "c1")
		_, err := f.FinishOperation(f.t.Context(), end(first, 2, session.OperationFailed))
		require.NoError(f.t, err)
		_, err = f.start("second", "account", "c1", now)
		require.NoError(f.t, err)
	},
	"CreateOperation_WhenNoAccountIsKnown_AnyNumberIsLive": func(f *fixture) {
		f.login("first", "", "c1")
		f.login("second", "", "c1")
	},
	"CreateOperation_WhenItsOwnSessionIsLive_SaysThatRatherThanBusy": func(f *fixture) {
		f.login("first", "account", "c1")
		_, err := f.start("first", "account", "c1", now)
		var live *store.OperationLiveError
		require.ErrorAs(f.t, err, &live)
	},
	"CreateOperation_WhenConcurrentForOneAccount_OneIsLive": func(f *fixture) {
		calls := make([]func() error, 20)
		for i := range calls {
			calls[i] = func() error {
				n := promise(fmt.Sprintf("session-%d", i), fmt.Sprintf("op_%d", i))
				n.Operation.AccountKey = "account"
				_, err := f.CreateOperation(f.t.Context(), n)
				return err
			}
		}
		errs := together(calls...)
		require.Equal(f.t, 1, successes(errs))
		for _, err := range errs {
			if err != nil {
				requireBusy(f, err)
			}
		}
	},
	"BindAccount_WhenNothingIsInTheWay_NamesTheAccount": func(f *fixture) {
		ref := f.login("first", "", "none")
		require.NoError(f.t, f.BindAccount(f.t.Context(), bindingOf(ref, "account", "c1")))
		op := f.operation(ref)
		require.Equal(f.t, []string{"account", "c1"}, []string{op.AccountKey, op.CredentialKey})
		_, err := f.start("second", "account", "c2", now)
		require.Equal(f.t, ref.Operation, requireBusy(f, err).OperationID)
	},
	"BindAccount_WhenRepeated_IsHarmless": func(f *fixture) {
		ref := f.login("first", "", "none")
		b := bindingOf(ref, "account", "c1")
		require.NoError(f.t, f.BindAccount(f.t.Context(), b))
		require.NoError(f.t, f.BindAccount(f.t.Context(), b))
	},
	"BindAccount_WithoutAnAccountKey_ChangesTheCredentialsOnly": func(f *fixture) {
		ref := f.login("first", "account", "none")
		require.NoError(f.t, f.BindAccount(f.t.Context(), bindingOf(ref, "", "c1")))
		op := f.operation(ref)
		require.Equal(f.t, []string{"account", "c1"}, []string{op.AccountKey, op.CredentialKey})
	},
	"BindAccount_WhenTheAccountIsBusy_SaysByWhomAndChangesNothing": func(f *fixture) {
		first := f.login("first", "account", "c1")
		ref := f.login("second", "", "none")
		before := f.operation(ref)
		err := f.BindAccount(f.t.Context(), bindingOf(ref, "account", "c1"))
		require.Equal(f.t, store.AccountBusyError{OperationID: first.Operation, SessionID: "session-first"}, requireBusy(f, err))
		require.Equal(f.t, before, f.operation(ref))
	},
	"BindAccount_WhenTheBreakerRefusesTheCredentials_SaysSo": func(f *fixture) {
		f.open("first", "account", "c1")
		ref := f.login("second", "account", "none")
		requireBreaker(f, f.BindAccount(f.t.Context(), bindingOf(ref, "account", "c1")))
		require.Equal(f.t, "none", f.operation(ref).CredentialKey)
		require.NoError(f.t, f.BindAccount(f.t.Context(), bindingOf(ref, "account", "c2")))
	},
	"BindAccount_WhenTheOperationIsOver_SaysSo": func(f *fixture) {
		ref := f.finished("a", session.OperationFailed)
		require.ErrorIs(f.t, f.BindAccount(f.t.Context(), bindingOf(ref, "account", "c1")), store.ErrOperationOver)
		require.ErrorIs(f.t, f.BindAccount(f.t.Context(), bindingOf(refOf("op_nobody"), "account", "c1")), store.ErrNotFound)
	},
	"BindAccount_WhenConcurrentForOneAccount_OneGetsIt": func(f *fixture) {
		var calls []func() error
		for i := range 10 {
			ref := f.login(strconv.Itoa(i), "", "none")
			calls = append(calls, func() error { return f.BindAccount(f.t.Context(), bindingOf(ref, "account", "c1")) })
		}
		require.Equal(f.t, 1, successes(together(calls...)))
	},
}

func requireBusy(f *fixture, err error) store.AccountBusyError {
	f.t.Helper()
	var busy *store.AccountBusyError
	require.ErrorAs(f.t, err, &busy)
	return *busy
}
