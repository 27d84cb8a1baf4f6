package proctree_test

import (
	"bufio"
	"os"
	"os/exec"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/bench/internal/proctree"
)

func TestOf_CountsWhatIsBelow(t *testing.T) {
	t.Parallel()
	cmd := exec.Command("sh", "-c", "sh -c 'i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done'; sleep 600 & echo ready; wait")
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	require.NoError(t, cmd.Start())
	t.Cleanup(func() { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL); _ = cmd.Wait() }) // sleep, too
	lines := bufio.NewScanner(out)
	require.True(t, lines.Scan())

	u, err := proctree.Of(cmd.Process.Pid)
	require.NoError(t, err)
	require.Equal(t, 2, u.Processes, "the shell and its sleep")
	require.Positive(t, u.PSS)
	require.Positive(t, u.CPU, "also that of the shell that ended")
	cpu, err := proctree.CPU(cmd.Process.Pid)
	require.NoError(t, err)
	require.GreaterOrEqual(t, cpu, u.CPU)
}

func TestOf_OurselvesAlone_NeedsNoChild(t *testing.T) {
	t.Parallel()
	u, err := proctree.Of(os.Getpid())
	require.NoError(t, err)
	require.Positive(t, u.Processes)
	require.Greater(t, u.PSS, int64(1<<20))
}

func TestOf_AProcessThatIsNotThere_IsAnError(t *testing.T) {
	t.Parallel()
	cmd := exec.Command("true")
	require.NoError(t, cmd.Run())
	_, err := proctree.Of(cmd.Process.Pid)
	require.ErrorContains(t, err, "there is no process")
}
