package activities_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/browser"
	"github.com/anteroom/anteroom/login"
	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
	"github.com/anteroom/anteroom/workflows"
)

func TestAdvance_LogsIn_WithTheSealedParameters(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ref := f.running("op_1")
	page := f.opened(ref)
	site := f.browser.made[0]
	site.next = viewApp
	out, err := f.advance(page)
	require.NoError(t, err)
	require.True(t, out.LoggedIn)
	require.Equal(t, "https://portal.example/home", out.Landing)
	require.True(t, out.Verdict.LoggedIn)
	require.False(t, out.Verdict.Proven)
	require.Equal(t, []string{"ada", "correct horse"}, site.typed)
	require.NotContains(t, string(out.Progress), "correct horse")
	require.NotEmpty(t, f.operation(ref).Step, "people see what it does")
}

func TestAdvance_AsksForTheCode_AndTypesTheAnswer(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ref := f.running("op_1")
	page := f.opened(ref)
	site := f.browser.made[0]
	site.next = viewCode
	asked, err := f.advance(page)
	require.NoError(t, err)
	require.NotNil(t, asked.Question)
	require.Equal(t, session.AskCode, asked.Question.Kind)
	require.Equal(t, []session.Action{session.ActionAnswer, session.ActionCancel}, asked.Question.Allow)
	require.NotNil(t, asked.Question.Choices, "the wire has a list")

	id := f.ask(ref, 2, 1, session.AskCode, map[string]session.Secret{"code": session.NewSecret("123456")})
	site.next = viewApp
	var out workflows.AdvanceOutput
	require.NoError(t, f.run("advance", f.pages.Advance, &workflows.AdvanceInput{
		Page: page, Seq: 3, RunID: runID, Progress: asked.Progress, Answers: []string{id}, CodeQuestion: id,
	}, &out))
	require.True(t, out.LoggedIn)
	require.Equal(t, []string{"ada", "correct horse", "123456"}, site.typed)
	require.EqualValues(t, 1, site.navs.Load(), "the page is read where it stands, so that no second code is sent")
	require.EqualValues(t, 3, f.lease(ref, 1).Epoch, "each execution attaches anew")
}

func TestAdvance_WhenTheSiteFails_IsAFailureOfTheSite(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	page := f.opened(f.running("op_1"))
	f.browser.made[0].navigate = func() error { return &login.LoadError{Reason: "ERR_CONNECTION_REFUSED"} }
	out, err := f.advance(page)
	require.NoError(t, err)
	require.Equal(t, session.FailureSite, out.Failure.Class)
	require.False(t, out.Rejected)
}

func TestAdvance_WithAnOpenBreaker_SubmitsNothing(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.pages.Store = &faultyStore{DB: f.db, claim: &store.BreakerOpenError{Class: session.FailureCredential, Since: f.clock.now()}}
	page := f.opened(f.running("op_1"))
	site := f.browser.made[0]
	site.next = viewApp
	out, err := f.advance(page)
	require.NoError(t, err)
	require.Equal(t, "breaker_open", out.Failure.Code)
	require.True(t, out.Rejected)
	require.Equal(t, viewLogin, site.view.Load(), "the form was not submitted")
}

func TestAdvance_OfAPageOfABrowserThatIsGone_IsLost(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ref := f.running("op_1")
	page := f.opened(ref)
	f.restart()
	f.browsers.heldErr = fmt.Errorf("browser br_1: %w", browser.ErrBrowserLost)
	_, err := f.advance(page)
	requireType(t, err, workflows.ErrorPageLost, false)
	requireType(t, f.run("capture", f.pages.Capture, &workflows.CaptureInput{Page: page}, nil), workflows.ErrorPageLost, false)
	requireType(t, f.run("prove", f.pages.Prove, &workflows.ProveInput{Page: page}, nil), workflows.ErrorPageLost, false)
	require.NoError(t, f.run("close", f.pages.ClosePage, &workflows.ClosePageInput{Page: page}, nil))
	require.False(t, f.lease(ref, 1).ReleasedAt.IsZero())
}

func TestAdvance_WhenThePageIsLost_SaysSo(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	page := f.opened(f.running("op_1"))
	f.browser.made[0].navigate = func() error { return fmt.Errorf("Page.navigate: %w", login.ErrPageLost) }
	_, err := f.advance(page)
	requireType(t, err, workflows.ErrorPageLost, false)
}

func TestAdvance_AfterAFaultOfOurs_MayBeTriedAgain_WithoutASecondSubmit(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	page := f.opened(f.running("op_1"))
	site := f.browser.made[0]
	site.next = viewApp
	broken := true
	site.act = func() error {
		if broken && len(site.typed) == 2 { // both fields are filled: this is the submit
			broken = false
			site.view.Store(viewApp)
			return errors.New("the connection broke after the click")
		}
		return nil
	}
	_, err := f.advance(page)
	require.ErrorContains(t, err, "the connection broke")
	require.NotErrorIs(t, err, login.ErrPageLost)
	out, err := f.advance(page)
	require.NoError(t, err)
	require.True(t, out.LoggedIn)
	require.Len(t, site.typed, 2, "nothing was typed twice")
}

func TestPageActivities_OfAnEndedOperation_AreOver(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ref := f.running("op_1")
	page := f.opened(ref)
	f.finish(ref, siteFailure())
	_, err := f.advance(page)
	requireType(t, err, workflows.ErrorOperationOver, false)
	requireType(t, f.run("capture", f.pages.Capture, &workflows.CaptureInput{Page: page}, nil), workflows.ErrorOperationOver, false)
	requireType(t, f.run("prove", f.pages.Prove, &workflows.ProveInput{Page: page}, nil), workflows.ErrorOperationOver, false)
}

func TestFinish_WhereThePageIsHeld_GivesItBack(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ref := f.running("op_1")
	page := f.opened(ref)
	f.records.GiveBack = f.pages.GiveBack
	in := &workflows.FinishInput{Page: &page, Failure: siteFailure(), Write: workflows.Write{
		Workspace: ref.Workspace, Operation: ref.Operation, RunID: runID, Seq: 9, Attempt: 1, State: session.OperationFailed,
	}}
	for _, given := range []bool{true, false} {
		out, err := f.records.Finish(t.Context(), in)
		require.NoError(t, err)
		require.Equal(t, given, out.GivenBack, "who does not hold it leaves it to the workflow")
		require.Zero(t, f.browser.open())
	}
	require.False(t, f.lease(ref, 1).ReleasedAt.IsZero())
}

func TestClosePage_GivesThePageBack_AndARepeatIsHarmless(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ref := f.running("op_1")
	page := f.opened(ref)
	f.finish(ref, siteFailure())
	for range 2 {
		require.NoError(t, f.run("close", f.pages.ClosePage, &workflows.ClosePageInput{Page: page}, nil))
		require.Zero(t, f.browser.open())
	}
	require.False(t, f.lease(ref, 1).ReleasedAt.IsZero())
}
