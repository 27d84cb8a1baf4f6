package loginlab_test

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/loginlab"
)

func TestManifest_ListsEverySiteWithItsRightEnd(t *testing.T) {
	t.Parallel()
	b := setup(t)
	var listed struct {
		Sites       []loginlab.Site `json:"sites"`
		OtherOrigin string          `json:"otherOrigin"`
	}
	require.NoError(t, json.Unmarshal([]byte(b.visitor().open("/lab/manifest").body), &listed))
	require.Equal(t, b.other, listed.OtherOrigin)
	require.Equal(t, b.lab.Sites(), listed.Sites)
	var names []string
	for _, s := range listed.Sites {
		names = append(names, s.Name)
		require.NotEmpty(t, s.Expected, s.Name)
		require.NotEmpty(t, s.Title, s.Name)
		require.NotEmpty(t, s.Description, s.Name)
	}
	require.ElementsMatch(t, []string{
		"password", "identifier", "code", "code-in-form", "totp", "spa", "slow", "logout-less", "locked",
		"unsupported", "error-500", "hostile-redirect", "hostile-frame", "downgrade",
	}, names)
}

func TestManifest_LoginURLs_AreServed(t *testing.T) {
	t.Parallel()
	b := setup(t, func(o *loginlab.Options) { o.SlowDelay = 1 })
	for _, s := range b.lab.Sites() {
		want := http.StatusOK
		if s.Expected[0] == loginlab.ExpectSite {
			want = http.StatusInternalServerError
		}
		login := b.visitor().open(s.LoginURL)
		require.Equal(t, want, login.status, s.Name)
		require.Contains(t, login.body, `<html lang="en">`)
	}
}

func TestManifest_WithoutOtherOrigin_LeavesOutWhatNeedsIt(t *testing.T) {
	t.Parallel()
	b := setup(t, func(o *loginlab.Options) { o.OtherOrigin = "" })
	require.Len(t, b.lab.Sites(), 11)
	for _, s := range b.lab.Sites() {
		require.False(t, s.NeedsOtherOrigin, s.Name)
	}
	require.Equal(t, http.StatusNotFound, b.visitor().open("/s/hostile-frame/login").status)
}

func TestPages_DoNotSayWhatTheSiteIsFor(t *testing.T) {
	t.Parallel()
	b := setup(t, func(o *loginlab.Options) { o.SlowDelay = 1 })
	for _, s := range b.lab.Sites() {
		require.Contains(t, b.visitor().open(s.LoginURL).body, "· Fernwood</title>")
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
