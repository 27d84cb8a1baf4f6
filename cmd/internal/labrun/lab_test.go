package labrun_test

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/cmd/internal/labrun"
	"github.com/anteroom/anteroom/loginlab"
)

// serveLab serves a real lab and returns a client of it.
func serveLab(t *testing.T) (*labrun.Lab, *labrun.Served) {
	t.Helper()
	served, err := labrun.Serve(t.Context(), labrun.ServeOptions{})
	require.NoError(t, err)
	c := &http.Client{Transport: &http.Transport{}, Timeout: 10 * time.Second}
	t.Cleanup(func() {
		c.CloseIdleConnections()
		require.NoError(t, served.Close(context.Background()))
	})
	lab, err := labrun.NewLab(served.URL+"/", c)
	require.NoError(t, err)
	return lab, served
}

func TestServe_ServesTheCorpus_UnderTwoHostNames(t *testing.T) {
	t.Parallel()
	lab, served := serveLab(t)
	require.Equal(t, "localhost", hostname(t, served.URL))
	require.Equal(t, "127.0.0.1", hostname(t, served.OtherURL))
	m, err := lab.Manifest(t.Context())
	require.NoError(t, err)
	require.Equal(t, served.OtherURL, m.OtherOrigin)
	require.Len(t, m.Sites, len(served.Lab.Sites()))
}

func hostname(t *testing.T, raw string) string {
	t.Helper()
	u, err := url.Parse(raw)
	require.NoError(t, err)
	return u.Hostname()
}

func TestServe_WhereItCannotListen_SaysSo(t *testing.T) {
	t.Parallel()
	_, served := serveLab(t)
	u, err := url.Parse(served.OtherURL)
	require.NoError(t, err)
	_, err = labrun.Serve(t.Context(), labrun.ServeOptions{OtherAddress: u.Host})
	require.ErrorContains(t, err, "listen for the lab")
}

func TestLab_Cases_HaveUserNamesOfTheirOwn(t *testing.T) {
	t.Parallel()
	lab, served := serveLab(t)
	m, err := lab.Manifest(t.Context())
	require.NoError(t, err)
	sites, err := labrun.Filter{Sites: "*", HostName: true, Part: loginlab.PartTuning}.Select(m.Sites)
	require.NoError(t, err)
	require.NotEmpty(t, sites)
	cases, err := lab.Cases(t.Context(), sites, "run-")
	require.NoError(t, err)
	require.Len(t, cases, len(sites))
	users := map[string]bool{}
	for _, c := range cases {
		require.False(t, users[c.Account.Username])
		users[c.Account.Username] = true
		require.Equal(t, served.Lab.Password(), c.Account.Password)
		require.Equal(t, served.URL+c.LoginURL, c.Project.LoginURL)
		require.NoError(t, c.Project.Validate(), c.Name)
		require.LessOrEqual(t, len(c.Account.Username), 64, "WebAuthn's limit of user handles")
	}
}

func TestLab_TellsWhatHappened(t *testing.T) {
	t.Parallel()
	lab, served := serveLab(t)
	_, ok, err := lab.Message(t.Context(), "code", user)
	require.NoError(t, err)
	require.False(t, ok)
	logInWithCode(t, served)
	m, ok, err := lab.Message(t.Context(), "code", user)
	require.NoError(t, err)
	require.True(t, ok)
	require.NotEmpty(t, m.Code)
	events, err := lab.Events(t.Context(), "code")
	require.NoError(t, err)
	require.NotEmpty(t, events)
	for _, e := range events {
		require.Equal(t, "code", e.Site)
	}
	require.ErrorContains(t, lab.Approve(t.Context(), "code", user, ""), "404")
	_, err = lab.Account(t.Context(), "no-such-site", user)
	require.ErrorContains(t, err, "no such site")
}

// logInWithCode submits the first form of the site "code", so that a code is sent.
func logInWithCode(t *testing.T, s *labrun.Served) {
	t.Helper()
	page := s.URL + "/s/code/login"
	jar := &cookies{}
	c := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Jar: jar, Timeout: 10 * time.Second}
	resp, err := c.Get(page)
	require.NoError(t, err)
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	form := url.Values{"username": {user}, "password": {s.Lab.Password()}}
	if _, after, found := strings.Cut(string(body), `name="csrf"`); found {
		_, value, _ := strings.Cut(after, `value="`)
		value, _, _ = strings.Cut(value, `"`)
		form.Set("csrf", value)
	}
	resp, err = c.PostForm(page, form)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
}

// cookies keeps every cookie and sends it everywhere.
type cookies struct{ all []*http.Cookie }

func (c *cookies) SetCookies(_ *url.URL, more []*http.Cookie) { c.all = append(c.all, more...) }
func (c *cookies) Cookies(*url.URL) []*http.Cookie            { return c.all }

func TestNewLab_OfNoAddress_SaysWhatOneLooksLike(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{"", "localhost:8082", "http://localhost/s/code", "ftp://localhost", "http://[::1"} {
		_, err := labrun.NewLab(bad, http.DefaultClient)
		require.ErrorContains(t, err, "http://localhost:8082", bad)
	}
	lab, err := labrun.NewLab("http://127.0.0.1:1", &http.Client{Transport: &http.Transport{DisableKeepAlives: true}})
	require.NoError(t, err)
	_, err = lab.Manifest(t.Context())
	require.ErrorContains(t, err, "ask the lab")
}
