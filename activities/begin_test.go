package activities_test

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/temporal"

	"github.com/anteroom/anteroom/login"
	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
	"github.com/anteroom/anteroom/workflows"
)

func TestOpenPage_LogsInCapturesAndProves_InOneGo(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.browser.next = viewApp
	ref := f.running("op_1")
	out, err := f.begun(ref)
	require.NoError(t, err)
	require.Equal(t, "br_1", out.BrowserID)
	require.True(t, out.Advanced.LoggedIn)
	require.True(t, out.Advanced.Captured)
	require.True(t, out.Advanced.Proof.Verdict.Proven)
	_, err = f.db.Capture(t.Context(), ref)
	require.NoError(t, err)
	require.EqualValues(t, 1, f.lease(ref, 1).Epoch, "whoever made the page need not attach to it")
	require.Equal(t, session.StepVerifying, f.operation(ref).Step)
}

func TestOpenPage_WhenTheProofFails_LeavesItToProve(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.browser.next = viewApp
	var made atomic.Int64
	f.browser.onNew = func() error {
		if made.Add(1) > 1 { // the login has its page
			return errors.New("no memory")
		}
		return nil
	}
	out, err := f.begun(f.running("op_1"))
	require.NoError(t, err)
	require.True(t, out.Advanced.Captured)
	require.Nil(t, out.Advanced.Proof)
}

func TestOpenPage_FollowedByAdvance_GoesOnWhereItIs(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.browser.next = viewCode
	ref := f.running("op_1")
	out, err := f.begun(ref)
	require.NoError(t, err)
	require.Equal(t, session.AskCode, out.Advanced.Question.Kind)
	id := f.ask(ref, 2, 1, session.AskCode, map[string]session.Secret{"code": session.NewSecret("123456")})
	f.browser.made[0].next = viewApp
	var done workflows.AdvanceOutput
	require.NoError(t, f.run("advance", f.pages.Advance, &workflows.AdvanceInput{
		Page: out.PageRef, Seq: 3, RunID: runID, Progress: out.Advanced.Progress, Answers: []string{id}, CodeQuestion: id, Number: 2,
	}, &done))
	require.True(t, done.Captured)
	require.EqualValues(t, 1, f.browser.made[0].navs.Load())
}

func TestOpenPage_Repeated_LeavesTheEngineToAdvance(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.browser.next = viewCode
	ref := f.running("op_1")
	first, err := f.begun(ref)
	require.NoError(t, err)
	again, err := f.begun(ref)
	require.NoError(t, err)
	require.Equal(t, first.PageRef, again.PageRef)
	require.Nil(t, again.Advanced, "the first execution may still be at it")
	require.Len(t, f.browser.made[0].typed, 2)
}

func TestOpenPage_WhenThePageIsLostAtOnce_GivesItBackAndSaysSo(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.browser.navigate = func() error { return fmt.Errorf("Page.navigate: %w", login.ErrPageLost) }
	ref := f.running("op_1")
	_, err := f.begun(ref)
	requireType(t, err, workflows.ErrorPageLost, false)
	require.Zero(t, f.browser.open())
	require.False(t, f.lease(ref, 1).ReleasedAt.IsZero())
}

func TestOpenPage_AfterAFaultOfTheEngine_LeavesItToAdvance(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.browser.navigate = func() error { return errors.New("the connection broke") }
	ref := f.running("op_1")
	out, err := f.begun(ref)
	require.NoError(t, err)
	require.Nil(t, out.Advanced)
	require.Equal(t, 1, f.browser.open())
}

func TestOpenPage_WhenTheCaptureFails_LeavesItToCapture(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.browser.next = viewApp
	ref := f.running("op_1")
	page := f.opened(ref)
	f.browser.made[0].capture = func() (session.StorageState, error) { return session.StorageState{}, errors.New("no answer") }
	out, err := f.advance(page)
	require.NoError(t, err)
	require.True(t, out.LoggedIn)
	require.False(t, out.Captured)
	f.browser.made[0].capture = func() (session.StorageState, error) { return session.StorageState{}, login.ErrPageLost }
	_, err = f.advance(page)
	requireType(t, err, workflows.ErrorPageLost, false)
}

// beginStopped runs OpenPage, whose context ends with cause while the engine waits for the page.
func (f *fixture) beginStopped(ref store.Ref, cause error) error {
	f.t.Helper()
	f.env = nil
	f.wrap = func(ctx context.Context) (context.Context, context.CancelFunc) {
		ctx, cancel := context.WithCancelCause(ctx)
		f.browser.navigate = func() error { cancel(cause); return ctx.Err() }
		return ctx, func() { cancel(nil) }
	}
	return f.run("open", "OpenInHaste", &workflows.OpenPageInput{Workspace: ref.Workspace, Operation: ref.Operation, Attempt: 1}, nil)
}

func TestOpenPage_WhenItIsCanceled_LeavesNoPageBehind(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ref := f.running("op_1")
	require.Error(t, f.beginStopped(ref, temporal.NewCanceledError()))
	require.Zero(t, f.browser.open(), "the workflow never heard of the page")
	require.False(t, f.lease(ref, 1).ReleasedAt.IsZero())
}

func TestOpenPage_WhenTheServerTookItForDead_LeavesThePageToItsSuccessor(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ref := f.running("op_1")
	require.Error(t, f.beginStopped(ref, errors.New("no such activity")))
	require.Equal(t, 1, f.browser.open())
	require.True(t, f.lease(ref, 1).ReleasedAt.IsZero())
	out, err := f.begun(ref)
	require.NoError(t, err)
	require.Equal(t, "br_1", out.BrowserID)
}

func TestOpenPage_WhenItsOperationEndedMeanwhile_LeavesNoPageBehind(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ref := f.running("op_1")
	f.browser.onNew = func() error { f.finish(ref, siteFailure()); return nil }
	require.Error(t, f.beginStopped(ref, errors.New("no such activity")))
	require.Zero(t, f.browser.open())
}

func TestOpenPage_MakesThePageAsTheProjectWantsIt(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.putProject(session.Project{Workspace: workspace, Name: project, LoginURL: loginURL, LoadMedia: true})
	f.opened(f.running("op_1"))
	require.True(t, f.browser.options[0].LoadMedia)
	require.Empty(t, f.browser.options[0].Passkeys)
}
