package login_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/login"
	"github.com/anteroom/anteroom/session"
)

// After a login every page that is none of the application's must be told from it, though it names the visitor.
func TestClassify_OnPagesBeforeTheApplication_IsNeverLoggedIn(t *testing.T) {
	t.Parallel()
	for name, f := range readFixtures(t) {
		if f.Want.Class == login.ClassLoggedIn || strings.HasSuffix(name, "_before_any_submit") {
			continue
		}
		for _, past := range []login.History{
			{PasswordSubmitted: true, IdentifierShown: true, LoginPath: "/elsewhere"},
			{CodeSubmitted: true, LoginPath: f.History.LoginPath},
			{Resumed: true, IdentifierShown: true},
		} {
			c := login.Classify(&f.Model, past)
			require.NotEqual(t, login.ClassLoggedIn, c.Class, "%s: %v", name, c.Evidence)
		}
	}
}

func TestClassify_OnPagesOfTheApplication_NeedsASubmit(t *testing.T) {
	t.Parallel()
	count := 0
	for name, f := range readFixtures(t) {
		if f.Want.Class != login.ClassLoggedIn {
			continue
		}
		count++
		c := login.Classify(&f.Model, login.History{LoginPath: f.History.LoginPath, IdentifierShown: true})
		require.NotEqual(t, login.ClassLoggedIn, c.Class, name)
		for _, past := range []login.History{{Resumed: true}, {CodeSubmitted: true}} {
			past.LoginPath, past.IdentifierShown = f.History.LoginPath, f.History.IdentifierShown
			require.Equal(t, login.ClassLoggedIn, login.Classify(&f.Model, past).Class, name)
		}
	}
	require.GreaterOrEqual(t, count, 8)
}

// A message box lies over the login form that came again: nothing but the password is unclear, and no proof needs to decide.
func TestClassify_OfACoveredLoginForm_IsNoSignOfAnApplication(t *testing.T) {
	t.Parallel()
	f := readFixtures(t)["message_over_covered_login"]
	c := login.Classify(&f.Model, f.History)
	vetoed := slices.ContainsFunc(c.Evidence, func(e session.Evidence) bool { return e.Rule == "covers_password" })
	require.True(t, vetoed, "%v", c.Evidence)
}
