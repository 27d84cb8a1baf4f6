package activities_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
	"github.com/anteroom/anteroom/workflows"
)

// adasKey is the key of the account that the user name "ada" names.
func (f *fixture) adasKey() string {
	return session.AccountKey(f.vault, workspace, project, parameters)
}

// nameless is a running operation that was started without a user name.
func (f *fixture) nameless(id string) store.Ref {
	f.t.Helper()
	return f.runningAs(id, "", map[string]session.Secret{"password": parameters["password"]})
}

// tell lets the operation go on after a person told the user name.
func (f *fixture) tell(ref store.Ref) workflows.AdvanceOutput {
	f.t.Helper()
	page := f.opened(ref)
	id := f.ask(ref, 2, 1, session.AskCredentials, map[string]session.Secret{"username": parameters["username"]})
	var out workflows.AdvanceOutput
	require.NoError(f.t, f.run("advance", f.pages.Advance, &workflows.AdvanceInput{
		Page: page, Seq: 3, RunID: runID, Answers: []string{id}, CodeQuestion: id, Number: 2,
	}, &out))
	return out
}

func TestAdvance_WhenAPersonToldTheUserName_BindsTheAccount(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.browser.next = viewApp
	ref := f.nameless("op_1")
	out := f.tell(ref)
	require.True(t, out.LoggedIn)
	op := f.operation(ref)
	require.Equal(t, f.adasKey(), op.AccountKey, "as if it had been started with it")
	require.Equal(t, session.CredentialKey(f.vault, workspace, project, parameters), op.CredentialKey)
	require.Equal(t, []string{"ada", "correct horse"}, f.browser.made[0].typed)
}

func TestAdvance_WhenTheToldAccountIsBusy_SubmitsNothing(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.runningAs("op_1", f.adasKey(), parameters)
	ref := f.nameless("op_2")
	out := f.tell(ref)
	require.Equal(t, session.FailureNeedsUser, out.Failure.Class)
	require.Equal(t, "account_busy", out.Failure.Code)
	require.Contains(t, out.Failure.Message, "op_1")
	require.False(t, out.Rejected)
	require.Empty(t, f.browser.made[0].typed)
}

func TestAdvance_WhenTheBreakerRefusesTheToldCredentials_SubmitsNothing(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.browser.next = viewLogin
	refused := f.nameless("op_1")
	f.tell(refused)
	f.finish(refused, session.NewFailure(session.FailureCredential, "wrong_password", "no"))
	f.browser.next = viewApp
	ref := f.nameless("op_2")
	out := f.tell(ref)
	require.Equal(t, session.FailureCredential, out.Failure.Class)
	require.Equal(t, "breaker_open", out.Failure.Code)
	require.True(t, out.Rejected)
	require.Empty(t, f.browser.made[1].typed)
}
