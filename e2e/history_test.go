//go:build e2e

package e2e

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	commonpb "go.temporal.io/api/common/v1"
	enumspb "go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/api/proxy"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	"google.golang.org/protobuf/encoding/protojson"
)

// exportHistories writes the histories of all workflows into dir: as the UI exports them, and with their payloads opened.
func exportHistories(t *testing.T, c client.Client, codec converter.PayloadCodec, dir string) (workflows int) {
	t.Helper()
	list, err := c.ListWorkflow(t.Context(), &workflowservice.ListWorkflowExecutionsRequest{PageSize: 1000})
	require.NoError(t, err)
	for _, w := range list.GetExecutions() {
		id := w.GetExecution().GetWorkflowId()
		exportHistory(t, c, id, codec, dir)
		described, err := protojson.Marshal(w) // search attributes, memo, summary
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(dir, id+".described.json"), described, 0o600))
	}
	return len(list.GetExecutions())
}

func exportHistory(t *testing.T, c client.Client, id string, codec converter.PayloadCodec, dir string) {
	t.Helper()
	history := &historypb.History{}
	events := c.GetWorkflowHistory(t.Context(), id, "", false, enumspb.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	for events.HasNext() {
		event, err := events.Next()
		require.NoError(t, err)
		history.Events = append(history.Events, event)
	}
	require.NotEmpty(t, history.Events)
	write := func(kind string) {
		out, err := protojson.Marshal(history)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(dir, id+"."+kind+".json"), out, 0o600))
	}
	write("sealed")
	open(t, history, codec, filepath.Join(dir, id+".payloads"))
	write("opened")
}

// open opens every payload in place, and writes its bytes to a file, too.
func open(t *testing.T, history *historypb.History, codec converter.PayloadCodec, file string) {
	t.Helper()
	var all []byte
	err := proxy.VisitPayloads(t.Context(), history, proxy.VisitPayloadsOptions{
		Visitor: func(_ *proxy.VisitPayloadsContext, sealed []*commonpb.Payload) ([]*commonpb.Payload, error) {
			opened, err := codec.Decode(sealed)
			if err != nil {
				return nil, fmt.Errorf("open the payloads of %s: %w", file, err)
			}
			for _, p := range opened {
				all = append(append(all, p.GetData()...), '\n')
			}
			return opened, nil
		},
	})
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(file, all, 0o600))
}

// historyOf runs nothing: it makes a history whose input holds value, written by the converters, and exports it to dir.
func historyOf(t *testing.T, value string, address string, sealing converter.DataConverter, codec converter.PayloadCodec, dir string) {
	t.Helper()
	c := dialTemporal(t, address, client.Options{DataConverter: sealing})
	run, err := c.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{TaskQueue: "nobody-polls"}, "Nothing", map[string]string{"password": value})
	require.NoError(t, err)
	t.Cleanup(func() {
		_ = c.TerminateWorkflow(context.WithoutCancel(t.Context()), run.GetID(), "", "the test is over")
	})
	exportHistory(t, c, run.GetID(), codec, dir)
}
