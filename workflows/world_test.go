package workflows_test

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/testsuite"

	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/workflows"
)

// world plays every activity of a Login by a script and keeps what it was told.
type world struct {
	t     *testing.T
	env   *testsuite.TestWorkflowEnvironment
	start time.Time

	mu       sync.Mutex
	story    []string
	seqs     []int64
	advanced []workflows.AdvanceInput
	asked    []session.InfoRequest
	consumed string
	finish   *workflows.FinishInput
	// givesBack is true where the process that writes the end holds the page.
	givesBack bool

	// parts are what the engine does, one after the other; each is an *AdvanceOutput or an error.
	parts []any
	// opensOnly has the engine begin apart from the page's opening.
	opensOnly bool
	// opensNothing has the engine end without any page.
	opensNothing bool
	openErr      error
	beginErr     error
	proof        workflows.ProveOutput
	proved       *workflows.ProveInput
	watched      []workflows.WatchInput
	// canceled counts the watches that were told to end; shown are the steps of the questions.
	canceled int
	shown    []session.Step
	// stepped is by how much the deadline of a question is later than the workflow's clock has it: a clock was set meanwhile.
	stepped    time.Duration
	askGives   session.QuestionState
	closeGives session.QuestionState
	policy     session.BrowserLostPolicy
}

func newWorld(t *testing.T) *world {
	t.Helper()
	var suite testsuite.WorkflowTestSuite
	w := &world{
		t: t, env: suite.NewTestWorkflowEnvironment(),
		askGives: session.QuestionOpen, closeGives: session.QuestionClosed,
		proof: workflows.ProveOutput{Verdict: &session.Verdict{LoggedIn: true, Proven: true}},
	}
	w.start = w.env.Now()
	w.env.RegisterWorkflow(workflows.Login)
	register(w, workflows.ActivityBegin, w.onBegin)
	register(w, workflows.ActivityRecord, w.onRecord)
	register(w, workflows.ActivityAsk, w.onAsk)
	register(w, workflows.ActivityCloseQuestion, w.onCloseQuestion)
	register(w, workflows.ActivityFinish, w.onFinish)
	register(w, workflows.ActivityOpenPage, w.onOpenPage)
	register(w, workflows.ActivityAdvance, w.onAdvance)
	w.playWatches()
	register(w, workflows.ActivityCapture, w.onCapture)
	register(w, workflows.ActivityProve, w.onProve)
	register(w, workflows.ActivityClosePage, w.onClosePage)
	return w
}

// register notes that the activity ran, then plays it.
func register[I, O any](w *world, name string, play func(*I) (*O, error)) {
	w.env.RegisterActivityWithOptions(func(_ context.Context, in *I) (*O, error) {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.story = append(w.story, name)
		return play(in)
	}, activity.RegisterOptions{Name: name})
}

func (w *world) run() {
	w.t.Helper()
	w.env.ExecuteWorkflow(workflows.Login, &workflows.LoginInput{
		Workspace: "default", Project: "demo", SessionID: "s", Operation: "op_1",
		Kind: session.OperationCreate, Patience: 30 * time.Minute,
	})
	require.True(w.t, w.env.IsWorkflowCompleted())
}

func (w *world) requireEnd(state session.OperationState) {
	w.t.Helper()
	require.NoError(w.t, w.env.GetWorkflowError())
	var res workflows.LoginResult
	require.NoError(w.t, w.env.GetWorkflowResult(&res))
	require.Equal(w.t, state, res.State)
	require.NotNil(w.t, w.finish)
	require.Equal(w.t, state, w.finish.Write.State)
}

// storyOf returns the activities that ran, without those named.
func (w *world) storyOf(without ...string) []string {
	var names []string
	for _, n := range w.story {
		if len(without) == 0 || n != without[0] {
			names = append(names, n)
		}
	}
	return names
}

func (w *world) waited() time.Duration { return w.env.Now().Sub(w.start).Truncate(time.Second) }

func (w *world) answerAfter(d time.Duration, number int) {
	w.env.RegisterDelayedCallback(func() {
		w.env.SignalWorkflow(workflows.SignalResume, &workflows.ResumeSignal{InfoRequestID: questionID(number)})
	}, d)
}

func (w *world) loseAfter(d time.Duration, attempt int) {
	w.env.RegisterDelayedCallback(func() {
		w.env.SignalWorkflow(workflows.SignalBrowserLost, &workflows.BrowserLostSignal{BrowserID: browserID(attempt)})
	}, d)
}

func (w *world) losePageAfter(d time.Duration, attempt int) {
	w.env.RegisterDelayedCallback(func() {
		w.env.SignalWorkflow(workflows.SignalPageLost, &workflows.PageLostSignal{Attempt: attempt})
	}, d)
}

func questionID(number int) string { return fmt.Sprintf("ask_%d", number) }
func browserID(attempt int) string { return fmt.Sprintf("br_%d", attempt) }

func (w *world) wrote(write workflows.Write) { w.seqs = append(w.seqs, write.Seq) }

func (w *world) onBegin(in *workflows.BeginInput) (*workflows.BeginOutput, error) {
	w.wrote(in.Write)
	return &workflows.BeginOutput{AnswerWait: 10 * time.Minute, Browser: session.BrowserShell, OnBrowserLost: w.policy}, w.beginErr
}

func (w *world) onRecord(in *workflows.RecordInput) (*struct{}, error) {
	w.wrote(in.Write)
	if in.Write.Consumed != "" {
		w.consumed = in.Write.Consumed
	}
	return nil, nil
}

func (w *world) onAsk(in *workflows.AskInput) (*workflows.AskOutput, error) {
	w.wrote(in.Write)
	w.asked = append(w.asked, in.Question)
	w.shown = append(w.shown, in.Write.Step)
	return &workflows.AskOutput{
		QuestionID: questionID(in.Question.Number), ExpiresAt: in.Question.ExpiresAt.Add(w.stepped), State: w.askGives,
	}, nil
}

func (w *world) onCloseQuestion(*workflows.CloseQuestionInput) (*workflows.CloseQuestionOutput, error) {
	return &workflows.CloseQuestionOutput{State: w.closeGives}, nil
}

func (w *world) onFinish(in *workflows.FinishInput) (*workflows.FinishOutput, error) {
	w.wrote(in.Write)
	w.finish = in
	return &workflows.FinishOutput{GivenBack: w.givesBack}, nil
}

func (w *world) onOpenPage(in *workflows.OpenPageInput) (*workflows.OpenPageOutput, error) {
	if w.openErr != nil {
		return nil, w.openErr
	}
	out := &workflows.OpenPageOutput{PageRef: workflows.PageRef{
		Workspace: in.Workspace, Operation: in.Operation, Attempt: in.Attempt,
		BrowserID: browserID(in.Attempt), TaskQueue: workflows.BrowserTaskQueue(browserID(in.Attempt)),
	}}
	if _, isError := w.parts[0].(error); isError || w.opensOnly {
		return out, nil // as the activity does: it leaves it to Advance
	}
	if w.opensNothing {
		out.PageRef = workflows.PageRef{}
	}
	var err error
	out.Advanced, err = w.onAdvance(&workflows.AdvanceInput{
		Page: out.PageRef, Seq: in.Seq, RunID: in.RunID, Answers: in.Answers, Number: in.Number,
	})
	return out, err
}

// onAdvance plays the next part.
func (w *world) onAdvance(in *workflows.AdvanceInput) (*workflows.AdvanceOutput, error) {
	w.advanced = append(w.advanced, *in)
	part := w.parts[0]
	w.parts = w.parts[1:]
	if err, ok := part.(error); ok {
		return nil, err
	}
	out, _ := part.(*workflows.AdvanceOutput)
	return out, nil
}

func (w *world) onCapture(*workflows.CaptureInput) (*struct{}, error) { return nil, nil }

func (w *world) onProve(in *workflows.ProveInput) (*workflows.ProveOutput, error) {
	w.proved = in
	return &w.proof, nil
}

func (w *world) onClosePage(*workflows.ClosePageInput) (*struct{}, error) { return nil, nil }

// script sets what the engine does; see world.parts.
func (w *world) script(parts ...any) { w.parts = parts }

func loggedIn() *workflows.AdvanceOutput {
	return &workflows.AdvanceOutput{
		LoggedIn: true, Captured: true, Landing: "https://app.example/home", Verdict: &session.Verdict{LoggedIn: true},
		Way: json.RawMessage(`{"steps":[]}`),
	}
}

func asks(attempt int) *workflows.AdvanceOutput {
	return &workflows.AdvanceOutput{
		Progress: json.RawMessage(fmt.Sprintf(`{"asked":%d}`, attempt)),
		Question: &session.InfoRequest{Kind: session.AskCode, Message: "Enter the code.", Attempt: attempt},
	}
}

// waitsFor is asks for a question that the page may go on without.
func waitsFor(kind session.InfoRequestKind) *workflows.AdvanceOutput {
	out := asks(1)
	out.Question.Kind = kind
	return out
}

func fails(class session.FailureClass, code string) *workflows.AdvanceOutput {
	return &workflows.AdvanceOutput{Failure: session.NewFailure(class, code, "…"), Rejected: true}
}
