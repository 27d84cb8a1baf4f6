package process

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/browser"
	"github.com/anteroom/anteroom/config"
)

// keepNothing is a browser process without a browser, started as this test binary. It ends when it is asked to, and fails at once where the
// browser's path says so.
func keepNothing(args []string) int {
	flags := flag.NewFlagSet("browser", flag.ContinueOnError)
	values := map[string]*string{}
	for i := range args {
		if name, ok := strings.CutPrefix(args[i], "--"); ok && i+1 < len(args) && !strings.HasPrefix(args[i+1], "--") {
			values[name] = flags.String(name, "", "")
		} else if ok {
			flags.Bool(name, false, "")
		}
	}
	if err := flags.Parse(args); err != nil {
		return 2
	}
	if values["browser-path"] != nil {
		fmt.Fprintln(os.Stderr, "something else\nanteroom: "+*values["browser-path"]+" is no browser")
		return 1
	}
	if err := serveNothing(*values["data-dir"]); err != nil {
		fmt.Fprintln(os.Stderr, "anteroom:", err)
		return 1
	}
	return 0
}

func serveNothing(dataDir string) error {
	dir, err := openDataDir(dataDir, keeperLockFile)
	if err != nil {
		return err
	}
	defer func() { _ = dir.close() }()
	_ = os.Remove(dir.file(socketFile))
	var lc net.ListenConfig
	l, err := lc.Listen(context.Background(), "unix", dir.file(socketFile))
	if err != nil {
		return err
	}
	asked := make(chan struct{})
	server := &http.Server{ReadHeaderTimeout: time.Minute, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			_, _ = w.Write([]byte(`{"ending":true}`))
			close(asked)
			return
		}
		_ = json.NewEncoder(w).Encode(browser.KeeperState{Host: "host_1", PID: os.Getpid(), Settings: strings.Join(os.Environ(), "\n")})
	})}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		<-asked
		_ = server.Shutdown(context.Background())
	}()
	_ = server.Serve(l)
	<-ended
	return nil
}

// ownKeeperIn is the browser process of a data directory, which ends with the test.
func ownKeeperIn(t *testing.T, dir string) *ownKeeper {
	t.Helper()
	c := &config.Config{DataDir: dir}
	k := &ownKeeper{
		keptBrowsers: keptBrowsers{Endpoint: browser.NewEndpoint(Socket(c))}, config: c, program: os.Args[0], log: slog.New(slog.DiscardHandler),
	}
	t.Cleanup(func() {
		if _, err := k.State(context.Background()); err == nil {
			require.NoError(t, k.stop(context.Background()))
		}
		k.Close()
		if k.child != nil {
			<-k.child.ended
		}
	})
	return k
}

func TestOwnKeeper_IsStartedOnce_AndFoundByThoseWhoComeLater(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	var wg sync.WaitGroup
	pids := make([]int, 4)
	starters := make([]*ownKeeper, len(pids))
	for i := range pids { // processes that start at the same time
		k := ownKeeperIn(t, dir)
		starters[i] = k
		wg.Go(func() {
			state, err := k.ensure(t.Context())
			if err != nil {
				t.Error(err)
			}
			pids[i] = state.PID
		})
	}
	wg.Wait()
	require.NotZero(t, pids[0])
	for _, pid := range pids {
		require.Equal(t, pids[0], pid)
	}
	serving := 0
	for _, k := range starters {
		if k.child == nil {
			continue
		}
		if k.child.pid == pids[0] {
			serving++
			continue
		}
		<-k.child.ended
	}
	require.Equal(t, 1, serving, "the others found its lock")
	late := ownKeeperIn(t, dir)
	state, err := late.ensure(t.Context())
	require.NoError(t, err)
	require.Equal(t, pids[0], state.PID)
	require.Nil(t, late.child)
}

func TestOwnKeeper_HasASessionOfItsOwn_AndNextToNoEnvironment(t *testing.T) {
	t.Setenv("ANTEROOM_STORE_URL", "postgres://ada:s3cr3t-pw@127.0.0.1/x")
	k := ownKeeperIn(t, t.TempDir())
	state, err := k.ensure(t.Context())
	require.NoError(t, err)
	group, err := syscall.Getpgid(state.PID)
	require.NoError(t, err)
	require.Equal(t, state.PID, group, "Ctrl-C does not reach it")
	for variable := range strings.SplitSeq(state.Settings, "\n") {
		name, _, _ := strings.Cut(variable, "=")
		require.Contains(t, []string{"PATH", "HOME", "TMPDIR"}, name)
	}
	line, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", state.PID))
	require.NoError(t, err)
	require.NotContains(t, string(line), "s3cr3t-pw")
}

func TestOwnKeeper_ThatWasKilled_IsStartedAgain(t *testing.T) {
	t.Parallel()
	k := ownKeeperIn(t, t.TempDir())
	first, err := k.ensure(t.Context())
	require.NoError(t, err)
	require.NoError(t, syscall.Kill(first.PID, syscall.SIGKILL))
	<-k.child.ended
	second, err := k.ensure(t.Context())
	require.NoError(t, err)
	require.NotEqual(t, first.PID, second.PID)
}

func TestOwnKeeper_ThatCannotStart_SaysWhy(t *testing.T) {
	t.Parallel()
	k := ownKeeperIn(t, t.TempDir())
	k.config.Browser.Path = "/usr/bin/nothing"
	_, err := k.ensure(t.Context())
	require.ErrorContains(t, err, "/usr/bin/nothing is no browser")
	require.ErrorContains(t, err, filepath.Join(k.config.DataDir, keeperLog))
	k.program = filepath.Join(k.config.DataDir, "none")
	_, err = k.ensure(t.Context())
	require.ErrorIs(t, err, os.ErrNotExist)
}

func TestOwnKeeper_WhenAnotherOneIsOnItsWay_IsWaitedFor(t *testing.T) {
	t.Parallel()
	k := ownKeeperIn(t, t.TempDir())
	held, err := openDataDir(k.config.DataDir, keeperLockFile)
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	_, err = k.ensure(ctx)
	require.ErrorContains(t, err, "did not answer in time")
	require.Nil(t, k.child, "nothing is started beside it")
	require.NoError(t, held.close())
	_, err = k.ensure(t.Context())
	require.NoError(t, err)
}

func TestStopKeeper_EndsTheOneThatServes(t *testing.T) {
	t.Parallel()
	k := ownKeeperIn(t, t.TempDir())
	_, err := StopKeeper(t.Context(), k.config)
	require.ErrorIs(t, err, browser.ErrNoKeeper)
	started, err := k.ensure(t.Context())
	require.NoError(t, err)
	stopped, err := StopKeeper(t.Context(), k.config)
	require.NoError(t, err)
	require.Equal(t, started.PID, stopped.PID)
	<-k.child.ended
}

func TestOpenLog_ThatGrewLong_IsPutAside(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "browser.log")
	require.NoError(t, os.WriteFile(path, nil, 0o600))
	require.NoError(t, os.Truncate(path, maxLog+1))
	log, err := openLog(path)
	require.NoError(t, err)
	require.NoError(t, log.Close())
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.Zero(t, info.Size())
	require.FileExists(t, path+".old")
}
