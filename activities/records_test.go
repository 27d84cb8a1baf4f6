package activities_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/activities"
	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
	"github.com/anteroom/anteroom/workflows"
)

func TestBegin_ClaimsTheOperation_AndTellsOfTheProject(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.putProject(session.Project{
		Workspace: workspace, Name: project, LoginURL: loginURL, Browser: session.BrowserChrome, OTP: session.OTPSettings{Wait: "3m"},
	})
	ref := f.queued("op_1")
	in := &workflows.BeginInput{Write: write("op_1", 1, session.OperationRunning)}
	for range 2 {
		out, err := f.records.Begin(t.Context(), in)
		require.NoError(t, err, "a repeat is harmless")
		require.Equal(t, &workflows.BeginOutput{AnswerWait: 3 * time.Minute, Browser: session.BrowserChrome}, out)
	}
	op := f.operation(ref)
	require.Equal(t, session.OperationRunning, op.State)
	require.Equal(t, runID, op.RunID)
}

func TestBegin_OfAnotherRun_IsOver(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.running("op_1")
	w := write("op_1", 1, session.OperationRunning)
	w.RunID = "run-2"
	_, err := f.records.Begin(t.Context(), &workflows.BeginInput{Write: w})
	requireType(t, err, workflows.ErrorOperationOver, false)
}

func TestRecord_WritesStateAndStep_AndARepeatIsHarmless(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ref := f.running("op_1")
	w := write("op_1", 2, session.OperationRunning)
	w.Step = session.StepVerifying
	for range 2 {
		require.NoError(t, f.records.Record(t.Context(), &workflows.RecordInput{Write: w}))
		require.Equal(t, session.StepVerifying, f.operation(ref).Step)
	}
	late := write("op_1", 1, session.OperationRunning)
	late.Step = session.StepNavigating
	require.NoError(t, f.records.Record(t.Context(), &workflows.RecordInput{Write: late}))
	require.Equal(t, session.StepVerifying, f.operation(ref).Step, "an older write changes nothing")
}

func TestRecord_TakesUpTheAnswer(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ref := f.running("op_1")
	id := f.ask(ref, 2, 1, session.AskCode, map[string]session.Secret{"code": session.NewSecret("123456")})
	w := write("op_1", 3, session.OperationRunning)
	w.Consumed = id
	require.NoError(t, f.records.Record(t.Context(), &workflows.RecordInput{Write: w}))
	_, state, err := f.db.GetQuestion(t.Context(), ref, id)
	require.NoError(t, err)
	require.Equal(t, session.QuestionConsumed, state)
}

func TestAsk_Repeated_KeepsIDAndFirstDeadline(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ref := f.running("op_1")
	in := &workflows.AskInput{
		Write:    write("op_1", 2, session.OperationWaiting),
		Question: session.InfoRequest{Number: 1, Kind: session.AskCode, ExpiresAt: f.clock.now().Add(time.Minute)},
	}
	first, err := f.records.Ask(t.Context(), in)
	require.NoError(t, err)
	require.Equal(t, f.vault.DeriveID(session.QuestionPrefix, "op_1", "1"), first.QuestionID)
	require.Equal(t, session.QuestionOpen, first.State)

	in.Question.ExpiresAt = f.clock.now().Add(time.Hour)
	again, err := f.records.Ask(t.Context(), in)
	require.NoError(t, err)
	require.Equal(t, first, again)
	require.Equal(t, first.QuestionID, f.operation(ref).Question.ID)
}

func TestAsk_IDs_DifferByOperationAndNumber(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ids := map[string]bool{}
	for _, ref := range []store.Ref{f.running("op_1"), f.running("op_2")} {
		ids[f.ask(ref, 2, 1, session.AskCode, nil)] = true
		ids[f.ask(ref, 3, 2, session.AskCode, nil)] = true
	}
	require.Len(t, ids, 4)
}

func TestAsk_AfterTheAnswer_SaysThatItWasAnswered(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ref := f.running("op_1")
	id := f.ask(ref, 2, 1, session.AskCode, map[string]session.Secret{"code": session.NewSecret("123456")})
	out, err := f.records.Ask(t.Context(), &workflows.AskInput{
		Write:    write("op_1", 2, session.OperationWaiting),
		Question: session.InfoRequest{Number: 1, Kind: session.AskCode, ExpiresAt: f.clock.now().Add(time.Minute)},
	})
	require.NoError(t, err)
	require.Equal(t, id, out.QuestionID)
	require.Equal(t, session.QuestionAnswered, out.State)
	require.Nil(t, f.operation(ref).Question, "an answered question is not shown again")
}

func TestCloseQuestion_ClosesAnOpenOne_AndLosesToAnAnswer(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	open, answered := f.running("op_1"), f.running("op_2")
	for ref, want := range map[store.Ref]session.QuestionState{open: session.QuestionClosed, answered: session.QuestionAnswered} {
		var values map[string]session.Secret
		if ref == answered {
			values = map[string]session.Secret{"code": session.NewSecret("123456")}
		}
		id := f.ask(ref, 2, 1, session.AskCode, values)
		in := &workflows.CloseQuestionInput{Workspace: workspace, Operation: ref.Operation, QuestionID: id}
		for range 2 {
			out, err := f.records.CloseQuestion(t.Context(), in)
			require.NoError(t, err)
			require.Equal(t, want, out.State)
		}
	}
}

func TestFinish_EndsOperationAndSession_AndARepeatIsHarmless(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ref := f.running("op_1")
	failure := session.NewFailure(session.FailureNeedsUser, "consent", "somebody must agree")
	in := &workflows.FinishInput{Write: write("op_1", 2, session.OperationFailed), Failure: failure}
	for range 2 {
		out, err := f.records.Finish(t.Context(), in)
		require.NoError(t, err)
		require.False(t, out.GivenBack, "there was no page")
	}
	op := f.operation(ref)
	require.Equal(t, session.OperationFailed, op.State)
	require.Equal(t, failure, op.Failure)
	s, err := f.db.GetSession(t.Context(), workspace, project, "session-of-op_1")
	require.NoError(t, err)
	require.Equal(t, session.StateNeedsUser, s.State)
}

func TestRecords_OfAnOperationThatIsOver_SaySo(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ref := f.running("op_1")
	_, err := f.db.DeleteSession(t.Context(), workspace, project, "session-of-op_1", f.clock.now())
	require.NoError(t, err)
	require.Equal(t, session.OperationCanceled, f.operation(ref).State)
	for name, call := range map[string]func(workflows.Write) error{
		"begin": func(w workflows.Write) error {
			_, err := f.records.Begin(t.Context(), &workflows.BeginInput{Write: w})
			return err
		},
		"record": func(w workflows.Write) error { return f.records.Record(t.Context(), &workflows.RecordInput{Write: w}) },
		"ask": func(w workflows.Write) error {
			_, err := f.records.Ask(t.Context(), &workflows.AskInput{Write: w, Question: session.InfoRequest{Number: 1}})
			return err
		},
		"finish": func(w workflows.Write) error {
			w.State = session.OperationFailed
			_, err := f.records.Finish(t.Context(), &workflows.FinishInput{Write: w, Failure: siteFailure()})
			return err
		},
		"unknown": func(w workflows.Write) error {
			w.Operation = "op_none"
			return f.records.Record(t.Context(), &workflows.RecordInput{Write: w})
		},
	} {
		requireType(t, call(write("op_1", 9, session.OperationRunning)), workflows.ErrorOperationOver, false)
		require.Equal(t, session.OperationCanceled, f.operation(ref).State, name)
	}
}

func TestSessionStateAfter_TellsHowTheSessionStands(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		end     session.OperationState
		failure *session.Failure
		want    session.State
	}{
		{session.OperationCanceled, nil, session.StateCanceled},
		{session.OperationCanceled, session.NewFailure(session.FailureNeedsUser, "", ""), session.StateCanceled},
		{session.OperationExpired, session.NewFailure(session.FailureNeedsUser, "", ""), session.StateNeedsUser},
		{session.OperationFailed, session.NewFailure(session.FailureNeedsUser, "", ""), session.StateNeedsUser},
		{session.OperationFailed, session.NewFailure(session.FailureCredential, "", ""), session.StateFailed},
		{session.OperationFailed, nil, session.StateFailed},
	} {
		require.Equal(t, c.want, activities.SessionStateAfter(c.end, c.failure), "%s %v", c.end, c.failure)
	}
}
