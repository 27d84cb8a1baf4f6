//go:build e2e

package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	"time"

	"go.temporal.io/sdk/activity"
	sdk "go.temporal.io/sdk/client"
	sdklog "go.temporal.io/sdk/log"
	sdkworker "go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"github.com/anteroom/anteroom/activities"
	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
	"github.com/anteroom/anteroom/store/sqlite"
	"github.com/anteroom/anteroom/vault"
	"github.com/anteroom/anteroom/workflows"
)

// This program, started again with workerVariable set, is a worker: the real workflow and the real writes to a real
// store, on pages that are faked.

const (
	workerVariable = "E2E_WORKER"
	// fakeBrowser is the browser of the faked pages.
	fakeBrowser = "br_fake"
)

// workerOrder is what the worker is told, as JSON in workerVariable.
type workerOrder struct {
	Temporal, Database, Key string
	// DieAfterAsking makes the worker kill itself between the write of a question and the end of the workflow task.
	DieAfterAsking bool
}

// askReport is a line that the worker prints after each write of a question.
type askReport struct {
	ID        string
	ExpiresAt time.Time
	State     session.QuestionState
}

func isWorker() bool { return os.Getenv(workerVariable) != "" }

// runWorker is the worker's main function.
func runWorker() int {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	var order workerOrder
	err := json.Unmarshal([]byte(os.Getenv(workerVariable)), &order)
	if err == nil {
		err = order.work(ctx)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "worker:", err)
		return 1
	}
	return 0
}

func (o workerOrder) work(ctx context.Context) error {
	logger := slog.New(slog.NewTextHandler(os.Stderr, nil))
	keys, err := vault.Open(o.Key)
	if err != nil {
		return err
	}
	db, err := sqlite.Open(ctx, o.Database, logger)
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	sealing := keys.Converters()
	c, err := sdk.DialContext(ctx, sdk.Options{
		HostPort: o.Temporal, Namespace: "default", Logger: sdklog.NewStructuredLogger(logger),
		DataConverter: sealing.Data, FailureConverter: sealing.Failure,
	})
	if err != nil {
		return err
	}
	defer c.Close()
	now := func() time.Time { return time.Now().UTC() }
	records := &activities.Records{Store: db, IDs: keys, Now: now}
	pages := &fakePages{db: db, vault: keys, now: now}
	return workUntil(ctx, openingWorker(c), pageWorker(c, pages), o.storyWorker(c, records))
}

// workUntil runs workers until ctx ends.
func workUntil(ctx context.Context, workers ...sdkworker.Worker) error {
	if len(workers) == 0 {
		<-ctx.Done()
		return nil
	}
	if err := workers[0].Start(); err != nil {
		return err
	}
	defer workers[0].Stop()
	return workUntil(ctx, workers[1:]...)
}

// storyWorker runs the workflow and its local activities; Ask is the real one, and then reports or dies.
func (o workerOrder) storyWorker(c sdk.Client, records *activities.Records) sdkworker.Worker {
	w := sdkworker.New(c, workflows.TaskQueue, sdkworker.Options{DisableRegistrationAliasing: true})
	w.RegisterWorkflowWithOptions(workflows.Login, workflow.RegisterOptions{Name: workflows.LoginWorkflow})
	ask := func(ctx context.Context, in *workflows.AskInput) (*workflows.AskOutput, error) {
		out, err := records.Ask(ctx, in)
		if err != nil {
			return nil, err
		}
		line, err := json.Marshal(askReport{ID: out.QuestionID, ExpiresAt: out.ExpiresAt, State: out.State})
		if err != nil {
			return nil, err
		}
		fmt.Println(string(line))
		if o.DieAfterAsking {
			_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
			select {} // the signal is on its way
		}
		return out, nil
	}
	for name, fn := range map[string]any{
		workflows.ActivityBegin: records.Begin, workflows.ActivityRecord: records.Record, workflows.ActivityAsk: ask,
		workflows.ActivityCloseQuestion: records.CloseQuestion, workflows.ActivityFinish: records.Finish,
	} {
		w.RegisterActivityWithOptions(fn, activity.RegisterOptions{Name: name})
	}
	return w
}

func openingWorker(c sdk.Client) sdkworker.Worker {
	w := sdkworker.New(c, workflows.PageTaskQueueFor(session.BrowserShell), sdkworker.Options{DisableWorkflowWorker: true})
	w.RegisterActivityWithOptions(func(_ context.Context, in *workflows.OpenPageInput) (*workflows.PageRef, error) {
		return &workflows.PageRef{
			Workspace: in.Workspace, Operation: in.Operation, Attempt: in.Attempt,
			BrowserID: fakeBrowser, TaskQueue: workflows.BrowserTaskQueue(fakeBrowser),
		}, nil
	}, activity.RegisterOptions{Name: workflows.ActivityOpenPage})
	return w
}

func pageWorker(c sdk.Client, p *fakePages) sdkworker.Worker {
	w := sdkworker.New(c, workflows.BrowserTaskQueue(fakeBrowser), sdkworker.Options{DisableWorkflowWorker: true})
	for name, fn := range map[string]any{
		workflows.ActivityAdvance: p.advance, workflows.ActivityCapture: p.capture,
		workflows.ActivityProve: p.prove, workflows.ActivityClosePage: p.closePage,
	} {
		w.RegisterActivityWithOptions(fn, activity.RegisterOptions{Name: name})
	}
	return w
}

// fakePages is a site that asks for a code once and is then logged in.
type fakePages struct {
	db    *sqlite.DB
	vault *vault.Vault
	now   func() time.Time
}

func (p *fakePages) advance(_ context.Context, in *workflows.AdvanceInput) (*workflows.AdvanceOutput, error) {
	if in.CodeQuestion == "" {
		return &workflows.AdvanceOutput{Question: &session.InfoRequest{
			Kind: session.AskCode, Message: "The code, please.", Attempt: 1, Choices: []session.Choice{},
			Fields: []session.Field{{Name: "code", Type: "code", Label: "Code"}}, Allow: []session.Action{session.ActionAnswer},
		}}, nil
	}
	return &workflows.AdvanceOutput{LoggedIn: true, Landing: "https://app.example/", Verdict: &session.Verdict{LoggedIn: true}}, nil
}

func (p *fakePages) capture(ctx context.Context, in *workflows.CaptureInput) error {
	ref := store.Ref{Workspace: in.Page.Workspace, Operation: in.Page.Operation}
	op, err := p.db.GetOperation(ctx, ref)
	if err != nil {
		return err
	}
	sealed, err := p.vault.SealJSON(session.StorageState{}, vault.StorageStateOf(op.Workspace, op.Project, op.SessionID))
	if err != nil {
		return err
	}
	return p.db.SaveCapture(ctx, ref, sealed, p.now())
}

func (p *fakePages) prove(context.Context, *workflows.ProveInput) (*workflows.ProveOutput, error) {
	return &workflows.ProveOutput{Verdict: &session.Verdict{LoggedIn: true, Proven: true}}, nil
}

func (p *fakePages) closePage(context.Context, *workflows.ClosePageInput) error { return nil }
