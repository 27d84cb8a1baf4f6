//go:build e2e && production

package e2e

import (
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/client"
	"github.com/anteroom/anteroom/loginlab"
	"github.com/anteroom/anteroom/session"
)

// dumps are the databases in the order of docs/backup.md.
var dumps = []string{"temporal", "temporal_visibility", "anteroom"}

// dump writes a database to a file that the server's account may write.
func (p *postgresServer) dump(t *testing.T, name string) string {
	t.Helper()
	file := filepath.Join(p.dir, name+".dump")
	out, err := p.command("pg_dump", "-h", "127.0.0.1", "-p", p.port, "-U", "anteroom", "--format=custom", "--serializable-deferrable",
		"--file="+file, name).CombinedOutput()
	require.NoError(t, err, "%s", out)
	return file
}

// restore makes a database of a dump.
func (p *postgresServer) restore(t *testing.T, name string, dump []byte) {
	t.Helper()
	require.NoError(t, p.createDatabase(name))
	file := filepath.Join(p.dir, name+".dump")
	require.NoError(t, os.WriteFile(file, dump, 0o600))
	require.NoError(t, p.own(file))
	out, err := p.command("pg_restore", "-h", "127.0.0.1", "-p", p.port, "-U", "anteroom", "--no-owner", "--exit-on-error",
		"--dbname="+name, file).CombinedOutput()
	require.NoError(t, err, "%s", out)
}

// restored starts another installation, of one API and one worker, on dumps of this one and with the same vault key.
func (p *production) restored(t *testing.T, dumped map[string][]byte) *server {
	t.Helper()
	dir, err := os.MkdirTemp(p.suite.dir, "restored-") //nolint:usetesting // it stays beside the logs when a test fails
	require.NoError(t, err)
	require.NoError(t, os.Chmod(dir, 0o711))
	r := &production{suite: p.suite, apiKeyFile: p.apiKeyFile}
	t.Cleanup(func() { require.NoError(t, r.stop()) })
	r.postgres, err = startPostgres(filepath.Join(dir, "postgres"))
	require.NoError(t, err)
	for _, name := range dumps {
		r.postgres.restore(t, name, dumped[name])
	}
	require.NoError(t, r.startTemporal(dir))
	r.configure(p.vaultKeyFile)
	require.NoError(t, r.init("--restored"))
	require.NoError(t, r.startAPIs(1))
	require.NoError(t, r.startBrowser(dir))
	require.NoError(t, r.startWorkers(dir, 1))
	srv, err := r.server()
	require.NoError(t, err)
	return srv
}

func TestProduction_ABackupTakenWhileLoginsRun_IsRestoredElsewhere(t *testing.T) { //nolint:paralleltest // it wants the machine
	l := newLab(t, loginlab.Options{})
	a := onSite(t, everything.shared, l, "code")
	ready := a.startAs("ready", l.Password())
	a.answered(ready, l.code(t, "code", "ready"))
	a.done(ready)
	before, err := a.srv.client.StorageState(t.Context(), a.project, "ready")
	require.NoError(t, err)
	waiting := a.startAs("waiting", l.Password())
	a.asked(waiting)
	load := startLoad(t, loadOptions{PerMinute: 60, APIs: inProduction.addresses(), Key: a.srv.key, Lab: l, Thinks: time.Second})
	require.Eventually(t, func() bool { return load.began() >= 3 }, loginTimeout, pause)

	dumped := map[string][]byte{}
	for _, name := range dumps {
		dumped[name], err = os.ReadFile(inProduction.postgres.dump(t, name))
		require.NoError(t, err)
	}
	load.stop().requireNothingLost(t)
	elsewhere := a.on(inProduction.restored(t, dumped))

	after, err := elsewhere.srv.client.StorageState(t.Context(), a.project, "ready")
	require.NoError(t, err)
	require.Equal(t, before.Reveal(), after.Reveal(), "the session opens with the same key, and is the same")

	q := elsewhere.askedAfterRestore(waiting)
	require.Equal(t, "browser_lost", q.Reason)
	elsewhere.resume(waiting, q, l.code(t, "code", "waiting"))
	elsewhere.done(waiting)
	elsewhere.allEnd(t)
}

// askedAfterRestore waits for the question that the login asks once it began anew: the backup has an older one.
func (a *app) askedAfterRestore(operation string) session.InfoRequest {
	a.t.Helper()
	var q session.InfoRequest
	require.Eventually(a.t, func() bool {
		r, err := a.srv.client.Result(a.t.Context(), a.project, operation, time.Second)
		require.NoError(a.t, err)
		if r.Status == client.RequestedMoreInfo && r.Question.Reason != "" {
			q = *r.Question
			return true
		}
		return false
	}, loginTimeout, pause)
	return q
}

// allEnd requires that every operation ends, or asks something that can be answered.
func (a *app) allEnd(t *testing.T) {
	t.Helper()
	require.Eventually(t, func() bool {
		page, _, err := a.srv.client.Operations(t.Context(), client.OperationQuery{})
		require.NoError(t, err)
		for _, op := range page {
			if !op.State.Final() && op.State != session.OperationWaiting {
				return false
			}
		}
		t.Logf("%d operations in the restored store have ended or wait for an answer", len(page))
		return len(page) > 0
	}, loginTimeout, pause)
	require.Equal(t, http.StatusOK, a.srv.call(t, http.MethodGet, "/readyz", nil).Status)
}
