package process

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/operatorservice/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"

	"github.com/anteroom/anteroom/workflows"
)

// namespaceTimeout bounds the look at a namespace.
const namespaceTimeout = 10 * time.Second

// checkNamespace fails where Install did not prepare the namespace: a start would be refused there, one by one.
func checkNamespace(ctx context.Context, c client.Client, namespace string) error {
	ctx, cancel := context.WithTimeout(ctx, namespaceTimeout)
	defer cancel()
	_, err := c.WorkflowService().DescribeNamespace(ctx, &workflowservice.DescribeNamespaceRequest{Namespace: namespace})
	if _, missing := errors.AsType[*serviceerror.NamespaceNotFound](err); missing {
		return fmt.Errorf(`there is no Temporal namespace %s: run "anteroom init" first`, namespace)
	}
	if err != nil {
		return fmt.Errorf("look at the Temporal namespace %s: %w", namespace, err)
	}
	found, err := c.OperatorService().ListSearchAttributes(ctx, &operatorservice.ListSearchAttributesRequest{Namespace: namespace})
	if err != nil {
		return fmt.Errorf("list the search attributes of the Temporal namespace %s: %w", namespace, err)
	}
	if lacking := lackingAttributes(found.GetCustomAttributes()); len(lacking) > 0 {
		return fmt.Errorf(`the Temporal namespace %s lacks the search attributes %s: run "anteroom init" first`,
			namespace, strings.Join(lacking, ", "))
	}
	return nil
}

func lackingAttributes(found map[string]enumspb.IndexedValueType) []string {
	return slices.DeleteFunc(workflows.SearchAttributeNames(), func(name string) bool {
		return found[name] == enumspb.INDEXED_VALUE_TYPE_KEYWORD
	})
}
