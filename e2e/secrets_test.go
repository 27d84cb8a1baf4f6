//go:build e2e

package e2e

import (
	"crypto/rand"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	sdk "go.temporal.io/sdk/client"

	"github.com/anteroom/anteroom/client"
	"github.com/anteroom/anteroom/e2e/canary"
	"github.com/anteroom/anteroom/loginlab"
	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/vault"
)

// canaryPassword returns 24 characters that every encoder has something to escape in.
func canaryPassword() string { return `K&"\/+%<` + rand.Text()[:16] }

func TestSecrets_AfterLoginsOfEveryKind_StandNowhereInClear(t *testing.T) {
	t.Parallel()
	secrets := map[string]string{"password": canaryPassword(), "wrong password": canaryPassword(), "proxy password": rand.Text()[:20]}
	l := newLab(t, loginlab.Options{Password: secrets["password"], CodeFormat: loginlab.CodeAlphanumeric16})
	secrets["TOTP seed"] = l.TOTPSecret()
	upstream := newProxy(t, "caller", secrets["proxy password"])
	temporal := freeAddress(t)
	srv := up(t, dataDir(t), "--temporal-listen", temporal)
	secrets["API key"] = srv.key
	logInEveryWay(t, srv, l, secrets, upstream.url)
	for _, m := range l.Messages() {
		secrets["code of "+m.User+m.At.Format("05.000")] = m.Code
	}

	exported, keys := dataDir(t), openVault(t, srv)
	workflows := exportHistories(t, dialTemporal(t, temporal, sdk.Options{}), keys.Codec(), exported)
	require.Greater(t, workflows, 5)
	search, err := canary.New(secrets)
	require.NoError(t, err)
	wals, err := filepath.Glob(filepath.Join(srv.dataDir, "*-wal"))
	require.NoError(t, err)
	require.NotEmpty(t, wals, "a running process has a write-ahead log")
	requireNoHits(t, search, srv.dataDir)
	requireNoHits(t, search, exported)

	require.NoError(t, srv.stop())
	requireNoHits(t, search, srv.dataDir)
	requireNoHits(t, search, filepath.Dir(srv.stderr)) // logs, and what the browser left
	key, err := os.ReadFile(srv.APIKeyFile)
	require.NoError(t, err)
	require.NotEmpty(t, search.Search("api-key", key), "the search finds what is there")
}

// What a killed process leaves behind: the write-ahead log as it was, and the profile of its browser.
func TestSecrets_AfterAKill_StandNowhereInClear(t *testing.T) {
	t.Parallel()
	l := newLab(t, loginlab.Options{Password: canaryPassword(), CodeFormat: loginlab.CodeAlphanumeric16})
	srv := up(t, dataDir(t))
	a := onSite(t, srv, l, "code")
	waiting, answered := a.startAs("waiting", l.Password()), a.startAs("answered", l.Password())
	a.asked(waiting)
	a.asked(answered)
	code := l.code(t, "code", "answered")
	a.answered(answered, code)
	a.done(answered)
	require.NoError(t, srv.kill())

	search, err := canary.New(map[string]string{
		"password": l.Password(), "code": code, "unused code": l.code(t, "code", "waiting"), "API key": srv.key,
	})
	require.NoError(t, err)
	requireNoHits(t, search, srv.dataDir)
	requireNoHits(t, search, filepath.Dir(srv.stderr))
	left, err := filepath.Glob(filepath.Join(srv.tmp, "*"))
	require.NoError(t, err)
	t.Logf("left in the temporary directory: %v", left)
}

// requireNoHits searches all files below dir; the API key may stand in its own file.
func requireNoHits(t *testing.T, search *canary.Searcher, dir string) {
	t.Helper()
	hits, files, err := search.Dir(dir, "api-key")
	require.NoError(t, err)
	require.Empty(t, hits, dir)
	require.Positive(t, files, dir)
}

// logInEveryWay uses every secret in every way there is, and leaves a login waiting.
func logInEveryWay(t *testing.T, srv *server, l *lab, secrets map[string]string, proxyURL string) {
	t.Helper()
	code, totp, plain := onSite(t, srv, l, "code"), onSite(t, srv, l, "totp"), onSite(t, srv, l, "password")

	texted := code.startAs("texted", l.Password())
	code.asked(texted)
	first := l.code(t, "code", "texted")
	code.answered(texted, strings.Repeat("0", 16)) // refused by the site; the next one is right
	code.answered(texted, first)
	code.done(texted)

	totp.done(totp.startAs("seed", l.Password(), "totpSecret", l.TOTPSecret()))
	totp.done(totp.startAs("uri", l.Password(), "totpSecret", "otpauth://totp/Lab:uri?secret="+l.TOTPSecret()+"&issuer=Lab"))
	plain.failed(plain.startAs("wrong", secrets["wrong password"]), session.FailureCredential)
	plain.done(plain.start(client.StartRequest{
		ID: "proxied", Parameters: params("username", "proxied", "password", l.Password()), Proxy: session.NewSecret(proxyURL),
	}))
	asks := plain.start(client.StartRequest{ID: "asks", Parameters: params("username", "asks")})
	q := plain.asked(asks)
	require.Equal(t, session.AskCredentials, q.Kind)
	plain.resume(asks, q, l.Password())
	plain.done(asks)

	canceled := code.startAs("canceled", l.Password())
	code.asked(canceled)
	_, err := srv.client.Cancel(t.Context(), canceled)
	require.NoError(t, err)
	code.state(canceled, session.OperationCanceled)
	code.asked(code.startAs("waiting", l.Password()))
}

// freeAddress is an address that nobody listened on a moment ago.
func freeAddress(t *testing.T) string {
	t.Helper()
	l := listen(t)
	defer func() { _ = l.Close() }()
	return net.JoinHostPort("127.0.0.1", port(l.Addr().String()))
}

func openVault(t *testing.T, srv *server) *vault.Vault {
	t.Helper()
	v, err := vault.Open(filepath.Join(srv.dataDir, "vault.key"))
	require.NoError(t, err)
	return v
}
