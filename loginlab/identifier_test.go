package loginlab_test

import (
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/loginlab"
)

func TestIdentifier_AsksForThePasswordOnASecondPage(t *testing.T) {
	t.Parallel()
	b := setup(t)
	first := b.visitor().open("/s/identifier/login")
	require.NotContains(t, first.body, `type="password"`)
	second := first.submit(url.Values{"username": {"ada"}})
	second.requireAt("/s/identifier/password")
	require.Contains(t, second.body, `type="password"`)
	require.Contains(t, second.body, "ada")
	second.submit(url.Values{"password": {b.lab.Password()}}).requireAccount("identifier", "ada")
	b.requireCount(1, loginlab.KindIdentifierSubmit, "identifier", "ada")
	b.requireCount(1, loginlab.KindPasswordSubmit, "identifier", "ada")
	require.Empty(t, b.leaks())
}

func TestIdentifier_WhenPasswordIsWrong_AsksForThePasswordAgain(t *testing.T) {
	t.Parallel()
	b := setup(t)
	second := b.visitor().open("/s/identifier/login").submit(url.Values{"username": {"ada"}})
	again := second.submit(url.Values{"password": {"guess"}})
	again.requireAt("/s/identifier/password")
	require.Equal(t, "Incorrect user name or password.", again.alert())
	again.submit(url.Values{"password": {b.lab.Password()}}).requireAccount("identifier", "ada")
}

func TestIdentifier_WhenUserNameIsEmpty_ShowsAnAlert(t *testing.T) {
	t.Parallel()
	b := setup(t)
	again := b.visitor().open("/s/identifier/login").submit(url.Values{"username": {" "}})
	again.requireAt("/s/identifier/login")
	require.NotEmpty(t, again.alert())
}

func TestIdentifier_PasswordPageWithoutTheFirst_RedirectsToLogin(t *testing.T) {
	t.Parallel()
	b := setup(t)
	v := b.visitor()
	login := v.open("/s/identifier/password")
	login.requireAt("/s/identifier/login")
	values := url.Values{"password": {b.lab.Password()}, "csrf": {hiddenInput.FindStringSubmatch(login.body)[2]}}
	v.postForm("/s/identifier/password", values).requireAt("/s/identifier/login")
	b.requireCount(0, loginlab.KindLogin, "", "")
}

func TestIdentifier_TheRepeatedUserName_IsNotBelieved(t *testing.T) {
	t.Parallel()
	b := setup(t)
	second := b.visitor().open("/s/identifier/login").submit(url.Values{"username": {"ada"}})
	account := second.submit(url.Values{"username": {"eve"}, "password": {b.lab.Password()}})
	account.requireAccount("identifier", "ada")
}
