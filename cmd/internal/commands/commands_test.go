package commands_test

import (
	"context"
	"encoding/json"
	"errors"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/cmd/internal/commands"
	"github.com/anteroom/anteroom/cmd/internal/process"
)

// fakeTemporal is a Temporal server that is none.
type fakeTemporal struct {
	stopped chan struct{}
	err     error
	ended   bool
}

func (f *fakeTemporal) Address() string            { return "127.0.0.1:7233" }
func (f *fakeTemporal) Ports() []uint16            { return []uint16{7233} }
func (f *fakeTemporal) UIURL() string              { return "http://127.0.0.1:8233" }
func (f *fakeTemporal) Stopped() <-chan struct{}   { return f.stopped }
func (f *fakeTemporal) Err() error                 { return f.err }
func (f *fakeTemporal) Stop(context.Context) error { f.ended = true; return nil }

// standalone is the binary that has a Temporal server; options tells what it was started with.
func standalone(f *fakeTemporal, options *process.TemporalOptions) commands.Program {
	return commands.Program{
		Name: "anteroom-standalone",
		Temporal: func(_ context.Context, o process.TemporalOptions) (process.TemporalServer, error) {
			*options = o
			return f, nil
		},
	}
}

// listed are the commands that help lists.
func listed(help string) []string {
	_, after, _ := strings.Cut(help, "Available Commands:\n")
	block, _, _ := strings.Cut(after, "\n\n")
	var names []string
	for line := range strings.SplitSeq(block, "\n") {
		names = append(names, strings.Fields(line)[0])
	}
	return names
}

func TestHelp_OfEveryCommand_HasExamples(t *testing.T) {
	t.Parallel()
	client := []string{"answer", "api", "browser", "doctor", "export", "help", "init", "keys", "lab", "login", "operations", "projects", "recipe", "serve", "sessions", "version", "worker"}
	for _, c := range []struct {
		program commands.Program
		want    []string
	}{
		{commands.Program{Name: "anteroom"}, client},
		{standalone(nil, nil), append([]string{"demo", "temporal", "up"}, client...)},
	} {
		help := runIn(t.Context(), c.program, strings.NewReader(""), "help")
		require.Zero(t, help.code)
		names := listed(help.out)
		require.ElementsMatch(t, c.want, names)
		for _, name := range names {
			if name == "help" {
				continue
			}
			e := runIn(t.Context(), c.program, strings.NewReader(""), name, "--help")
			require.Zero(t, e.code)
			_, examples, found := strings.Cut(e.out, "Examples:\n")
			require.True(t, found, name)
			require.Contains(t, examples, c.program.Name+" "+name)
		}
	}
}

func TestHelp_ExplainsTheExitCodes(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"exit-codes"}, {"help", "exit-codes"}} {
		e := run(t, "", args...)
		require.Zero(t, e.code)
		for _, code := range []string{"0", "1", "2", "3", "4", "5", "130"} {
			require.Regexp(t, `(?m)^  `+code+` +\w`, e.out)
		}
	}
}

func TestHelp_OffersNoFlagForASecret(t *testing.T) {
	t.Parallel()
	valued := regexp.MustCompile(`(?m)^ +(?:-\w, )?--([a-z-]+) string`)
	for _, name := range []string{"login", "answer", "export", "sessions", "operations", "projects", "serve"} {
		for _, flag := range valued.FindAllStringSubmatch(run(t, "", name, "--help").out, -1) {
			for _, word := range []string{"password", "secret", "key", "value", "code", "proxy"} {
				if name == "answer" && flag[1] == "value" {
					continue // it refuses passwords: TestAnswer_WithAPasswordAsAnArgument_IsRefused
				}
				if flag[1] == "idempotency-key" {
					continue // a name, and no secret
				}
				if strings.Contains(flag[1], word) {
					require.True(t, strings.HasSuffix(flag[1], "-file"), "%s --%s", name, flag[1])
				}
			}
		}
	}
}

func TestRun_OfAWrongCommandLine_IsAUsageError(t *testing.T) {
	t.Parallel()
	for line, told := range map[string]string{
		"frobnicate":                   `unknown command "frobnicate"`,
		"up":                           `unknown command "up"`, // the light binary has none
		"login":                        "takes PROJECT",
		"login a b":                    "takes PROJECT",
		"login demo --frobnicate":      "--frobnicate",
		"serve extra":                  "extra",
		"projects extra":               "extra",
		"operations extra":             "extra",
		"version extra":                "extra",
		"operations --limit many":      "limit",
		"serve":                        "--temporal-address",
		"serve --listen nonsense":      "listen",
		"serve --listen 0.0.0.0:80":    "allowRemote",
		"serve --worker-drain -3s":     "worker.drain",
		"serve --network-allow 10.0.0": "network.allow",
		"serve --api-max-body 1":       "api-max-body",
	} {
		e := run(t, "", strings.Fields(line)...)
		require.Equal(t, 2, e.code, "%s: %s", line, e.err)
		require.Contains(t, e.err, told, line)
		require.True(t, strings.HasPrefix(e.err, "anteroom: "), e.err)
		require.Empty(t, e.out, line)
	}
}

func TestServe_WithAConfigurationFault_NamesTheKeyAndItsSource(t *testing.T) {
	t.Parallel()
	settings := file(t, "listne: 127.0.0.1:1\nbrowser:\n  maxPages: none\n")
	e := run(t, "", "serve", "--config", settings, "--temporal-address", "127.0.0.1:7233")
	require.Equal(t, 2, e.code)
	for _, told := range []string{"listne", "browser.maxPages", "none", settings, "did you mean listen"} {
		require.Contains(t, e.err, told)
	}
	e = run(t, "", "serve", "--config", filepath.Join(t.TempDir(), "no-such.yaml"), "--temporal-address", "127.0.0.1:7233")
	require.NotZero(t, e.code)
	require.Contains(t, e.err, "no-such.yaml")
}

func TestServe_WithoutABrowser_SaysWhatToDo(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data")
	e := run(t, "", "serve", "--temporal-address", "127.0.0.1:7233", "--data-dir", dir,
		"--browser-path", filepath.Join(t.TempDir(), "no-browser"), "--json")
	require.Equal(t, 1, e.code)
	require.Contains(t, e.err, "no-browser")
	require.Empty(t, e.out)
	require.NoDirExists(t, dir)
}

func TestUp_WithAnOutsideTemporal_IsAUsageError(t *testing.T) {
	t.Parallel()
	e := runIn(t.Context(), standalone(nil, nil), strings.NewReader(""), "up", "--config", file(t, "temporal:\n  address: 127.0.0.1:7233\n"))
	require.Equal(t, 2, e.code)
	require.Contains(t, e.err, "temporal.address is for serve")
}

func TestTemporal_RunsTheServer_UntilItIsTold(t *testing.T) {
	t.Parallel()
	for _, asJSON := range []bool{true, false} {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		server, options := &fakeTemporal{stopped: make(chan struct{})}, process.TemporalOptions{}
		args := []string{"temporal", "--data-dir", "/data", "--temporal-listen", "127.0.0.1:7000", "--temporal-retention", "2h"}
		if asJSON {
			args = append(args, "--json")
		}
		e := runIn(ctx, standalone(server, &options), strings.NewReader(""), args...)
		require.Zero(t, e.code, e.err)
		require.True(t, server.ended)
		require.Equal(t, "/data/temporal", options.DataDir)
		require.Equal(t, "127.0.0.1:7000", options.Listen)
		require.Equal(t, "2h0m0s", options.Retention.String())
		require.Contains(t, options.SearchAttributes, "AnteroomStatus")
		if asJSON {
			var at map[string]string
			require.NoError(t, json.Unmarshal([]byte(e.out), &at))
			require.Equal(t, map[string]string{"address": "127.0.0.1:7233", "ui": "http://127.0.0.1:8233"}, at)
		} else {
			require.Contains(t, e.out, "Ctrl-C stops it")
		}
	}
}

func TestTemporal_ThatDies_IsAFailure(t *testing.T) {
	t.Parallel()
	server := &fakeTemporal{stopped: make(chan struct{}), err: errors.New("database is corrupt")}
	close(server.stopped)
	e := runIn(t.Context(), standalone(server, &process.TemporalOptions{}), strings.NewReader(""), "temporal", "--data-dir", t.TempDir())
	require.Equal(t, 1, e.code)
	require.Contains(t, e.err, "database is corrupt")
}

func TestVersion_NamesTheProgram(t *testing.T) {
	t.Parallel()
	e := run(t, "", "version")
	require.Zero(t, e.code)
	require.Regexp(t, `^anteroom \S.* \(go1\.\d+`, e.out)
}

func TestRun_WithoutACommand_Helps(t *testing.T) {
	t.Parallel()
	e := run(t, "")
	require.Zero(t, e.code)
	require.Contains(t, e.out, "Available Commands:")
}
