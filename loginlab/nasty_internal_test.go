package loginlab

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	dom "golang.org/x/net/html"
)

func TestNasty_EverySite_HasTypedEnds(t *testing.T) {
	t.Parallel()
	names := make(map[string]bool)
	for _, s := range nastySites() {
		names[strings.TrimPrefix(s.Name, "nasty-")] = true
		require.Equal(t, GroupNasty, s.Group)
		require.False(t, s.Hostile, s.Name)
		require.NotEmpty(t, s.Expected, s.Name)
	}
	for _, name := range []string{"nodes", "redirect", "restless", "dialogs", "download", "close", "crash", "loop", "silence"} {
		require.True(t, names[name], name)
	}
}

func TestNasty_WhereALoginIsPossible_ItWorksWithoutAScript(t *testing.T) {
	t.Parallel()
	lab := newWalkedLab(t)
	for _, s := range nastySites() {
		if s.Expected[0] != ExpectLoggedIn {
			continue
		}
		w := lab.walk(t, s.Name, DefaultUser)
		w.logIn()
		require.Equal(t, 1, lab.Count(KindLogin, s.Name, DefaultUser), s.Name)
	}
	require.Zero(t, lab.Count(KindLeak, "", ""))
}

func TestNasty_TheBigPage_HasMoreThan20000Nodes(t *testing.T) {
	t.Parallel()
	w := newWalkedLab(t).walk(t, "nasty-nodes", DefaultUser)
	elements := 0
	for d := range w.parse().root.Descendants() {
		if d.Type == dom.ElementNode {
			elements++
		}
	}
	require.Greater(t, elements, 20_000)
}

func TestNasty_EachTrick_IsOnThePageWithTheForm(t *testing.T) {
	t.Parallel()
	lab := newWalkedLab(t)
	for _, n := range nastinesses() {
		if n.raw == nil {
			continue
		}
		w := lab.walk(t, nastySiteName(n.name), DefaultUser)
		require.Contains(t, w.body, string(n.raw()), n.name)
		require.Contains(t, w.body, "/nasty.js", n.name)
	}
	script := lab.walk(t, "nasty-loop", DefaultUser)
	script.request(http.MethodGet, "/s/nasty-loop/nasty.js", nil)
	for _, word := range []string{"again", "restless", "dialogs", "popups", "close", "loop", "crash"} {
		require.Contains(t, script.body, "has('"+word+"')")
	}
}

func TestNasty_TheRedirect_NeverEnds(t *testing.T) {
	t.Parallel()
	lab := newWalkedLab(t)
	s, _ := lab.site("nasty-redirect")
	w := lab.follow(t, s)
	path := "login"
	for range 40 {
		to := w.location(http.MethodGet, path, nil)
		require.True(t, strings.HasPrefix(to, "/s/nasty-redirect/login?n="), to)
		require.NotEqual(t, "/s/nasty-redirect/"+path, to)
		path = strings.TrimPrefix(to, "/s/nasty-redirect/")
	}
}

func TestNasty_WhatIsNeverAnswered_EndsWhenTheVisitorLeaves(t *testing.T) {
	t.Parallel()
	lab := newWalkedLab(t)
	for path, answered := range map[string]bool{"nasty-silence/login": false, "nasty-half/login": true, "nasty-restless/nothing": false} {
		ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, lab.base+"/s/"+path, http.NoBody)
		require.NoError(t, err)
		response, err := http.DefaultClient.Do(r)
		if answered {
			require.NoError(t, err, path)
			_, err = io.ReadAll(response.Body)
			require.NoError(t, response.Body.Close())
		}
		require.ErrorIs(t, err, context.DeadlineExceeded, path)
		cancel()
	}
}

func TestNasty_Downloads_AreNoPages(t *testing.T) {
	t.Parallel()
	lab := newWalkedLab(t)
	for method, path := range map[string]string{http.MethodGet: "nasty-download-at-once/login", http.MethodPost: "nasty-download/step"} {
		r, err := http.NewRequestWithContext(t.Context(), method, lab.base+"/s/"+path, http.NoBody)
		require.NoError(t, err)
		response, err := http.DefaultClient.Do(r)
		require.NoError(t, err)
		require.NoError(t, response.Body.Close())
		require.Contains(t, response.Header.Get("Content-Disposition"), "attachment", path)
	}
}
