package loginlab_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/anteroom/anteroom/loginlab"
)

// send sends a body of a content type; a header may be added.
func (v *visitor) send(address, contentType, body string, header ...string) *page {
	v.t.Helper()
	request, err := http.NewRequestWithContext(v.t.Context(), http.MethodPost, address, strings.NewReader(body))
	require.NoError(v.t, err)
	request.Header.Set("Content-Type", contentType)
	if len(header) == 2 {
		request.Header.Set(header[0], header[1])
	}
	return v.do(request)
}

func TestLeak_PasswordInTheUserNameField_IsRecordedWithoutTheName(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.visitor().open("/s/password/login").submit(url.Values{"username": {b.lab.Password()}, "password": {"x"}})
	b.requireOneLeak("password", loginlab.OriginLab, loginlab.SecretPassword, "username")
	written, err := json.Marshal(b.lab.Events())
	require.NoError(t, err)
	require.NotContains(t, string(written), b.lab.Password())
}

func TestLeak_PasswordInTheUserNameOfThePage_IsNoUserOfAnEvent(t *testing.T) {
	t.Parallel()
	b := setup(t)
	values := b.credentials(b.lab.Password())
	b.visitor().open("/s/password/login").submit(values)
	b.requireCount(0, "", "", b.lab.Password())
	b.requireOneLeak("password", loginlab.OriginLab, loginlab.SecretPassword, "username")
}

func TestLeak_InTheAddress_IsRecorded(t *testing.T) {
	t.Parallel()
	for _, form := range []string{"/s/password/login?password=%s", "/s/password/%s", "/nowhere/%s", "/lab/events?x=%s"} {
		b := setup(t, func(o *loginlab.Options) { o.Password = "sesame: open/1" })
		b.visitor().open(strings.ReplaceAll(form, "%s", url.QueryEscape(b.lab.Password())))
		require.Len(t, b.leaks(), 1, form)
		require.Equal(t, []string{"url"}, b.leaks()[0].Fields, form)
	}
}

func TestLeak_InAHeader_IsRecorded(t *testing.T) {
	t.Parallel()
	for name, value := range map[string]func(string) string{
		"Referer":       func(p string) string { return "http://127.0.0.1/?password=" + p },
		"Authorization": func(p string) string { return "Basic " + base64.StdEncoding.EncodeToString([]byte("ada:"+p)) },
		"Cookie":        func(p string) string { return "remember=" + base64.RawURLEncoding.EncodeToString([]byte(p)) },
	} {
		b := setup(t)
		b.visitor().send(b.base+"/s/password/login", "text/plain", "", name, value(b.lab.Password()))
		b.requireOneLeak("password", loginlab.OriginLab, loginlab.SecretPassword, "header "+strings.ToLower(name))
	}
}

func TestLeak_InABodyOfAnyType_IsRecorded(t *testing.T) {
	t.Parallel()
	b := setup(t)
	var parts bytes.Buffer
	form := multipart.NewWriter(&parts)
	require.NoError(t, form.WriteField("note", b.lab.Password()))
	require.NoError(t, form.Close())
	for _, sent := range []struct{ contentType, body, field string }{
		{"application/x-www-form-urlencoded", "nickname=" + b.lab.Password(), "nickname"},
		{"application/x-www-form-urlencoded", b.lab.Password() + "=1", "body"},
		{"application/json", `{"a":[{"deep":"` + b.lab.Password() + `"}]}`, "deep"},
		{"application/json", `{"n":[true,null,7]} trailing ` + b.lab.Password(), "body"},
		{"application/json", `{broken "` + b.lab.Password(), "body"},
		{form.FormDataContentType(), parts.String(), "note"},
		{"text/plain", "my password is " + b.lab.Password(), "body"},
	} {
		b.lab.Reset()
		b.visitor().send(b.base+"/s/spa/api/login", sent.contentType, sent.body)
		b.requireOneLeak("spa", loginlab.OriginLab, loginlab.SecretPassword, sent.field)
	}
}

func TestLeak_TOTPSecret_HasNoRightField(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.totpPage("ada").submit(code(strings.ToLower(b.lab.TOTPSecret())))
	b.requireOneLeak("totp", loginlab.OriginLab, loginlab.SecretTOTPSecret, "code")
}

func TestLeak_TOTPCodeInThePasswordField_IsRecorded(t *testing.T) {
	t.Parallel()
	b := setup(t)
	values := b.credentials("ada")
	values.Set("password", b.lab.TOTPCode(b.clock.Now()))
	b.visitor().open("/s/totp/login").submit(values)
	b.requireOneLeak("totp", loginlab.OriginLab, loginlab.SecretTOTPCode, "password")
}

// textedCodes gives each account its own code, none of which a TOTP code can be.
func textedCodes(o *loginlab.Options) {
	o.CodeFunc = func(site, user string) string { return strings.ToUpper(site + "." + user + ".7k") }
}

func TestLeak_CodeOfAnotherSite_IsRecorded(t *testing.T) {
	t.Parallel()
	b := setup(t, textedCodes)
	asked, _ := b.visitor().codePage("code", "ada")
	b.spa().logIn("ada", b.lab.Password())
	elsewhere, _ := b.lab.LastCode("spa", "ada")
	asked.submit(code(elsewhere))
	b.requireOneLeak("code", loginlab.OriginLab, loginlab.SecretTextedCode, "code")
}

func TestLeak_CodeOfAnotherAccount_IsRecorded(t *testing.T) {
	t.Parallel()
	b := setup(t, textedCodes)
	asked, _ := b.visitor().codePage("code", "ada")
	_, bobs := b.visitor().codePage("code", "bob")
	asked.submit(code(bobs))
	b.requireOneLeak("code", loginlab.OriginLab, loginlab.SecretTextedCode, "code")
	require.Equal(t, "ada", b.leaks()[0].User)
}

func TestLeak_SameCodeForEverybody_IsNone(t *testing.T) {
	t.Parallel()
	b := setup(t, func(o *loginlab.Options) { o.CodeFunc = func(string, string) string { return "ABC-123" } })
	for _, user := range []string{"ada", "bob"} {
		asked, sent := b.visitor().codePage("code", user)
		asked.submit(code(sent)).requireAccount("code", user)
	}
	require.Empty(t, b.leaks())
}

func TestLeak_AtTheOtherOrigin_EvenWhereThereIsNoPage(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.visitor().send(b.other+"/collect", "text/plain", b.lab.Password())
	b.requireOneLeak("", loginlab.OriginOther, loginlab.SecretPassword, "body")
}

func TestLeak_ShortSecretInsideALongerWord_IsNone(t *testing.T) {
	t.Parallel()
	b := setup(t, func(o *loginlab.Options) { o.Password = "pw1" })
	v := b.visitor()
	v.open("/s/password/register?ref=xpw12")
	require.Empty(t, b.leaks())
	v.open("/s/password/register?ref=xpw1,pw1")
	require.Len(t, b.leaks(), 1)
}

func TestSubmit_NamesTheFieldsThatCarriedASecret(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.visitor().open("/s/password/login").submit(b.credentials("ada"))
	for _, e := range b.lab.Events() {
		if e.Kind == loginlab.KindPasswordSubmit {
			require.Equal(t, []string{"password"}, e.Fields)
		}
	}
}

func TestBody_WhenTooLarge_IsRefused(t *testing.T) {
	t.Parallel()
	b := setup(t)
	big := b.visitor().send(b.base+"/s/password/login", "text/plain", strings.Repeat("x", 1<<20+1))
	require.Equal(t, http.StatusRequestEntityTooLarge, big.status)
}

func TestLeak_ASecretInAnyFieldButItsOwn_IsAlwaysRecorded(t *testing.T) {
	t.Parallel()
	b := setup(t)
	v := b.visitor()
	rapid.Check(t, func(rt *rapid.T) {
		b.lab.Reset()
		before := rapid.StringMatching(`[ -~]{0,12}`).Draw(rt, "before")
		after := rapid.StringMatching(`[ -~]{0,12}`).Draw(rt, "after")
		name := rapid.StringMatching(`[a-z]{1,12}`).Filter(func(n string) bool { return n != "password" }).Draw(rt, "name")
		body := url.Values{name: {before + b.lab.Password() + after}}
		v.postForm("/s/password/login", body)
		require.NotEmpty(rt, b.leaks(), "body %v", body)
	})
}

func TestRequests_OfAnyShape_NeverPanicAndNeverShowTheSecret(t *testing.T) {
	t.Parallel()
	b := setup(t)
	v := b.visitor()
	var paths []string
	for _, s := range b.lab.Sites() {
		if quick(&s) && s.Name != "nasty-no-answer-to-submit" {
			paths = append(paths, s.LoginURL, s.AccountURL, "/s/"+s.Name+"/api/login", "/s/"+s.Name+"/code", "/s/"+s.Name+"/keystroke")
		}
	}
	types := []string{"application/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=b", "multipart/form-data", ""}
	rapid.Check(t, func(rt *rapid.T) {
		path := rapid.SampledFrom(paths).Draw(rt, "path")
		base := rapid.SampledFrom([]string{b.base, b.other}).Draw(rt, "base")
		body := rapid.SampledFrom([]string{"--b\r\n", "{", `{"username":`, "password=", `{"code":123456}`, "%zz", ""}).Draw(rt, "start") +
			rapid.StringMatching(`[ -~\r\n]{0,40}`).Draw(rt, "body") + b.lab.Password()
		answer := v.send(base+path, rapid.SampledFrom(types).Draw(rt, "type"), body)
		require.NotContains(rt, answer.body, b.lab.Password())
		require.Contains(rt, []int{200, 400, 403, 404, 405, 500, 204}, answer.status)
	})
}

func TestLeak_CodeSentAsANumber_IsSeen(t *testing.T) {
	t.Parallel()
	b := setup(t, func(o *loginlab.Options) {
		o.CodeFunc = func(string, string) string { return "907132" }
		o.TOTPKey = []byte(rfcKey)
	})
	b.visitor().codePage("code", "ada")
	b.visitor().send(b.base+"/s/spa/api/code", "application/json", `{"code":907132}`)
	b.requireOneLeak("spa", loginlab.OriginLab, loginlab.SecretTextedCode, "code")
}
