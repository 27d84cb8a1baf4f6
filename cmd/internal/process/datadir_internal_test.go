package process

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func requireSentence(t *testing.T, text, dir string) {
	t.Helper()
	require.Contains(t, text, dir)
	require.Contains(t, text, "in use by another anteroom process")
	require.Contains(t, text, "--data-dir", "it says what to do")
}

func TestOpenDataDir_ThatIsOpen_IsRefused_UntilItIsClosed(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "a", "data")
	first, err := openDataDir(dir, lockFile)
	require.NoError(t, err)
	info, err := os.Stat(dir)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o700), info.Mode().Perm())

	_, err = openDataDir(dir, lockFile)
	require.ErrorIs(t, err, ErrDataDirInUse)
	requireSentence(t, err.Error(), dir)

	require.NoError(t, first.close())
	second, err := openDataDir(dir, lockFile)
	require.NoError(t, err)
	require.NoError(t, second.close())
}

func opener(t *testing.T, dir string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), lockEnv+"="+dir)
	return cmd
}

func TestOpenDataDir_OfAnotherProcess_IsRefused(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	held, err := openDataDir(dir, lockFile)
	require.NoError(t, err)
	defer func() { require.NoError(t, held.close()) }()
	out, err := opener(t, dir).Output()
	var ended *exec.ExitError
	require.ErrorAs(t, err, &ended)
	require.Equal(t, 1, ended.ExitCode())
	requireSentence(t, string(out), dir)
}

func TestOpenDataDir_WhenItsOwnerIsKilled_IsFree(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	owner := opener(t, dir)
	_, err := owner.StdinPipe()
	require.NoError(t, err)
	stdout, err := owner.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, owner.Start())
	line, err := bufio.NewReader(stdout).ReadString('\n')
	require.NoError(t, err)
	require.True(t, strings.HasPrefix(line, "opened "), line)

	_, err = openDataDir(dir, lockFile)
	require.ErrorIs(t, err, ErrDataDirInUse)
	require.NoError(t, owner.Process.Kill())
	require.Error(t, owner.Wait())
	d, err := openDataDir(dir, lockFile)
	require.NoError(t, err)
	require.NoError(t, d.close())
}

func TestOpenDataDir_WhereThereIsAFile_SaysSo(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "data")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	_, err := openDataDir(file, lockFile)
	require.ErrorContains(t, err, "make the data directory")
}

func newDataDir(t *testing.T) *dataDir {
	t.Helper()
	d, err := openDataDir(t.TempDir(), lockFile)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, d.close()) })
	return d
}

func TestRemembered_IsMadeOnce_ForItsOwnerOnly(t *testing.T) {
	t.Parallel()
	d := newDataDir(t)
	made := 0
	for i := range 3 {
		value, isNew, err := remembered(d.file("thing"), func() string { made++; return "first" })
		require.NoError(t, err)
		require.Equal(t, "first", value)
		require.Equal(t, i == 0, isNew)
	}
	require.Equal(t, 1, made)
	info, err := os.Stat(d.file("thing"))
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
}

func TestRemembered_AfterAHalfDoneWrite_IsMadeAnew(t *testing.T) {
	t.Parallel()
	d := newDataDir(t)
	require.NoError(t, os.WriteFile(d.file("thing"), nil, 0o600))
	require.NoError(t, os.WriteFile(d.file("thing.new"), []byte("ha"), 0o600))
	value, isNew, err := remembered(d.file("thing"), func() string { return "whole" })
	require.NoError(t, err)
	require.True(t, isNew)
	require.Equal(t, "whole", value)
	_, err = os.Stat(d.file("thing.new"))
	require.ErrorIs(t, err, os.ErrNotExist)
}

func TestRemembered_ThatCannotBeReadOrWritten_SaysWhich(t *testing.T) {
	t.Parallel()
	d := newDataDir(t)
	require.NoError(t, os.Mkdir(d.file("folder"), 0o700))
	_, _, err := remembered(d.file("folder"), func() string { panic("made, though it is there") })
	require.ErrorContains(t, err, "read "+d.file("folder"))
	_, _, err = remembered(d.file("no/such/place"), func() string { return "x" })
	require.ErrorContains(t, err, "write "+d.file("no/such/place"))
	require.ErrorIs(t, err, os.ErrNotExist)
}
