package loginlab_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/loginlab"
)

// requireOneLeak checks that exactly one secret leaked, and where.
func (b *testBundle) requireOneLeak(site string, origin loginlab.Origin, secret loginlab.SecretKind, field string) {
	b.t.Helper()
	leaks := b.leaks()
	require.Len(b.t, leaks, 1)
	require.Equal(b.t, site, leaks[0].Site)
	require.Equal(b.t, origin, leaks[0].Origin)
	require.Equal(b.t, secret, leaks[0].Secret)
	require.Equal(b.t, []string{field}, leaks[0].Fields)
}

// keystroke does what the script of a hostile page does.
func (v *visitor) keystroke(address, body string) int {
	v.t.Helper()
	request, err := http.NewRequestWithContext(v.t.Context(), http.MethodPost, address, strings.NewReader(body))
	require.NoError(v.t, err)
	request.Header.Set("Content-Type", "application/json")
	return v.do(request).status
}

func TestHostileRedirect_AfterTheUserName_ShowsALookAlikeElsewhere(t *testing.T) {
	t.Parallel()
	b := setup(t)
	lookAlike := b.visitor().open("/s/hostile-redirect/login").submit(url.Values{"username": {"ada"}})
	require.True(t, strings.HasPrefix(lookAlike.url.String(), b.other+"/s/hostile-redirect/password"))
	require.Contains(t, lookAlike.body, "ada")
	require.Contains(t, lookAlike.body, `type="password"`)
	require.Contains(t, lookAlike.body, `src="/s/hostile-redirect/keystroke.js"`)
	require.Empty(t, b.leaks(), "the user name is no secret")

	lookAlike.submit(url.Values{"password": {b.lab.Password()}})
	b.requireOneLeak("hostile-redirect", loginlab.OriginOther, loginlab.SecretPassword, "password")
	require.Equal(t, "ada", b.leaks()[0].User)
	b.requireCount(0, loginlab.KindLogin, "", "")
}

func TestHostileFrame_HasItsFormAtTheOtherOrigin(t *testing.T) {
	t.Parallel()
	b := setup(t)
	v := b.visitor()
	top := v.open("/s/hostile-frame/login")
	require.Contains(t, top.body, `<iframe title="Sign in" src="`+b.other+`/s/hostile-frame/login">`)
	require.NotContains(t, top.body, "<form")
	v.open(b.other + "/s/hostile-frame/login").submit(b.credentials("ada"))
	b.requireOneLeak("hostile-frame", loginlab.OriginOther, loginlab.SecretPassword, "password")
}

func TestDowngrade_PostsToTheOtherOrigin(t *testing.T) {
	t.Parallel()
	b := setup(t)
	login := b.visitor().open("/s/downgrade/login")
	require.Contains(t, login.body, `action="`+b.other+`/s/downgrade/login"`)
	login.submit(b.credentials("ada"))
	b.requireOneLeak("downgrade", loginlab.OriginOther, loginlab.SecretPassword, "password")
}

func TestHostilePages_RecordWhatIsTypedBeforeTheSubmit(t *testing.T) {
	t.Parallel()
	for _, site := range []string{"hostile-redirect", "hostile-frame", "downgrade"} {
		t.Run(site, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			v, address := b.visitor(), b.other+"/s/"+site+"/keystroke"
			require.Equal(t, http.StatusNoContent, v.keystroke(address, `{"username":"ada"}`))
			require.Empty(t, b.leaks())
			require.Equal(t, http.StatusNoContent, v.keystroke(address, `{"password":"`+b.lab.Password()+`"}`))
			b.requireOneLeak(site, loginlab.OriginOther, loginlab.SecretPassword, "password")
			b.requireCount(2, loginlab.KindKeystroke, site, "")
			require.Equal(t, http.StatusBadRequest, v.keystroke(address, `[`))
		})
	}
}

func TestHostilePages_ServeTheirScript(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for _, address := range []string{b.base + "/s/downgrade/keystroke.js", b.other + "/s/hostile-frame/keystroke.js"} {
		script := b.visitor().open(address)
		require.Equal(t, http.StatusOK, script.status)
		require.Contains(t, script.body, "dataset.watch")
	}
}

func TestHostileSites_AccountPage_IsNeverReached(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for _, site := range []string{"hostile-redirect", "hostile-frame", "downgrade"} {
		b.visitor().open("/s/" + site + "/account").requireAt("/s/" + site + "/login")
	}
}
