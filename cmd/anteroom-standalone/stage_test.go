//go:build temporal

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	sdkworker "go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
	"github.com/anteroom/anteroom/worker"
	"github.com/anteroom/anteroom/workflows"
)

// sceneTimeout bounds a scene: a busy machine is slow, and a step that hangs is taken for dead after ten seconds.
const sceneTimeout = 30 * time.Second

// hangs is what a step does that is caught in the middle.
type hangs struct{}

// play is what the activities of a scene do.
type play struct {
	// steps are what openings and advances do, in turn: *AdvanceOutput, an error or hangs.
	steps []any
	// opensOnly has the engine begin apart from the page's opening.
	opensOnly bool
	beginErr  error
	// capture, proof and watch are an output, an error or hangs.
	capture, proof, watch any
	answerWait            time.Duration
	// closed is the state of a question that is closed.
	closed session.QuestionState
}

// stage runs one scene: one operation with workers of its own.
type stage struct {
	t      *testing.T
	client client.Client
	scene  scene
	ref    store.Ref
	// stopWorkflows and stopPages end the workers.
	stopWorkflows, stopPages func()

	mu   sync.Mutex // guards next
	next int
}

func newStage(t *testing.T, c client.Client, number int, s scene) *stage {
	t.Helper()
	return &stage{
		t: t, client: c, scene: s,
		ref: store.Ref{Workspace: "default", Operation: fmt.Sprintf("op_%03d", number+1)},
	}
}

// run plays the scene and returns the history at its end.
func (s *stage) run() *historypb.History {
	s.t.Helper()
	dispatcher := &worker.Dispatcher{Client: s.client, Patience: 10 * time.Minute}
	require.NoError(s.t, dispatcher.Start(s.t.Context(), session.Operation{
		ID: s.ref.Operation, Workspace: s.ref.Workspace, Project: "demo", SessionID: "ana", Kind: session.OperationCreate,
	}))
	s.stopWorkflows, s.stopPages = func() {}, func() {}
	if !s.scene.noWorker {
		s.stopWorkflows = sync.OnceFunc(s.pollWorkflows())
		s.t.Cleanup(func() { s.stopWorkflows() }) // a scene that fails plays no part in the next
	}
	if !s.scene.noWorker && !s.scene.noBrowser {
		s.stopPages = sync.OnceFunc(s.pollPages())
		s.t.Cleanup(func() { s.stopPages() })
	}
	s.scene.act(s, dispatcher)
	history := s.history()
	s.stopPages()
	s.stopWorkflows()
	if !s.over(history) {
		require.NoError(s.t, s.client.TerminateWorkflow(s.t.Context(), s.ref.Operation, "", "the scene is over"))
	}
	return history
}

func (s *stage) pollWorkflows() (stop func()) {
	w := sdkworker.New(s.client, workflows.TaskQueue, sdkworker.Options{DisableRegistrationAliasing: true})
	w.RegisterWorkflowWithOptions(workflows.Login, workflow.RegisterOptions{Name: workflows.LoginWorkflow})
	does(w, workflows.ActivityBegin, func(context.Context, *workflows.BeginInput) (*workflows.BeginOutput, error) {
		return &workflows.BeginOutput{AnswerWait: s.scene.play.answerWait, Browser: session.BrowserShell}, s.scene.play.beginErr
	})
	does(w, workflows.ActivityRecord, nothing[workflows.RecordInput])
	does(w, workflows.ActivityFinish, nothing[workflows.FinishInput])
	does(w, workflows.ActivityAsk, func(_ context.Context, in *workflows.AskInput) (*workflows.AskOutput, error) {
		return &workflows.AskOutput{
			QuestionID: questionID(in.Question.Number), ExpiresAt: in.Question.ExpiresAt, State: session.QuestionOpen,
		}, nil
	})
	does(w, workflows.ActivityCloseQuestion, func(context.Context, *workflows.CloseQuestionInput) (*workflows.CloseQuestionOutput, error) {
		return &workflows.CloseQuestionOutput{State: s.scene.play.closed}, nil
	})
	require.NoError(s.t, w.Start())
	return w.Stop
}

// pollPages polls the queue of openings and those of the browsers of two attempts.
func (s *stage) pollPages() (stop func()) {
	var stops []func()
	for _, queue := range []string{workflows.PageTaskQueueFor(session.BrowserShell), s.queueOf(1), s.queueOf(2)} {
		w := sdkworker.New(s.client, queue, sdkworker.Options{DisableRegistrationAliasing: true, DisableWorkflowWorker: true})
		does(w, workflows.ActivityOpenPage, s.openPage)
		does(w, workflows.ActivityAdvance, func(ctx context.Context, _ *workflows.AdvanceInput) (*workflows.AdvanceOutput, error) {
			return done[workflows.AdvanceOutput](ctx, s.step())
		})
		does(w, workflows.ActivityCapture, func(ctx context.Context, _ *workflows.CaptureInput) (*struct{}, error) {
			return done[struct{}](ctx, s.scene.play.capture)
		})
		does(w, workflows.ActivityProve, func(ctx context.Context, _ *workflows.ProveInput) (*workflows.ProveOutput, error) {
			return done[workflows.ProveOutput](ctx, s.scene.play.proof)
		})
		does(w, workflows.ActivityWatch, func(ctx context.Context, _ *workflows.WatchInput) (*workflows.WatchOutput, error) {
			return done[workflows.WatchOutput](ctx, s.scene.play.watch)
		})
		does(w, workflows.ActivityClosePage, nothing[workflows.ClosePageInput])
		require.NoError(s.t, w.Start())
		stops = append(stops, w.Stop)
	}
	return func() {
		for _, stop := range stops {
			stop()
		}
	}
}

// does registers what an activity does.
func does[I, O any](w sdkworker.Worker, name string, do func(context.Context, *I) (*O, error)) {
	w.RegisterActivityWithOptions(do, activity.RegisterOptions{Name: name})
}

func nothing[I any](context.Context, *I) (*struct{}, error) { return nil, nil }

// done ends a step as the script says; one that hangs ends with its worker.
func done[O any](ctx context.Context, what any) (*O, error) {
	switch what := what.(type) {
	case hangs:
		<-ctx.Done()
		return nil, ctx.Err()
	case error:
		return nil, what
	case *O:
		return what, nil
	}
	return nil, nil
}

func (s *stage) openPage(ctx context.Context, in *workflows.OpenPageInput) (*workflows.OpenPageOutput, error) {
	out := &workflows.OpenPageOutput{PageRef: workflows.PageRef{
		Workspace: in.Workspace, Operation: in.Operation, Attempt: in.Attempt,
		BrowserID: s.browserID(in.Attempt), TaskQueue: s.queueOf(in.Attempt),
	}}
	if s.scene.play.opensOnly {
		return out, nil
	}
	var err error
	out.Advanced, err = done[workflows.AdvanceOutput](ctx, s.step())
	return out, err
}

// step is the next step of the script; the last one is repeated.
func (s *stage) step() any {
	s.mu.Lock()
	defer s.mu.Unlock()
	step := s.scene.play.steps[min(s.next, len(s.scene.play.steps)-1)]
	s.next++
	return step
}

func questionID(number int) string { return fmt.Sprintf("ask_%d", number) }

func (s *stage) browserID(attempt int) string {
	return fmt.Sprintf("br_%s_%d", s.ref.Operation, attempt)
}
func (s *stage) queueOf(attempt int) string { return workflows.BrowserTaskQueue(s.browserID(attempt)) }

func (s *stage) history() *historypb.History {
	s.t.Helper()
	history := &historypb.History{}
	events := s.client.GetWorkflowHistory(s.t.Context(), s.ref.Operation, "", false, enumspb.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	for events.HasNext() {
		event, err := events.Next()
		require.NoError(s.t, err)
		history.Events = append(history.Events, event)
	}
	return history
}

// has waits until the history has so many events of a type and nothing is left for the workflow to do.
func (s *stage) has(events int, of enumspb.EventType) {
	s.t.Helper()
	require.Eventually(s.t, func() bool {
		history := s.history().GetEvents()
		found := 0
		for _, e := range history {
			if e.GetEventType() == of {
				found++
			}
		}
		last := history[len(history)-1].GetEventType()
		busy := last == enumspb.EVENT_TYPE_WORKFLOW_TASK_SCHEDULED || last == enumspb.EVENT_TYPE_WORKFLOW_TASK_STARTED
		return found >= events && !busy
	}, sceneTimeout, 10*time.Millisecond, "the history never had %d times %s", events, of)
}

// scheduled waits for the n-th activity, asks for the n-th question.
func (s *stage) scheduled(n int) { s.t.Helper(); s.has(n, enumspb.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED) }
func (s *stage) asks(n int)      { s.t.Helper(); s.has(n, enumspb.EVENT_TYPE_TIMER_STARTED) }

// failedActivities waits until so many activities failed.
func (s *stage) failedActivities(n int) {
	s.t.Helper()
	s.has(n, enumspb.EVENT_TYPE_ACTIVITY_TASK_FAILED)
}

// ends waits for the workflow's end.
func (s *stage) ends() {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), sceneTimeout)
	defer cancel()
	_ = s.client.GetWorkflow(ctx, s.ref.Operation, "").Get(ctx, nil) // a canceled one ends with an error
	require.True(s.t, s.over(s.history()), "the workflow has not ended")
}

func (s *stage) over(history *historypb.History) bool {
	switch history.GetEvents()[len(history.GetEvents())-1].GetEventType() {
	case enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED, enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_CANCELED,
		enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_FAILED:
		return true
	}
	return false
}

func compact(out *bytes.Buffer, line []byte) error { return json.Compact(out, line) }

func keys(set map[string]bool) []string { return slices.Sorted(maps.Keys(set)) }
