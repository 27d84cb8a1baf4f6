package anteroom_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// machine is a folder that stands for a whole PATH: the shell's everyday tools, and what a test adds.
type machine struct {
	t   *testing.T
	bin string
	// calls is a file that fake programs add a line to.
	calls string
	// env is added to the environment of scripts.
	env []string
}

func newMachine(t *testing.T) *machine {
	t.Helper()

	m := &machine{t: t, bin: t.TempDir(), calls: filepath.Join(t.TempDir(), "calls")}
	for _, tool := range []string{
		"sh", "cat", "date", "dirname", "env", "head", "mktemp", "rm", "sed", "sleep", "sort", "tail", "wc",
	} {
		at, err := exec.LookPath(tool)
		require.NoError(t, err)
		require.NoError(t, os.Symlink(at, filepath.Join(m.bin, tool)))
	}
	m.fake("go", "echo go1.99.0")
	m.fake("gcc", "exit 0")
	m.fake("id", "echo 0")
	m.fake("apt-get", "exit 0")
	m.fake("apt-cache", "exit 0")
	return m
}

// fake puts a program on the PATH that notes how it was called and then runs the script.
func (m *machine) fake(name, script string) {
	m.t.Helper()

	text := "#!/bin/sh\necho \"" + name + " $*\" >>'" + m.calls + "'\n" + script + "\n"
	require.NoError(m.t, os.WriteFile(filepath.Join(m.bin, name), []byte(text), 0o700))
}

func (m *machine) without(name string) { require.NoError(m.t, os.Remove(filepath.Join(m.bin, name))) }

// run runs a script of ours and returns what it printed, errors included, and its exit code.
func (m *machine) run(script string, args ...string) (string, int) {
	m.t.Helper()

	ctx, cancel := context.WithTimeout(m.t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, filepath.Join("scripts", script), args...)
	cmd.Env = append([]string{"PATH=" + m.bin, "TMPDIR=" + m.t.TempDir()}, m.env...)
	out, err := cmd.CombinedOutput()
	if _, exited := err.(*exec.ExitError); !exited { //nolint:errorlint // exec returns it unwrapped
		require.NoError(m.t, err)
	}
	return string(out), cmd.ProcessState.ExitCode()
}

// installs returns the calls that change the machine, in order.
func (m *machine) installs() []string {
	m.t.Helper()

	content, err := os.ReadFile(m.calls)
	require.NoError(m.t, err)
	var calls []string
	for line := range strings.Lines(string(content)) {
		if strings.HasPrefix(line, "apt-get ") {
			words := strings.Fields(line)
			i := 1
			for strings.HasPrefix(words[i], "-") || strings.Contains(words[i], "::") {
				i++
			}
			calls = append(calls, strings.Join(words[i:], " "))
		}
	}
	return calls
}

const installGCC = "install --no-install-recommends gcc libc6-dev"

func TestEnsure_WhenNothingIsMissing_SaysAndInstallsNothing(t *testing.T) {
	t.Parallel()

	m := newMachine(t)
	m.fake("chromium-headless-shell", "exit 0")
	out, code := m.run("ensure", "go", "gcc", "browser")
	require.Zero(t, code)
	require.Empty(t, out)
	require.Empty(t, m.installs())
}

func TestEnsure_WhenGoIsNewEnough_Passes(t *testing.T) {
	t.Parallel()

	for _, version := range []string{"go1.26.8", "go1.26.10", "go1.27rc1", "go1.27", "go2.0.1", "devel go1.28-abcdef", "go1.26.8 X:nocoverageredesign"} {
		m := newMachine(t)
		m.fake("go", "echo '"+version+"'")
		out, code := m.run("ensure", "go")
		require.Zero(t, code, "%s: %s", version, out)
	}
}

func TestEnsure_WhenGoIsTooOldOrMissing_SaysSoInOneSentence(t *testing.T) {
	t.Parallel()

	for _, version := range []string{"go1.26.7", "go1.26", "go1.26rc3", "go1.9.7", ""} {
		m := newMachine(t)
		m.fake("go", "echo "+version)
		out, code := m.run("ensure", "go")
		require.Equal(t, 1, code, version)
		require.Contains(t, out, "Go 1.26.8 or newer is needed")
		require.Equal(t, 1, strings.Count(out, "\n"), out)
	}

	m := newMachine(t)
	m.without("go")
	out, code := m.run("ensure", "go")
	require.Equal(t, 1, code)
	require.Contains(t, out, "no go command was found")
	require.Equal(t, 1, strings.Count(out, "\n"), out)
}

func TestEnsure_WhenAPackageIsMissing_InstallsIt(t *testing.T) {
	t.Parallel()

	m := newMachine(t)
	m.without("gcc")
	m.fake("apt-get", `[ "$DEBIAN_FRONTEND" = noninteractive ] || exit 9`)
	out, code := m.run("ensure", "go", "gcc")
	require.Zero(t, code, out)
	require.Contains(t, out, "installing gcc libc6-dev: done")
	require.Equal(t, []string{installGCC}, m.installs())
}

func TestEnsure_WhenThePackageListsAreEmpty_FetchesThemFirst(t *testing.T) {
	t.Parallel()

	m := newMachine(t)
	m.without("gcc")
	m.fake("apt-cache", "exit 100")
	out, code := m.run("ensure", "gcc")
	require.Zero(t, code, out)
	require.Equal(t, []string{"update", installGCC}, m.installs())
}

func TestEnsure_WhenThePackageListsAreOld_RefreshesThemAndTriesAgain(t *testing.T) {
	t.Parallel()

	m := newMachine(t)
	m.without("gcc")
	// The first install fails, as it does when the lists name files that are gone.
	m.fake("apt-get", `case "$*" in *install*) [ -e "$0.updated" ] || exit 100 ;; *update*) : >"$0.updated" ;; esac`)
	out, code := m.run("ensure", "gcc")
	require.Zero(t, code, out)
	require.Equal(t, []string{installGCC, "update", installGCC}, m.installs())
}

func TestEnsure_WhenInstallingFails_ShowsWhyAndFails(t *testing.T) {
	t.Parallel()

	m := newMachine(t)
	m.without("gcc")
	m.fake("apt-get", "echo 'E: no space left'; exit 100")
	out, code := m.run("ensure", "gcc")
	require.Equal(t, 1, code)
	require.Contains(t, out, "E: no space left")
	require.Contains(t, out, "Installing gcc libc6-dev failed")
}

func TestEnsure_WhenNotRoot_InstallsThroughSudo(t *testing.T) {
	t.Parallel()

	m := newMachine(t)
	m.without("gcc")
	m.fake("id", "echo 1000")
	m.fake("sudo", `case $1 in -n|-v) exit 0 ;; esac; AS_ROOT=1 exec "$@"`)
	m.fake("apt-get", `[ "$AS_ROOT" = 1 ] || exit 9`)
	out, code := m.run("ensure", "gcc")
	require.Zero(t, code, out)
	require.Equal(t, []string{installGCC}, m.installs())
}

func TestEnsure_WhenItCannotInstall_NamesWhatIsMissing(t *testing.T) {
	t.Parallel()

	for name, arrange := range map[string]func(*machine){
		"no sudo":    func(m *machine) { m.fake("id", "echo 1000") },
		"no apt-get": func(m *machine) { m.without("apt-get") },
	} {
		m := newMachine(t)
		m.without("gcc")
		arrange(m)
		out, code := m.run("ensure", "gcc")
		require.Equal(t, 1, code, name)
		require.Contains(t, out, "gcc libc6-dev", name)
		require.Equal(t, 1, strings.Count(out, "\n"), out)
	}
}

// postgresServer puts PostgreSQL's programs where Debian has them.
func (m *machine) postgresServer(programs ...string) {
	m.t.Helper()

	debian := m.t.TempDir()
	m.env = append(m.env, "DEBIAN_POSTGRES="+debian)
	bin := filepath.Join(debian, "17", "bin")
	require.NoError(m.t, os.MkdirAll(bin, 0o700))
	for _, program := range programs {
		require.NoError(m.t, os.WriteFile(filepath.Join(bin, program), nil, 0o700))
	}
}

func TestEnsure_WhenPostgresIsInstalled_LeavesItAlone(t *testing.T) {
	t.Parallel()

	m := newMachine(t)
	m.postgresServer("initdb", "postgres")
	out, code := m.run("ensure", "go", "postgres")
	require.Zero(t, code)
	require.Empty(t, out)
	require.Empty(t, m.installs())
}

func TestEnsure_WhenPostgresIsMissing_InstallsItWithoutAService(t *testing.T) {
	t.Parallel()

	for name, outcome := range map[string]int{"installed": 0, "failed": 1} {
		m := newMachine(t)
		m.postgresServer("initdb") // the client alone is not enough
		m.fake("id", "echo 1000")
		// What root would do is noted, and not done.
		m.fake("sudo", `case $1 in tee) cat >"$TMPDIR/told"; cat "$TMPDIR/told" >>'`+m.calls+`' ;; env) exec "$@" ;; esac`)
		m.fake("apt-get", fmt.Sprintf("exit %d", outcome))
		out, code := m.run("ensure", "postgres")
		require.Equal(t, outcome, code, out)
		require.Contains(t, m.installs(), "install --no-install-recommends postgresql", name)

		content, err := os.ReadFile(m.calls)
		require.NoError(t, err)
		told := strings.Index(string(content), "create_main_cluster = false\n")
		installed := strings.Index(string(content), "apt-get ")
		removed := strings.Index(string(content), "sudo rm -f /etc/postgresql-common/createcluster.d/anteroom.conf")
		require.Positive(t, told, name)
		require.Less(t, told, installed, "no cluster is made: %s", content)
		require.Less(t, installed, removed, "what the machine was told for that is taken back: %s", content)
	}
}

func TestProgress_ReturnsTheCommandsExitCodeAndShowsItsLastWords(t *testing.T) {
	t.Parallel()

	m := newMachine(t)
	out, code := m.run("progress", "working", "?", "sh", "-c", "echo one; echo two >&2; exit 3")
	require.Equal(t, 3, code)
	require.Contains(t, out, "one\ntwo\n")
	require.Contains(t, out, "working: failed after")

	out, code = m.run("progress", "working", "-", "sh", "-c", "echo one")
	require.Zero(t, code)
	require.Equal(t, "working: done in 0 s\n", strings.ReplaceAll(out, "1 s", "0 s"))
}
