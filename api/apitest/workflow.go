package apitest

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
)

// Workflow writes to the store what a workflow would.
type Workflow struct {
	Store store.Store
	Clock *Clock

	t   testing.TB
	seq map[string]int64
}

// AnswerWait is how long the questions of Ask wait.
const AnswerWait = 10 * time.Minute

func ref(operationID string) store.Ref {
	return store.Ref{Workspace: Workspace, Operation: operationID}
}

func (w *Workflow) transition(operationID string, state session.OperationState) store.Transition {
	w.seq[operationID]++
	return store.Transition{
		Ref: ref(operationID), RunID: "run-1", Seq: w.seq[operationID], State: state, Attempt: 1, At: w.Clock.Now(),
	}
}

// Begin claims the operation.
func (w *Workflow) Begin(operationID string) {
	w.t.Helper()
	_, err := w.Store.BeginOperation(w.t.Context(), w.transition(operationID, session.OperationRunning))
	require.NoError(w.t, err)
}

// CodeQuestion is a question for a code of six digits.
func CodeQuestion(number int) session.InfoRequest {
	return session.InfoRequest{
		Number: number, Kind: session.AskCode, Message: "Enter the code we texted you.", MaskedTarget: "•••• 42", Attempt: 1,
		Fields: []session.Field{{Name: "code", Type: "code", Label: "Code", Length: 6, Pattern: "[0-9]+"}},
		Allow:  []session.Action{session.ActionAnswer, session.ActionCancel},
	}
}

// Ask begins the operation where that is still to be done and asks; it returns the question's id.
func (w *Workflow) Ask(operationID string, q session.InfoRequest) string {
	w.t.Helper()
	if w.seq[operationID] == 0 {
		w.Begin(operationID)
	}
	q.ID = session.NewID(session.QuestionPrefix)
	q.AskedAt = w.Clock.Now()
	q.ExpiresAt = q.AskedAt.Add(AnswerWait)
	asked, state, err := w.Store.AskQuestion(w.t.Context(), w.transition(operationID, session.OperationWaiting), q)
	require.NoError(w.t, err)
	require.Equal(w.t, session.QuestionOpen, state)
	return asked.ID
}

// GoOn closes the open question, because the page went on without an answer.
func (w *Workflow) GoOn(operationID string) {
	w.t.Helper()
	_, err := w.Store.AdvanceOperation(w.t.Context(), w.transition(operationID, session.OperationRunning))
	require.NoError(w.t, err)
}

// Succeed ends the operation with a storage state.
func (w *Workflow) Succeed(operationID, sessionID, storageState string) {
	w.t.Helper()
	if w.seq[operationID] == 0 {
		w.Begin(operationID)
	}
	place := session.StorageStateID(Project, sessionID)
	sealed, err := (&Sealer{}).Seal([]byte(storageState), Workspace, session.SealedStorageState, place)
	require.NoError(w.t, err)
	require.NoError(w.t, w.Store.SaveCapture(w.t.Context(), ref(operationID), sealed, w.Clock.Now()))
	w.finish(operationID, session.OperationSucceeded, nil)
}

// Fail ends the operation with a failure.
func (w *Workflow) Fail(operationID string, f *session.Failure) {
	w.t.Helper()
	if w.seq[operationID] == 0 {
		w.Begin(operationID)
	}
	w.finish(operationID, session.OperationFailed, f)
}

// Expire ends the operation because nobody answered.
func (w *Workflow) Expire(operationID string, f *session.Failure) {
	w.t.Helper()
	w.finish(operationID, session.OperationExpired, f)
}

// Cancel ends the operation because somebody canceled it.
func (w *Workflow) Cancel(operationID string) {
	w.t.Helper()
	w.finish(operationID, session.OperationCanceled, nil)
}

func (w *Workflow) finish(operationID string, state session.OperationState, f *session.Failure) {
	w.t.Helper()
	_, err := w.Store.FinishOperation(w.t.Context(), store.Finish{
		Transition: w.transition(operationID, state), Failure: f, SessionState: session.StateFailed,
		Verdict: &session.Verdict{LoggedIn: state == session.OperationSucceeded, Confidence: 90, Proven: true},
	})
	require.NoError(w.t, err)
}
