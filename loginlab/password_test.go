package loginlab_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/loginlab"
)

func TestPassword_WhenRight_ShowsTheAccount(t *testing.T) {
	t.Parallel()
	for _, site := range []string{"password", "logout-less"} {
		t.Run(site, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			login := b.visitor().open("/s/" + site + "/login")
			require.Equal(t, http.StatusOK, login.status)
			login.submit(b.credentials("ada")).requireAccount(site, "ada")
			b.requireCount(1, loginlab.KindPasswordSubmit, site, "ada")
			b.requireCount(1, loginlab.KindLogin, site, "ada")
			require.Empty(t, b.leaks())
		})
	}
}

func TestPassword_WhenWrong_ShowsAnAlertAndKeepsTheUserName(t *testing.T) {
	t.Parallel()
	b := setup(t)
	again := b.visitor().open("/s/password/login").submit(url.Values{"username": {"ada"}, "password": {"guess"}})
	require.Equal(t, http.StatusOK, again.status)
	require.Equal(t, "Incorrect user name or password.", again.alert())
	require.Contains(t, again.body, `value="ada"`)
	require.NotContains(t, again.body, "guess")
	require.Equal(t, []loginlab.Outcome{loginlab.OutcomeWrong}, b.outcomes(loginlab.KindPasswordSubmit, "password"))
	b.requireCount(0, loginlab.KindLogin, "", "")
	again.submit(b.credentials("ada")).requireAccount("password", "ada")
}

func TestPassword_WhenUserNameIsNobodys_IsWrong(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for _, user := range []string{"", "  ", strings.Repeat("u", 200)} {
		again := b.visitor().open("/s/password/login").submit(b.credentials(user))
		require.Equal(t, "Incorrect user name or password.", again.alert())
	}
}

func TestPassword_WithoutCSRFToken_IsForbidden(t *testing.T) {
	t.Parallel()
	b := setup(t)
	v := b.visitor()
	v.open("/s/password/login")
	for _, token := range []string{"", "made-up"} {
		values := b.credentials("ada")
		values.Set("csrf", token)
		require.Equal(t, http.StatusForbidden, v.postForm("/s/password/login", values).status)
	}
	require.Equal(t, []loginlab.Outcome{loginlab.OutcomeForbidden, loginlab.OutcomeForbidden},
		b.outcomes(loginlab.KindPasswordSubmit, "password"))
	require.Empty(t, b.leaks(), "the field was the right one")
}

func TestAccount_WithoutSession_RedirectsToLogin(t *testing.T) {
	t.Parallel()
	b := setup(t)
	v := b.visitor()
	v.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	require.Equal(t, http.StatusFound, v.open("/s/password/account").status)
	b.visitor().open("/s/password/account").requireAt("/s/password/login")
}

func TestAccount_WithSessionOfAnotherSite_RedirectsToLogin(t *testing.T) {
	t.Parallel()
	b := setup(t)
	v := b.visitor()
	v.open("/s/password/login").submit(b.credentials("ada")).requireAccount("password", "ada")
	session := sessionCookie(t, v, "/s/password/")
	forged, err := http.NewRequestWithContext(t.Context(), http.MethodGet, b.base+"/s/identifier/account", nil)
	require.NoError(t, err)
	forged.AddCookie(session)
	v.do(forged).requireAt("/s/identifier/login")
}

func TestSessionCookie_IsHTTPOnlyAndLax(t *testing.T) {
	t.Parallel()
	b := setup(t)
	v := b.visitor()
	login := v.open("/s/password/login")
	v.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	values := b.credentials("ada")
	values.Set("csrf", hiddenInput.FindStringSubmatch(login.body)[2])
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, b.base+"/s/password/login", strings.NewReader(values.Encode()))
	require.NoError(t, err)
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	response, err := v.client.Do(request)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	require.Equal(t, http.StatusSeeOther, response.StatusCode)
	set := strings.Join(response.Header.Values("Set-Cookie"), "\n")
	require.Regexp(t, `lab_session=\w+; Path=/s/password/; HttpOnly; SameSite=Lax`, set)
}

func TestLogin_WhenSignedIn_RedirectsToAccount(t *testing.T) {
	t.Parallel()
	b := setup(t)
	v := b.visitor()
	v.open("/s/password/login").submit(b.credentials("ada"))
	v.open("/s/password/login").requireAccount("password", "ada")
}

func TestLogout_EndsTheSessionForEveryHolderOfTheCookie(t *testing.T) {
	t.Parallel()
	b := setup(t)
	v := b.visitor()
	account := v.open("/s/password/login").submit(b.credentials("ada"))
	stolen := sessionCookie(t, v, "/s/password/")
	account.submit(nil).requireAt("/s/password/login")
	b.requireCount(1, loginlab.KindLogout, "password", "ada")
	v.open("/s/password/account").requireAt("/s/password/login")
	replay, err := http.NewRequestWithContext(t.Context(), http.MethodGet, b.base+"/s/password/account", nil)
	require.NoError(t, err)
	replay.AddCookie(stolen)
	b.visitor().do(replay).requireAt("/s/password/login")
}

func TestLogoutLess_AccountPage_HasNoFormAndNoLogoutWord(t *testing.T) {
	t.Parallel()
	b := setup(t)
	account := b.visitor().open("/s/logout-less/login").submit(b.credentials("ada"))
	account.requireAccount("logout-less", "ada")
	require.NotContains(t, account.body, "<form")
	require.NotRegexp(t, `(?i)(log|sign).?out`, account.body)
}

// sessionCookie returns the session cookie that a visitor holds for a path.
func sessionCookie(t *testing.T, v *visitor, path string) *http.Cookie {
	t.Helper()
	address, err := url.Parse(v.base + path)
	require.NoError(t, err)
	for _, c := range v.client.Jar.Cookies(address) {
		if c.Name == "lab_session" {
			return c
		}
	}
	require.Fail(t, "the visitor has no session cookie")
	return nil
}

func TestCookies_OverTLS_AreSecure(t *testing.T) {
	t.Parallel()
	server := httptest.NewTLSServer(loginlab.New(loginlab.Options{}))
	t.Cleanup(server.Close)
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+"/s/password/login", http.NoBody)
	require.NoError(t, err)
	response, err := server.Client().Do(request)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	require.Len(t, response.Cookies(), 1)
	require.True(t, response.Cookies()[0].Secure)
}
