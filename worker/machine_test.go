package worker_test

import (
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/worker"
)

// running starts a process that does nothing and returns what ends it and waits for it.
func running(t *testing.T) (pid int, kill, wait func()) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "sleep", "600")
	require.NoError(t, cmd.Start())
	waited := false
	kill = func() { _ = cmd.Process.Kill() }
	wait = func() {
		if !waited {
			_ = cmd.Wait()
		}
		waited = true
	}
	t.Cleanup(func() { kill(); wait() })
	return cmd.Process.Pid, kill, wait
}

func TestMachine_KnowsWhenAProcessIsGone_AlsoBeforeItsParentNoticed(t *testing.T) {
	t.Parallel()
	m := worker.ThisMachine()
	pid, kill, wait := running(t)
	process := m.Process(pid)
	require.NotEmpty(t, process)
	require.Equal(t, process, m.Process(pid), "its name does not change")
	require.False(t, m.Gone(process))
	kill()
	require.Eventually(t, func() bool { return m.Gone(process) }, 10*time.Second, 5*time.Millisecond, "dead, and nobody waited for it yet")
	wait()
	require.True(t, m.Gone(process))
	require.Empty(t, m.Process(pid))
}

func TestMachine_WhenThePIDIsUsedAgain_TellsTheProcessesApart(t *testing.T) {
	t.Parallel()
	m := worker.ThisMachine()
	pid, _, _ := running(t)
	now := m.Process(pid)
	before := now[:strings.LastIndex(now, "/")] + "/1"
	require.False(t, m.Gone(now))
	require.True(t, m.Gone(before), "the process that had this id before")
}

func TestMachine_InDoubt_SaysNothing(t *testing.T) {
	t.Parallel()
	m := worker.ThisMachine()
	id, _, _ := strings.Cut(m.Process(os.Getpid()), "/")
	require.Len(t, id, 16)
	host, err := os.Hostname()
	require.NoError(t, err)
	require.NotContains(t, id, host)
	pid, kill, wait := running(t)
	process := m.Process(pid)
	kill()
	wait()
	require.True(t, m.Gone(process))
	for _, doubtful := range []string{
		"", "/", "//", id, id + "/", id + "/" + strconv.Itoa(pid), "0123456789abcdef" + process[16:],
		id + "/0/1", id + "/-1/1", id + "/1/1", id + "/x/1",
	} {
		require.False(t, m.Gone(doubtful), doubtful)
	}
	require.False(t, worker.Machine{}.Gone(process), "a machine that cannot be told from others")
	require.Empty(t, worker.Machine{}.Process(os.Getpid()))
	require.Empty(t, m.Process(1<<30), "there is no such process")
}
