package worker

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/operatorservice/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	sdklog "go.temporal.io/sdk/log"
	"google.golang.org/protobuf/types/known/durationpb"
)

const (
	// reachTimeout bounds the wait for a Temporal server that does not answer, or is still starting.
	reachTimeout = 15 * time.Second
	// namespaceTimeout bounds the wait until the server's own hosts know a change of a namespace: they read namespaces
	// anew every 2 s (10 s before server 1.29), and search attributes every 60 s.
	namespaceTimeout = 90 * time.Second
	// namespacePoll is how often it is asked whether they do.
	namespacePoll = 200 * time.Millisecond
)

// Why a namespace could not be prepared.
var (
	// ErrTemporalUnreachable: nothing that speaks Temporal's protocol answers at the address.
	ErrTemporalUnreachable = errors.New("no Temporal server answers")
	// ErrAttributeType: the namespace has a search attribute of the name, with another type. A type never changes.
	ErrAttributeType = errors.New("search attribute of another type")
	// ErrNamespace: the server answers, and refuses or does not finish what it was asked for.
	ErrNamespace = errors.New("not done by the server")
)

// EnsureNamespace makes the namespace on the Temporal server at address (host:port) if it is missing, with retention for its
// closed workflows, adds the search attributes that it lacks, and returns when a list filter may name them, which takes up to
// some seconds. What is there is left as it is, its retention too. It may be repeated, and several processes may do it at
// once. An error is one sentence and wraps ErrTemporalUnreachable (after 15 s), ErrAttributeType or ErrNamespace.
func EnsureNamespace(
	ctx context.Context, address, namespace string, retention time.Duration, attributes map[string]enumspb.IndexedValueType,
) error {
	c, err := client.NewLazyClient(client.Options{
		HostPort: address, Namespace: namespace, Identity: "anteroom-init",
		Logger: sdklog.NewStructuredLogger(slog.New(slog.DiscardHandler)),
	})
	if err != nil {
		return fmt.Errorf("%w at %s: %w", ErrTemporalUnreachable, address, err)
	}
	defer c.Close()
	n := &namespaceSetup{client: c, namespace: namespace, retention: retention, attributes: attributes}
	if err := n.reach(ctx); err != nil {
		return fmt.Errorf("%w at %s (%s): start it, or set temporal.address", ErrTemporalUnreachable, address, oneLine(err))
	}
	ctx, cancel := context.WithTimeout(ctx, namespaceTimeout)
	defer cancel()
	if err := n.ensure(ctx); err != nil {
		return fmt.Errorf("prepare the namespace %q of the Temporal server at %s: %w", namespace, address, err)
	}
	return nil
}

// namespaceSetup is one call of EnsureNamespace.
type namespaceSetup struct {
	client     client.Client
	namespace  string
	retention  time.Duration
	attributes map[string]enumspb.IndexedValueType
}

// reach waits until the server answers.
func (n *namespaceSetup) reach(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, reachTimeout)
	defer cancel()
	return untilNil(ctx, func(ctx context.Context) error {
		_, err := n.client.CheckHealth(ctx, &client.CheckHealthRequest{})
		return err
	}, anyError)
}

func (n *namespaceSetup) ensure(ctx context.Context) error {
	if err := untilNil(ctx, n.register, transient); err != nil {
		return err
	}
	if err := untilNil(ctx, n.addMissing, transient); err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(n.attributes)) {
		// A server that does not know the attribute yet calls the query invalid.
		err := untilNil(ctx, func(ctx context.Context) error { return n.search(ctx, name) }, anyError)
		if err != nil {
			return fmt.Errorf("%w: the search attribute %s is registered and did not become usable: %s", ErrNamespace, name, oneLine(err))
		}
	}
	return nil
}

// register makes the namespace if it is missing.
func (n *namespaceSetup) register(ctx context.Context) error {
	service := n.client.WorkflowService()
	_, err := service.DescribeNamespace(ctx, &workflowservice.DescribeNamespaceRequest{Namespace: n.namespace})
	if _, missing := errors.AsType[*serviceerror.NamespaceNotFound](err); !missing {
		return refused("it cannot be read", err)
	}
	_, err = service.RegisterNamespace(ctx, &workflowservice.RegisterNamespaceRequest{
		Namespace: n.namespace, WorkflowExecutionRetentionPeriod: durationpb.New(n.retention),
		Description: "Logins and sessions of Anteroom",
	})
	if _, exists := errors.AsType[*serviceerror.NamespaceAlreadyExists](err); exists {
		return nil // somebody else was first
	}
	return refused("it cannot be registered", err)
}

// addMissing registers the attributes that the namespace lacks.
func (n *namespaceSetup) addMissing(ctx context.Context) error {
	missing, err := n.missing(ctx)
	if err != nil || len(missing) == 0 {
		return err
	}
	_, err = n.client.OperatorService().AddSearchAttributes(ctx, &operatorservice.AddSearchAttributesRequest{
		Namespace: n.namespace, SearchAttributes: missing,
	})
	if _, exists := errors.AsType[*serviceerror.AlreadyExists](err); exists {
		return nil // the host that was asked before did not know yet
	}
	return refused(fmt.Sprintf("the search attributes %s cannot be registered", strings.Join(slices.Sorted(maps.Keys(missing)), ", ")), err)
}

func (n *namespaceSetup) missing(ctx context.Context) (map[string]enumspb.IndexedValueType, error) {
	got, err := n.client.OperatorService().ListSearchAttributes(ctx, &operatorservice.ListSearchAttributesRequest{Namespace: n.namespace})
	if err != nil {
		return nil, refused("its search attributes cannot be read", err)
	}
	missing := map[string]enumspb.IndexedValueType{}
	for _, name := range slices.Sorted(maps.Keys(n.attributes)) {
		want := n.attributes[name]
		has, ok := got.GetCustomAttributes()[name]
		if ok && has != want {
			return nil, fmt.Errorf("%w: %s exists there as %s and has to be %s: use another namespace (temporal.namespace)",
				ErrAttributeType, name, has, want)
		}
		if !ok {
			missing[name] = want
		}
	}
	return missing, nil
}

// search asks for what has the attribute.
func (n *namespaceSetup) search(ctx context.Context, name string) error {
	_, err := n.client.CountWorkflow(ctx, &workflowservice.CountWorkflowExecutionsRequest{
		Namespace: n.namespace, Query: name + " IS NOT NULL",
	})
	return err
}

// refused says which step the server did not do; nil where it did.
func refused(step string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%w: %s: %w", ErrNamespace, step, err)
}

// transient reports whether asking again may help: the server is busy or starting, its hosts do not yet know a namespace that was
// registered just now, or somebody else changed it at the same moment, which Temporal calls Unavailable.
func transient(err error) bool {
	for err != nil {
		switch err.(type) { //nolint:errorlint // every error of the chain is looked at
		case *serviceerror.Unavailable, *serviceerror.NamespaceNotFound, *serviceerror.ResourceExhausted, *serviceerror.DeadlineExceeded:
			return true
		}
		err = lastUnwrapped(err)
	}
	return false
}

// lastUnwrapped is the cause of an error that this file made, or what any other wraps.
func lastUnwrapped(err error) error {
	if many, ok := err.(interface{ Unwrap() []error }); ok {
		all := many.Unwrap()
		return all[len(all)-1]
	}
	return errors.Unwrap(err)
}

func anyError(error) bool { return true }

// untilNil calls f until it succeeds, answers an error that is not worth another call, or ctx ends; then the last error of f
// tells more than ctx does.
func untilNil(ctx context.Context, f func(context.Context) error, again func(error) bool) error {
	tick := time.NewTicker(namespacePoll)
	defer tick.Stop()
	var last error
	for {
		err := f(ctx)
		if err == nil {
			return nil
		}
		if last == nil || ctx.Err() == nil {
			last = err
		}
		if !again(err) {
			return last
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return fmt.Errorf("%w (%w)", last, ctx.Err())
		}
	}
}

// oneLine is an error's text without line breaks.
func oneLine(err error) string { return strings.Join(strings.Fields(err.Error()), " ") }
