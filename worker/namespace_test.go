package worker_test

import (
	"context"
	"log/slog"
	"maps"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/operatorservice/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	sdklog "go.temporal.io/sdk/log"
	"google.golang.org/grpc"
	"google.golang.org/grpc/health"
	"google.golang.org/grpc/health/grpc_health_v1"

	"github.com/anteroom/anteroom/worker"
)

const month = 30 * 24 * time.Hour

// frontend is a Temporal frontend with one namespace, as slow to know its own changes as a cluster of several hosts.
type frontend struct {
	workflowservice.UnimplementedWorkflowServiceServer
	operatorservice.UnimplementedOperatorServiceServer

	mu         sync.Mutex
	registered *workflowservice.RegisterNamespaceRequest
	calls      map[string]int
	attributes map[string]enumspb.IndexedValueType
	// full refuses every further attribute; stale and races count calls that a cluster answers wrongly before it settles.
	full                bool
	staleReads, races   int
	staleSearchesByName map[string]int
}

func startFrontend(t *testing.T) (*frontend, string) {
	t.Helper()
	f := &frontend{
		calls: map[string]int{}, attributes: map[string]enumspb.IndexedValueType{}, staleSearchesByName: map[string]int{},
	}
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	server := grpc.NewServer()
	workflowservice.RegisterWorkflowServiceServer(server, f)
	operatorservice.RegisterOperatorServiceServer(server, f)
	healthy := health.NewServer()
	healthy.SetServingStatus("temporal.api.workflowservice.v1.WorkflowService", grpc_health_v1.HealthCheckResponse_SERVING)
	grpc_health_v1.RegisterHealthServer(server, healthy)
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	t.Cleanup(func() {
		server.Stop()
		require.NoError(t, <-served)
	})
	return f, listener.Addr().String()
}

func (f *frontend) enter(call string) func() {
	f.mu.Lock()
	f.calls[call]++
	return f.mu.Unlock
}

func (f *frontend) DescribeNamespace(
	_ context.Context, in *workflowservice.DescribeNamespaceRequest,
) (*workflowservice.DescribeNamespaceResponse, error) {
	defer f.enter("describe")()
	if f.registered == nil {
		return nil, serviceerror.ToStatus(serviceerror.NewNamespaceNotFound(in.GetNamespace())).Err()
	}
	return &workflowservice.DescribeNamespaceResponse{}, nil
}

func (f *frontend) RegisterNamespace(
	_ context.Context, in *workflowservice.RegisterNamespaceRequest,
) (*workflowservice.RegisterNamespaceResponse, error) {
	defer f.enter("register")()
	if f.registered != nil {
		return nil, serviceerror.ToStatus(serviceerror.NewNamespaceAlreadyExists("exists")).Err()
	}
	f.registered = in
	return &workflowservice.RegisterNamespaceResponse{}, nil
}

func (f *frontend) ListSearchAttributes(
	_ context.Context, in *operatorservice.ListSearchAttributesRequest,
) (*operatorservice.ListSearchAttributesResponse, error) {
	defer f.enter("list")()
	if f.staleReads > 0 {
		f.staleReads--
		return nil, serviceerror.ToStatus(serviceerror.NewNamespaceNotFound(in.GetNamespace())).Err()
	}
	return &operatorservice.ListSearchAttributesResponse{CustomAttributes: maps.Clone(f.attributes)}, nil
}

func (f *frontend) AddSearchAttributes(
	_ context.Context, in *operatorservice.AddSearchAttributesRequest,
) (*operatorservice.AddSearchAttributesResponse, error) {
	defer f.enter("add")()
	if f.full {
		return nil, serviceerror.ToStatus(serviceerror.NewInvalidArgument("cannot have more than 10 search attribute of type Keyword")).Err()
	}
	if f.races > 0 {
		f.races--
		return nil, serviceerror.ToStatus(serviceerror.NewUnavailable("Generated search attributes mapping unavailable.")).Err()
	}
	maps.Copy(f.attributes, in.GetSearchAttributes())
	return &operatorservice.AddSearchAttributesResponse{}, nil
}

func (f *frontend) CountWorkflowExecutions(
	_ context.Context, in *workflowservice.CountWorkflowExecutionsRequest,
) (*workflowservice.CountWorkflowExecutionsResponse, error) {
	defer f.enter("count")()
	if f.staleSearchesByName[in.GetQuery()] > 0 {
		f.staleSearchesByName[in.GetQuery()]--
		return nil, serviceerror.ToStatus(serviceerror.NewInvalidArgument("invalid search attribute")).Err()
	}
	return &workflowservice.CountWorkflowExecutionsResponse{}, nil
}

func keywords(names ...string) map[string]enumspb.IndexedValueType {
	attributes := map[string]enumspb.IndexedValueType{}
	for _, name := range names {
		attributes[name] = enumspb.INDEXED_VALUE_TYPE_KEYWORD
	}
	return attributes
}

func TestEnsureNamespace_WhenItIsMissing_MakesItAndWaitsUntilItIsKnown(t *testing.T) {
	t.Parallel()
	f, address := startFrontend(t)
	f.staleReads, f.races = 1, 1
	f.staleSearchesByName["Status IS NOT NULL"] = 2

	require.NoError(t, worker.EnsureNamespace(t.Context(), address, "logins", month, keywords("Status", "Kind")))
	require.Equal(t, "logins", f.registered.GetNamespace())
	require.Equal(t, month, f.registered.GetWorkflowExecutionRetentionPeriod().AsDuration())
	require.Equal(t, keywords("Status", "Kind"), f.attributes)
	require.Equal(t, map[string]int{"describe": 1, "register": 1, "list": 3, "add": 2, "count": 4}, f.calls)

	clear(f.calls)
	require.NoError(t, worker.EnsureNamespace(t.Context(), address, "logins", time.Hour, keywords("Status", "Kind")))
	require.Equal(t, map[string]int{"describe": 1, "list": 1, "count": 2}, f.calls, "a repeat changes nothing")
}

func TestEnsureNamespace_WhenAnAttributeIsMissing_AddsOnlyThat(t *testing.T) {
	t.Parallel()
	f, address := startFrontend(t)
	f.registered = &workflowservice.RegisterNamespaceRequest{}
	f.attributes = keywords("Theirs", "Status")
	require.NoError(t, worker.EnsureNamespace(t.Context(), address, "logins", month, keywords("Status", "Kind")))
	require.Equal(t, keywords("Theirs", "Status", "Kind"), f.attributes)
	require.Zero(t, f.calls["register"])
}

func TestEnsureNamespace_WhenSeveralDoAtOnce_AllSucceed(t *testing.T) {
	t.Parallel()
	f, address := startFrontend(t)
	var all sync.WaitGroup
	errs := make([]error, 4)
	for i := range errs {
		all.Go(func() {
			errs[i] = worker.EnsureNamespace(t.Context(), address, "logins", month, keywords("Status", "Kind"))
		})
	}
	all.Wait()
	for _, err := range errs {
		require.NoError(t, err)
	}
	require.Equal(t, keywords("Status", "Kind"), f.attributes)
}

func TestEnsureNamespace_WhenAnAttributeHasAnotherType_SaysSoAndChangesNothing(t *testing.T) {
	t.Parallel()
	f, address := startFrontend(t)
	f.attributes = map[string]enumspb.IndexedValueType{"Status": enumspb.INDEXED_VALUE_TYPE_INT}
	err := worker.EnsureNamespace(t.Context(), address, "logins", month, keywords("Status", "Kind"))
	require.ErrorIs(t, err, worker.ErrAttributeType)
	require.ErrorContains(t, err, "Status exists there as Int and has to be Keyword")
	require.NotContains(t, err.Error(), "\n")
	require.Zero(t, f.calls["add"])
}

func TestEnsureNamespace_WhenTheServerRefuses_DoesNotInsist(t *testing.T) {
	t.Parallel()
	f, address := startFrontend(t)
	f.full = true
	err := worker.EnsureNamespace(t.Context(), address, "logins", month, keywords("Status", "Kind"))
	require.ErrorIs(t, err, worker.ErrNamespace)
	require.ErrorContains(t, err, "Kind, Status")
	require.ErrorContains(t, err, "cannot have more than 10")
	require.Equal(t, 1, f.calls["add"])
}

func TestEnsureNamespace_WhenNobodyAnswers_SaysWhereByTheDeadline(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	address := listener.Addr().String()
	require.NoError(t, listener.Close())
	err = worker.EnsureNamespace(ctx, address, "logins", month, nil)
	require.ErrorIs(t, err, worker.ErrTemporalUnreachable)
	require.ErrorContains(t, err, address)
	require.ErrorContains(t, err, "refused")
	require.NotContains(t, err.Error(), "\n")
}

func TestCheckNamespace_TellsWhetherInitWasRun(t *testing.T) {
	t.Parallel()
	f, address := startFrontend(t)
	c, err := client.NewLazyClient(client.Options{HostPort: address, Logger: sdklog.NewStructuredLogger(slog.New(slog.DiscardHandler))})
	require.NoError(t, err)
	t.Cleanup(c.Close)
	want := keywords("Status", "Kind")

	err = worker.CheckNamespace(t.Context(), c, "logins", want)
	require.ErrorIs(t, err, worker.ErrNotPrepared)
	require.ErrorContains(t, err, `run "anteroom init" first`)

	require.NoError(t, worker.EnsureNamespace(t.Context(), address, "logins", month, keywords("Status")))
	err = worker.CheckNamespace(t.Context(), c, "logins", want)
	require.ErrorIs(t, err, worker.ErrNotPrepared)
	require.ErrorContains(t, err, "Kind")

	require.NoError(t, worker.EnsureNamespace(t.Context(), address, "logins", month, want))
	calls := maps.Clone(f.calls)
	require.NoError(t, worker.CheckNamespace(t.Context(), c, "logins", want))
	require.Equal(t, calls["register"], f.calls["register"], "it changes nothing")
}
