package login_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/login"
	"github.com/anteroom/anteroom/session"
)

// bench is one login: page, gate and input together.
type bench struct {
	page  *fakePage
	gate  *fakeGate
	steps *steps
	in    login.Input
}

const (
	testUser     = "alice"
	testPassword = "Corr3ct-Horse-9!"
	testSeed     = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
	testCode     = "424242"
)

func setup(t *testing.T, s *site) *bench {
	t.Helper()
	return newBench(t, s)
}

func newBench(tb testing.TB, s *site) *bench {
	tb.Helper()
	b := &bench{page: newFakePage(tb, s), gate: &fakeGate{}, steps: &steps{}}
	b.in = login.Input{
		Project: session.Project{LoginURL: "https://app.example/login"},
		Parameters: login.Values{
			login.ParameterUsername: session.NewSecret(testUser), login.ParameterPassword: session.NewSecret(testPassword),
		},
		Clock: b.page.clock,
	}
	return b
}

func (b *bench) run(t *testing.T) login.Outcome {
	t.Helper()
	out, err := login.RunClassifiedBy(t.Context(), b.page, b.gate, b.steps, b.in, b.page.classify)
	require.NoError(t, err)
	requireOne(t, out)
	return out
}

// resume runs again, as the workflow does, with an answer to the question before.
func (b *bench) resume(t *testing.T, out login.Outcome, answer *login.Answer) login.Outcome {
	t.Helper()
	b.in.Resumed, b.in.Progress, b.in.Answer = true, out.Progress, answer
	return b.run(t)
}

func (b *bench) give(name, value string) {
	b.in.Parameters.(login.Values)[name] = session.NewSecret(value)
}

func codeAnswer(id, code string) *login.Answer {
	return &login.Answer{QuestionID: id, Kind: session.AskCode, Values: login.Values{login.FieldCode: session.NewSecret(code)}}
}

// requireOne checks that exactly one end is set and that nothing of it shows a secret.
func requireOne(t *testing.T, out login.Outcome) {
	t.Helper()
	ends := 0
	for _, set := range []bool{out.LoggedIn != nil, out.Question != nil, out.Failed != nil} {
		if set {
			ends++
		}
	}
	require.Equal(t, 1, ends, "%+v", out)
	printed := fmt.Sprintf("%+v %+v %+v %+v %+v", out.LoggedIn, out.Question, out.Failed, out.Progress, out.Way)
	require.NotContains(t, printed, testPassword)
	require.NotContains(t, printed, testSeed)
}

func requireFailure(t *testing.T, out login.Outcome, class session.FailureClass, code string) {
	t.Helper()
	require.NotNil(t, out.Failed, "%+v", out)
	require.Equal(t, string(class)+"/"+code, string(out.Failed.Class)+"/"+out.Failed.Code, "%+v", out.Failed)
}
