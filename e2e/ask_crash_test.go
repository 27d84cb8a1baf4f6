//go:build e2e

package e2e

import (
	"bufio"
	"bytes"
	"encoding/json"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	sdk "go.temporal.io/sdk/client"

	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
	"github.com/anteroom/anteroom/store/sqlite"
	"github.com/anteroom/anteroom/vault"
	"github.com/anteroom/anteroom/worker"
)

// A question is written to the store by a local activity. When the worker dies after the write and before the workflow
// task ends, Temporal knows nothing of it and runs the activity again.
func TestKill_BetweenTheWriteOfAQuestionAndTheWorkflowTask_AsksOnce(t *testing.T) {
	t.Parallel()
	b := newAskBundle(t)
	first := b.work(true)
	<-first.exited
	require.True(t, first.cmd.ProcessState.Sys().(syscall.WaitStatus).Signaled(), "the worker died by its own hand")
	written := b.reports(first)
	require.Len(t, written, 1)
	require.Equal(t, session.QuestionOpen, written[0].State)

	second := b.work(false)
	require.Eventually(t, func() bool { return len(b.reports(second)) == 1 }, loginTimeout, pause, "the write was not repeated")
	require.Equal(t, written[0], b.reports(second)[0], "the same id, the same deadline, still open")
	db := b.open()
	_, _, err := db.GetQuestion(t.Context(), b.ref, b.vault.DeriveID(session.QuestionPrefix, b.ref.Operation, strconv.Itoa(2)))
	require.ErrorIs(t, err, store.ErrQuestionUnknown, "nothing was asked a second time")

	sealed, err := b.vault.SealJSON(map[string]string{"code": "123456"}, vault.AnswerTo(b.ref.Workspace, written[0].ID))
	require.NoError(t, err)
	require.NoError(t, db.AnswerQuestion(t.Context(), store.Answer{Ref: b.ref, QuestionID: written[0].ID, Input: sealed, At: time.Now().UTC()}))
	require.NoError(t, b.dispatcher.Resume(t.Context(), b.ref, written[0].ID))
	require.Eventually(t, func() bool {
		op, err := db.GetOperation(t.Context(), b.ref)
		require.NoError(t, err)
		return op.State == session.OperationSucceeded
	}, loginTimeout, pause, "the answer did not land")
	require.Len(t, b.reports(second), 1, "it was asked once")
	require.NoError(t, second.stop())
}

// askBundle is an operation on a store and a Temporal server of its own: names of task queues are fixed, so that
// nothing else may run workflows there.
type askBundle struct {
	t             *testing.T
	temporal      *temporalProcess
	database, key string
	vault         *vault.Vault
	dispatcher    *worker.Dispatcher
	ref           store.Ref
}

func newAskBundle(t *testing.T) *askBundle {
	t.Helper()
	temporal, err := everything.startTemporal("temporal-of-ask")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, temporal.stop()) })
	dir := dataDir(t)
	b := &askBundle{t: t, temporal: temporal, database: filepath.Join(dir, "anteroom.db"), key: filepath.Join(dir, "vault.key")}
	b.vault, err = vault.OpenOrCreate(b.key)
	require.NoError(t, err)
	sealing := b.vault.Converters()
	c := dialTemporal(t, temporal.Address, sdk.Options{DataConverter: sealing.Data, FailureConverter: sealing.Failure})
	b.dispatcher = &worker.Dispatcher{Client: c, Patience: 10 * time.Minute}
	b.start()
	return b
}

// start writes the operation's row and starts its workflow, as the API does.
func (b *askBundle) start() {
	b.t.Helper()
	ctx, now := b.t.Context(), time.Now().UTC()
	db, err := sqlite.Open(ctx, b.database, slog.New(slog.DiscardHandler))
	require.NoError(b.t, err)
	_, err = db.CreateWorkspace(ctx, workspace, now)
	require.NoError(b.t, err)
	_, _, err = db.PutProject(ctx, session.Project{Workspace: workspace, Name: "demo", LoginURL: "https://app.example/login"}, now)
	require.NoError(b.t, err)
	op, err := db.CreateOperation(ctx, store.NewOperation{Operation: session.Operation{
		ID: session.NewID(session.OperationPrefix), Workspace: workspace, Project: "demo", SessionID: "s1",
		Kind: session.OperationCreate, CreatedAt: now, StartDeadline: now.Add(10 * time.Minute),
	}})
	require.NoError(b.t, err)
	require.NoError(b.t, db.Close())
	b.ref = store.Ref{Workspace: workspace, Operation: op.ID}
	require.NoError(b.t, b.dispatcher.Start(ctx, op))
}

// work starts a worker process.
func (b *askBundle) work(dieAfterAsking bool) *child {
	b.t.Helper()
	order, err := json.Marshal(workerOrder{
		Temporal: b.temporal.Address, Database: b.database, Key: b.key, DieAfterAsking: dieAfterAsking,
	})
	require.NoError(b.t, err)
	program, err := os.Executable()
	require.NoError(b.t, err)
	c, err := everything.spawn("worker", program, []string{workerVariable + "=" + string(order)})
	require.NoError(b.t, err)
	c.showWhenFailed(b.t)
	return c
}

// reports reads what the worker printed after each write of a question.
func (b *askBundle) reports(c *child) []askReport {
	b.t.Helper()
	out, err := os.ReadFile(c.stdout)
	require.NoError(b.t, err)
	var all []askReport
	for lines := bufio.NewScanner(bytes.NewReader(out)); lines.Scan(); {
		var r askReport
		if json.Unmarshal(lines.Bytes(), &r) == nil && r.ID != "" {
			all = append(all, r)
		}
	}
	return all
}

// open opens the store beside the worker: what the test does there, an API process would do over HTTP.
func (b *askBundle) open() *sqlite.DB {
	b.t.Helper()
	db, err := sqlite.Open(b.t.Context(), b.database, slog.New(slog.DiscardHandler))
	require.NoError(b.t, err)
	b.t.Cleanup(func() { require.NoError(b.t, db.Close()) })
	return db
}
