package browser

import (
	"context"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTreeMemory_WhenAProcessHasChildren_CountsThemToo(t *testing.T) {
	t.Parallel()
	own, err := proportional(os.Getpid())
	require.NoError(t, err)
	child := exec.CommandContext(t.Context(), "sh", "-c", "echo; read line")
	in, err := child.StdinPipe()
	require.NoError(t, err)
	out, err := child.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, child.Start())
	_, err = out.Read(make([]byte, 1)) // it runs
	require.NoError(t, err)
	childs, err := TreeMemory(t.Context(), child.Process.Pid)
	require.NoError(t, err)
	require.Positive(t, childs)
	all, err := TreeMemory(t.Context(), os.Getpid())
	require.NoError(t, err)
	require.Greater(t, all, own/2, "the garbage collector may have been at work meanwhile")
	tree, err := descendants(os.Getpid())
	require.NoError(t, err)
	require.Contains(t, tree, child.Process.Pid)
	require.NoError(t, in.Close())
	_ = child.Wait()
}

func TestTreeMemory_WhenTheProcessIsGoneOrTimeIsOver_Fails(t *testing.T) {
	t.Parallel()
	child := exec.CommandContext(t.Context(), "true")
	require.NoError(t, child.Run())
	_, err := TreeMemory(t.Context(), child.Process.Pid)
	require.Error(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = TreeMemory(ctx, os.Getpid())
	require.ErrorIs(t, err, context.Canceled)
}

func TestAvailableMemory_WhenAsked_IsWhatTheMachineHasAtMost(t *testing.T) {
	t.Parallel()
	available, total, err := AvailableMemory()
	require.NoError(t, err)
	require.Positive(t, available)
	require.LessOrEqual(t, available, total)
}

func TestGroupAvailable_WhenAGroupAboveIsTighter_TakesTheLeast(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		membership  string
		files       map[string]string
		want, limit int64
	}{
		"none": {membership: "", want: math.MaxInt64, limit: math.MaxInt64},
		"version 2, above": {
			membership: "0::/slice/pod\n",
			files: map[string]string{
				"slice/memory.max": "1000\n", "slice/memory.current": "700\n", "slice/memory.stat": "anon 500\ninactive_file 100\n",
				"slice/pod/memory.max": "max\n", "slice/pod/memory.current": "700\n",
			},
			want: 400, limit: 1000,
		},
		"version 2, a container that sees itself at the root": {
			membership: "0::/../somewhere\n",
			files:      map[string]string{"memory.max": "1000\n", "memory.current": "1200\n"},
			limit:      1000,
		},
		"version 1": {
			membership: "5:cpu:/\n4:memory:/docker/x\n",
			files: map[string]string{
				"memory/memory.limit_in_bytes": "9223372036854771712\n", "memory/memory.usage_in_bytes": "5\n",
				"memory/docker/x/memory.limit_in_bytes": "2000\n", "memory/docker/x/memory.usage_in_bytes": "600\n",
				"memory/docker/x/memory.stat": "inactive_file 1\ntotal_inactive_file 100\n",
			},
			want: 1500, limit: 2000,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			root := t.TempDir()
			for file, content := range c.files {
				require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(root, file)), 0o700))
				require.NoError(t, os.WriteFile(filepath.Join(root, file), []byte(content), 0o600))
			}
			left, limit := groupAvailable(root, c.membership)
			require.Equal(t, c.want, left)
			require.Equal(t, c.limit, limit)
		})
	}
}
