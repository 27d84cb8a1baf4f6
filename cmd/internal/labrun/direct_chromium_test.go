//go:build browser

package labrun_test

import (
	"context"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/browser"
	"github.com/anteroom/anteroom/cmd/internal/labrun"
	"github.com/anteroom/anteroom/cmd/internal/recording"
	"github.com/anteroom/anteroom/loginlab"
	"github.com/anteroom/anteroom/session"
)

func newDirect(t *testing.T) *labrun.Direct {
	t.Helper()
	d, err := labrun.NewDirect(t.Context(), labrun.DirectOptions{Browser: browser.Options{}, Logger: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, d.Close(context.Background())) })
	return d
}

// casesOf returns the cases of named sites.
func casesOf(t *testing.T, lab *labrun.Lab, names ...string) []*labrun.Case {
	t.Helper()
	m, err := lab.Manifest(t.Context())
	require.NoError(t, err)
	var sites []loginlab.ManifestSite
	for _, name := range names {
		found, err := labrun.Filter{Sites: name, HostName: true}.Select(m.Sites)
		require.NoError(t, err)
		require.Len(t, found, 1, name)
		sites = append(sites, found...)
	}
	cases, err := lab.Cases(t.Context(), sites, "test-")
	require.NoError(t, err)
	return cases
}

func TestDirect_LogsInToTheLab_AndLeavesHostileSitesAlone(t *testing.T) {
	t.Parallel()
	lab, _ := serveLab(t)
	for mode, names := range map[labrun.Mode][]string{
		labrun.ModeRight:         {"password", "code", "totp", "locked", "hostile-frame", "hostile-redirect"},
		labrun.ModeWrongPassword: {"password"},
		labrun.ModeWrongCode:     {"code"},
	} {
		results, err := labrun.Run(t.Context(), labrun.Options{
			Driver: newDirect(t), Events: lab, Mode: mode,
			Answers: func(c *labrun.Case, m labrun.Mode) *labrun.Person { return &labrun.Person{Lab: lab, Case: c, Mode: m} },
		}, casesOf(t, lab, names...))
		require.NoError(t, err)
		require.Len(t, results, len(names))
		for _, r := range results {
			require.Equal(t, labrun.VerdictRight, r.Verdict, r.Line())
		}
	}
}

func TestDirect_WhoseBrowserIsGone_StartsAnother(t *testing.T) {
	t.Parallel()
	lab, _ := serveLab(t)
	d := newDirect(t)
	c := casesOf(t, lab, "password")[0]
	page, err := d.Open(t.Context(), &c.Project, nil)
	require.NoError(t, err)
	require.NoError(t, d.StopBrowser(t.Context()))
	<-page.Lost()
	_ = page.Close(t.Context())
	end, err := d.Login(t.Context(), c, &labrun.Person{Lab: lab, Case: c, Mode: labrun.ModeRight})
	require.NoError(t, err)
	require.True(t, end.LoggedIn)
	require.Positive(t, end.Timing.Proof)
}

func TestRecording_OfARealLogin_IsARecipe(t *testing.T) {
	t.Parallel()
	lab, _ := serveLab(t)
	c := casesOf(t, lab, "code")[0]
	parameters, err := c.Parameters(labrun.ModeRight)
	require.NoError(t, err)
	page, err := newDirect(t).Open(t.Context(), &c.Project, parameters)
	require.NoError(t, err)
	defer func() { _ = page.Close(context.Background()) }()
	noted := recording.New(page, func(name string) session.Secret { return parameters[name] })
	person := &labrun.Person{Lab: lab, Case: c, Mode: labrun.ModeRight}
	l := &labrun.DirectLogin{Page: noted, Project: c.Project, Parameters: parameters, Reply: person.Reply}
	require.NoError(t, l.Run(t.Context()))
	require.True(t, l.End.LoggedIn)
	recipe := noted.Recording().Recipe
	require.NoError(t, recipe.Validate())
	require.Len(t, recipe.Fields, 3)

	// The recipe logs in as well.
	c = casesOf(t, lab, "code")[0]
	c.Project.Recipe = &recipe
	end, err := newDirect(t).Login(t.Context(), c, &labrun.Person{Lab: lab, Case: c, Mode: labrun.ModeRight})
	require.NoError(t, err)
	require.True(t, end.LoggedIn, "%+v", end)
}
