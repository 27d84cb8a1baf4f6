package activities_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/activities"
	"github.com/anteroom/anteroom/login"
	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
	"github.com/anteroom/anteroom/vault"
	"github.com/anteroom/anteroom/workflows"
)

// input is what the engine would be given for the operation.
func (f *fixture) input(ref store.Ref, in *workflows.AdvanceInput) (login.Input, error) {
	f.t.Helper()
	input, _, err := activities.EngineInput(f.t.Context(), f.pages, ref, in)
	return input, err
}

func requireParameter(t *testing.T, in login.Input, name, want string) {
	t.Helper()
	got, ok := in.Parameters.Get(name)
	require.True(t, ok, name)
	require.Equal(t, want, got.Reveal())
}

func TestEngineInput_HoldsProjectParametersAndProgress(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ref := f.running("op_1")
	progress, err := json.Marshal(login.Progress{CodesEntered: 2})
	require.NoError(t, err)
	in, err := f.input(ref, &workflows.AdvanceInput{Progress: progress})
	require.NoError(t, err)
	require.Equal(t, project, in.Project.Name)
	require.Equal(t, 2, in.Progress.CodesEntered)
	require.Nil(t, in.Answer)
	requireParameter(t, in, "username", "ada")
	requireParameter(t, in, "password", "correct horse")
}

func TestEngineInput_MakesAnsweredCredentialsParameters_TheNewestLast(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ref := f.running("op_1")
	one := f.ask(ref, 2, 1, session.AskCredentials, map[string]session.Secret{"password": session.NewSecret("second"), "pin": session.NewSecret("0000")})
	two := f.ask(ref, 3, 2, session.AskCredentials, map[string]session.Secret{"password": session.NewSecret("third")})
	in, err := f.input(ref, &workflows.AdvanceInput{Answers: []string{one, two}})
	require.NoError(t, err)
	requireParameter(t, in, "username", "ada")
	requireParameter(t, in, "password", "third")
	requireParameter(t, in, "pin", "0000")
	require.Nil(t, in.Answer, "no answer belongs on the page now")
}

func TestEngineInput_HandsOverTheCurrentAnswerOnly(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ref := f.running("op_1")
	old := f.ask(ref, 2, 1, session.AskCode, map[string]session.Secret{"code": session.NewSecret("111111")})
	current := f.ask(ref, 3, 2, session.AskCode, map[string]session.Secret{"code": session.NewSecret("222222")})
	in, err := f.input(ref, &workflows.AdvanceInput{Answers: []string{old, current}, CodeQuestion: current})
	require.NoError(t, err)
	require.Equal(t, current, in.Answer.QuestionID)
	require.Equal(t, session.AskCode, in.Answer.Kind)
	require.Equal(t, "222222", in.Answer.Values["code"].Reveal())
	_, isParameter := in.Parameters.Get("code")
	require.False(t, isParameter, "a code is good for one page")
}

func TestEngineInput_OpensNoCodeOfAnEarlierPage(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ref := f.running("op_1")
	old := f.ask(ref, 2, 1, session.AskCode, nil)
	require.NoError(t, f.db.AnswerQuestion(t.Context(), store.Answer{
		Ref: ref, QuestionID: old, Input: store.Sealed("nobody can open this"), At: f.clock.now(),
	}))
	_, err := f.input(ref, &workflows.AdvanceInput{Answers: []string{old}})
	require.NoError(t, err)
	_, err = f.input(ref, &workflows.AdvanceInput{Answers: []string{old}, CodeQuestion: old})
	require.ErrorContains(t, err, "open the answer to "+old)
}

func TestEngineInput_OfAnEndedOperation_IsOver(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ref := f.running("op_1")
	f.finish(ref, siteFailure())
	_, err := f.input(ref, &workflows.AdvanceInput{})
	require.ErrorIs(t, err, store.ErrOperationOver)
}

func TestEngineInput_OfSecretsMovedFromAnotherOperation_Fails(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	sealed, err := f.vault.SealSecret(session.NewSecret("http://u:p4ss@proxy.example:3128"), vault.ProxyOf(workspace, "op_other"))
	require.NoError(t, err)
	ref := f.running("op_1", store.SealedSecret{Name: session.SecretProxy, Value: sealed})
	_, err = f.input(ref, &workflows.AdvanceInput{})
	require.ErrorContains(t, err, "open the operation's proxy")
	require.NotContains(t, err.Error(), "p4ss")
}

func TestEngineInput_WithUnreadableProgress_Fails(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	_, err := f.input(f.running("op_1"), &workflows.AdvanceInput{Progress: json.RawMessage(`[]`)})
	var wrong *json.UnmarshalTypeError
	require.ErrorAs(t, err, &wrong)
}

func TestRejected_OnceTheSiteRefusedSomething(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		outcome login.Outcome
		want    bool
	}{
		{login.Outcome{}, false},
		{login.Outcome{Failed: siteFailure()}, false},
		{login.Outcome{Failed: session.NewFailure(session.FailureCredential, "wrong_password", "")}, true},
		{login.Outcome{Failed: session.NewFailure(session.FailureLockout, "locked", "")}, true},
		{login.Outcome{Question: &login.Question{}, Progress: login.Progress{CodeRefusals: 1}}, true},
		{login.Outcome{Progress: login.Progress{TOTPRefusals: 1}}, true},
		{login.Outcome{Progress: login.Progress{CodesEntered: 3, PasswordSubmitted: true}}, false},
	} {
		require.Equal(t, c.want, activities.Rejected(c.outcome), "%+v", c.outcome)
	}
}
