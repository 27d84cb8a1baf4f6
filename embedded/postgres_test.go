//go:build temporal

package embedded_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"
	sdkworker "go.temporal.io/sdk/worker"

	"github.com/anteroom/anteroom/embedded"
	"github.com/anteroom/anteroom/postgrestest"
	"github.com/anteroom/anteroom/session"
)

const (
	// away is how long PostgreSQL stays away in the test of that.
	away = 20 * time.Second
	// backLimit is how soon Temporal must answer again once PostgreSQL does.
	backLimit = 15 * time.Second
	// serveVariable makes the test binary a server on the store it names, for the tests that kill it.
	serveVariable = "ANTEROOM_EMBEDDED_TEST_STORE"
)

func TestMain(m *testing.M) {
	if store := os.Getenv(serveVariable); store != "" {
		os.Exit(serve(store))
	}
	os.Exit(m.Run())
}

// serve runs a server, writes its address to the standard output, and waits to be killed.
func serve(store string) int {
	s, err := embedded.Start(context.Background(), postgresOptions(store))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	fmt.Println(s.Address())
	<-s.Stopped()
	return 1
}

func postgresOptions(url string) embedded.Options {
	o := options("")
	o.Store = session.NewSecret(url)
	return o
}

func TestPostgres_WhenRestarted_KeepsHistoriesAndAppliesOptions(t *testing.T) {
	pg := postgrestest.Run(t)
	o := postgresOptions(pg.URL("temporal"))
	first := start(t, o)
	c := dial(t, first)
	w := work(t, c)
	runOne(t, c, "kept", "miniflux")
	_, err := c.ExecuteWorkflow(deadline(t), client.StartWorkflowOptions{ID: "waiting", TaskQueue: taskQueue}, waitForSignal)
	require.NoError(t, err)
	w.Stop()
	c.Close()

	_, err = embedded.Start(t.Context(), o)
	require.ErrorIs(t, err, embedded.ErrInUse)
	require.ErrorContains(t, err, `"temporal"`)
	stop(t, first)
	require.NoError(t, first.Err())

	o.Retention = 7 * 24 * time.Hour
	o.SearchAttributes["AnteroomLater"] = enumspb.INDEXED_VALUE_TYPE_KEYWORD
	second := start(t, o)
	c = dial(t, second)
	description, err := c.DescribeWorkflowExecution(deadline(t), "kept", "")
	require.NoError(t, err)
	require.Equal(t, enumspb.WORKFLOW_EXECUTION_STATUS_COMPLETED, description.GetWorkflowExecutionInfo().GetStatus())
	require.Equal(t, o.Retention, retention(t, c))
	require.Zero(t, count(t, c, `AnteroomLater = 'x'`))
	require.Equal(t, int64(1), count(t, c, `AnteroomProject = 'miniflux'`))
	answer(t, c, "waiting")
}

// answer lets a waiting workflow go on to its end.
func answer(t *testing.T, c client.Client, id string) {
	t.Helper()
	w := work(t, c)
	defer w.Stop()
	require.NoError(t, c.SignalWorkflow(deadline(t), id, "", resumeName, "654321"))
	var got string
	require.NoError(t, c.GetWorkflow(deadline(t), id, "").Get(deadline(t), &got))
	require.Equal(t, "654321", got)
}

func TestPostgres_WhenItIsAway_TemporalWaitsAndGoesOn(t *testing.T) {
	pg := postgrestest.Run(t)
	s := start(t, postgresOptions(pg.URL("temporal")))
	c := dial(t, s)
	w := work(t, c)
	for i := range 10 {
		_, err := c.ExecuteWorkflow(deadline(t), client.StartWorkflowOptions{ID: fmt.Sprint("waiting-", i), TaskQueue: taskQueue}, waitForSignal)
		require.NoError(t, err)
	}
	for name, absence := range map[string]struct {
		signal syscall.Signal
		lasts  time.Duration
	}{"stopped": {syscall.SIGINT, away}, "crashed": {syscall.SIGKILL, 3 * time.Second}} {
		pg.Stop(absence.signal)
		begun := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), absence.lasts)
		_, err := c.ExecuteWorkflow(ctx, client.StartWorkflowOptions{ID: "meanwhile-" + name, TaskQueue: taskQueue}, waitForSignal)
		require.Error(t, err, "nothing is accepted that cannot be kept")
		<-ctx.Done()
		cancel()
		t.Logf("%s: PostgreSQL was away for %s", name, time.Since(begun))
		require.NoError(t, pg.Start())
		back := time.Now()
		require.Eventually(t, func() bool {
			ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
			defer cancel()
			_, err := c.ExecuteWorkflow(ctx, client.StartWorkflowOptions{ID: "after-" + name, TaskQueue: taskQueue}, waitForSignal)
			return err == nil
		}, backLimit, 50*time.Millisecond)
		t.Logf("%s: answered %s after PostgreSQL was back", name, time.Since(back))
		require.NoError(t, s.Err())
	}
	w.Stop()
	w = sdkworker.New(c, taskQueue, sdkworker.Options{})
	w.RegisterWorkflow(waitForSignal)
	require.NoError(t, w.Start())
	defer w.Stop()
	for i := range 10 {
		id := fmt.Sprint("waiting-", i)
		require.NoError(t, c.SignalWorkflow(deadline(t), id, "", resumeName, "1"))
		require.NoError(t, c.GetWorkflow(deadline(t), id, "").Get(deadline(t), nil))
	}
}

// child starts this test binary as a server, and returns its address and what kills it.
func child(t *testing.T, store string) (address string, kill func()) {
	t.Helper()
	executable, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.CommandContext(t.Context(), executable)
	cmd.Env = append(os.Environ(), serveVariable+"="+store)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	begun := time.Now()
	require.NoError(t, cmd.Start())
	line, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(t, err)
	t.Logf("started in %s", time.Since(begun))
	kill = func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}
	t.Cleanup(kill)
	return strings.TrimSpace(line), kill
}

func TestPostgres_WhenTemporalIsKilled_WorkflowsGoOn(t *testing.T) {
	url := postgrestest.Run(t).URL("temporal")
	address, kill := child(t, url)
	c, err := client.Dial(client.Options{HostPort: address, Logger: discardLog()})
	require.NoError(t, err)
	_, err = c.ExecuteWorkflow(deadline(t), client.StartWorkflowOptions{ID: "waiting", TaskQueue: taskQueue}, waitForSignal)
	require.NoError(t, err)
	kill()
	c.Close()

	address, _ = child(t, url)
	c, err = client.Dial(client.Options{HostPort: address, Logger: discardLog()})
	require.NoError(t, err)
	defer c.Close()
	answer(t, c, "waiting")
}

func TestPostgres_WhenItCannotBeUsed_IsRefusedInOneSentence(t *testing.T) {
	pg := postgrestest.Run(t)
	require.NoError(t, pg.Execute(t.Context(), "postgres", "CREATE ROLE guarded LOGIN PASSWORD 'hunter2'", "CREATE ROLE small LOGIN",
		"CREATE DATABASE half", "CREATE DATABASE theirs", "CREATE DATABASE theirs_visibility"))
	require.NoError(t, pg.Execute(t.Context(), "theirs", "CREATE TABLE accounts (id int)"))
	at := func(user, database string) string {
		return fmt.Sprintf("postgres://%s@127.0.0.1:%d/%s", user, pg.Port(), database)
	}
	closed, err := postgrestest.New(t.TempDir())
	require.NoError(t, err)
	for name, test := range map[string]struct {
		url    string
		reason error
		says   []string
	}{
		"no such server": {closed.URL("temporal"), embedded.ErrStore, []string{"no PostgreSQL server answers", "connection refused"}},
		"wrong password": {at("guarded:wrong-hunter3", "temporal"), embedded.ErrStore, []string{"password", "temporal.storePasswordFile"}},
		"no password":    {at("guarded", "temporal"), embedded.ErrStore, []string{"guarded", "temporal.storePasswordFile"}},
		"no rights": {at("small", "temporal"), embedded.ErrStore, []string{
			`CREATE DATABASE "temporal" OWNER "small"; CREATE DATABASE "temporal_visibility" OWNER "small";`, "permission denied",
		}},
		"half of the rights": {at("small", "half"), embedded.ErrStore, []string{`run as one who may: CREATE DATABASE "half_visibility" OWNER "small";`}},
		"not temporal's":     {at("anteroom", "theirs"), embedded.ErrStore, []string{`"theirs"`, "database of its own"}},
		"odd name":           {at("anteroom", "a%22b"), embedded.ErrOptions, []string{"letters"}},
		"no name":            {at("anteroom:hunter2", ""), embedded.ErrOptions, []string{"postgres://user@host:5432/temporal"}},
		"no port":            {"postgres://anteroom:hunter2@db:port/temporal", embedded.ErrOptions, []string{"temporal store"}},
		"not postgres":       {"mysql://anteroom:hunter2@db/temporal", embedded.ErrOptions, []string{"PostgreSQL"}},
		"bad parameter":      {at("anteroom:hunter2", "temporal?sslmode=perhaps"), embedded.ErrOptions, []string{"temporal store"}},
	} {
		begun := time.Now()
		_, err := embedded.Start(t.Context(), postgresOptions(test.url))
		t.Logf("%s, after %s: %v", name, time.Since(begun).Round(time.Millisecond), err)
		require.ErrorIs(t, err, test.reason, name)
		for _, part := range test.says {
			require.ErrorContains(t, err, part, name)
		}
		require.NotContains(t, err.Error(), "\n", name)
		require.NotContains(t, err.Error(), "hunter", name)
		require.Less(t, time.Since(begun), 15*time.Second, name)
	}
}

func TestPostgres_WhenSchemaIsNewer_IsRefusedAndNothingChanges(t *testing.T) {
	pg := postgrestest.Run(t)
	o := postgresOptions(pg.URL("temporal"))
	stop(t, start(t, o))
	require.NoError(t, pg.Execute(t.Context(), "temporal_visibility", "UPDATE schema_version SET curr_version = '1.99'"))
	_, err := embedded.Start(t.Context(), o)
	require.ErrorIs(t, err, embedded.ErrSchemaNewer)
	require.ErrorContains(t, err, `"temporal_visibility"`)
	require.ErrorContains(t, err, "1.99")
}

func TestPostgres_WhenRestoredUnderAnotherName_Starts(t *testing.T) {
	pg := postgrestest.Run(t)
	first := start(t, postgresOptions(pg.URL("temporal")))
	c := dial(t, first)
	_, err := c.ExecuteWorkflow(deadline(t), client.StartWorkflowOptions{ID: "waiting", TaskQueue: taskQueue}, waitForSignal)
	require.NoError(t, err)
	c.Close()
	stop(t, first)
	pg.Stop(syscall.SIGINT) // Temporal keeps some connections for the life of the process
	require.NoError(t, pg.Start())
	require.NoError(t, pg.Execute(t.Context(), "postgres",
		"CREATE DATABASE restored TEMPLATE temporal", "CREATE DATABASE restored_visibility TEMPLATE temporal_visibility"))

	s := start(t, postgresOptions(pg.URL("restored")))
	answer(t, dial(t, s), "waiting")
}

// The password stays out of what is printed when options are.
func TestOptions_WhenPrinted_ShowNoPassword(t *testing.T) {
	t.Parallel()
	o := postgresOptions("postgres://anteroom:hunter2@db/temporal")
	o.Logger = nil
	raw, err := json.Marshal(o.Store)
	require.NoError(t, err)
	require.NotContains(t, fmt.Sprintf("%+v", o)+string(raw), "hunter2")
}
