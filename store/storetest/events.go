package storetest

import (
	"context"
	"sync"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
)

// notes is an observer that remembers.
type notes struct {
	mu      sync.Mutex
	events  []store.Event
	written []store.Written
}

// Happened remembers e.
func (n *notes) Happened(_ context.Context, e store.Event) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.events = append(n.events, e)
}

// Wrote remembers w.
func (n *notes) Wrote(_ context.Context, w store.Written) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.written = append(n.written, w)
}

// taken returns what happened since it was last asked.
func (n *notes) taken() []store.Event {
	n.mu.Lock()
	defer n.mu.Unlock()
	events := n.events
	n.events = nil
	return events
}

func (f *fixture) observed() *notes {
	n := &notes{}
	f.Observe(n)
	return n
}

// moves shows events as "before → after".
func moves(events []store.Event) []string {
	shown := []string{}
	for _, e := range events {
		shown = append(shown, string(e.Before.State)+" → "+string(e.After.State)+"/"+string(e.After.Step))
	}
	return shown
}

var eventTests = tests{
	"Event_OfEachTransition_IsToldOnceThoughTheWriteIsRepeated": func(f *fixture) {
		n := f.observed()
		ref := f.queued("a")
		ctx := f.t.Context()
		for range 2 {
			_, err := f.BeginOperation(ctx, write(ref, 1, session.OperationRunning))
			require.NoError(f.t, err)
		}
		for range 2 {
			w := write(ref, 2, session.OperationRunning)
			w.Step = session.StepSubmitting
			_, err := f.AdvanceOperation(ctx, w)
			require.NoError(f.t, err)
		}
		for range 2 {
			_, _, err := f.AskQuestion(ctx, write(ref, 3, session.OperationWaiting), codeQuestion(ref, 1))
			require.NoError(f.t, err)
		}
		end := store.Finish{Transition: write(ref, 4, session.OperationFailed), Failure: session.NewFailure(session.FailureSite, "x", "y")}
		for range 2 {
			_, err := f.FinishOperation(ctx, end)
			require.NoError(f.t, err)
		}
		events := n.taken()
		require.Equal(f.t, []string{
			" → queued/", "queued → running/detecting", "running → running/submitting", "running → waiting/waiting_input", "waiting → failed/",
		}, moves(events))
		require.True(f.t, events[2].Stepped())
		require.Equal(f.t, session.AskCode, events[3].Asked)
		require.Equal(f.t, session.FailureSite, events[4].After.Failure.Class)
		kind, since, ended := events[4].Waited()
		require.True(f.t, ended)
		require.Equal(f.t, session.AskCode, kind)
		require.Equal(f.t, codeQuestion(ref, 1).AskedAt.UTC(), since.UTC())
	},
	"Event_OfAnAnswer_TellsWhenItWasAcceptedAndTakenUp": func(f *fixture) {
		ref, q := f.waiting("a")
		n := f.observed()
		ctx := f.t.Context()
		answer := store.Answer{Ref: ref, QuestionID: q.ID, Input: store.Sealed("x"), At: after(time.Second)}
		require.NoError(f.t, f.AnswerQuestion(ctx, answer))
		var stale *store.QuestionStaleError
		require.ErrorAs(f.t, f.AnswerQuestion(ctx, answer), &stale)
		for range 2 {
			w := write(ref, 3, session.OperationRunning)
			w.ConsumedQuestion, w.At = q.ID, after(3*time.Second)
			_, err := f.AdvanceOperation(ctx, w)
			require.NoError(f.t, err)
		}
		events := n.taken()
		require.Equal(f.t, []string{"waiting → running/", "running → running/detecting"}, moves(events))
		require.Equal(f.t, session.AskCode, events[0].Answered)
		require.Equal(f.t, session.AskCode, events[1].TakenUp)
		require.Equal(f.t, 2*time.Second, events[1].TakenUpAfter)
	},
	"Event_OfAQuestion_WhoseTimeIsUp_SaysSo": func(f *fixture) {
		ref, q := f.waiting("a")
		other, early := f.waiting("b")
		n := f.observed()
		for range 2 {
			_, err := f.CloseQuestion(f.t.Context(), ref, q.ID, q.ExpiresAt)
			require.NoError(f.t, err)
			_, err = f.CloseQuestion(f.t.Context(), other, early.ID, early.ExpiresAt.Add(-time.Second))
			require.NoError(f.t, err)
		}
		events := n.taken()
		require.Equal(f.t, []string{"waiting → running/", "waiting → running/"}, moves(events))
		require.Equal(f.t, session.AskCode, events[0].Expired)
		require.Empty(f.t, events[1].Expired)
	},
	"Event_OfACancelAndADelete_IsTold": func(f *fixture) {
		queued, live := f.queued("a"), f.running("b")
		n := f.observed()
		for range 2 {
			_, err := f.RequestCancel(f.t.Context(), queued, after(time.Second))
			require.NoError(f.t, err)
		}
		_, err := f.DeleteSession(f.t.Context(), workspace, project, "session-b", after(time.Second))
		require.NoError(f.t, err)
		require.Equal(f.t, []string{"queued → canceled/", "running → canceled/"}, moves(n.taken()))
		op, err := f.GetOperation(f.t.Context(), live)
		require.NoError(f.t, err)
		require.True(f.t, op.State.Final())
	},
	"Wrote_IsToldOfWritesThatFailToo": func(f *fixture) {
		n := f.observed()
		f.queued("a")
		_, err := f.AdvanceOperation(f.t.Context(), write(refOf("op_none"), 1, session.OperationRunning))
		require.ErrorIs(f.t, err, store.ErrNotFound)
		require.Len(f.t, n.written, 2)
		require.NoError(f.t, n.written[0].Err)
		require.Positive(f.t, n.written[0].Took)
		require.ErrorIs(f.t, n.written[1].Err, store.ErrNotFound)
		require.Len(f.t, n.taken(), 1)
	},
	"Census_CountsWhatIsLive": func(f *fixture) {
		f.queued("a")
		f.running("b")
		ref := f.running("c")
		f.waiting("d")
		f.finished("e", session.OperationFailed)
		_, err := f.LendPage(f.t.Context(), store.Lease{Ref: ref, Attempt: 1, BrowserID: browserID, TaskQueue: taskQueue, LentAt: now}, 5)
		require.NoError(f.t, err)
		c, err := f.Census(f.t.Context())
		require.NoError(f.t, err)
		require.Equal(f.t, []store.OperationCount{
			{Workspace: workspace, Project: project, State: session.OperationQueued, Count: 1},
			{Workspace: workspace, Project: project, State: session.OperationRunning, Count: 2},
			{Workspace: workspace, Project: project, State: session.OperationWaiting, Count: 1},
		}, c.Operations)
		require.Equal(f.t, []store.BrowserCount{{Kind: session.BrowserShell, Browsers: 1, Pages: 1}}, c.Browsers)
		require.NoError(f.t, f.MarkBrowserLost(f.t.Context(), browserID, now))
		c, err = f.Census(f.t.Context())
		require.NoError(f.t, err)
		require.Empty(f.t, c.Browsers)
	},
}
