package loginlab_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/loginlab"
)

func (b *testBundle) manifest() loginlab.Manifest {
	b.t.Helper()
	var m loginlab.Manifest
	require.NoError(b.t, json.Unmarshal([]byte(b.visitor().open("/lab/manifest").body), &m))
	return m
}

func TestManifest_ListsEverySiteWithItsRightEnd(t *testing.T) {
	t.Parallel()
	b := setup(t)
	m := b.manifest()
	require.Equal(t, b.other, m.OtherOrigin)
	sites := b.lab.Sites()
	require.Len(t, m.Sites, len(sites))
	names := make(map[string]bool)
	for i, s := range m.Sites {
		require.Equal(t, sites[i], s.Site)
		require.False(t, names[s.Name], "%s is there twice", s.Name)
		names[s.Name] = true
		require.Regexp(t, `^[a-z0-9]+(-[a-z0-9]+)*$`, s.Name)
		require.NotEmpty(t, s.Expected, s.Name)
		require.NotEmpty(t, s.Title, s.Name)
		require.NotEmpty(t, s.Description, s.Name)
		require.Contains(t, loginlab.Languages(), s.Language, s.Name)
		require.Contains(t, []loginlab.Part{loginlab.PartTuning, loginlab.PartHeldOut}, s.Part, s.Name)
	}
	for _, name := range []string{
		"password", "identifier", "code", "code-in-form", "totp", "spa", "slow", "logout-less", "locked",
		"unsupported", "error-500", "hostile-redirect", "hostile-frame", "downgrade",
	} {
		require.True(t, names[name], "the site %s has its old name", name)
	}
}

func TestManifest_NamesTheHostsThatMaySeeSecrets(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for _, s := range b.manifest().Sites {
		if s.TrustsOtherOrigin {
			require.Equal(t, []string{strings.TrimPrefix(b.other, "http://")}, s.AllowedHosts, s.Name)
			require.False(t, s.Hostile, s.Name)
			continue
		}
		require.Empty(t, s.AllowedHosts, s.Name)
	}
}

func TestManifest_GivesEachFactorItsSecret(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for _, s := range b.manifest().Sites {
		require.Equal(t, loginlab.DefaultUser, s.Account.Username, s.Name)
		require.Equal(t, b.lab.Password(), s.Account.Password, s.Name)
		require.Equal(t, s.Topology == loginlab.TopologyTenantFirst, s.Account.Organisation != "", s.Name)
		require.Equal(t, s.Factor == loginlab.FactorBackupCode, len(s.Account.BackupCodes) == 8, s.Name)
		require.Equal(t, s.Factor == loginlab.FactorPasskey, s.Account.Passkey != nil, s.Name)
		require.Equal(t, s.Factor == loginlab.FactorSecurityQuestion, s.Account.SecurityAnswer != "", s.Name)
		generated := strings.HasPrefix(string(s.Factor), "totp") || s.Factor == loginlab.FactorHOTP
		require.Equal(t, generated, strings.HasPrefix(s.Account.TOTPSecret, "otpauth://"), s.Name)
	}
}

// quick sites answer their login URL at once.
func quick(s *loginlab.Site) bool {
	return s.Name != "slow" && s.Name != "nasty-silence" && s.Name != "nasty-half" && s.Name != "nasty-redirect"
}

// loginStatus is what the login URL of a site is answered with.
func loginStatus(s *loginlab.Site) int {
	switch {
	case s.Has(loginlab.NuisanceMaintenance):
		return http.StatusServiceUnavailable
	case s.Topology == loginlab.TopologyHTTPBasic:
		return http.StatusUnauthorized
	case s.Has(loginlab.NuisanceServerError):
		return http.StatusInternalServerError
	}
	return http.StatusOK
}

func TestManifest_LoginURLs_AreServedInTheSitesLanguage(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for _, s := range b.lab.Sites() {
		if !quick(&s) {
			continue
		}
		login := b.visitor().open(s.LoginURL)
		require.Equal(t, loginStatus(&s), login.status, s.Name)
		if login.status != http.StatusUnauthorized && s.Name != "nasty-download-at-once" {
			require.Contains(t, login.body, `<html lang="`+s.Language+`"`, s.Name)
			rightToLeft := s.Language == "ar" || s.Language == "he"
			require.Equal(t, rightToLeft, strings.Contains(login.body, `dir="rtl"`), s.Name)
		}
	}
}

func TestManifest_AccountURLs_ShowNothingToAStranger(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for _, s := range b.lab.Sites() {
		if quick(&s) && s.Skin != "" {
			v := b.visitor()
			v.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
			status := v.open(s.AccountURL).status
			require.Contains(t, []int{http.StatusFound, http.StatusUnauthorized}, status, s.Name)
		}
	}
}

func TestManifest_WithoutOtherOrigin_LeavesOutWhatNeedsIt(t *testing.T) {
	t.Parallel()
	b := setup(t, func(o *loginlab.Options) { o.OtherOrigin = "" })
	require.NotEmpty(t, b.lab.Sites())
	for _, s := range b.lab.Sites() {
		require.False(t, s.NeedsOtherOrigin, s.Name)
	}
	require.Equal(t, http.StatusNotFound, b.visitor().open("/s/hostile-frame/login").status)
	require.Equal(t, http.StatusNotFound, b.visitor().open("/s/hostile-popup/login").status)
}

func TestPages_DoNotSayWhatTheSiteIsFor(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for _, s := range b.lab.Sites() {
		if !quick(&s) {
			continue
		}
		login := b.visitor().open(s.LoginURL)
		require.NotContains(t, login.body, s.Description, s.Name)
		if s.Skin == "" {
			require.Contains(t, login.body, "· Fernwood</title>")
		}
	}
}

func TestIndex_LinksEverySite(t *testing.T) {
	t.Parallel()
	b := setup(t)
	index := b.visitor().open("/")
	require.Equal(t, http.StatusOK, index.status)
	for _, s := range b.lab.Sites() {
		require.Contains(t, index.body, `<a href="`+s.LoginURL+`">`)
	}
}
