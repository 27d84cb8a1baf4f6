//go:build e2e

package e2e

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/client"
	"github.com/anteroom/anteroom/loginlab"
	"github.com/anteroom/anteroom/session"
)

// Where the browser may go: 127.0.0.0/8 is allowed here, which opens neither our own ports nor anything else.

func TestNetwork_OurOwnPorts_AreRefusedWhateverIsAllowed(t *testing.T) {
	t.Parallel()
	temporal := freeAddress(t)
	srv := up(t, dataDir(t), "--temporal-listen", temporal)
	api, err := url.Parse(srv.API)
	require.NoError(t, err)
	for what, target := range map[string]string{
		"API": srv.API, "API by name": "http://localhost:" + api.Port(), "Temporal": "http://" + temporal, "UI": srv.TemporalUI,
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			refusedAddress(t, srv, target+"/login")
		})
		t.Run("redirect to "+what, func(t *testing.T) {
			t.Parallel()
			refusedAddress(t, srv, redirecting(t, target+"/login"))
		})
	}
}

func TestNetwork_AddressesNotAllowed_AreRefused(t *testing.T) {
	t.Parallel()
	srv := sharedServer(t)
	for _, target := range []string{
		"http://169.254.169.254/latest/meta-data", "http://10.0.0.1/login", "http://192.168.1.1/", "http://[::1]:8080/", "http://0.0.0.0/", srv.API + "/login",
	} {
		t.Run(target, func(t *testing.T) {
			t.Parallel()
			refusedAddress(t, srv, target)
		})
		t.Run("redirect to "+target, func(t *testing.T) {
			t.Parallel()
			refusedAddress(t, srv, redirecting(t, target))
		})
	}
}

// refusedAddress requires that a login that begins at loginURL ends blocked, with nothing typed.
func refusedAddress(t *testing.T, srv *server, loginURL string) {
	t.Helper()
	a := newApp(t, srv, session.Project{LoginURL: loginURL})
	f := a.failed(a.startAs("ada", "a-password-of-ada"), session.FailureBlocked)
	require.Equal(t, "address_not_allowed", f.Code)
}

// redirecting serves a page that sends the browser on, and returns its address.
func redirecting(t *testing.T, target string) string {
	t.Helper()
	l := listen(t)
	serve(t, l, http.RedirectHandler(target, http.StatusFound))
	return "http://" + l.Addr().String() + "/login"
}

func TestProxy_OfTheCaller_IsUsedWithItsCredentials(t *testing.T) {
	t.Parallel()
	srv, l := sharedServer(t), newLab(t, loginlab.Options{})
	upstream := newProxy(t, "caller", "s3cret:with@signs")
	a := onSite(t, srv, l, "password")
	a.done(a.start(client.StartRequest{
		ID: "ada", Parameters: params("username", "ada", "password", l.Password()), Proxy: session.NewSecret(upstream.url),
	}))
	site, err := url.Parse(l.url)
	require.NoError(t, err)
	require.Contains(t, upstream.hosts(), site.Host)
	passed := len(upstream.hosts())

	a.done(a.startAs("bob", l.Password()))
	require.Len(t, upstream.hosts(), passed, "a login without the proxy does not use it")
}

func TestProxy_ThatCannotBeReached_Is400WithoutItsPassword(t *testing.T) {
	t.Parallel()
	srv, l := sharedServer(t), newLab(t, loginlab.Options{})
	a := onSite(t, srv, l, "password")
	gone := listen(t)
	require.NoError(t, gone.Close())
	const password = "s3cret-of-the-proxy"
	for _, at := range []string{gone.Addr().String(), "10.255.255.1:3128"} {
		r := srv.call(t, http.MethodPost, a.sessions("/create"), object{
			"proxy": "http://caller:" + password + "@" + at, "parameters": object{"username": "ada", "password": l.Password()},
		})
		require.NotContains(t, r.refused(t, http.StatusBadRequest), password)
		require.NotContains(t, string(r.Body), password)
	}
	require.Empty(t, a.operations())
	require.Empty(t, l.Events())
}
