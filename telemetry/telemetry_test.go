package telemetry

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/testsuite"
	sdkworker "go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
	"go.uber.org/goleak"

	"github.com/anteroom/anteroom/api"
	"github.com/anteroom/anteroom/api/apitest"
	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// watched is a Telemetry and all that it says.
type watched struct {
	*Telemetry

	spans *tracetest.InMemoryExporter
	log   *lines
}

// lines is a log in JSON.
type lines struct {
	mu   sync.Mutex
	text bytes.Buffer
}

// Write appends p.
func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// of returns the lines with this message and their level.
func (l *lines) of(t *testing.T, message string) []map[string]any {
	t.Helper()
	var found []map[string]any
	for line := range strings.Lines(l.String()) {
		var v map[string]any
		require.NoError(t, json.Unmarshal([]byte(line), &v))
		if v["msg"] == message {
			found = append(found, v)
		}
	}
	return found
}

func watch(t *testing.T) *watched {
	t.Helper()
	w := &watched{spans: tracetest.NewInMemoryExporter(), log: &lines{}}
	logger := slog.New(slog.NewJSONHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	var err error
	w.Telemetry, err = New(t.Context(), Options{Version: "1.2.3", Part: "all", Logger: logger, exporter: kept{w.spans}})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, w.Close(context.Background())) })
	return w
}

// kept keeps its spans when it is shut down.
type kept struct{ sdktrace.SpanExporter }

// Shutdown does nothing.
func (kept) Shutdown(context.Context) error { return nil }

func (w *watched) scrape(t *testing.T) string {
	t.Helper()
	r := httptest.NewRecorder()
	w.Metrics().ServeHTTP(r, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", nil))
	require.Equal(t, http.StatusOK, r.Code)
	return r.Body.String()
}

// exported is everything of the spans that left, as text.
func (w *watched) exported(t *testing.T) (tracetest.SpanStubs, string) {
	t.Helper()
	require.NoError(t, w.traces.ForceFlush(t.Context()))
	stubs := w.spans.GetSpans()
	var text strings.Builder
	for _, s := range stubs {
		fmt.Fprintf(&text, "%s %s %v %v %v %v %s %s\n", s.Name, s.SpanContext.TraceState(), s.Attributes, s.Events, s.Links, s.Status, s.Resource, s.Parent.TraceState())
	}
	return stubs, text.String()
}

// fixture is an API over a store that are both watched.
func fixture(t *testing.T) (*watched, *apitest.Fixture) {
	t.Helper()
	w := watch(t)
	f := apitest.New(t, func(d *api.Deps) {
		d.Telemetry, d.Metrics, d.Logger = w, w.Metrics(), w.logger
		d.Store.(store.Store).Observe(w)
	})
	require.NoError(t, w.Count(f.Store))
	return w, f
}

// The marks of secrets. Each must be nowhere.
const (
	markPassword = "mark-password-3f1c"
	markUser     = "mark-user-9a2e"
	markCode     = "mark-code-77d0"
	markCookie   = "mark-cookie-b1b1"
	markQuery    = "mark-query-55aa"
	markHeader   = "mark-header-0c0c"
	markKey      = "mark-key-e4e4"
	markPage     = "mark-page-6b6b"
	markError    = "mark-error-d3d3"
)

var marks = []string{markPassword, markUser, markCode, markCookie, markQuery, markHeader, markKey, markPage, markError}

// found lists the marks in a text, also where they are in hexadecimal.
func found(text string) []string {
	var list []string
	for _, m := range marks {
		if strings.Contains(text, m) || strings.Contains(text, hex.EncodeToString([]byte(m))) {
			list = append(list, m)
		}
	}
	return list
}

// login runs a login that has a mark wherever a secret may be, and returns its operation.
func login(t *testing.T, f *apitest.Fixture) string {
	t.Helper()
	from := []apitest.Header{
		{"traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}, {"tracestate", "x=" + markHeader},
		{"baggage", "user=" + markHeader}, {"Cookie", "s=" + markHeader}, {"User-Agent", markHeader},
	}
	r := f.Call(t, http.MethodPost, apitest.Sessions+"/create?q="+markQuery, map[string]any{
		"id": "s1", "parameters": map[string]any{"username": markUser, "password": markPassword},
	}, from...)
	require.Equal(t, http.StatusCreated, r.Status, r.Body)
	id := r.JSON(t)["operationId"].(string)
	q := apitest.CodeQuestion(1)
	q.Message, q.SiteError, q.MaskedTarget = markPage, markPage, markPage
	q.Fields[0].Pattern, q.Fields[0].Length = "", 0
	asked := f.Ask(id, q)
	r = f.Call(t, http.MethodPost, apitest.Sessions+"/create/"+id+"/resume", map[string]any{"info_request_id": asked, "input": markCode}, from...)
	require.Equal(t, http.StatusAccepted, r.Status, r.Body)
	f.GoOn(id)
	f.Succeed(id, "s1", `{"cookies":[{"value":"`+markCookie+`"}],"origins":[]}`)
	f.Call(t, http.MethodGet, apitest.Sessions+"/s1/storage-state?q="+markQuery, nil, from...)
	f.Call(t, http.MethodGet, "/api/v1/workspace/"+markQuery+"/projects/"+markQuery, nil, apitest.Header{"x-api-key", markKey})
	f.Call(t, http.MethodGet, "/"+markQuery, nil)
	return id
}

func TestALogin_LeavesNoSecretInSpansMetricsAndLines(t *testing.T) {
	t.Parallel()
	w, f := fixture(t)
	id := login(t, f)
	failed := f.Start(t, nil)
	f.Fail(failed, &session.Failure{Class: session.FailureSite, Code: "timeout", Message: markPage, SiteError: markPage})
	runFailingActivity(t, w, id)

	stubs, spans := w.exported(t)
	require.NotEmpty(t, stubs)
	metrics := w.scrape(t)
	for where, text := range map[string]string{"spans": spans, "metrics": metrics, "log": w.log.String()} {
		require.Empty(t, found(text), where)
		require.NotEmpty(t, text)
	}
	require.NotContains(t, metrics, id, "ids of operations are no labels")
	require.NotContains(t, metrics, `"s1"`)
	require.Contains(t, spans, id)

	// The search finds what is planted in each of the three places.
	w.Request(t.Context(), http.Header{}, http.MethodGet, markQuery)
	_, end := w.Request(t.Context(), http.Header{}, http.MethodGet, markQuery)
	end(http.StatusOK, "", "", "")
	w.logger.Info(markCookie)
	_, spans = w.exported(t)
	require.Equal(t, []string{markQuery}, found(spans))
	require.Equal(t, []string{markQuery}, found(w.scrape(t)))
	require.Equal(t, []string{markCookie}, found(w.log.String()))
}

// runFailingActivity runs, through Temporal's interceptors, a workflow whose activity fails with a mark in its error.
func runFailingActivity(t *testing.T, w *watched, id string) {
	t.Helper()
	var o client.Options
	require.NoError(t, w.Temporal(&o))
	var suite testsuite.WorkflowTestSuite
	env := suite.NewTestWorkflowEnvironment()
	env.SetWorkerOptions(sdkworker.Options{Interceptors: []interceptor.WorkerInterceptor{o.Interceptors[0].(interceptor.WorkerInterceptor)}})
	env.RegisterActivity(failing)
	env.ExecuteWorkflow(func(ctx workflow.Context) error {
		ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{StartToCloseTimeout: time.Minute})
		_ = workflow.ExecuteActivity(ctx, failing).Get(ctx, nil)
		return errors.New(markError + id)
	})
	require.ErrorContains(t, env.GetWorkflowError(), markError)
}

func failing(context.Context) error { return errors.New(markError) }

func TestALogin_IsOneTrace_ContinuedFromTheCaller(t *testing.T) {
	t.Parallel()
	w, f := fixture(t)
	id := login(t, f)
	ctx, end := w.Request(t.Context(), http.Header{"Traceparent": {"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}}, http.MethodPost, "/x")
	_, ended := w.Operation(ctx, "start login", apitest.Workspace, apitest.Project, id)
	ended(errors.New(markError))
	end(http.StatusInternalServerError, apitest.Workspace, apitest.Project, id)
	stubs, text := w.exported(t)
	byName := map[string]tracetest.SpanStub{}
	for _, s := range stubs {
		byName[s.Name] = s
	}
	request, start := byName["POST /x"], byName["start login"]
	require.Equal(t, "0af7651916cd43dd8448eb211c80319c", request.SpanContext.TraceID().String())
	require.Equal(t, "b7ad6b7169203331", request.Parent.SpanID().String())
	require.Equal(t, request.SpanContext.SpanID(), start.Parent.SpanID())
	for _, s := range []tracetest.SpanStub{request, start} {
		attributes := fmt.Sprint(s.Attributes)
		for _, want := range []string{apitest.Workspace, apitest.Project, id} {
			require.Contains(t, attributes, want, s.Name)
		}
		require.Equal(t, "Error", s.Status.Code.String())
	}
	require.Empty(t, found(text))
	created := byName["POST /api/v1/workspace/:workspaceId/projects/:projectName/auth-sessions/create"]
	require.Contains(t, fmt.Sprint(created.Attributes), id, "the operation that the request started")
}

func TestMetrics_TellWhatALoginDid(t *testing.T) {
	t.Parallel()
	w, f := fixture(t)
	login(t, f)
	failed := f.Start(t, nil)
	f.Begin(failed)
	metrics := w.scrape(t)
	f.Fail(failed, session.NewFailure(session.FailureSite, "timeout", "x"))
	w.Reconciled(t.Context(), "resume")
	w.BrowserLost(session.BrowserShell)
	w.Purged("operations", 3)
	after := w.scrape(t)
	for _, line := range []string{
		`anteroom_operations{project="demo",state="running",workspace="default"} 1`,
		`anteroom_build_info{part="all",version="1.2.3"} 1`,
	} {
		require.Contains(t, metrics, line+"\n")
	}
	for _, line := range []string{
		`anteroom_operations_started_total{project="demo",workspace="default"} 2`,
		`anteroom_operations_ended_total{class="",code="",project="demo",state="succeeded",workspace="default"} 1`,
		`anteroom_operations_ended_total{class="site",code="timeout",project="demo",state="failed",workspace="default"} 1`,
		`anteroom_operation_duration_seconds_count{project="demo",state="succeeded",workspace="default"} 1`,
		`anteroom_questions_total{kind="code",outcome="asked",project="demo",workspace="default"} 1`,
		`anteroom_questions_total{kind="code",outcome="answered",project="demo",workspace="default"} 1`,
		`anteroom_question_wait_seconds_count{kind="code",project="demo",workspace="default"} 1`,
		`anteroom_reconciler_actions_total{action="resume"} 1`,
		`anteroom_browsers_lost_total{kind="shell"} 1`,
		`anteroom_purged_total{what="operations"} 3`,
		`anteroom_http_request_duration_seconds_count{method="GET",route="unmatched",status="404"} 1`,
	} {
		require.Contains(t, after, line+"\n")
	}
	require.Contains(t, after, `anteroom_store_write_duration_seconds_count{outcome="ok"}`)
}

func TestLines_TellEachTransitionOnceAtInfo(t *testing.T) {
	t.Parallel()
	w, f := fixture(t)
	id := login(t, f)
	var told []string
	for _, l := range w.log.of(t, "transition") {
		require.Equal(t, id, l["operation"])
		require.Equal(t, "s1", l["session"])
		require.Equal(t, "INFO", l["level"])
		told = append(told, fmt.Sprint(l["from"], "→", l["state"]))
	}
	require.Equal(t, []string{"→queued", "queued→running", "running→waiting", "waiting→running", "running→running", "running→succeeded"}, told)
	requests := w.log.of(t, "request")
	require.Equal(t, id, requests[0]["operation"])
	require.Equal(t, apitest.Workspace, requests[0]["workspace"])
	require.Equal(t, apitest.Project, requests[0]["project"])
}

func TestWithoutAnEndpoint_NothingIsTraced(t *testing.T) {
	t.Parallel()
	quiet, err := New(t.Context(), Options{Logger: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	defer func() { require.NoError(t, quiet.Close(context.Background())) }()
	ctx, end := quiet.Operation(t.Context(), "start login", "w", "p", "o")
	require.Equal(t, t.Context(), ctx)
	end(nil)
	var o client.Options
	require.NoError(t, quiet.Temporal(&o))
	require.Empty(t, o.Interceptors)
	require.NotNil(t, o.MetricsHandler)

	_, err = New(t.Context(), Options{})
	require.ErrorContains(t, err, "Options.Logger is missing")
}

func TestTemporalsMetrics_AreBoundedInLabels(t *testing.T) {
	t.Parallel()
	w := watch(t)
	var o client.Options
	require.NoError(t, w.Temporal(&o))
	for _, queue := range []string{"browser-br_1", "browser-br_2", "anteroom"} {
		h := o.MetricsHandler.WithTags(map[string]string{"task_queue": queue, "activity_type": "Advance", "client_name": "temporal_go"})
		h.Counter("temporal_activity_execution_failed").Inc(1)
		h.Timer("temporal_activity_execution_latency").Record(time.Second)
	}
	metrics := w.scrape(t)
	require.Contains(t, metrics, `temporal_activity_execution_failed_total{activity_type="Advance",task_queue="browser"} 2`)
	require.Contains(t, metrics, `temporal_activity_execution_latency_seconds_count{activity_type="Advance",task_queue="anteroom"} 1`)
	require.NotContains(t, metrics, "br_1")
}
