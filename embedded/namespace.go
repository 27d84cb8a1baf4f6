package embedded

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	namespacepb "go.temporal.io/api/namespace/v1"
	"go.temporal.io/api/operatorservice/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	sdklog "go.temporal.io/sdk/log"
	"go.temporal.io/server/common/config"
	sqliteschema "go.temporal.io/server/schema/sqlite"
	"google.golang.org/protobuf/types/known/durationpb"
)

const (
	// healthTimeout bounds the wait for the frontend; it takes about half a second.
	healthTimeout = 30 * time.Second
	// pollInterval is how often a state that has no event is looked at.
	pollInterval = 20 * time.Millisecond
	// attributeTimeout bounds the wait until a new search attribute is usable: Temporal
	// refreshes its namespaces every 2 s (system.namespaceCacheRefreshInterval).
	attributeTimeout = 20 * time.Second
)

// createNamespace puts the namespace into the database before the server runs, so that
// it is known from the first moment. It leaves a namespace that exists as it is.
func createNamespace(sql *config.SQL, o Options) error {
	ns, err := sqliteschema.NewNamespaceConfig(clusterName, o.Namespace, false, o.SearchAttributes)
	if err != nil {
		return refuse(ErrSearchAttribute, err, "the search attributes of namespace %s do not fit: %v", o.Namespace, err)
	}
	ns.Detail.Config.Retention = durationpb.New(o.Retention)
	if err := sqliteschema.CreateNamespaces(sql, ns); err != nil {
		return refuse(ErrDataDir, err, "the temporal namespace %s cannot be made: %v", o.Namespace, err)
	}
	return nil
}

// administrator changes the running server's namespace.
type administrator struct {
	client    client.Client
	namespace string
	end       *ending
}

func newAdministrator(o Options, addr string, end *ending) (*administrator, error) {
	c, err := client.NewLazyClient(client.Options{
		HostPort:  addr,
		Namespace: o.Namespace,
		Logger:    sdklog.NewStructuredLogger(o.Logger),
		Identity:  "anteroom-embedded",
	})
	if err != nil {
		return nil, refuse(ErrServer, err, "the temporal server cannot be asked: %v", err)
	}
	return &administrator{client: c, namespace: o.Namespace, end: end}, nil
}

func (a *administrator) close() { a.client.Close() }

// waitHealthy returns when the frontend serves.
func (a *administrator) waitHealthy(ctx context.Context) error {
	err := a.poll(ctx, healthTimeout, func(ctx context.Context) error {
		_, err := a.client.CheckHealth(ctx, &client.CheckHealthRequest{})
		return err
	})
	if err != nil {
		return refuse(ErrServer, err, "the temporal frontend did not become healthy: %v", err)
	}
	return nil
}

// setRetention gives the namespace the wanted retention if it has another.
func (a *administrator) setRetention(ctx context.Context, want time.Duration) error {
	service := a.client.WorkflowService()
	got, err := service.DescribeNamespace(ctx, &workflowservice.DescribeNamespaceRequest{Namespace: a.namespace})
	if err != nil {
		return refuse(ErrServer, err, "the temporal namespace %s cannot be read: %v", a.namespace, err)
	}
	if got.GetConfig().GetWorkflowExecutionRetentionTtl().AsDuration() == want {
		return nil
	}
	_, err = service.UpdateNamespace(ctx, &workflowservice.UpdateNamespaceRequest{
		Namespace: a.namespace,
		Config:    &namespacepb.NamespaceConfig{WorkflowExecutionRetentionTtl: durationpb.New(want)},
	})
	if err != nil {
		return refuse(ErrServer, err, "the retention of the temporal namespace %s cannot be set: %v", a.namespace, err)
	}
	return nil
}

// addSearchAttributes registers those that are missing and waits until they can be used.
func (a *administrator) addSearchAttributes(ctx context.Context, want map[string]enumspb.IndexedValueType) error {
	if len(want) == 0 {
		return nil
	}
	missing, err := a.missingAttributes(ctx, want)
	if err != nil || len(missing) == 0 {
		return err
	}
	_, err = a.client.OperatorService().AddSearchAttributes(ctx, &operatorservice.AddSearchAttributesRequest{
		Namespace:        a.namespace,
		SearchAttributes: missing,
	})
	if err != nil {
		return refuse(ErrSearchAttribute, err, "the search attributes %v cannot be registered: %v",
			slices.Sorted(maps.Keys(missing)), err)
	}
	for name := range missing {
		if err := a.waitSearchable(ctx, name); err != nil {
			return err
		}
	}
	return nil
}

// missingAttributes is want without what the namespace has.
func (a *administrator) missingAttributes(ctx context.Context, want map[string]enumspb.IndexedValueType) (map[string]enumspb.IndexedValueType, error) {
	got, err := a.client.OperatorService().ListSearchAttributes(ctx, &operatorservice.ListSearchAttributesRequest{Namespace: a.namespace})
	if err != nil {
		return nil, refuse(ErrServer, err, "the search attributes of namespace %s cannot be read: %v", a.namespace, err)
	}
	missing := map[string]enumspb.IndexedValueType{}
	for name, kind := range want {
		has, ok := got.GetCustomAttributes()[name]
		if ok && has != kind {
			return nil, refuse(ErrSearchAttribute, nil,
				"the search attribute %s exists as %s and cannot become %s: choose another name", name, has, kind)
		}
		if !ok {
			missing[name] = kind
		}
	}
	return missing, nil
}

// waitSearchable returns when a list filter may name the attribute.
func (a *administrator) waitSearchable(ctx context.Context, name string) error {
	err := a.poll(ctx, attributeTimeout, func(ctx context.Context) error {
		_, err := a.client.CountWorkflow(ctx, &workflowservice.CountWorkflowExecutionsRequest{
			Namespace: a.namespace,
			Query:     name + " IS NOT NULL",
		})
		return err
	})
	if err != nil {
		return refuse(ErrSearchAttribute, err, "the search attribute %s did not become usable: %v", name, err)
	}
	return nil
}

// poll calls f until it succeeds, the time is over or the server has ended. It returns
// the last error of f.
func (a *administrator) poll(ctx context.Context, timeout time.Duration, f func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	tick := time.NewTicker(pollInterval)
	defer tick.Stop()
	for {
		err := f(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-tick.C:
		case <-a.end.done:
			return a.end.reason()
		case <-ctx.Done():
			return fmt.Errorf("%w: %w", ctx.Err(), err)
		}
	}
}
