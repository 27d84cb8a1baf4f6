//go:build browser

package browser_test

import (
	"bufio"
	"bytes"
	"context"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/browser"
	"github.com/anteroom/anteroom/login"
)

// descendants returns the processes below pid, itself included.
func descendants(t *testing.T, pid int) []int {
	t.Helper()
	children := map[int][]int{}
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	require.NoError(t, err)
	for _, name := range stats {
		raw, err := os.ReadFile(name)
		if err != nil {
			continue
		}
		fields := strings.Fields(string(raw[bytes.LastIndexByte(raw, ')')+1:]))
		child, err := strconv.Atoi(filepath.Base(filepath.Dir(name)))
		require.NoError(t, err)
		parent, err := strconv.Atoi(fields[1])
		require.NoError(t, err)
		children[parent] = append(children[parent], child)
	}
	all := []int{pid}
	for i := 0; i < len(all); i++ {
		all = append(all, children[all[i]]...)
	}
	return all
}

func running(pid int) bool {
	raw, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return false
	}
	fields := strings.Fields(string(raw[bytes.LastIndexByte(raw, ')')+1:]))
	return fields[0] != "Z"
}

func requireGone(t *testing.T, pids []int) {
	t.Helper()
	require.Eventually(t, func() bool {
		return !slices.ContainsFunc(pids, running)
	}, 10*time.Second, 10*time.Millisecond, "processes are left of %v", pids)
}

func statusOf(t *testing.T, pid int, key string) string {
	t.Helper()
	raw, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/status")
	require.NoError(t, err)
	for line := range strings.Lines(string(raw)) {
		if rest, ok := strings.CutPrefix(line, key+":"); ok {
			return strings.TrimSpace(rest)
		}
	}
	return ""
}

func cmdline(pid int) string {
	raw, _ := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/cmdline")
	return string(bytes.ReplaceAll(raw, []byte{0}, []byte{' '}))
}

func renderers(t *testing.T, b *browser.Browser) []int {
	t.Helper()
	var found []int
	for _, pid := range descendants(t, b.PID()) {
		if strings.Contains(cmdline(pid), "--type=renderer") {
			found = append(found, pid)
		}
	}
	return found
}

func TestLaunch_ByDefault_RunsUnprivilegedInItsSandbox(t *testing.T) {
	t.Parallel()
	b := own(t)
	p, err := b.browser.NewPage(testContext(t), browser.PageOptions{})
	require.NoError(t, err)
	t.Cleanup(func() { _ = p.Close(context.Background()) })

	require.NotContains(t, cmdline(b.browser.PID()), "--no-sandbox")
	require.NotContains(t, cmdline(b.browser.PID()), "--remote-debugging-port")
	found := renderers(t, b.browser)
	require.NotEmpty(t, found)
	ours, err := os.Readlink("/proc/self/ns/user")
	require.NoError(t, err)
	for _, pid := range found {
		require.Equal(t, "2", statusOf(t, pid, "Seccomp"), "a system call filter is on")
		require.NotContains(t, strings.Fields(statusOf(t, pid, "Uid")), "0", "nobody's process")
		theirs, err := os.Readlink("/proc/" + strconv.Itoa(pid) + "/ns/user")
		require.NoError(t, err)
		require.NotEqual(t, ours, theirs, "a user namespace of its own")
	}
}

func TestLaunch_Environment_HoldsNothingOfOurs(t *testing.T) {
	t.Setenv("ANTEROOM_SECRET_CANARY", "canary-4711")
	b := own(t)

	raw, err := os.ReadFile("/proc/" + strconv.Itoa(b.browser.PID()) + "/environ")

	require.NoError(t, err)
	require.Contains(t, string(raw), "HOME=")
	require.False(t, strings.Contains(string(raw), "canary-4711"), "our environment is there") //nolint:testifylint // a failure must not print it
}

func TestClose_Always_LeavesNoProcessAndNoProfile(t *testing.T) {
	t.Parallel()
	dir := openTempDir(t)
	b, err := browser.Launch(testContext(t), browser.Options{TempDir: dir, Logger: silent()})
	require.NoError(t, err)
	p, err := b.NewPage(testContext(t), browser.PageOptions{})
	require.NoError(t, err)
	pids := descendants(t, b.PID())
	require.Greater(t, len(pids), 2)
	require.True(t, strings.HasPrefix(b.ID(), "br_"))
	require.Contains(t, b.Version(), "Chrom")

	require.NoError(t, b.Close(testContext(t)))

	requireGone(t, pids)
	left, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Empty(t, left)
	<-b.Lost()
	require.ErrorIs(t, p.Navigate(testContext(t), "about:blank"), login.ErrPageLost)
	require.NoError(t, p.Close(testContext(t)))
	_, err = b.NewPage(testContext(t), browser.PageOptions{})
	require.ErrorIs(t, err, browser.ErrBrowserLost)
}

// openTempDir is a directory that the browser's user can reach.
func openTempDir(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for _, d := range []string{dir, filepath.Dir(dir)} { // the second is the test's own, too
		require.NoError(t, os.Chmod(d, 0o755))
	}
	return dir
}

// script makes an executable that stands in for Chromium.
func script(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(openTempDir(t), "chromium")
	require.NoError(t, os.WriteFile(path, []byte("#!/bin/sh\n"+text), 0o755))
	return path
}

func TestLaunch_WhenTheSandboxIsImpossible_IsATypedError(t *testing.T) {
	t.Parallel()
	path := script(t, "echo '[0:FATAL:zygote_host_impl_linux.cc:128] No usable sandbox!' >&2; exit 1\n")

	_, err := browser.Launch(testContext(t), browser.Options{Path: path, Logger: silent()})

	require.ErrorIs(t, err, browser.ErrNoSandbox)
}

func TestLaunch_WhenTheBrowserNeverAnswers_GivesUpAndCleansUp(t *testing.T) {
	t.Parallel()
	dir := openTempDir(t)
	path := script(t, "exec sleep 600\n")

	_, err := browser.Launch(testContext(t), browser.Options{
		Path: path, TempDir: dir, StartTimeout: 200 * time.Millisecond, Logger: silent(),
	})

	require.ErrorIs(t, err, context.DeadlineExceeded)
	left, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Empty(t, left)
}

func TestLaunch_WithAnUnknownUser_NamesIt(t *testing.T) {
	t.Parallel()

	_, err := browser.Launch(testContext(t), browser.Options{User: "no-such-user-here", Logger: silent()})

	require.ErrorContains(t, err, "no-such-user-here")
}

func TestLaunch_WithoutSandbox_WarnsEachTime(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	b, err := browser.Launch(testContext(t), browser.Options{NoSandbox: true, Logger: slog.New(slog.NewTextHandler(&log, nil))})
	require.NoError(t, err)
	require.NoError(t, b.Close(testContext(t)))

	require.Contains(t, log.String(), "level=WARN")
	require.Contains(t, log.String(), "WITHOUT its sandbox")
}

// ownerEnv makes the test binary the owner of a browser that the test then kills.
const ownerEnv = "ANTEROOM_TEST_OWNER"

func TestOwner_OfABrowser(t *testing.T) {
	if os.Getenv(ownerEnv) == "" {
		t.Skip("runs as the child of TestLaunch_WhenTheOwnerIsKilled_TheBrowserDies")
	}
	b, err := browser.Launch(context.Background(), browser.Options{TempDir: os.Getenv(ownerEnv), Logger: silent()})
	require.NoError(t, err)
	_, err = b.NewPage(context.Background(), browser.PageOptions{})
	require.NoError(t, err)
	_, _ = os.Stdout.WriteString("browser " + strconv.Itoa(b.PID()) + "\n")
	<-b.Lost()
}

func TestLaunch_WhenTheOwnerIsKilled_TheBrowserDies(t *testing.T) {
	t.Parallel()
	owner := exec.CommandContext(testContext(t), os.Args[0], "-test.run=^TestOwner_OfABrowser$")
	dir := openTempDir(t)
	owner.Env = append(os.Environ(), ownerEnv+"="+dir)
	out, err := owner.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, owner.Start())
	pid := 0
	for lines := bufio.NewScanner(out); pid == 0 && lines.Scan(); {
		if text, ok := strings.CutPrefix(lines.Text(), "browser "); ok {
			pid, err = strconv.Atoi(text)
			require.NoError(t, err)
		}
	}
	require.NotZero(t, pid, "the child launched no browser")
	pids := descendants(t, pid)
	require.Greater(t, len(pids), 2)

	require.NoError(t, syscall.Kill(owner.Process.Pid, syscall.SIGKILL))

	requireGone(t, pids)
	require.Error(t, owner.Wait())
	left, err := filepath.Glob(filepath.Join(dir, "anteroom-browser-*"))
	require.NoError(t, err)
	require.Len(t, left, 1, "a killed owner cannot clean up")
	b, err := browser.Launch(testContext(t), browser.Options{TempDir: dir, Logger: silent()})
	require.NoError(t, err)
	require.NoError(t, b.Close(testContext(t)))
	left, err = filepath.Glob(filepath.Join(dir, "anteroom-browser-*"))
	require.NoError(t, err)
	require.Empty(t, left, "the next launch does it")
}
