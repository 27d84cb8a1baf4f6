package loginlab_test

import (
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/loginlab"
)

// spa is a visitor that does what the script of the single-page site does.
type spa struct {
	*visitor
	csrf  string
	token string
}

type spaAnswer struct {
	Error      string `json:"error"`
	Challenge  string `json:"challenge"`
	Intro      string `json:"intro"`
	Token      string `json:"token"`
	User       string `json:"user"`
	CodeLength int    `json:"codeLength"`
	Digits     bool   `json:"digits"`
}

var spaCSRF = regexp.MustCompile(`data-csrf="([^"]+)"`)

func (b *testBundle) spa() *spa {
	v := b.visitor()
	shell := v.open("/s/spa/login")
	require.Equal(b.t, http.StatusOK, shell.status)
	return &spa{visitor: v, csrf: spaCSRF.FindStringSubmatch(shell.body)[1]}
}

// call sends JSON, or gets when there is no body.
func (s *spa) call(path string, body map[string]string) (int, spaAnswer) {
	s.t.Helper()
	method, text := http.MethodGet, []byte(nil)
	if body != nil {
		var err error
		text, err = json.Marshal(body)
		require.NoError(s.t, err)
		method = http.MethodPost
	}
	request, err := http.NewRequestWithContext(s.t.Context(), method, s.base+"/s/spa/api/"+path, strings.NewReader(string(text)))
	require.NoError(s.t, err)
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("X-Csrf-Token", s.csrf)
	request.Header.Set("Authorization", "Bearer "+s.token)
	p := s.do(request)
	var answer spaAnswer
	require.NoError(s.t, json.Unmarshal([]byte(p.body), &answer), p.body)
	return p.status, answer
}

func (s *spa) logIn(user, password string) (int, spaAnswer) {
	return s.call("login", map[string]string{"username": user, "password": password})
}

func TestSPA_PasswordAndCode_GiveATokenThatShowsTheAccount(t *testing.T) {
	t.Parallel()
	b := setup(t)
	s := b.spa()
	status, asked := s.logIn("ada", b.lab.Password())
	require.Equal(t, http.StatusOK, status)
	require.Equal(t, 6, asked.CodeLength)
	require.Regexp(t, `•••••••\d\d`, asked.Intro)
	sent, _ := b.lab.LastCode("spa", "ada")
	status, done := s.call("code", map[string]string{"challenge": asked.Challenge, "code": sent})
	require.Equal(t, http.StatusOK, status)
	s.token = done.Token
	status, me := s.call("me", nil)
	require.Equal(t, http.StatusOK, status)
	require.Equal(t, "ada", me.User)
	b.requireCount(1, loginlab.KindLogin, "spa", "ada")
	require.Empty(t, b.leaks())

	status, _ = s.call("logout", map[string]string{})
	require.Equal(t, http.StatusOK, status)
	status, _ = s.call("me", nil)
	require.Equal(t, http.StatusUnauthorized, status)
	b.requireCount(1, loginlab.KindLogout, "spa", "ada")
}

func TestSPA_WhenPasswordIsWrong_Answers401WithWords(t *testing.T) {
	t.Parallel()
	b := setup(t)
	status, answer := b.spa().logIn("ada", "guess")
	require.Equal(t, http.StatusUnauthorized, status)
	require.Equal(t, "Incorrect user name or password.", answer.Error)
	require.Empty(t, b.lab.Messages())
}

func TestSPA_WhenCodeIsWrongThreeTimes_TheChallengeIsOver(t *testing.T) {
	t.Parallel()
	b := setup(t)
	s := b.spa()
	_, asked := s.logIn("ada", b.lab.Password())
	wrong := map[string]string{"challenge": asked.Challenge, "code": "wrong"}
	for range 2 {
		status, answer := s.call("code", wrong)
		require.Equal(t, http.StatusUnauthorized, status)
		require.Equal(t, asked.Challenge, answer.Challenge)
	}
	_, answer := s.call("code", wrong)
	require.Equal(t, spaAnswer{Error: "Too many incorrect codes. Please sign in again."}, answer)
	sent, _ := b.lab.LastCode("spa", "ada")
	status, _ := s.call("code", map[string]string{"challenge": asked.Challenge, "code": sent})
	require.Equal(t, http.StatusUnauthorized, status)
	b.requireCount(0, loginlab.KindLogin, "", "")
}

func TestSPA_WithoutCSRFHeader_IsForbidden(t *testing.T) {
	t.Parallel()
	b := setup(t)
	s := b.spa()
	s.csrf = ""
	status, _ := s.logIn("ada", b.lab.Password())
	require.Equal(t, http.StatusForbidden, status)
}

func TestSPA_WhenBodyIsNotJSON_Answers400(t *testing.T) {
	t.Parallel()
	b := setup(t)
	s := b.spa()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, b.base+"/s/spa/api/login", strings.NewReader("{"))
	require.NoError(t, err)
	request.Header.Set("X-Csrf-Token", s.csrf)
	require.Equal(t, http.StatusBadRequest, s.do(request).status)
}

func TestSPA_ServesItsScriptAndSetsNoSessionCookie(t *testing.T) {
	t.Parallel()
	b := setup(t)
	s := b.spa()
	require.Contains(t, s.open("/s/spa/app.js").body, "localStorage")
	_, asked := s.logIn("ada", b.lab.Password())
	sent, _ := b.lab.LastCode("spa", "ada")
	s.call("code", map[string]string{"challenge": asked.Challenge, "code": sent})
	for _, c := range s.client.Jar.Cookies(s.open("/s/spa/account").url) {
		require.Equal(t, "lab_csrf", c.Name)
	}
}
