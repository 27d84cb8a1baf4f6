//go:build e2e

package e2e

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"
	sdklog "go.temporal.io/sdk/log"
)

// dialTemporal connects to a Temporal server of ours, without the keys that its payloads are sealed with.
func dialTemporal(t *testing.T, address string, o client.Options) client.Client {
	t.Helper()
	o.HostPort, o.Namespace = address, "default"
	o.Logger = sdklog.NewStructuredLogger(slog.New(slog.DiscardHandler))
	ctx, cancel := context.WithTimeout(t.Context(), 15*time.Second)
	defer cancel()
	c, err := client.DialContext(ctx, o)
	require.NoError(t, err)
	t.Cleanup(c.Close)
	return c
}

// workflowEnds waits until the workflow of an operation has closed.
func workflowEnds(t *testing.T, address, operation string) {
	t.Helper()
	c := dialTemporal(t, address, client.Options{})
	require.Eventually(t, func() bool {
		d, err := c.DescribeWorkflowExecution(t.Context(), operation, "")
		require.NoError(t, err)
		return d.GetWorkflowExecutionInfo().GetStatus() != enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING
	}, 45*time.Second, 100*time.Millisecond, "the workflow of %s did not end", operation)
}
