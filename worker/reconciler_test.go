package worker_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
	"github.com/anteroom/anteroom/store/sqlite"
	"github.com/anteroom/anteroom/worker"
)

const workspace = "default"

// fakeWorkflows plays Temporal: what was asked of it, and how workflows ended.
type fakeWorkflows struct {
	started []string
	resumed []string
	// mu guards lost.
	mu       sync.Mutex
	lost     []string
	canceled []string
	ended    map[string]string
	err      error
	// unlisted are the ended workflows that Temporal does not list; looks counts those that were looked at one by one.
	unlisted bool
	looks    int
	// since are the times from which bad ends were asked for.
	since []time.Time
	// refuses is the question whose signal is refused.
	refuses string
}

func (f *fakeWorkflows) Start(_ context.Context, op session.Operation) error {
	f.started = append(f.started, op.ID)
	return f.err
}

func (f *fakeWorkflows) Resume(_ context.Context, _ store.Ref, questionID string) error {
	f.resumed = append(f.resumed, questionID)
	if f.refuses == questionID {
		return errors.New("refused")
	}
	return f.err
}

func (f *fakeWorkflows) BrowserLost(_ context.Context, ref store.Ref, browserID string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.lost = append(f.lost, ref.Operation+" "+browserID)
	return f.err
}

// told are the losses that workflows were told of so far.
func (f *fakeWorkflows) told() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.lost)
}

func (f *fakeWorkflows) Cancel(_ context.Context, ref store.Ref) error {
	f.canceled = append(f.canceled, ref.Operation)
	return f.err
}

func (f *fakeWorkflows) End(_ context.Context, ref store.Ref) (string, bool, error) {
	f.looks++
	code, ended := f.ended[ref.Operation]
	return code, !ended, f.err
}

func (f *fakeWorkflows) Ended(_ context.Context, since time.Time) ([]string, error) {
	f.since = append(f.since, since)
	if f.unlisted {
		return nil, f.err
	}
	return slices.Sorted(maps.Keys(f.ended)), f.err
}

// bundle is a reconciler over a real store, with a clock that the test moves.
type bundle struct {
	*worker.Reconciler

	t         *testing.T
	db        *sqlite.DB
	workflows *fakeWorkflows
	at        time.Time
}

func setup(t *testing.T) *bundle {
	t.Helper()
	db, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "anteroom.db"), slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	b := &bundle{t: t, db: db, workflows: &fakeWorkflows{ended: map[string]string{}}, at: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}
	b.Reconciler = &worker.Reconciler{
		Store: db, Workflows: b.workflows, Now: func() time.Time { return b.at }, Logger: slog.New(slog.DiscardHandler),
	}
	_, err = db.CreateWorkspace(t.Context(), workspace, b.at)
	require.NoError(t, err)
	_, _, err = db.PutProject(t.Context(), session.Project{Workspace: workspace, Name: "demo", LoginURL: "https://app.example/login"}, b.at)
	require.NoError(t, err)
	for _, kind := range []session.BrowserKind{session.BrowserShell, session.BrowserChrome} { // for as long as the clock may run
		require.NoError(t, db.OfferPages(t.Context(), store.Offer{Host: "host", Browser: kind, Pages: 1000, At: b.at.AddDate(1, 0, 0)}))
	}
	_, err = db.AdmitOperations(t.Context(), store.Reckoning{At: b.at.AddDate(1, 0, 0)})
	require.NoError(t, err)
	return b
}

// queued writes the row of a start whose workflow nobody started.
func (b *bundle) queued(id string) store.Ref {
	b.t.Helper()
	_, err := b.db.CreateOperation(b.t.Context(), store.NewOperation{Operation: session.Operation{
		ID: id, Workspace: workspace, Project: "demo", SessionID: "session-of-" + id, Kind: session.OperationCreate,
		CreatedAt: b.at, StartDeadline: b.at.Add(10 * time.Minute),
	}})
	require.NoError(b.t, err)
	return store.Ref{Workspace: workspace, Operation: id}
}

func (b *bundle) transition(ref store.Ref, seq int64, state session.OperationState) store.Transition {
	return store.Transition{Ref: ref, RunID: "run", Seq: seq, State: state, Attempt: 1, At: b.at}
}

func (b *bundle) running(id string) store.Ref {
	b.t.Helper()
	ref := b.queued(id)
	_, err := b.db.BeginOperation(b.t.Context(), b.transition(ref, 1, session.OperationRunning))
	require.NoError(b.t, err)
	return ref
}

// waiting writes an operation that asks "ask_"+id.
func (b *bundle) waiting(id string) store.Ref {
	b.t.Helper()
	ref := b.running(id)
	_, _, err := b.db.AskQuestion(b.t.Context(), b.transition(ref, 2, session.OperationWaiting), session.InfoRequest{
		ID: "ask_" + id, Number: 1, Kind: session.AskCode, AskedAt: b.at, ExpiresAt: b.at.Add(10 * time.Minute),
	})
	require.NoError(b.t, err)
	return ref
}

func (b *bundle) operation(ref store.Ref) session.Operation {
	b.t.Helper()
	op, err := b.db.GetOperation(b.t.Context(), ref)
	require.NoError(b.t, err)
	return op
}

func (b *bundle) after(d time.Duration) *bundle {
	b.at = b.at.Add(d)
	return b
}

func TestSweep_StartsWhatARowPromises(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.queued("op_1")
	b.Sweep(t.Context())
	require.Empty(t, b.workflows.started, "a fresh row is on its ordinary way")
	b.after(3 * time.Second).Sweep(t.Context())
	require.Equal(t, []string{"op_1"}, b.workflows.started)
}

func TestSweep_AfterTheStartDeadline_ClosesTheRow(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ref := b.queued("op_1")
	b.after(11 * time.Minute).Sweep(t.Context())
	require.Empty(t, b.workflows.started)
	op := b.operation(ref)
	require.Equal(t, session.OperationFailed, op.State)
	require.Equal(t, session.FailureEngine, op.Failure.Class)
	require.Equal(t, "not_started", op.Failure.Code)
}

func TestSweep_RepeatsTheSignalOfAnAnswerNotTakenUp(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ref := b.waiting("op_1")
	require.NoError(t, b.db.AnswerQuestion(t.Context(), store.Answer{Ref: ref, QuestionID: "ask_op_1", Input: store.Sealed("x"), At: b.at}))
	b.after(3 * time.Second).Sweep(t.Context())
	require.Equal(t, []string{"ask_op_1"}, b.workflows.resumed)

	taken := b.transition(ref, 3, session.OperationRunning)
	taken.ConsumedQuestion = "ask_op_1"
	_, err := b.db.AdvanceOperation(t.Context(), taken)
	require.NoError(t, err)
	b.after(3 * time.Second).Sweep(t.Context())
	require.Len(t, b.workflows.resumed, 1, "an answer that was taken up is not repeated")
}

func TestSweep_AfterTheClockWasSetBack_StillStartsRepeatsAndCancels(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.Sweep(t.Context())
	b.queued("op_queued")
	ref := b.waiting("op_waiting")
	require.NoError(t, b.db.AnswerQuestion(t.Context(), store.Answer{Ref: ref, QuestionID: "ask_op_waiting", Input: store.Sealed("x"), At: b.at}))
	b.after(-24 * time.Hour).Sweep(t.Context())
	require.Equal(t, []string{"op_queued"}, b.workflows.started)
	require.Equal(t, []string{"ask_op_waiting"}, b.workflows.resumed)
	b.after(time.Second).Sweep(t.Context())
	require.Len(t, b.workflows.resumed, 1, "not at every sweep")
	b.after(10 * time.Second).Sweep(t.Context())
	require.Len(t, b.workflows.resumed, 2)
}

func TestSweep_AfterTheClockWasSetForward_StillRepeatsAnswers(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.Sweep(t.Context())
	ref := b.waiting("op_waiting")
	require.NoError(t, b.db.AnswerQuestion(t.Context(), store.Answer{Ref: ref, QuestionID: "ask_op_waiting", Input: store.Sealed("x"), At: b.at}))
	b.after(24 * time.Hour).Sweep(t.Context())
	require.Equal(t, []string{"ask_op_waiting"}, b.workflows.resumed)
	require.False(t, b.operation(ref).State.Final())
}

func TestSweep_WhenOneSignalIsRefused_RepeatsTheOthers(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for _, id := range []string{"op_1", "op_2"} {
		ref := b.waiting(id)
		require.NoError(t, b.db.AnswerQuestion(t.Context(), store.Answer{Ref: ref, QuestionID: "ask_" + id, Input: store.Sealed("x"), At: b.at}))
	}
	b.workflows.refuses = "ask_op_1"
	b.after(3 * time.Second).Sweep(t.Context())
	require.Equal(t, []string{"ask_op_1", "ask_op_2"}, b.workflows.resumed)
}

func TestSweep_TellsOperationsOfTheirLostBrowser(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ref := b.running("op_1")
	b.lent(ref, "br_1", 1)
	intent := b.running("op_2")
	_, err := b.db.LendPage(t.Context(), store.Lease{Ref: intent, Attempt: 1, BrowserID: "br_1", TaskQueue: "q", LentAt: b.at}, 5)
	require.NoError(t, err)
	b.Sweep(t.Context())
	require.Empty(t, b.workflows.told())
	require.NoError(t, b.db.MarkBrowserLost(t.Context(), "br_1", b.at))
	b.Sweep(t.Context())
	require.Empty(t, b.workflows.told(), "it is in the middle of a step, which finds out by itself and knows what the site refused")
	b.after(time.Second).Sweep(t.Context())
	require.Equal(t, []string{"op_1 br_1"}, b.workflows.told(), "a page that was never made costs no attempt: its opening goes on elsewhere")
}

func TestSweep_ClosesRowsWhoseWorkflowIsGone_Within30Seconds(t *testing.T) {
	t.Parallel()
	for name, prepare := range map[string]func(*bundle, string) store.Ref{
		"running": (*bundle).running, "waiting": (*bundle).waiting,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			ref := prepare(b, "op_1")
			b.Sweep(t.Context())
			b.workflows.ended["op_1"] = "workflow_terminated"
			for range 30 {
				b.after(time.Second).Sweep(t.Context())
			}
			op := b.operation(ref)
			require.Equal(t, session.OperationFailed, op.State)
			require.Equal(t, "workflow_terminated", op.Failure.Code)
			require.Nil(t, op.Question, "nothing is asked any more")
			_, err := b.db.OperationSecrets(t.Context(), ref)
			require.ErrorIs(t, err, store.ErrSecretsErased)
		})
	}
}

// waitingMany are a hundred logins that wait.
func (b *bundle) waitingMany() []store.Ref {
	refs := []store.Ref{}
	for i := range 100 {
		refs = append(refs, b.waiting(fmt.Sprintf("op_%03d", i)))
	}
	return refs
}

func TestSweep_WhenManyWait_FindsTheOneWhoseWorkflowIsGone_WithoutLookingAtEach(t *testing.T) {
	t.Parallel()
	b := setup(t)
	refs := b.waitingMany()
	b.Sweep(t.Context())
	before := b.workflows.looks
	b.workflows.ended["op_099"] = "workflow_terminated"
	for range 10 {
		b.after(time.Second).Sweep(t.Context())
	}
	require.Equal(t, session.OperationFailed, b.operation(refs[99]).State)
	require.LessOrEqual(t, b.workflows.looks-before, 2*10+1, "two looks around, and the one that ended")
	require.Equal(t, session.OperationWaiting, b.operation(refs[98]).State)
}

func TestSweep_AsksForBadEnds_SinceBeforeTheLastLookThatSucceeded(t *testing.T) {
	t.Parallel()
	b := setup(t)
	began := b.at
	b.Sweep(t.Context())
	b.workflows.err = errors.New("unavailable")
	b.after(time.Hour).Sweep(t.Context())
	b.workflows.err = nil
	b.after(time.Hour).Sweep(t.Context())
	b.after(time.Hour).Sweep(t.Context())
	overlap := 5 * time.Minute
	require.Equal(t, []time.Time{
		{}, began.Add(-overlap), began.Add(-overlap), began.Add(2*time.Hour - overlap),
	}, b.workflows.since, "ever, at first; what was missed while it was away, too")
}

func TestSweep_WhenTemporalLostAWorkflowWithoutAWord_FindsItInTime(t *testing.T) {
	t.Parallel()
	b := setup(t)
	refs := b.waitingMany()
	b.workflows.unlisted, b.workflows.ended["op_099"] = true, "workflow_missing"
	for range 10 * 8 {
		b.after(time.Second).Sweep(t.Context())
	}
	require.Equal(t, "workflow_missing", b.operation(refs[99]).Failure.Code)
}

func TestSweep_WhenTemporalsDataIsGone_ClosesEveryRowAtOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	refs := b.waitingMany()
	b.workflows.unlisted = true
	for _, ref := range refs {
		b.workflows.ended[ref.Operation] = "workflow_missing"
	}
	b.after(10 * time.Second).Sweep(t.Context())
	for _, ref := range refs {
		require.Equal(t, session.OperationFailed, b.operation(ref).State, ref.Operation)
	}
}

func TestSweep_LeavesRowsWithARunningWorkflowAlone(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ref := b.waiting("op_1")
	for range 60 {
		b.after(time.Second).Sweep(t.Context())
	}
	require.Equal(t, session.OperationWaiting, b.operation(ref).State)
}

func TestSweep_RepeatsACancelThatWasNotFollowed(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ref := b.running("op_1")
	_, err := b.db.RequestCancel(t.Context(), ref, b.at)
	require.NoError(t, err)
	b.after(10 * time.Second).Sweep(t.Context())
	require.Contains(t, b.workflows.canceled, "op_1")
}

func TestSweep_WhenACanceledWorkflowIsGone_EndsTheRowAsCanceled(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ref := b.running("op_1")
	_, err := b.db.RequestCancel(t.Context(), ref, b.at)
	require.NoError(t, err)
	b.workflows.ended["op_1"] = "workflow_ended"
	b.after(10 * time.Second).Sweep(t.Context())
	require.Equal(t, session.OperationCanceled, b.operation(ref).State)
}

func TestSweep_CancelsWorkflowsThatHoldAPageOfAnEndedOperation(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ref := b.running("op_1")
	require.NoError(t, b.db.RegisterBrowser(t.Context(), store.Browser{ID: "br_1", Host: "h", TaskQueue: "q", StartedAt: b.at}))
	_, err := b.db.LendPage(t.Context(), store.Lease{Ref: ref, Attempt: 1, BrowserID: "br_1", TaskQueue: "q", LentAt: b.at}, 5)
	require.NoError(t, err)
	_, err = b.db.DeleteSession(t.Context(), workspace, "demo", "session-of-op_1", b.at)
	require.NoError(t, err)
	b.after(6 * time.Second).Sweep(t.Context())
	require.Equal(t, []string{"op_1"}, b.workflows.canceled)
}

func TestSweep_WhenTemporalIsAway_ChangesNothing(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ref := b.running("op_1")
	b.workflows.err = errors.New("unavailable")
	b.workflows.ended["op_1"] = "workflow_ended"
	b.after(time.Minute).Sweep(t.Context())
	require.Equal(t, session.OperationRunning, b.operation(ref).State)
}

// lent gives an operation a page of a browser.
func (b *bundle) lent(ref store.Ref, browserID string, attempt int) {
	b.t.Helper()
	require.NoError(b.t, b.db.RegisterBrowser(b.t.Context(), store.Browser{ID: browserID, Host: "h", TaskQueue: "q", StartedAt: b.at}))
	lease, err := b.db.LendPage(b.t.Context(), store.Lease{Ref: ref, Attempt: attempt, BrowserID: browserID, TaskQueue: "q", LentAt: b.at}, 5)
	require.NoError(b.t, err)
	lease.ContextID, lease.TargetID = "context", "target"
	require.NoError(b.t, b.db.CompleteLease(b.t.Context(), lease))
}

func (b *bundle) released(ref store.Ref, attempt int) bool {
	b.t.Helper()
	l, err := b.db.GetLease(b.t.Context(), ref, attempt)
	require.NoError(b.t, err)
	return !l.ReleasedAt.IsZero()
}

func TestSweep_OnceTheNextAttemptBegan_StopsTellingOfTheLostBrowser(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ref := b.running("op_1")
	b.lent(ref, "br_1", 1)
	require.NoError(t, b.db.MarkBrowserLost(t.Context(), "br_1", b.at))
	b.Sweep(t.Context())
	b.after(time.Second).Sweep(t.Context())
	b.after(time.Second).Sweep(t.Context())
	require.Len(t, b.workflows.told(), 2, "the first signal may not have arrived")

	second := b.transition(ref, 2, session.OperationRunning)
	second.Attempt = 2
	_, err := b.db.AdvanceOperation(t.Context(), second)
	require.NoError(t, err)
	b.lent(ref, "br_2", 2)
	for range 10 {
		b.after(time.Second).Sweep(t.Context())
	}
	require.Len(t, b.workflows.told(), 2, "a signal a second would fill the history of a login that waits for a day")
	require.True(t, b.released(ref, 1))
	require.False(t, b.released(ref, 2))
}

func TestSweep_ReleasesTheLeasesThatNoWorkflowGivesBack(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ref := b.running("op_1")
	b.lent(ref, "br_1", 1)
	_, err := b.db.DeleteSession(t.Context(), workspace, "demo", "session-of-op_1", b.at)
	require.NoError(t, err)
	b.after(6 * time.Second).Sweep(t.Context())
	require.False(t, b.released(ref, 1), "its workflow runs")

	b.workflows.ended["op_1"] = "workflow_ended"
	b.after(time.Second).Sweep(t.Context())
	require.True(t, b.released(ref, 1), "the place of a page that was never opened is free again")
	canceled := len(b.workflows.canceled)
	b.after(time.Second).Sweep(t.Context())
	require.Len(t, b.workflows.canceled, canceled)
}

func TestRun_SweepsAtOnce_UntilItsContextEnds(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.queued("op_1")
	b.after(3 * time.Second)
	started := make(chan struct{})
	ctx, cancel := context.WithCancel(t.Context())
	b.Workflows = &notifying{fakeWorkflows: b.workflows, started: sync.OnceFunc(func() { close(started) })}
	done := make(chan struct{})
	go func() {
		defer close(done)
		b.Run(ctx)
	}()
	<-started
	cancel()
	<-done
}

// notifying tells of the first start.
type notifying struct {
	*fakeWorkflows

	started func()
}

func (n *notifying) Start(ctx context.Context, op session.Operation) error {
	defer n.started()
	return n.fakeWorkflows.Start(ctx, op)
}
