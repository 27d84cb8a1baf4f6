//go:build browser

package browser_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/browser"
	"github.com/anteroom/anteroom/session"
)

func newPasskey(t *testing.T, rp string, count int64) session.Passkey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	der, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(t, err)
	return session.Passkey{
		CredentialID: base64.StdEncoding.EncodeToString([]byte("credential-0001")), IsResidentCredential: true, RPID: rp,
		PrivateKey: session.NewSecret(base64.StdEncoding.EncodeToString(der)), UserHandle: base64.StdEncoding.EncodeToString([]byte("user-1")),
		SignCount: count, UserName: "ada", UserDisplayName: "Ada",
	}
}

// The site asks for a passkey by the conditional UI or by a button, and shows the signature counter that it gets.
const passkeyPage = `<h1 id=h>Waiting</h1><input name=u autocomplete="username webauthn"><button id=b>Use a passkey</button><button id=w onclick="window.open('/popup')">Window</button><script>
	const get = async mediation => { try {
		const c = await navigator.credentials.get({mediation, publicKey: {challenge: new Uint8Array(32), rpId: location.hostname, allowCredentials: [], userVerification: 'required', timeout: 3000}});
		const d = new DataView(c.response.authenticatorData);
		h.textContent = 'User ' + new TextDecoder().decode(c.response.userHandle) + ' count ' + d.getUint32(33);
	} catch (e) { h.textContent = e.name } };
	if (location.search === '?auto') get('conditional');
	b.onclick = () => get('optional');
	const make = async () => { await navigator.credentials.create({publicKey: {challenge: new Uint8Array(32), rp: {name: 'x', id: location.hostname}, user: {id: new Uint8Array([1]), name: 'new', displayName: 'New'},
		pubKeyCredParams: [{type: 'public-key', alg: -7}], authenticatorSelection: {residentKey: 'required'}}}); h.textContent = 'Made' };
	if (location.search === '?make') make();</script>`

// secure is a browser and an https site: WebAuthn needs one.
func secure(t *testing.T, h html) (*bench, func(path string) string) {
	t.Helper()
	site := tlsSite(t, h)
	b, err := launch(testContext(t), browser.Options{IgnoreCertificateErrors: true})
	require.NoError(t, err)
	t.Cleanup(b.end)
	return b, site
}

// tlsSite is an https site that signs itself; the returned function gives the URL of a path.
func tlsSite(t *testing.T, h html) func(path string) string {
	t.Helper()
	site := httptest.NewTLSServer(h)
	t.Cleanup(site.Close)
	u, err := url.Parse(site.URL)
	require.NoError(t, err)
	return func(path string) string { return "https://shop.test:" + u.Port() + path }
}

func pageWith(t *testing.T, b *bench, o browser.PageOptions) *browser.Page {
	t.Helper()
	p, err := b.browser.NewPage(testContext(t), o)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, p.Close(context.Background())) })
	return p
}

func TestPasskeys_GivenToAPage_SignInAndCount(t *testing.T) {
	t.Parallel()
	b, at := secure(t, html{"/": passkeyPage, "/popup": passkeyPage})
	p := pageWith(t, b, browser.PageOptions{Passkeys: []session.Passkey{newPasskey(t, "shop.test", 7)}})
	open(t, p, at("/?auto"))
	shows(t, p, "User user-1 count 8")
	keys, err := p.Passkeys(testContext(t))
	require.NoError(t, err)
	require.Len(t, keys, 1)
	require.Equal(t, int64(8), keys[0].SignCount)
	want := newPasskey(t, "shop.test", 8)
	want.PrivateKey = keys[0].PrivateKey
	require.Equal(t, want, keys[0])

	m := click(t, p, open(t, p, at("/")), "b")
	shows(t, p, "User user-1 count 9")
	click(t, p, m, "w")
	click(t, p, model(t, p), "b")
	shows(t, p, "User user-1 count 10")
	require.True(t, model(t, p).Popup)
	m = open(t, p, at("/"))
	require.Eventually(t, func() bool { k, err := p.Passkeys(testContext(t)); return err == nil && k[0].SignCount == 10 }, 5*time.Second, 10*time.Millisecond)
	click(t, p, m, "b")
	shows(t, p, "User user-1 count 11")
}

func TestPasskeys_MadeInThePage_AreReadBack(t *testing.T) {
	t.Parallel()
	b, at := secure(t, html{"/": passkeyPage})
	p := pageWith(t, b, browser.PageOptions{Passkeys: []session.Passkey{newPasskey(t, "other.test", 1)}})
	open(t, p, at("/?make"))
	shows(t, p, "Made")

	keys, err := p.Passkeys(testContext(t))

	require.NoError(t, err)
	require.Len(t, keys, 2)
	require.Equal(t, "shop.test", keys[1].RPID)
	again := pageWith(t, b, browser.PageOptions{Passkeys: keys})
	open(t, again, at("/?auto"))
	shows(t, again, "User \x01 count 2")
}

func TestPasskeys_WithoutAny_NothingHangs(t *testing.T) {
	t.Parallel()
	b, at := secure(t, html{"/": passkeyPage})
	p := pageWith(t, b, browser.PageOptions{})
	m := open(t, p, at("/?auto"))
	begin := time.Now()

	click(t, p, m, "b")

	require.Eventually(t, func() bool {
		text := model(t, p).Headings
		return len(text) == 1 && text[0] != "Waiting"
	}, 10*time.Second, 20*time.Millisecond)
	t.Logf("without a passkey: %v after %v", model(t, p).Headings, time.Since(begin))
	keys, err := p.Passkeys(testContext(t))
	require.NoError(t, err)
	require.Empty(t, keys)
}

func TestPasskeys_ThatAreNone_AreAnError(t *testing.T) {
	t.Parallel()
	b, err := shared()
	require.NoError(t, err)
	bad := newPasskey(t, "shop.test", 1)
	bad.PrivateKey = session.NewSecret("bm90IGEga2V5")

	_, err = b.browser.NewPage(testContext(t), browser.PageOptions{Passkeys: []session.Passkey{bad}})

	require.Error(t, err)
	require.NotContains(t, err.Error(), "bm90IGEga2V5")
}
