//go:build temporal

package main

import (
	"bytes"
	"context"
	"flag"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/sdk/client"
	sdklog "go.temporal.io/sdk/log"
	sdkworker "go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
	"google.golang.org/protobuf/encoding/protojson"

	"github.com/anteroom/anteroom/cmd/internal/process"
	"github.com/anteroom/anteroom/workflows"
)

// The histories against which changed workflows are replayed are recorded here: the real Login on the real Temporal server,
// with activities that play a script. See docs/changing-workflows.md; "make record-histories" keeps them.

var record = flag.String("record", "", "folder that the recorded histories are written to; empty: none")

// storedHistories holds a folder for each time that histories were recorded.
const storedHistories = "../../workflows/testdata/histories"

func TestHistories_OfEveryState_AreRecordedAndReplayed(t *testing.T) {
	c := connect(t)
	names := map[string]bool{}
	for n, s := range scenes() {
		require.False(t, names[s.name], "two scenes named %s", s.name)
		names[s.name] = true
		t.Run(s.name, func(t *testing.T) {
			history := newStage(t, c, n, s).run()
			replays(t, history)
			keep(t, s.name, history)
		})
	}
	if *record == "" {
		require.Subset(t, stored(t), keys(names),
			"a state of which no history is kept: run make record-histories and commit what it writes")
	}
}

// connect starts a server and connects to it under a name that says nothing of this machine.
func connect(t *testing.T) client.Client {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	quiet := slog.New(slog.DiscardHandler)
	server, err := startTemporal(ctx, process.TemporalOptions{
		DataDir: t.TempDir(), Listen: "127.0.0.1:0", Namespace: "default", Retention: time.Hour,
		SearchAttributes: process.SearchAttributes(), Logger: quiet,
	})
	require.NoError(t, err)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		require.NoError(t, server.Stop(ctx))
	})
	c, err := client.DialContext(ctx, client.Options{
		HostPort: server.Address(), Identity: "recorder", Logger: sdklog.NewStructuredLogger(quiet),
	})
	require.NoError(t, err)
	t.Cleanup(c.Close)
	return c
}

// replays requires that today's workflow takes the history for its own.
func replays(t *testing.T, history *historypb.History) {
	t.Helper()
	if len(history.GetEvents()) < 3 {
		return // nothing ran yet: there is nothing to replay
	}
	r := sdkworker.NewWorkflowReplayer()
	r.RegisterWorkflowWithOptions(workflows.Login, workflow.RegisterOptions{Name: workflows.LoginWorkflow})
	require.NoError(t, r.ReplayWorkflowHistory(sdklog.NewStructuredLogger(slog.New(slog.DiscardHandler)), history))
}

// keep writes the history, an event a line, where -record says.
func keep(t *testing.T, name string, history *historypb.History) {
	t.Helper()
	if *record == "" {
		return
	}
	host, err := os.Hostname()
	require.NoError(t, err)
	var out bytes.Buffer
	out.WriteString("{\"events\":[\n")
	for n, event := range history.GetEvents() {
		if n > 0 {
			out.WriteString(",\n")
		}
		// Marshal varies its white space on purpose; what is kept should differ only where something changed.
		line, err := protojson.Marshal(event)
		require.NoError(t, err)
		require.NoError(t, compact(&out, line))
	}
	out.WriteString("\n]}\n")
	// The names of sticky queues hold the host's.
	text := strings.ReplaceAll(out.String(), `"`+host+":", `"recorder:`)
	require.NotContains(t, text, host+":", "nothing of this machine is kept")
	require.NoError(t, os.MkdirAll(*record, 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(*record, name+".json"), []byte(text), 0o644))
}

// stored names the histories of the newest recording.
func stored(t *testing.T) []string {
	t.Helper()
	recordings, err := os.ReadDir(storedHistories)
	require.NoError(t, err)
	require.NotEmpty(t, recordings)
	files, err := filepath.Glob(filepath.Join(storedHistories, recordings[len(recordings)-1].Name(), "*.json"))
	require.NoError(t, err)
	var names []string
	for _, f := range files {
		names = append(names, strings.TrimSuffix(filepath.Base(f), ".json"))
	}
	return names
}
