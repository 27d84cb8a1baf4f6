package activities_test

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/activity"
	sdklog "go.temporal.io/sdk/log"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"

	"github.com/anteroom/anteroom/activities"
	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
	"github.com/anteroom/anteroom/store/sqlite"
	"github.com/anteroom/anteroom/vault"
	"github.com/anteroom/anteroom/workflows"
)

const (
	workspace = "default"
	project   = "portal"
	loginURL  = "https://portal.example/login"
	// mark is what the project says that only a logged-in visitor sees.
	mark  = "text=Sign out"
	runID = "run-1"
)

// clock is a clock that the test moves.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// fixture is the activities over a real store and a real vault, with a browser that is not one.
type fixture struct {
	t         *testing.T
	db        *sqlite.DB
	vault     *vault.Vault
	clock     *clock
	browser   *fakeBrowser
	browsers  *fakeBrowsers
	upstreams *fakeUpstreams
	records   *activities.Records
	pages     *activities.Pages
	// restart forgets the pages, as another process would.
	restart func()
	env     *testsuite.TestActivityEnvironment
	// wrap gives openInHaste its context.
	wrap func(context.Context) (context.Context, context.CancelFunc)
}

// emptyStore is the file of a store without rows: migrating takes most of a short test's time.
var emptyStore = sync.OnceValue(func() []byte {
	dir, err := os.MkdirTemp("", "empty-store-")
	if err != nil {
		panic(err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	path := filepath.Join(dir, "anteroom.db")
	db, err := sqlite.Open(context.Background(), path, slog.New(slog.DiscardHandler))
	if err == nil {
		err = db.Close() // the file holds all then: the last connection removes the journal
	}
	if err != nil {
		panic(err)
	}
	file, err := os.ReadFile(path)
	if err != nil {
		panic(err)
	}
	return file
})

func newFixture(t *testing.T) *fixture {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	path := filepath.Join(t.TempDir(), "anteroom.db")
	require.NoError(t, os.WriteFile(path, emptyStore(), 0o600))
	db, err := sqlite.Open(t.Context(), path, log)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	key := filepath.Join(t.TempDir(), "vault.key")
	require.NoError(t, vault.CreateKeyFile(key))
	v, err := vault.Open(key)
	require.NoError(t, err)
	f := &fixture{
		t: t, db: db, vault: v, clock: &clock{at: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)},
		browser: newFakeBrowser("br_1"),
		wrap: func(ctx context.Context) (context.Context, context.CancelFunc) {
			return context.WithTimeout(ctx, time.Minute)
		},
	}
	f.upstreams = f.browser.fakeUpstreams
	f.browsers = &fakeBrowsers{browser: f.browser, pages: 2}
	f.records = &activities.Records{Store: db, IDs: v, Now: f.clock.now}
	f.restart = func() {
		f.env = nil // it holds the activities of before
		f.pages = &activities.Pages{
			Store: db, Vault: v, Browsers: f.browsers, Now: f.clock.now, Logger: log,
		}
	}
	f.restart()
	_, err = db.CreateWorkspace(t.Context(), workspace, f.clock.now())
	require.NoError(t, err)
	f.putProject(session.Project{Workspace: workspace, Name: project, LoginURL: loginURL, LoggedIn: mark})
	f.register(f.browser)
	return f
}

func (f *fixture) putProject(p session.Project) {
	f.t.Helper()
	_, _, err := f.db.PutProject(f.t.Context(), p, f.clock.now())
	require.NoError(f.t, err)
}

func (f *fixture) register(b *fakeBrowser) {
	f.t.Helper()
	require.NoError(f.t, f.db.RegisterBrowser(f.t.Context(), store.Browser{
		ID: b.id, Host: "host", TaskQueue: workflows.BrowserTaskQueue(b.id), StartedAt: f.clock.now(),
	}))
}

// parameters are what every operation of the fixture is started with.
var parameters = map[string]session.Secret{
	"username": session.NewSecret("ada"), "password": session.NewSecret("correct horse"),
}

// queued writes an operation that nobody began, of an account of its own, with its parameters sealed.
func (f *fixture) queued(id string, secrets ...store.SealedSecret) store.Ref {
	f.t.Helper()
	sealed, err := f.vault.SealSecrets(parameters, vault.ParametersOf(workspace, id))
	require.NoError(f.t, err)
	return f.queuedAs(id, "account-of-"+id, append(secrets, store.SealedSecret{Name: session.SecretParameters, Value: sealed})...)
}

// queuedAs writes an operation of an account that nobody began.
func (f *fixture) queuedAs(id, account string, secrets ...store.SealedSecret) store.Ref {
	f.t.Helper()
	_, err := f.db.CreateOperation(f.t.Context(), store.NewOperation{
		Operation: session.Operation{
			ID: id, Workspace: workspace, Project: project, SessionID: "session-of-" + id, Kind: session.OperationCreate,
			AccountKey: account, CredentialKey: "credential",
			CreatedAt: f.clock.now(), StartDeadline: f.clock.now().Add(10 * time.Minute),
		},
		Secrets: secrets,
	})
	require.NoError(f.t, err)
	return store.Ref{Workspace: workspace, Operation: id}
}

func (f *fixture) running(id string, secrets ...store.SealedSecret) store.Ref {
	f.t.Helper()
	return f.begin(f.queued(id, secrets...))
}

// runningAs is a running operation of an account, started with values.
func (f *fixture) runningAs(id, account string, values map[string]session.Secret) store.Ref {
	f.t.Helper()
	sealed, err := f.vault.SealSecrets(values, vault.ParametersOf(workspace, id))
	require.NoError(f.t, err)
	return f.begin(f.queuedAs(id, account, store.SealedSecret{Name: session.SecretParameters, Value: sealed}))
}

func (f *fixture) begin(ref store.Ref) store.Ref {
	f.t.Helper()
	_, err := f.records.Begin(f.t.Context(), &workflows.BeginInput{Write: write(ref.Operation, 1, session.OperationRunning)})
	require.NoError(f.t, err)
	return ref
}

func write(id string, seq int64, state session.OperationState) workflows.Write {
	return workflows.Write{Workspace: workspace, Operation: id, RunID: runID, Seq: seq, State: state, Attempt: 1}
}

func (f *fixture) operation(ref store.Ref) session.Operation {
	f.t.Helper()
	op, err := f.db.GetOperation(f.t.Context(), ref)
	require.NoError(f.t, err)
	return op
}

func (f *fixture) lease(ref store.Ref, attempt int) store.Lease {
	f.t.Helper()
	l, err := f.db.GetLease(f.t.Context(), ref, attempt)
	require.NoError(f.t, err)
	return l
}

// finish ends an operation as failed, on behalf of whoever.
func (f *fixture) finish(ref store.Ref, failure *session.Failure) {
	f.t.Helper()
	_, err := f.db.FinishOperation(f.t.Context(), store.Finish{
		Transition: store.Transition{Ref: ref, RunID: runID, Seq: 100, State: session.OperationFailed, Attempt: 1, At: f.clock.now()},
		Failure:    failure, SessionState: session.StateFailed,
	})
	require.NoError(f.t, err)
}

func siteFailure() *session.Failure {
	return session.NewFailure(session.FailureSite, "timeout", "slow")
}

// ask writes a question and, if values are given, its answer.
func (f *fixture) ask(ref store.Ref, seq int64, number int, kind session.InfoRequestKind, values map[string]session.Secret) string {
	f.t.Helper()
	asked, err := f.records.Ask(f.t.Context(), &workflows.AskInput{
		Write:    write(ref.Operation, seq, session.OperationWaiting),
		Question: session.InfoRequest{Number: number, Kind: kind, AskedAt: f.clock.now(), ExpiresAt: f.clock.now().Add(time.Hour)},
	})
	require.NoError(f.t, err)
	if values != nil {
		sealed, err := f.vault.SealSecrets(values, vault.AnswerTo(workspace, asked.QuestionID))
		require.NoError(f.t, err)
		require.NoError(f.t, f.db.AnswerQuestion(f.t.Context(), store.Answer{
			Ref: ref, QuestionID: asked.QuestionID, Input: sealed, At: f.clock.now(),
		}))
	}
	return asked.QuestionID
}

// run runs an activity as a worker does and decodes its result into out, which may be nil.
func (f *fixture) run(name string, fn, in, out any) error {
	f.t.Helper()
	if f.env == nil {
		suite := &testsuite.WorkflowTestSuite{}
		suite.SetLogger(sdklog.NewStructuredLogger(slog.New(slog.DiscardHandler)))
		f.env = suite.NewTestActivityEnvironment()
		for name, fn := range map[string]any{
			workflows.ActivityOpenPage: f.pages.OpenPage, workflows.ActivityAdvance: f.pages.Advance, workflows.ActivityWatch: f.pages.Watch,
			workflows.ActivityCapture: f.pages.Capture, workflows.ActivityProve: f.pages.Prove,
			workflows.ActivityClosePage: f.pages.ClosePage,
		} {
			f.env.RegisterActivityWithOptions(fn, activity.RegisterOptions{Name: name})
		}
		f.env.RegisterActivityWithOptions(f.openInHaste, activity.RegisterOptions{Name: "OpenInHaste"})
	}
	value, err := f.env.ExecuteActivity(fn, in)
	if err != nil {
		return err
	}
	if out != nil {
		require.NoError(f.t, value.Get(out), name)
	}
	return nil
}

// openInHaste is OpenPage with time for nothing but the page, unless wrap says otherwise: the engine begins with Advance.
func (f *fixture) openInHaste(ctx context.Context, in *workflows.OpenPageInput) (*workflows.OpenPageOutput, error) {
	ctx, cancel := f.wrap(ctx)
	defer cancel()
	return f.pages.OpenPage(ctx, in)
}

func (f *fixture) open(ref store.Ref, attempt int) (workflows.PageRef, error) {
	f.t.Helper()
	var out workflows.OpenPageOutput
	err := f.run("open", "OpenInHaste", &workflows.OpenPageInput{Workspace: ref.Workspace, Operation: ref.Operation, Attempt: attempt}, &out)
	require.Nil(f.t, out.Advanced)
	return out.PageRef, err
}

// opened is a page that was opened without a fault, and that the engine did not see.
func (f *fixture) opened(ref store.Ref) workflows.PageRef {
	f.t.Helper()
	page, err := f.open(ref, 1)
	require.NoError(f.t, err)
	return page
}

// begun is a page on which the engine began at once.
func (f *fixture) begun(ref store.Ref) (workflows.OpenPageOutput, error) {
	f.t.Helper()
	var out workflows.OpenPageOutput
	err := f.run("open", f.pages.OpenPage, &workflows.OpenPageInput{
		Workspace: ref.Workspace, Operation: ref.Operation, Attempt: 1, Seq: 1, RunID: runID, Number: 1,
	}, &out)
	return out, err
}

func (f *fixture) advance(page workflows.PageRef) (workflows.AdvanceOutput, error) {
	f.t.Helper()
	var out workflows.AdvanceOutput
	err := f.run("advance", f.pages.Advance, &workflows.AdvanceInput{Page: page, Seq: 1, RunID: runID}, &out)
	return out, err
}

// requireType requires an application error of the type, and whether a retry may help.
func requireType(t *testing.T, err error, errorType string, retryable bool) {
	t.Helper()
	var app *temporal.ApplicationError
	require.ErrorAs(t, err, &app)
	require.Equal(t, errorType, app.Type())
	require.Equal(t, !retryable, app.NonRetryable())
}

// requireRetryable requires an error that the server retries: none of our types.
func requireRetryable(t *testing.T, err error) {
	t.Helper()
	var app *temporal.ApplicationError
	require.ErrorAs(t, err, &app)
	require.False(t, app.NonRetryable())
	require.NotContains(t, []string{workflows.ErrorOperationOver, workflows.ErrorNoBrowser, workflows.ErrorPageLost}, app.Type())
}

// fakeUpstreams are proxies of callers that are none.
type fakeUpstreams struct {
	opened []session.Secret
	closed int
	err    error
}

const upstreamURL = "http://127.0.0.1:3128"

// OpenUpstream opens one.
func (u *fakeUpstreams) OpenUpstream(_ context.Context, upstream session.Secret) (string, error) {
	if u.err != nil {
		return "", u.err
	}
	u.opened = append(u.opened, upstream)
	return upstreamURL, nil
}

// CloseUpstream closes one.
func (u *fakeUpstreams) CloseUpstream(string) error { u.closed++; return nil }

// attached raises the epoch, as another execution does.
func (f *fixture) attached(page workflows.PageRef) {
	f.t.Helper()
	lease, err := f.db.GetLease(f.t.Context(), store.Ref{Workspace: page.Workspace, Operation: page.Operation}, page.Attempt)
	require.NoError(f.t, err)
	_, err = f.db.AttachLease(f.t.Context(), lease)
	require.NoError(f.t, err)
}

// faultyStore is a store of which single calls fail as the test says.
type faultyStore struct {
	*sqlite.DB

	// claim is Claim's error; nil to ask the store.
	claim error
	// saveMemory is called before an account's memory is saved.
	saveMemory func()
}

func (s *faultyStore) Claim(ctx context.Context, c store.Claim) (bool, error) {
	if s.claim != nil {
		return false, s.claim
	}
	return s.DB.Claim(ctx, c)
}

func (s *faultyStore) SaveAccountMemory(ctx context.Context, workspace, account string, memory store.Sealed, version int64, at time.Time) error {
	if s.saveMemory != nil {
		s.saveMemory()
	}
	return s.DB.SaveAccountMemory(ctx, workspace, account, memory, version, at)
}
