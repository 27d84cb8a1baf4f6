package activities_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/activities"
	"github.com/anteroom/anteroom/login"
	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
	"github.com/anteroom/anteroom/workflows"
)

func TestClaim_IsGrantedOncePerStepAndKey_AlsoAcrossAttachments(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	page := f.opened(f.running("op_1"))
	claim := func(step login.ClaimStep, key string) bool {
		held, err := activities.Attach(f.pages, t.Context(), page)
		require.NoError(t, err)
		defer held.Leave()
		granted, err := held.Gate(f.db, f.clock.now).Claim(t.Context(), step, key)
		require.NoError(t, err)
		return granted
	}
	require.True(t, claim(login.ClaimSubmitCredentials, "1"))
	require.False(t, claim(login.ClaimSubmitCredentials, "1"))
	require.True(t, claim(login.ClaimSubmitCredentials, "2"))
	require.True(t, claim(login.ClaimEnterCode, "1"))
}

func TestClaim_WhenTheBreakerIsOpen_IsAFailureOfItsClass(t *testing.T) {
	t.Parallel()
	for _, class := range []session.FailureClass{session.FailureCredential, session.FailureLockout} {
		f := newFixture(t)
		f.finish(f.running("op_1"), session.NewFailure(class, "refused", "no"))
		page := f.opened(f.running("op_2"))
		held, err := activities.Attach(f.pages, t.Context(), page)
		require.NoError(t, err)
		granted, err := held.Gate(f.db, f.clock.now).Claim(t.Context(), login.ClaimSubmitCredentials, "1")
		require.False(t, granted)
		var failure *session.Failure
		require.ErrorAs(t, err, &failure)
		require.Equal(t, class, failure.Class)
		require.Equal(t, "breaker_open", failure.Code)
		require.Contains(t, failure.Message, "changed parameters")
	}
}

func TestClaim_OfAStaleExecution_IsNotGranted(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	page := f.opened(f.running("op_1"))
	stale, err := activities.Attach(f.pages, t.Context(), page)
	require.NoError(t, err)
	f.attached(page)
	granted, err := stale.Gate(f.db, f.clock.now).Claim(t.Context(), login.ClaimSubmitCredentials, "1")
	require.ErrorIs(t, err, store.ErrLeaseStale)
	require.False(t, granted)
}

func TestHeldPage_ChecksTheLeaseBeforeEveryAct(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		spoil func(*fixture, workflows.PageRef, context.CancelFunc)
		want  error
	}{
		"somebody attached": {func(f *fixture, page workflows.PageRef, _ context.CancelFunc) {
			f.attached(page)
		}, store.ErrLeaseStale},
		"released": {func(f *fixture, page workflows.PageRef, _ context.CancelFunc) {
			ref := store.Ref{Workspace: workspace, Operation: page.Operation}
			require.NoError(f.t, f.db.ReleaseLease(t.Context(), ref, 1, f.clock.now()))
		}, store.ErrLeaseStale},
		"told to stop": {func(_ *fixture, _ workflows.PageRef, cancel context.CancelFunc) { cancel() }, context.Canceled},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			page := f.opened(f.running("op_1"))
			held, err := activities.Attach(f.pages, t.Context(), page)
			require.NoError(t, err)
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			require.NoError(t, held.Check(ctx))
			require.NoError(t, held.Navigate(ctx, loginURL))
			site := f.browser.made[0]
			before := site.navs.Load()
			site.act = func() error { t.Error("the page was acted upon"); return nil }

			c.spoil(f, page, cancel)
			require.ErrorIs(t, held.Check(ctx), c.want)
			for _, act := range []func() error{
				func() error { return held.Navigate(ctx, loginURL) },
				func() error { return held.Fill(ctx, login.Control{}, session.NewSecret("x"), session.Origins{}) },
				func() error { return held.Click(ctx, login.Control{}) },
				func() error { return held.PressEnter(ctx, login.Control{}) },
			} {
				require.ErrorIs(t, act(), c.want)
			}
			require.Equal(t, before, site.navs.Load())
		})
	}
}

func TestStepReporter_ShowsTheStep_AndNeverMovesARowThatMovedOn(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ref := f.running("op_1")
	in := &workflows.AdvanceInput{
		Page: workflows.PageRef{Workspace: workspace, Operation: "op_1", Attempt: 1}, Seq: 1, RunID: runID,
	}
	reporter := activities.NewReporter(t.Context(), f.db, in, f.clock.now)
	reporter.Step(session.StepDetecting)
	require.Equal(t, session.StepDetecting, f.operation(ref).Step)

	// The workflow went on; the execution that it gave up did not hear of it.
	id := f.ask(ref, 2, 1, session.AskCode, nil)
	reporter.Step(session.StepSubmitting)
	op := f.operation(ref)
	require.Equal(t, session.OperationWaiting, op.State)
	require.Equal(t, id, op.Question.ID)
	require.NotEqual(t, session.StepSubmitting, op.Step)

	f.finish(ref, siteFailure())
	reporter.Step(session.StepNavigating)
	require.Equal(t, session.OperationFailed, f.operation(ref).State)
}

func TestStepReporter_WritesAStepOnce(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ref := f.running("op_1")
	in := &workflows.AdvanceInput{Page: workflows.PageRef{Workspace: workspace, Operation: "op_1", Attempt: 1}, Seq: 1, RunID: runID}
	reporter := activities.NewReporter(t.Context(), f.db, in, f.clock.now)
	reporter.Step(session.StepDetecting)
	written := f.operation(ref).UpdatedAt
	f.clock.advance(time.Minute)
	reporter.Step(session.StepDetecting)
	require.Equal(t, written, f.operation(ref).UpdatedAt)
	reporter.Step(session.StepSubmitting)
	require.NotEqual(t, written, f.operation(ref).UpdatedAt)
}

func TestAttach_WhileAnotherExecutionUsesThePage_WaitsForIt(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	page := f.opened(f.running("op_1"))
	first, err := activities.Attach(f.pages, t.Context(), page)
	require.NoError(t, err)
	second := make(chan error, 1)
	go func() {
		held, err := activities.Attach(f.pages, t.Context(), page)
		if err == nil {
			held.Leave()
		}
		second <- err
	}()
	require.Eventually(t, func() bool { return first.Check(t.Context()) != nil }, 5*time.Second, time.Millisecond,
		"the second execution takes the page over at once")
	require.Empty(t, second, "but does not use it together with the first")
	first.Leave()
	require.NoError(t, <-second)
}
