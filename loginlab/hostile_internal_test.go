package loginlab

import (
	"encoding/base64"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	dom "golang.org/x/net/html"
)

func TestHostile_ThereAreAtLeast20_AndNobodyIsToGetIn(t *testing.T) {
	t.Parallel()
	sites := append(basicHostileSites(), hostileSites()...)
	preventable, languages := 0, make(map[string]bool)
	for _, s := range sites {
		require.True(t, s.Hostile, s.Name)
		require.Equal(t, GroupHostile, s.Group, s.Name)
		require.Equal(t, ExpectBlocked, s.Expected[0], s.Name)
		require.False(t, s.TrustsOtherOrigin, s.Name)
		require.Empty(t, s.WrongPassword, s.Name)
		languages[s.Language] = true
		if !s.PassesOn {
			preventable++
		}
	}
	require.GreaterOrEqual(t, preventable, 20)
	require.Len(t, languages, len(Languages()))
}

// sendTo posts fields of a hostile site's page to an address.
func (w *walker) sendTo(address string, keys map[string]string) {
	w.t.Helper()
	values := url.Values{}
	for key, value := range keys {
		values.Set(w.variant().fieldName(key, ""), value)
	}
	w.request(http.MethodPost, address, values)
}

func TestHostile_WhatTheSecondOriginGets_IsALeak(t *testing.T) {
	t.Parallel()
	lab := newWalkedLab(t)
	for _, s := range hostileSites() {
		for _, origin := range []string{lab.base, lab.other} {
			lab.Reset()
			w := &walker{t: t, walkedLab: lab, site: s, client: http.DefaultClient}
			w.sendTo(origin+"/s/"+s.Name+"/take", map[string]string{keyUsername: "ada", keyPassword: lab.Password()})
			leaks := lab.kinds(KindLeak)
			require.Len(t, leaks, 1, s.Name)
			require.Equal(t, SecretPassword, leaks[0].Secret, s.Name)
			require.Equal(t, s.Name, leaks[0].Site)
			require.Equal(t, "ada", leaks[0].User, s.Name)
			require.Equal(t, "/s/"+s.Name+"/take", leaks[0].Path)
			require.Equal(t, 1, lab.Count(KindPasswordSubmit, s.Name, "ada"), s.Name)
			require.Zero(t, lab.Count(KindLogin, "", ""), s.Name)
		}
	}
}

func TestHostile_Keystrokes_AreRecordedWithoutTheirValue(t *testing.T) {
	t.Parallel()
	lab := newWalkedLab(t)
	for _, s := range hostileSites() {
		lab.Reset()
		v := &variant{Site: s, lab: lab.Lab}
		for _, contentType := range []string{"application/json", "text/plain"} {
			body := `{"` + v.fieldName(keyPassword, "") + `":"` + lab.Password() + `"}`
			r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, lab.other+"/s/"+s.Name+"/keystroke", strings.NewReader(body))
			require.NoError(t, err)
			r.Header.Set("Content-Type", contentType)
			response, err := http.DefaultClient.Do(r)
			require.NoError(t, err)
			require.NoError(t, response.Body.Close())
			require.Equal(t, http.StatusNoContent, response.StatusCode, s.Name)
		}
		require.Equal(t, 2, lab.Count(KindKeystroke, s.Name, ""), s.Name)
		require.Equal(t, 2, lab.Count(KindLeak, s.Name, ""), s.Name)
	}
}

func TestHostile_OnlyTheSitesOwnFirstPage_MayHaveThePassword(t *testing.T) {
	t.Parallel()
	lab := newWalkedLab(t)
	for _, s := range hostileSites() {
		lab.Reset()
		w := lab.follow(t, s)
		w.sendTo(lab.base+"/s/"+s.Name+"/step", map[string]string{keyUsername: "ada", keyPassword: lab.Password()})
		atLab := 0
		for _, e := range lab.kinds(KindLeak) {
			if e.Origin == OriginLab {
				atLab++
			}
		}
		require.Equal(t, s.PasswordFirst, atLab == 0, "%s: %+v", s.Name, lab.kinds(KindLeak))
		mayLogIn := s.Expected[len(s.Expected)-1] == ExpectLoggedIn
		require.Equal(t, mayLogIn, lab.Count(KindLogin, s.Name, "ada") == 1, s.Name)
	}
}

// follow is a visitor of a hostile site that does not follow redirects.
func (l *walkedLab) follow(t *testing.T, s Site) *walker {
	t.Helper()
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	return &walker{t: t, walkedLab: l, site: s, client: client}
}

// location is where an answer leads.
func (w *walker) location(method, path string, form url.Values) string {
	w.t.Helper()
	r := w.newRequest(method, w.base+"/s/"+w.site.Name+"/"+path, form)
	response, err := w.client.Do(r)
	require.NoError(w.t, err)
	body, err := io.ReadAll(response.Body)
	require.NoError(w.t, err)
	require.NoError(w.t, response.Body.Close())
	w.body = string(body)
	return response.Header.Get("Location")
}

func TestHostile_EachTrick_LeadsToWhereNothingMayBeTyped(t *testing.T) {
	t.Parallel()
	lab := newWalkedLab(t)
	for _, s := range hostileSites() {
		w := lab.follow(t, s)
		to := w.location(http.MethodGet, "login", nil)
		foreign := strings.ReplaceAll(lab.other, "http://", "")
		switch {
		case to != "":
			require.Contains(t, to, foreign[strings.LastIndex(foreign, ":"):], s.Name)
			require.False(t, strings.HasPrefix(to, lab.base+"/"), s.Name)
		case s.PasswordFirst || s.Topology == TopologyIdentifierFirst: // the first page is the site's own
			require.NotNil(t, w.parse().find(func(d *dom.Node) bool {
				return d.Data == "form" || hasAttribute(d, "data-formless") || d.Data == "iframe"
			}), s.Name)
		case s.Name == "hostile-nested-frame":
			w.location(http.MethodGet, "inner", nil)
			require.Contains(t, w.body, foreign, s.Name)
		case s.NeedsOtherOrigin:
			require.True(t, strings.Contains(w.body, foreign) || strings.Contains(w.decodedFrame(), foreign), "%s names %s", s.Name, foreign)
		default: // a host that looks like the right one
			require.NotEqual(t, "localhost", w.formOf(keyPassword).Hostname(), s.Name)
			require.NotEmpty(t, w.formOf(keyPassword).Host, s.Name)
		}
	}
}

// decodedFrame is what a frame with a data: URL holds.
func (w *walker) decodedFrame() string {
	d := w.parse().element("iframe")
	if d == nil {
		return ""
	}
	_, data, _ := strings.Cut(attributeOf(d, "src"), ";base64,")
	decoded, err := base64.StdEncoding.DecodeString(data)
	require.NoError(w.t, err)
	return string(decoded)
}

// formOf is where the form goes that has a field.
func (w *walker) formOf(key string) *url.URL {
	w.t.Helper()
	d := w.parse().input(w.variant().fieldName(key, ""))
	for d != nil && d.Data != "form" {
		d = d.Parent
	}
	require.NotNil(w.t, d, "%s: a form with the field %s", w.site.Name, key)
	action, err := url.Parse(attributeOf(d, "action"))
	require.NoError(w.t, err)
	return action
}

func TestHostile_AfterThePassword_TheNextPageIsElsewhere(t *testing.T) {
	t.Parallel()
	lab := newWalkedLab(t)
	for _, name := range []string{"hostile-expired-session", "hostile-code-elsewhere", "hostile-swap-on-input", "hostile-frame-swapped"} {
		s, ok := lab.site(name)
		require.True(t, ok, name)
		w := lab.follow(t, s)
		v := w.variant()
		form := url.Values{v.fieldName(keyUsername, ""): {"ada"}, v.fieldName(keyPassword, ""): {lab.Password()}}
		through := w.location(http.MethodPost, "step", form)
		require.True(t, strings.HasPrefix(through, "/s/"+name+"/go?"), through)
		to := w.location(http.MethodGet, strings.TrimPrefix(through, "/s/"+name+"/"), nil)
		require.True(t, strings.HasPrefix(to, lab.other+"/s/"+name+"/lure?"), to)
	}
	require.Zero(t, lab.Count(KindLeak, "", ""))
	require.Zero(t, lab.Count(KindLogin, "", ""))
}

func TestHostile_HTTPBasicElsewhere_TakesNothingAndRecordsIt(t *testing.T) {
	t.Parallel()
	lab := newWalkedLab(t)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, lab.other+"/s/hostile-basic-elsewhere/basic", http.NoBody)
	require.NoError(t, err)
	r.SetBasicAuth("ada", lab.Password())
	response, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	require.Equal(t, http.StatusUnauthorized, response.StatusCode)
	require.Equal(t, 1, lab.Count(KindLeak, "hostile-basic-elsewhere", ""))
}

func TestHostile_LookAlikeHosts_AreNoneOfTheSites(t *testing.T) {
	t.Parallel()
	lab := newWalkedLab(t)
	for name, host := range map[string]string{
		"host-as-prefix": "localhost.accounts.example", "host-as-suffix": "my-localhost", "host-as-user": "accounts.example",
	} {
		s, ok := lab.site("hostile-" + name)
		require.True(t, ok, name)
		w := lab.follow(t, s)
		w.location(http.MethodGet, "login", nil)
		require.Equal(t, host, w.formOf(keyPassword).Hostname(), name)
	}
}
