package workflows_test

import (
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	sdklog "go.temporal.io/sdk/log"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"github.com/anteroom/anteroom/workflows"
)

// nonDeterminism is the SDK's code for a history that the workflow would not have made.
const nonDeterminism = "TMPRL1100"

// unstarted is the history of a workflow that nobody took up: there is nothing in it to replay.
const unstarted = "not-taken-up"

// storedHistories lists the histories of all recordings, by their path below testdata/histories without ".json".
func storedHistories(t *testing.T) map[string]string {
	t.Helper()
	root := filepath.Join("testdata", "histories")
	files := map[string]string{}
	require.NoError(t, filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && filepath.Base(path) != unstarted+".json" {
			files[strings.TrimSuffix(strings.TrimPrefix(path, root+string(filepath.Separator)), ".json")] = path
		}
		return err
	}))
	require.Greater(t, len(files), 20, "the stored histories are missing: see docs/changing-workflows.md")
	return files
}

// replay lets fn go through a stored history as Login.
func replay(file string, fn any) error {
	r := worker.NewWorkflowReplayer()
	r.RegisterWorkflowWithOptions(fn, workflow.RegisterOptions{Name: workflows.LoginWorkflow})
	return r.ReplayWorkflowHistoryFromJSONFile(sdklog.NewStructuredLogger(slog.New(slog.DiscardHandler)), file)
}

// A worker of this version takes over what workers of earlier versions began, in whatever state.
func TestLogin_ReplaysTheHistoriesOfEveryState(t *testing.T) {
	t.Parallel()
	for name, file := range storedHistories(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.NoError(t, replay(file, workflows.Login),
				"workers of this version cannot go on with logins of an earlier one: see docs/changing-workflows.md")
		})
	}
}

// lookFirst runs an activity that Login does not run.
func lookFirst(ctx workflow.Context) {
	ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{StartToCloseTimeout: time.Second})
	_ = workflow.ExecuteActivity(ctx, "Look").Get(ctx, nil)
}

func TestReplay_WhenAnActivityIsInsertedBeforeThePage_FailsForEveryState(t *testing.T) {
	t.Parallel()
	changed := func(ctx workflow.Context, in *workflows.LoginInput) (*workflows.LoginResult, error) {
		lookFirst(ctx)
		return workflows.Login(ctx, in)
	}
	for name, file := range storedHistories(t) {
		require.ErrorContains(t, replay(file, changed), nonDeterminism, name)
	}
}

func TestReplay_WhenTheWorkflowEndsDifferently_FailsForTheStatesBehindTheChange(t *testing.T) {
	t.Parallel()
	changed := func(ctx workflow.Context, in *workflows.LoginInput) (*workflows.LoginResult, error) {
		out, err := workflows.Login(ctx, in)
		lookFirst(ctx)
		return out, err
	}
	for name, file := range storedHistories(t) {
		err := replay(file, changed)
		switch filepath.Base(name) {
		case "succeeded", "failed-proof", "browser-lost-twice", "expired-question", "ended-by-somebody-else":
			require.ErrorContains(t, err, nonDeterminism, name)
		case "just-begun", "waiting-for-a-code":
			require.NoError(t, err, name)
		}
	}
}

func TestReplay_WhenTheChangeIsGuardedByAVersion_Passes(t *testing.T) {
	t.Parallel()
	changed := func(ctx workflow.Context, in *workflows.LoginInput) (*workflows.LoginResult, error) {
		if workflow.GetVersion(ctx, "look-first", workflow.DefaultVersion, 1) >= 1 {
			lookFirst(ctx)
		}
		return workflows.Login(ctx, in)
	}
	for name, file := range storedHistories(t) {
		require.NoError(t, replay(file, changed), name)
	}
}

// What is stored is read by everybody who reads the source.
func TestStoredHistories_TellNothingOfTheMachineThatRecordedThem(t *testing.T) {
	t.Parallel()
	for name, file := range storedHistories(t) {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		require.Contains(t, string(text), `"identity":"recorder"`, name)
		require.NotRegexp(t, `"identity":"[^"]*@`, string(text), "%s: the SDK's own identities name process and host", name)
		require.NotRegexp(t, `"name":"[^":]+:[0-9a-f-]{36}"`, strings.ReplaceAll(string(text), `"name":"recorder:`, ""), name)
	}
}
