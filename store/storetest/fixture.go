package storetest

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
)

// What every fixture holds.
const (
	workspace      = "acme"
	otherWorkspace = "globex"
	project        = "portal"
	browserID      = "br_one"
	host           = "host-1"
	taskQueue      = "pages-br_one"
	run            = "run-1"
	otherRun       = "run-2"
	// manyPages are more than any test lends in the headless shell, and ages longer than any test's clock runs.
	manyPages = 1_000_000
	ages      = 365 * 24 * time.Hour
)

// now is when every fixture begins. It has milliseconds, since drivers keep those.
var now = time.Date(2026, time.March, 1, 12, 0, 0, 123_000_000, time.UTC)

// after is d after now.
func after(d time.Duration) time.Time { return now.Add(d) }

// fixture is a store with two workspaces, which have a project of the same name, and a browser with many pages.
type fixture struct {
	store.Store
	t *testing.T
}

func newFixture(t *testing.T, s store.Store) *fixture {
	t.Helper()
	f := &fixture{Store: s, t: t}
	for _, name := range []string{workspace, otherWorkspace} {
		_, err := s.CreateWorkspace(t.Context(), name, now)
		require.NoError(t, err)
		_, _, err = s.PutProject(t.Context(), sampleProject(name, project), now)
		require.NoError(t, err)
	}
	require.NoError(t, s.RegisterBrowser(t.Context(), sampleBrowser(browserID)))
	offer := store.Offer{Host: host, Browser: session.BrowserShell, Pages: manyPages, At: after(ages)}
	require.NoError(t, s.OfferPages(t.Context(), offer))
	_, err := s.AdmitOperations(t.Context(), store.Reckoning{At: offer.At})
	require.NoError(t, err)
	return f
}

func sampleProject(ws, name string) session.Project {
	return session.Project{
		Workspace: ws, Name: name, LoginURL: "https://portal.example/login",
		AllowedHosts: []string{"portal.example", "*.sso.example"}, LoggedIn: "text=Sign out",
		Browser: session.BrowserShell, OTP: session.OTPSettings{Wait: "5m"},
	}
}

func sampleBrowser(id string) store.Browser {
	return store.Browser{ID: id, Host: host, PID: 4711, Kind: session.BrowserShell, TaskQueue: "pages-" + id, StartedAt: now}
}

// promise is a new operation for a session, with the account and credentials that name says.
func promise(sessionID, id string) store.NewOperation {
	return store.NewOperation{
		Operation: session.Operation{
			ID: id, Workspace: workspace, Project: project, SessionID: sessionID, Kind: session.OperationCreate,
			AccountKey: "account-" + sessionID, CredentialKey: "credentials-1", CreatedAt: now, StartDeadline: after(time.Minute),
		},
		Secrets: []store.SealedSecret{
			{Name: "parameters", Value: store.Sealed("sealed parameters")},
			{Name: "proxy", Value: store.Sealed("sealed proxy")},
		},
	}
}

func refOf(id string) store.Ref { return store.Ref{Workspace: workspace, Operation: id} }

// queued creates an operation of its own session.
func (f *fixture) queued(name string) store.Ref {
	f.t.Helper()
	op, err := f.CreateOperation(f.t.Context(), promise("session-"+name, "op_"+name))
	require.NoError(f.t, err)
	return refOf(op.ID)
}

// running creates an operation that run has begun with sequence number 1.
func (f *fixture) running(name string) store.Ref {
	f.t.Helper()
	ref := f.queued(name)
	_, err := f.BeginOperation(f.t.Context(), write(ref, 1, session.OperationRunning))
	require.NoError(f.t, err)
	return ref
}

// waiting creates an operation that asks question 1 with sequence number 2.
func (f *fixture) waiting(name string) (store.Ref, session.InfoRequest) {
	f.t.Helper()
	ref := f.running(name)
	return ref, f.ask(ref, 2, 1)
}

// ask asks question number with the sequence number seq.
func (f *fixture) ask(ref store.Ref, seq int64, number int) session.InfoRequest {
	f.t.Helper()
	asked, state, err := f.AskQuestion(f.t.Context(), write(ref, seq, session.OperationWaiting), codeQuestion(ref, number))
	require.NoError(f.t, err)
	require.Equal(f.t, session.QuestionOpen, state)
	return asked
}

// answered creates an operation whose question 1 has an answer.
func (f *fixture) answered(name string) (store.Ref, session.InfoRequest) {
	f.t.Helper()
	ref, question := f.waiting(name)
	require.NoError(f.t, f.AnswerQuestion(f.t.Context(), answerTo(ref, question.ID)))
	return ref, question
}

// finished creates an operation that ended as state; a success proves "sealed state of NAME".
func (f *fixture) finished(name string, state session.OperationState) store.Ref {
	f.t.Helper()
	ref := f.running(name)
	require.NoError(f.t, f.SaveCapture(f.t.Context(), ref, store.Sealed("sealed state of "+name), after(time.Second)))
	_, err := f.FinishOperation(f.t.Context(), end(ref, 9, state))
	require.NoError(f.t, err)
	return ref
}

// lent lends a page of the fixture's browser for attempt 1.
func (f *fixture) lent(ref store.Ref) store.Lease {
	f.t.Helper()
	l, err := f.LendPage(f.t.Context(), leaseFor(ref), 100)
	require.NoError(f.t, err)
	return l
}

func (f *fixture) operation(ref store.Ref) session.Operation {
	f.t.Helper()
	op, err := f.GetOperation(f.t.Context(), ref)
	require.NoError(f.t, err)
	return op
}

func (f *fixture) session(ref store.Ref) session.Session {
	f.t.Helper()
	op := f.operation(ref)
	s, err := f.GetSession(f.t.Context(), op.Workspace, op.Project, op.SessionID)
	require.NoError(f.t, err)
	return s
}

// write is a transition of run, one second after now for each sequence number.
func write(ref store.Ref, seq int64, state session.OperationState) store.Transition {
	w := store.Transition{Ref: ref, RunID: run, Seq: seq, State: state, Step: session.StepDetecting, Attempt: 1, At: after(time.Duration(seq) * time.Second)}
	if state == session.OperationWaiting {
		w.Step = session.StepWaitingInput
	}
	if state.Final() {
		w.Step = session.StepNone
	}
	return w
}

// end is a finish of run without failure.
func end(ref store.Ref, seq int64, state session.OperationState) store.Finish {
	return store.Finish{Transition: write(ref, seq, state), SessionState: session.StateFailed}
}

// failure is a finish of run with a failure of class.
func failure(ref store.Ref, seq int64, class session.FailureClass) store.Finish {
	f := end(ref, seq, session.OperationFailed)
	f.Failure = session.NewFailure(class, "some_code", "what a person reads")
	return f
}

// codeQuestion is question number of the operation, which expires ten minutes after now.
func codeQuestion(ref store.Ref, number int) session.InfoRequest {
	return session.InfoRequest{
		ID: fmt.Sprintf("ask_%s_%d", ref.Operation, number), Number: number, Kind: session.AskCode, Message: "Enter the code.",
		Fields:  []session.Field{{Name: "code", Type: "code", Label: "Code", Length: 6, Pattern: "[0-9]+", Secret: true}},
		Choices: []session.Choice{}, MaskedTarget: "•••• 42", Attempt: 1, Allow: []session.Action{session.ActionAnswer, session.ActionCancel},
		AskedAt: now, ExpiresAt: after(10 * time.Minute),
	}
}

// answerTo answers a question one minute after now.
func answerTo(ref store.Ref, questionID string) store.Answer {
	return store.Answer{Ref: ref, QuestionID: questionID, Input: store.Sealed("sealed code"), At: after(time.Minute)}
}

func leaseFor(ref store.Ref) store.Lease {
	return store.Lease{Ref: ref, Attempt: 1, BrowserID: browserID, TaskQueue: taskQueue, LentAt: now}
}

func claimFor(ref store.Ref, epoch int64) store.Claim {
	return store.Claim{Ref: ref, Attempt: 1, Step: "submit", Key: "credentials", Epoch: epoch, At: after(time.Second)}
}

// together calls each func in a goroutine of its own, all at once, and returns their errors in order.
func together(calls ...func() error) []error {
	errs := make([]error, len(calls))
	start := make(chan struct{})
	var done sync.WaitGroup
	for i, call := range calls {
		done.Go(func() {
			<-start
			errs[i] = call()
		})
	}
	close(start)
	done.Wait()
	return errs
}

// repeat is n times the same call.
func repeat(n int, call func() error) []func() error {
	calls := make([]func() error, n)
	for i := range calls {
		calls[i] = call
	}
	return calls
}

// successes counts the calls that returned nil.
func successes(errs []error) (n int) {
	for _, err := range errs {
		if err == nil {
			n++
		}
	}
	return n
}
