//go:build e2e

package e2e

import (
	"log/slog"
	"net/http"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/loginlab"
	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
	"github.com/anteroom/anteroom/store/sqlite"
)

// With one page in all, a login gets it only when the one before has given it back.
func TestPages_HoweverALoginEnds_AreGivenBack(t *testing.T) {
	t.Parallel()
	srv, l := up(t, dataDir(t), "--browser-max-pages", "1"), newLab(t, loginlab.Options{})
	a := onSite(t, srv, l, "code")
	holder := a.startAs("user-0", l.Password())
	a.asked(holder)
	var ended []string
	for n, end := range []func(op, user string){
		func(_, user string) {
			require.Equal(t, http.StatusNoContent, srv.call(t, http.MethodDelete, a.sessions("/"+user), nil).Status)
		},
		func(op, _ string) {
			_, err := srv.client.Cancel(t.Context(), op)
			require.NoError(t, err)
		},
		func(op, user string) {
			a.resume(op, *a.operation(op).Question, l.code(t, "code", user))
			a.done(op)
		},
	} {
		user, next := "user-"+string(rune('0'+n)), "user-"+string(rune('1'+n))
		waits := a.startAs(next, l.Password())
		require.Equal(t, session.OperationQueued, a.operation(waits).State)
		require.Equal(t, 1, a.operation(waits).Place)
		require.Zero(t, l.submits("code", next), "there is no page for it yet")
		end(holder, user)
		a.asked(waits)
		ended, holder = append(ended, holder), waits
	}
	require.NoError(t, srv.stop())
	requireNothingKept(t, srv, ended, holder)
}

// requireNothingKept looks into the store: what ended has neither secrets nor a page any more, what waits has its secrets.
func requireNothingKept(t *testing.T, srv *server, ended []string, waiting string) {
	t.Helper()
	db, err := sqlite.Open(t.Context(), filepath.Join(srv.dataDir, "anteroom.db"), slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	defer func() { require.NoError(t, db.Close()) }()
	for _, op := range ended {
		ref := store.Ref{Workspace: workspace, Operation: op}
		_, err := db.OperationSecrets(t.Context(), ref)
		require.ErrorIs(t, err, store.ErrSecretsErased)
		lease, err := db.GetLease(t.Context(), ref, 1)
		require.NoError(t, err)
		require.NotZero(t, lease.ReleasedAt)
	}
	ref := store.Ref{Workspace: workspace, Operation: waiting}
	secrets, err := db.OperationSecrets(t.Context(), ref)
	require.NoError(t, err)
	require.NotEmpty(t, secrets)
}
