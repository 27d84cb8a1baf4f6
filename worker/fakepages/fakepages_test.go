package fakepages_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/testsuite"

	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
	"github.com/anteroom/anteroom/worker/fakepages"
	"github.com/anteroom/anteroom/workflows"
)

// captures is a store that counts.
type captures struct {
	mu    sync.Mutex
	saved []store.Ref
}

func (c *captures) SaveCapture(_ context.Context, ref store.Ref, _ store.Sealed, _ time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.saved = append(c.saved, ref)
	return nil
}

// login runs a login on a fake page; every question is answered.
func login(t *testing.T, fake *fakepages.Fake) session.OperationState {
	t.Helper()
	var suite testsuite.WorkflowTestSuite
	env := suite.NewTestWorkflowEnvironment()
	env.RegisterWorkflow(workflows.Login)
	fake.Register(env)
	register(env, workflows.ActivityBegin, func(context.Context, *workflows.BeginInput) (*workflows.BeginOutput, error) {
		return &workflows.BeginOutput{AnswerWait: time.Minute}, nil
	})
	register(env, workflows.ActivityRecord, nothing[workflows.RecordInput])
	register(env, workflows.ActivityFinish, nothing[workflows.FinishInput])
	register(env, workflows.ActivityAsk, func(_ context.Context, in *workflows.AskInput) (*workflows.AskOutput, error) {
		return &workflows.AskOutput{QuestionID: "ask_1", ExpiresAt: in.Question.ExpiresAt, State: session.QuestionOpen}, nil
	})
	env.RegisterDelayedCallback(func() {
		env.SignalWorkflow(workflows.SignalResume, &workflows.ResumeSignal{InfoRequestID: "ask_1"})
	}, time.Second)
	env.ExecuteWorkflow(workflows.Login, &workflows.LoginInput{
		Workspace: "default", Project: "demo", SessionID: "s", Operation: "op_1", Kind: session.OperationCreate, Patience: time.Minute,
	})
	require.NoError(t, env.GetWorkflowError())
	var result workflows.LoginResult
	require.NoError(t, env.GetWorkflowResult(&result))
	return result.State
}

func register[I, O any](env *testsuite.TestWorkflowEnvironment, name string, do func(context.Context, *I) (*O, error)) {
	env.RegisterActivityWithOptions(do, activity.RegisterOptions{Name: name})
}

func nothing[I any](context.Context, *I) (*struct{}, error) { return nil, nil }

func TestFake_WhenAnswered_IsLoggedIn(t *testing.T) {
	t.Parallel()
	kept := &captures{}
	var took []string
	fake := &fakepages.Fake{Store: kept, Took: func(_ context.Context, _ store.Ref, question string) error {
		took = append(took, question)
		return nil
	}}
	require.Equal(t, session.OperationSucceeded, login(t, fake))
	require.Equal(t, []string{"ask_1"}, took)
	require.Equal(t, []store.Ref{{Workspace: "default", Operation: "op_1"}}, kept.saved)
}

func TestFake_WhenItAsksNothing_IsLoggedInAtOnce(t *testing.T) {
	t.Parallel()
	kept := &captures{}
	fake := &fakepages.Fake{
		Store: kept, Ask: func(store.Ref) *session.InfoRequest { return nil },
		Took: func(context.Context, store.Ref, string) error { panic("nothing was asked") },
	}
	require.Equal(t, session.OperationSucceeded, login(t, fake))
	require.Len(t, kept.saved, 1)
}
