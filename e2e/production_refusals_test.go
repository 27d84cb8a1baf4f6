//go:build e2e && production

package e2e

import (
	"bytes"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/vault"
)

// query runs a statement on a database.
func (p *postgresServer) query(t *testing.T, database, statement string) {
	t.Helper()
	out, err := p.command("psql", "-h", "127.0.0.1", "-p", p.port, "-U", "anteroom", "-d", database, "-v", "ON_ERROR_STOP=1", "-c", statement).
		CombinedOutput()
	require.NoError(t, err, "%s", out)
}

// refusal runs a command that must end by itself, and returns the sentence that it ends with.
func (p *production) refusal(t *testing.T, env []string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), p.suite.anteroom, args...)
	cmd.Env = append(append([]string{"PATH=/usr/bin:/bin", "HOME=" + t.TempDir()}, p.env...), env...) // the last one counts
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	began := time.Now()
	require.Error(t, cmd.Run(), "exit code 0")
	require.Less(t, time.Since(began), 40*time.Second)
	require.NotZero(t, cmd.ProcessState.ExitCode())
	var said []string
	for line := range strings.SplitSeq(strings.TrimSpace(stderr.String()), "\n") {
		if !strings.HasPrefix(line, "time=") { // a line of the log
			said = append(said, line)
		}
	}
	require.Len(t, said, 1, "one sentence")
	t.Logf("%s: %s", strings.Join(args, " "), said[0])
	return said[0]
}

func TestProduction_WhatCannotWork_IsRefusedInOneSentence(t *testing.T) {
	t.Parallel()
	p := inProduction
	dir := t.TempDir()
	otherKey := filepath.Join(dir, "other.key")
	require.NoError(t, vault.CreateKeyFile(otherKey))
	for _, name := range []string{"empty", "newer"} {
		require.NoError(t, p.postgres.createDatabase(name))
	}
	store := func(name string) string { return "ANTEROOM_STORE_URL=" + p.postgres.url(name) }
	newer := []string{store("newer"), "ANTEROOM_VAULT_KEY_FILE=" + filepath.Join(dir, "newer.key")}
	initNewer := exec.CommandContext(t.Context(), p.suite.anteroom, "init", "--api-key-file", filepath.Join(dir, "newer.api-key"))
	initNewer.Env = append(append([]string{"PATH=/usr/bin:/bin", "HOME=" + dir}, p.env...), newer...)
	out, err := initNewer.CombinedOutput()
	require.NoError(t, err, "%s", out)
	p.postgres.query(t, "newer", "INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, true)")
	p.postgres.query(t, "newer", "UPDATE installation SET value = '9999' WHERE name = 'least_schema'")

	worker := []string{"worker", "--data-dir", filepath.Join(dir, "worker")}
	api := []string{"api", "--listen", "127.0.0.1:0"}
	for _, c := range []struct {
		env  []string
		args []string
		says string
	}{
		{[]string{"ANTEROOM_VAULT_KEY_FILE=" + otherKey}, worker, "was sealed with the vault key"},
		{[]string{"ANTEROOM_VAULT_KEY_FILE=" + filepath.Join(dir, "none.key")}, api, "is missing"},
		{newer, api, "newer"},
		{newer, []string{"init"}, "newer"},
		{[]string{store("empty")}, api, "anteroom init"},
		{[]string{store("empty")}, worker, "anteroom init"},
		{[]string{"ANTEROOM_TEMPORAL_ADDRESS=127.0.0.1:1"}, api, "127.0.0.1:1"},
		{[]string{"ANTEROOM_TEMPORAL_ADDRESS=127.0.0.1:1"}, worker, "127.0.0.1:1"},
		{[]string{"ANTEROOM_TEMPORAL_NAMESPACE=unprepared"}, api, "anteroom init"},
		{[]string{"ANTEROOM_STORE_URL=sqlite:" + filepath.Join(dir, "x.db")}, api, "standalone process only"},
		{[]string{"ANTEROOM_STORE_URL=sqlite:" + filepath.Join(dir, "x.db")}, []string{"init"}, "standalone process only"},
		{[]string{"ANTEROOM_STORE_PASSWORD_FILE=" + filepath.Join(dir, "none")}, worker, "password"},
		{[]string{"ANTEROOM_STORE_URL=postgres://anteroom@127.0.0.1:1/x"}, api, "database"},
	} {
		require.Contains(t, p.refusal(t, c.env, c.args...), c.says)
	}
	require.NoFileExists(t, filepath.Join(dir, "none.key"), "nobody but init makes a key")
}
