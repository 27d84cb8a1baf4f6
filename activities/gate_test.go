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
		granted, err := held.Gate(f.pages, f.operation(refOf(page))).Claim(t.Context(), step, key)
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
		open := &store.BreakerOpenError{Class: class, Since: f.clock.now()}
		if class == session.FailureLockout {
			open.Until = f.clock.now().Add(store.LockoutCoolDown)
		}
		f.pages.Store = &faultyStore{DB: f.db, claim: open} // opened after this operation was started
		page := f.opened(f.running("op_1"))
		held, err := activities.Attach(f.pages, t.Context(), page)
		require.NoError(t, err)
		granted, err := held.Gate(f.pages, f.operation(refOf(page))).Claim(t.Context(), login.ClaimSubmitCredentials, "1")
		require.False(t, granted)
		var failure *session.Failure
		require.ErrorAs(t, err, &failure)
		require.Equal(t, class, failure.Class)
		require.Equal(t, "breaker_open", failure.Code)
		if class == session.FailureCredential {
			require.Contains(t, failure.Message, "changed parameters")
		} else {
			require.Contains(t, failure.Message, "wait until 2026-01-02T03:19:05Z", "a lockout cools down")
		}
	}
}

func TestClaim_OfAStaleExecution_IsNotGranted(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	page := f.opened(f.running("op_1"))
	stale, err := activities.Attach(f.pages, t.Context(), page)
	require.NoError(t, err)
	f.attached(page)
	granted, err := stale.Gate(f.pages, f.operation(refOf(page))).Claim(t.Context(), login.ClaimSubmitCredentials, "1")
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
				func() error { return held.Type(ctx, login.Control{}, session.NewSecret("x"), session.Origins{}) },
				func() error {
					return held.FillBoxes(ctx, []login.Control{{}}, session.NewSecret("x"), session.Origins{})
				},
				func() error { return held.Select(ctx, login.Control{}, "x") },
				func() error {
					return held.Authenticate(ctx, loginURL, session.NewSecret("x"), session.NewSecret("x"), session.Origins{})
				},
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
	report := func(step session.Step) {
		reporter := activities.Report(f.pages, t.Context(), ref, 1, 1, runID)
		defer reporter.Close() // which waits for the write
		reporter.Step(step)
	}
	report(session.StepDetecting)
	require.Equal(t, session.StepDetecting, f.operation(ref).Step)

	// The workflow went on; the execution that it gave up did not hear of it.
	id := f.ask(ref, 2, 1, session.AskCode, nil)
	report(session.StepSubmitting)
	op := f.operation(ref)
	require.Equal(t, session.OperationWaiting, op.State)
	require.Equal(t, id, op.Question.ID)
	require.NotEqual(t, session.StepSubmitting, op.Step)

	f.finish(ref, siteFailure())
	report(session.StepNavigating)
	require.Equal(t, session.OperationFailed, f.operation(ref).State)
}

func TestStepReporter_OfManyStepsAtOnce_ShowsTheLast_AndKeepsNobodyWaiting(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ref := f.running("op_1")
	reporter := activities.Report(f.pages, t.Context(), ref, 1, 1, runID)
	for range 1000 {
		reporter.Step(session.StepDetecting)
		reporter.Step(session.StepSubmitting)
	}
	reporter.Step(session.StepCapturing)
	reporter.Close()
	require.Equal(t, session.StepCapturing, f.operation(ref).Step)
}

func TestStepReporter_WritesAStepOnce(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ref := f.running("op_1")
	reporter := activities.Report(f.pages, t.Context(), ref, 1, 1, runID)
	reporter.Step(session.StepDetecting)
	require.Eventually(t, func() bool { return f.operation(ref).Step == session.StepDetecting }, 5*time.Second, time.Millisecond)
	written := f.operation(ref).UpdatedAt
	f.clock.advance(time.Minute)
	reporter.Step(session.StepDetecting)
	reporter.Close()
	require.Equal(t, written, f.operation(ref).UpdatedAt)
}

func refOf(page workflows.PageRef) store.Ref {
	return store.Ref{Workspace: page.Workspace, Operation: page.Operation}
}

func TestSpend_IsGrantedOncePerAccount_WhicheverOperationAsks(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	spend := func(op, key string) bool {
		ref := f.runningAs(op, "account", parameters)
		page := f.opened(ref)
		held, err := activities.Attach(f.pages, t.Context(), page)
		require.NoError(t, err)
		defer held.Leave()
		granted, err := held.Gate(f.pages, f.operation(ref)).Spend(t.Context(), login.SpendTOTPStep, key)
		require.NoError(t, err)
		f.finish(ref, siteFailure())
		require.NoError(t, f.run("close", f.pages.ClosePage, &workflows.ClosePageInput{Page: page}, nil))
		return granted
	}
	require.True(t, spend("op_1", "100"))
	require.False(t, spend("op_2", "100"))
	require.True(t, spend("op_3", "101"))
}

func TestNextCounter_NeverComesTwice_AlsoWithoutAnAccount(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ref := f.running("op_1")
	page := f.opened(ref)
	held, err := activities.Attach(f.pages, t.Context(), page)
	require.NoError(t, err)
	defer held.Leave()
	nameless := f.operation(ref)
	nameless.AccountKey = ""
	for _, op := range []session.Operation{f.operation(ref), nameless} {
		gate := held.Gate(f.pages, op)
		for _, c := range []struct{ from, want int64 }{{7, 7}, {7, 8}, {20, 20}, {0, 21}} {
			got, err := gate.NextCounter(t.Context(), c.from)
			require.NoError(t, err)
			require.Equal(t, c.want, got)
		}
	}
}

func TestGate_OfAStaleExecution_GrantsNothing(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	page := f.opened(f.running("op_1"))
	stale, err := activities.Attach(f.pages, t.Context(), page)
	require.NoError(t, err)
	defer stale.Leave()
	f.attached(page)
	gate := stale.Gate(f.pages, f.operation(refOf(page)))
	_, err = gate.Spend(t.Context(), login.SpendBackupCode, "x")
	require.ErrorIs(t, err, store.ErrLeaseStale)
	_, err = gate.NextCounter(t.Context(), 0)
	require.ErrorIs(t, err, store.ErrLeaseStale)
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
