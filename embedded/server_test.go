//go:build temporal

package embedded_test

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"github.com/anteroom/anteroom/embedded"
)

// The tests of this file run one after another: a process has one server at a time.

const (
	taskQueue  = "embedded-test"
	resumeName = "resume"
	// stopLimit is what a person who pressed Ctrl-C waits at most.
	stopLimit = 10 * time.Second
)

var projectKey = temporal.NewSearchAttributeKeyKeyword("AnteroomProject")

// waitForSignal is a login in small: it waits for an answer and returns it.
func waitForSignal(ctx workflow.Context) (string, error) {
	var answer string
	workflow.GetSignalChannel(ctx, resumeName).Receive(ctx, &answer)
	return answer, nil
}

func options(dir string) embedded.Options {
	return embedded.Options{
		DataDir:          dir,
		SearchAttributes: map[string]enumspb.IndexedValueType{projectKey.GetName(): enumspb.INDEXED_VALUE_TYPE_KEYWORD},
		Logger:           slog.New(slog.NewTextHandler(os.Stderr, nil)),
	}
}

// start starts a server and stops it at the end of the test if the test did not.
func start(t *testing.T, o embedded.Options) *embedded.Server {
	t.Helper()
	begun := time.Now()
	s, err := embedded.Start(t.Context(), o)
	require.NoError(t, err)
	t.Logf("started in %s", time.Since(begun))
	t.Cleanup(func() { stop(t, s) })
	return s
}

func stop(t *testing.T, s *embedded.Server) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), stopLimit)
	defer cancel()
	begun := time.Now()
	require.NoError(t, s.Stop(ctx))
	t.Logf("stopped in %s", time.Since(begun))
}

func dial(t *testing.T, s *embedded.Server) client.Client {
	t.Helper()
	c, err := client.Dial(client.Options{HostPort: s.Address(), Logger: discardLog()})
	require.NoError(t, err)
	t.Cleanup(c.Close)
	return c
}

func work(t *testing.T, c client.Client) worker.Worker {
	t.Helper()
	w := worker.New(c, taskQueue, worker.Options{})
	w.RegisterWorkflow(waitForSignal)
	require.NoError(t, w.Start())
	return w
}

func deadline(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	t.Cleanup(cancel)
	return ctx
}

// runOne runs one workflow to its end.
func runOne(t *testing.T, c client.Client, id, project string) {
	t.Helper()
	ctx := deadline(t)
	run, err := c.ExecuteWorkflow(ctx, client.StartWorkflowOptions{
		ID:                    id,
		TaskQueue:             taskQueue,
		TypedSearchAttributes: temporal.NewSearchAttributes(projectKey.ValueSet(project)),
	}, waitForSignal)
	require.NoError(t, err)
	require.NoError(t, c.SignalWorkflow(ctx, id, "", resumeName, "123456"))
	var answer string
	require.NoError(t, run.Get(ctx, &answer))
	require.Equal(t, "123456", answer)
}

func TestServer_WhenRestarted_KeepsHistoriesAndAppliesOptions(t *testing.T) {
	dir := t.TempDir()
	o := options(dir)
	first := start(t, o)
	c := dial(t, first)
	w := work(t, c)
	runOne(t, c, "kept", "miniflux")
	require.Equal(t, 30*24*time.Hour, retention(t, c))
	_, err := c.ExecuteWorkflow(deadline(t), client.StartWorkflowOptions{ID: "waiting", TaskQueue: taskQueue}, waitForSignal)
	require.NoError(t, err)
	w.Stop()
	c.Close()
	stop(t, first)
	require.NoError(t, first.Err())
	wal, err := os.Stat(filepath.Join(dir, "temporal.db-wal"))
	require.NoError(t, err)
	require.Zero(t, wal.Size(), "a stopped server's database file is whole without its log")

	o.Retention = 7 * 24 * time.Hour
	o.SearchAttributes["AnteroomLater"] = enumspb.INDEXED_VALUE_TYPE_KEYWORD
	second := start(t, o)
	c = dial(t, second)
	description, err := c.DescribeWorkflowExecution(deadline(t), "kept", "")
	require.NoError(t, err)
	require.Equal(t, enumspb.WORKFLOW_EXECUTION_STATUS_COMPLETED, description.GetWorkflowExecutionInfo().GetStatus())
	require.Equal(t, o.Retention, retention(t, c))
	require.Zero(t, count(t, c, `AnteroomLater = 'x'`), "an attribute added to an old database can be asked for at once")
	require.Equal(t, int64(1), count(t, c, `AnteroomProject = 'miniflux'`))
	defer work(t, c).Stop()
	require.NoError(t, c.SignalWorkflow(deadline(t), "waiting", "", resumeName, "654321"))
	var answer string
	require.NoError(t, c.GetWorkflow(deadline(t), "waiting", "").Get(deadline(t), &answer))
	require.Equal(t, "654321", answer, "what waited before the restart goes on after it")
}

func retention(t *testing.T, c client.Client) time.Duration {
	t.Helper()
	ns, err := c.WorkflowService().DescribeNamespace(deadline(t), &workflowservice.DescribeNamespaceRequest{Namespace: embedded.DefaultNamespace})
	require.NoError(t, err)
	return ns.GetConfig().GetWorkflowExecutionRetentionTtl().AsDuration()
}

func count(t *testing.T, c client.Client, query string) int64 {
	t.Helper()
	res, err := c.CountWorkflow(deadline(t), &workflowservice.CountWorkflowExecutionsRequest{Query: query})
	require.NoError(t, err)
	return res.GetCount()
}

func TestServer_WhenWorkflowHasSearchAttribute_ListsItByThat(t *testing.T) {
	s := start(t, options(t.TempDir()))
	c := dial(t, s)
	w := work(t, c)
	defer w.Stop()
	runOne(t, c, "wanted", "django-otp")
	runOne(t, c, "other", "miniflux")
	require.Eventually(t, func() bool {
		res, err := c.ListWorkflow(t.Context(), &workflowservice.ListWorkflowExecutionsRequest{
			Query: `AnteroomProject = 'django-otp' AND ExecutionStatus = 'Completed'`,
		})
		return err == nil && len(res.GetExecutions()) == 1 &&
			res.GetExecutions()[0].GetExecution().GetWorkflowId() == "wanted"
	}, 10*time.Second, 50*time.Millisecond)
}

func TestServer_WhenStopped_ReleasesPortsAndDirectory(t *testing.T) {
	o := options(t.TempDir())
	o.UIAddr = "127.0.0.1:0"
	o.CodecEndpoint = "http://127.0.0.1:1/codec"
	s := start(t, o)
	require.NotEmpty(t, ourGoroutines(), "the search for our goroutines finds the ui's")

	require.Contains(t, get(t, s.UIURL()), "<html")
	require.Contains(t, get(t, s.UIURL()+"/api/v1/settings"), o.CodecEndpoint)
	require.Contains(t, get(t, s.UIURL()+"/api/v1/namespaces/default"), "NAMESPACE_STATE_REGISTERED", "the ui reaches the frontend")
	_, err := embedded.Start(t.Context(), o)
	require.ErrorIs(t, err, embedded.ErrInUse)
	require.ErrorContains(t, err, o.DataDir)
	other := options(t.TempDir())
	other.FrontendAddr = s.Address()
	_, err = embedded.Start(t.Context(), other)
	require.ErrorIs(t, err, embedded.ErrAddressInUse)
	require.ErrorContains(t, err, s.Address())
	require.NoFileExists(t, filepath.Join(other.DataDir, "temporal.db"), "a refused start makes nothing")

	address, ui := s.Address(), s.UIURL()[len("http://"):]
	stop(t, s)
	<-s.Stopped()
	require.NoError(t, s.Err())
	require.Empty(t, ourGoroutines(), "no goroutine of ours is left")
	for _, addr := range []string{address, ui} {
		l, err := net.Listen("tcp4", addr)
		require.NoError(t, err)
		require.NoError(t, l.Close())
	}
	o.FrontendAddr, o.UIAddr = address, ui
	again := start(t, o)
	require.Equal(t, address, again.Address())
	require.Equal(t, "http://"+ui, again.UIURL())
}

// ourGoroutines are the stack lines of goroutines that run the package's code, without
// the tests inside the package, which wait for their turn.
func ourGoroutines() []string {
	buf := make([]byte, 8<<20)
	var ours []string
	for line := range strings.Lines(string(buf[:runtime.Stack(buf, true)])) {
		if strings.Contains(line, "/embedded.") && !strings.Contains(line, "/embedded.Test") {
			ours = append(ours, line)
		}
	}
	return ours
}

func get(t *testing.T, url string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(deadline(t), http.MethodGet, url, nil)
	require.NoError(t, err)
	res, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	defer func() { require.NoError(t, res.Body.Close()) }()
	body, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, res.StatusCode, "%s", body)
	return string(body)
}

func TestStart_WhenAttributeHasAnotherType_IsRefused(t *testing.T) {
	o := options(t.TempDir())
	stop(t, start(t, o))
	o.SearchAttributes = map[string]enumspb.IndexedValueType{projectKey.GetName(): enumspb.INDEXED_VALUE_TYPE_INT}
	_, err := embedded.Start(t.Context(), o)
	require.ErrorIs(t, err, embedded.ErrSearchAttribute)
	require.ErrorContains(t, err, projectKey.GetName())
}

// editMeta changes fields of a data directory's meta file.
func editMeta(t *testing.T, dir string, fields map[string]any) {
	t.Helper()
	name := filepath.Join(dir, "temporal.json")
	raw, err := os.ReadFile(name)
	require.NoError(t, err)
	meta := map[string]any{}
	require.NoError(t, json.Unmarshal(raw, &meta))
	maps.Copy(meta, fields)
	raw, err = json.Marshal(meta)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(name, raw, 0o600))
}

func TestStart_WhenSchemaIsNotOurs_IsRefusedAndNothingChanges(t *testing.T) {
	dir := t.TempDir()
	o := options(dir)
	stop(t, start(t, o))
	database := filepath.Join(dir, "temporal.db")
	before, err := os.ReadFile(database)
	require.NoError(t, err)

	editMeta(t, dir, map[string]any{"schemaVersion": "0.99"})
	_, err = embedded.Start(t.Context(), o)
	require.ErrorIs(t, err, embedded.ErrSchemaNewer)
	require.ErrorContains(t, err, "0.99")

	editMeta(t, dir, map[string]any{"schemaVersion": "0.9"})
	_, err = embedded.Start(t.Context(), o)
	require.ErrorIs(t, err, embedded.ErrSchemaOlder)
	backup, err := os.ReadFile(database + ".schema-0.9")
	require.NoError(t, err)
	require.Equal(t, before, backup)

	editMeta(t, dir, map[string]any{"schemaVersion": "0.11"})
	after, err := os.ReadFile(database)
	require.NoError(t, err)
	require.Equal(t, before, after)
	start(t, o)
}
