package labrun_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/cmd/internal/labrun"
	"github.com/anteroom/anteroom/login"
	"github.com/anteroom/anteroom/session"
)

// fakeEngine plays outcomes, one per run, and keeps what it was given.
type fakeEngine struct {
	outcomes []login.Outcome
	err      error
	inputs   []login.Input
	watched  int
	watchErr error
	gate     login.Gate
}

func (f *fakeEngine) Run(_ context.Context, _ login.Page, g login.Gate, _ login.Reporter, in login.Input) (login.Outcome, error) {
	f.inputs, f.gate = append(f.inputs, in), g
	if len(f.outcomes) == 0 {
		return login.Outcome{}, f.err
	}
	out := f.outcomes[0]
	if len(f.outcomes) > 1 || f.err != nil {
		f.outcomes = f.outcomes[1:]
	}
	return out, nil
}

func (f *fakeEngine) Watch(context.Context, login.Page, login.Input) (bool, error) {
	f.watched++
	return f.watchErr == nil, f.watchErr
}

func question(kind session.InfoRequestKind, fields ...string) login.Outcome {
	q := &login.Question{Kind: kind, Message: "?"}
	for _, f := range fields {
		q.Fields = append(q.Fields, session.Field{Name: f})
	}
	return login.Outcome{Question: q, Class: login.ClassCode, Progress: login.Progress{CodesEntered: 1}}
}

var landed = login.Outcome{Class: login.ClassLoggedIn, LoggedIn: &login.LoggedIn{
	LandingURL: "http://localhost/s/site/account?user=ada", Verdict: session.Verdict{LoggedIn: true, Evidence: []session.Evidence{{Rule: "logout_control"}}},
}}

func newLogin(e *fakeEngine, reply labrun.Reply) *labrun.DirectLogin {
	return &labrun.DirectLogin{
		Project: session.Project{Name: "p"}, Parameters: map[string]session.Secret{"username": session.NewSecret("ada")}, Engine: e,
		Reply: func(context.Context, *session.InfoRequest) (labrun.Reply, error) { return reply, nil },
	}
}

func TestDirectLogin_AnswersQuestions_AndGoesOnOnTheSamePage(t *testing.T) {
	t.Parallel()
	e := &fakeEngine{outcomes: []login.Outcome{question(session.AskCode, "code"), landed}}
	l := newLogin(e, labrun.Reply{Values: map[string]session.Secret{"code": session.NewSecret("1")}})
	require.NoError(t, l.Run(t.Context()))
	require.True(t, l.End.LoggedIn)
	require.Equal(t, "/s/site/account", l.End.PageURL, "without what may be personal")
	require.Equal(t, login.ClassLoggedIn, l.End.Page)
	require.Len(t, l.End.Asked, 1)
	require.Len(t, e.inputs, 2)
	require.False(t, e.inputs[0].Resumed)
	require.Nil(t, e.inputs[0].Answer)
	require.True(t, e.inputs[1].Resumed)
	require.Equal(t, 1, e.inputs[1].Progress.CodesEntered)
	require.Equal(t, l.End.Asked[0].ID, e.inputs[1].Answer.QuestionID)
	require.Equal(t, "1", e.inputs[1].Answer.Values["code"].Reveal())
}

func TestDirectLogin_ThatIsActedUponElsewhere_IsWatched(t *testing.T) {
	t.Parallel()
	for _, watchErr := range []error{nil, context.DeadlineExceeded, login.ErrPageLost} {
		e := &fakeEngine{outcomes: []login.Outcome{question(session.AskApproval), landed}, watchErr: watchErr}
		l := newLogin(e, labrun.Reply{Elsewhere: true})
		require.NoError(t, l.Run(t.Context()))
		require.True(t, l.End.LoggedIn)
		require.Equal(t, 1, e.watched)
		require.Nil(t, e.inputs[1].Answer)
	}
	e := &fakeEngine{outcomes: []login.Outcome{question(session.AskApproval)}, watchErr: errors.New("broken")}
	require.ErrorContains(t, newLogin(e, labrun.Reply{Elsewhere: true}).Run(t.Context()), "broken")
}

func TestDirectLogin_TakesAnsweredCredentialsAsParameters(t *testing.T) {
	t.Parallel()
	e := &fakeEngine{outcomes: []login.Outcome{question(session.AskCredentials, "password"), landed}}
	l := newLogin(e, labrun.Reply{Values: map[string]session.Secret{"password": session.NewSecret("pw")}})
	require.NoError(t, l.Run(t.Context()))
	for name, want := range map[string]string{"username": "ada", "password": "pw"} {
		got, ok := e.inputs[1].Parameters.Get(name)
		require.True(t, ok)
		require.Equal(t, want, got.Reveal())
		require.Equal(t, want, l.Parameters[name].Reveal())
	}
}

func TestDirectLogin_EndsAtAQuestionThatStaysOpen(t *testing.T) {
	t.Parallel()
	e := &fakeEngine{outcomes: []login.Outcome{question(session.AskCaptcha)}}
	l := newLogin(e, labrun.Reply{})
	require.NoError(t, l.Run(t.Context()))
	require.Equal(t, session.AskCaptcha, l.End.Open.Kind)
	require.False(t, l.End.LoggedIn)
	require.Len(t, e.inputs, 1)
}

func TestDirectLogin_ThatIsAskedForEver_Ends(t *testing.T) {
	t.Parallel()
	e := &fakeEngine{outcomes: []login.Outcome{question(session.AskCode, "code")}}
	l := newLogin(e, labrun.Reply{Choice: "a"})
	require.NoError(t, l.Run(t.Context()))
	require.Equal(t, "too_many_questions", l.End.Failure.Code)
	require.Equal(t, "a", l.End.Asked[0].Chosen)
}

func TestDirectLogin_KeepsTheFailureAndItsPage(t *testing.T) {
	t.Parallel()
	f := failure(session.FailureUnsupported)
	f.Evidence = []session.Evidence{{Rule: "nothing"}}
	e := &fakeEngine{outcomes: []login.Outcome{{
		Failed: f, Class: login.ClassUnknown, Artefact: &login.Artefact{Model: &login.PageModel{URL: "http://localhost/x?y=z"}},
	}}}
	l := newLogin(e, labrun.Reply{})
	require.NoError(t, l.Run(t.Context()))
	require.Equal(t, f, l.End.Failure)
	require.Equal(t, "/x", l.End.PageURL)
	require.Equal(t, "nothing", l.End.Evidence[0].Rule)
}

func TestDirectLogin_WhosePageIsLost_HasATypedEnd(t *testing.T) {
	t.Parallel()
	l := newLogin(&fakeEngine{err: login.ErrPageLost}, labrun.Reply{})
	require.NoError(t, l.Run(t.Context()))
	require.Equal(t, session.FailureEngine, l.End.Failure.Class)

	broken := errors.New("broken")
	require.ErrorIs(t, newLogin(&fakeEngine{err: broken}, labrun.Reply{}).Run(t.Context()), broken)
	require.ErrorContains(t, newLogin(&fakeEngine{outcomes: []login.Outcome{{}}}, labrun.Reply{}).Run(t.Context()), "nothing")

	l = newLogin(&fakeEngine{outcomes: []login.Outcome{question(session.AskCode)}}, labrun.Reply{})
	l.Reply = func(context.Context, *session.InfoRequest) (labrun.Reply, error) { return labrun.Reply{}, broken }
	require.ErrorIs(t, l.Run(t.Context()), broken)
}

func TestDirectLogin_CountsOnlyWhatIsProven(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		proof labrun.Proof
		err   error
		code  string
	}{
		"proven":     {proof: labrun.Proof{Verdict: session.Verdict{Evidence: []session.Evidence{{Rule: "anonymous"}}}, Capture: 1, Proof: 2}},
		"not proven": {proof: labrun.Proof{Failure: session.NewFailure(session.FailureUnsupported, "proof_does_not_discriminate", "x")}, code: "proof_does_not_discriminate"},
		"not loaded": {err: &login.LoadError{Reason: "ERR"}, code: "unreachable"},
		"lost":       {err: login.ErrPageLost, code: "page_lost"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := newLogin(&fakeEngine{outcomes: []login.Outcome{landed}}, labrun.Reply{})
			l.Prove = func(_ context.Context, landing string) (labrun.Proof, error) {
				require.Equal(t, landed.LoggedIn.LandingURL, landing)
				return tc.proof, tc.err
			}
			require.NoError(t, l.Run(t.Context()))
			require.Equal(t, tc.code == "", l.End.LoggedIn)
			if tc.code != "" {
				require.Equal(t, tc.code, l.End.Failure.Code)
				return
			}
			require.Len(t, l.End.Evidence, 2)
			require.Equal(t, time.Duration(2), l.End.Timing.Proof)
		})
	}
}

func TestDirectLogin_GrantsOnce(t *testing.T) {
	t.Parallel()
	e := &fakeEngine{outcomes: []login.Outcome{landed}}
	require.NoError(t, newLogin(e, labrun.Reply{}).Run(t.Context()))
	for _, want := range []bool{true, false} {
		granted, err := e.gate.Claim(t.Context(), login.ClaimEnterCode, "k")
		require.NoError(t, err)
		require.Equal(t, want, granted)
		granted, err = e.gate.Spend(t.Context(), login.SpendBackupCode, "k")
		require.NoError(t, err)
		require.Equal(t, want, granted)
	}
	for _, tc := range [][2]int64{{5, 5}, {5, 6}, {9, 9}, {0, 10}} {
		n, err := e.gate.NextCounter(t.Context(), tc[0])
		require.NoError(t, err)
		require.Equal(t, tc[1], n)
	}
}
