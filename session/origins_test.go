package session_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/anteroom/anteroom/session"
)

func origins(loginURL string, hosts ...string) session.Origins {
	return (&session.Project{LoginURL: loginURL, AllowedHosts: hosts}).SecretOrigins()
}

func TestOrigins_AllowTheLoginsOwn_AndWhatIsNamed(t *testing.T) {
	t.Parallel()
	o := origins("https://app.example.com/login?next=/", "idp.example.org", "sso.example.net:8443", "*.corp.example", "[::1]")
	for origin, allowed := range map[string]bool{
		"https://app.example.com":          true,
		"https://APP.example.com:443":      true,
		"https://app.example.com:8443":     false,
		"https://idp.example.org":          true,
		"https://idp.example.org:9000":     true,
		"https://IDP.example.org.":         true,
		"https://sso.example.net:8443":     true,
		"https://sso.example.net":          false,
		"https://a.corp.example":           true,
		"https://a.b.corp.example":         true,
		"https://corp.example":             false,
		"https://evilcorp.example":         false,
		"https://a.corp.example.evil.test": false,
		"https://app.example.com.evil":     false,
		"https://notidp.example.org":       false,
		"https://[::1]:9443":               true,
	} {
		require.Equal(t, allowed, o.Allows(origin), origin)
	}
}

func TestOrigins_OfAnHTTPSLogin_AllowNoHTTP(t *testing.T) {
	t.Parallel()
	o := origins("https://app.example.com/login", "idp.example.org")
	require.False(t, o.Allows("http://app.example.com"))
	require.False(t, o.Allows("http://idp.example.org"))
	require.True(t, origins("http://127.0.0.1:8080/login").Allows("http://127.0.0.1:8080"))
	require.True(t, origins("http://127.0.0.1:8080/login", "idp.example.org").Allows("https://idp.example.org"), "upwards is fine")
}

func TestOrigins_NeverAllowOpaqueOnes(t *testing.T) {
	t.Parallel()
	o := origins("https://app.example.com/login", "*.example.com")
	for _, origin := range []string{"", "null", "about:blank", "data:text/html,x", "blob:https://app.example.com/1", "file://", "javascript:1", "%", "ftp://app.example.com"} {
		require.False(t, o.Allows(origin), origin)
	}
	require.False(t, session.Origins{}.Allows("https://app.example.com"), "no project, no origin")
}

func TestOrigins_OfAWildcard_AllowOnlyHostsBelowIt(t *testing.T) {
	t.Parallel()
	o := origins("https://app.example.com/login", "*.corp.example")
	rapid.Check(t, func(r *rapid.T) {
		host := rapid.StringMatching(`[a-z]{1,8}(\.[a-z]{1,8}){0,3}`).Draw(r, "host")
		require.True(r, o.Allows("https://"+host+".corp.example"))
		require.False(r, o.Allows("https://"+host+"corp.example"))
		require.False(r, o.Allows("https://corp.example."+host))
	})
}

func TestCheckAllowedHost_RefusesWhatIsNoHost(t *testing.T) {
	t.Parallel()
	for _, good := range []string{"example.com", "example.com:8443", "*.example.com", "127.0.0.1:80", "[::1]"} {
		require.NoError(t, session.CheckAllowedHost(good), good)
	}
	for _, bad := range []string{"", "*", "*.com", "*.", "*..com", "*.com.", "*.example.com:443", "https://example.com", "example.com/login", "a@b", "a.*.example.com", "two words"} {
		require.Error(t, session.CheckAllowedHost(bad), bad)
	}
}
