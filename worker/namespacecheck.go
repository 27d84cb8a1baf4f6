package worker

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
)

// lookTimeout bounds the look at a namespace.
const lookTimeout = 10 * time.Second

// ErrNotPrepared: nobody ran EnsureNamespace for the namespace.
var ErrNotPrepared = errors.New(`the Temporal server is not prepared: run "anteroom init" first`)

// CheckNamespace fails where EnsureNamespace was not called, or with fewer attributes: every start would be refused there. It changes
// nothing. An error is one sentence and wraps ErrNotPrepared, ErrAttributeType or ErrNamespace.
func CheckNamespace(ctx context.Context, c client.Client, namespace string, attributes map[string]enumspb.IndexedValueType) error {
	ctx, cancel := context.WithTimeout(ctx, lookTimeout)
	defer cancel()
	_, err := c.WorkflowService().DescribeNamespace(ctx, &workflowservice.DescribeNamespaceRequest{Namespace: namespace})
	if _, missing := errors.AsType[*serviceerror.NamespaceNotFound](err); missing {
		return fmt.Errorf("there is no namespace %s: %w", namespace, ErrNotPrepared)
	}
	if err != nil {
		return refused("the namespace "+namespace+" cannot be read", err)
	}
	n := &namespaceSetup{client: c, namespace: namespace, attributes: attributes}
	lacking, err := n.missing(ctx)
	if err != nil {
		return err
	}
	if len(lacking) > 0 {
		return fmt.Errorf("the namespace %s lacks the search attributes %s: %w",
			namespace, strings.Join(slices.Sorted(maps.Keys(lacking)), ", "), ErrNotPrepared)
	}
	return nil
}
