package login_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/login"
	"github.com/anteroom/anteroom/session"
)

func TestRun_WhenTheSubmitWasClaimedBefore_NeverSubmits(t *testing.T) {
	t.Parallel()
	t.Run("still the form", func(t *testing.T) {
		t.Parallel()
		b := setup(t, plainSite())
		b.gate.taken = []string{"submit_credentials/password"}
		requireFailure(t, b.run(t), session.FailureCredential, "submit_outcome_unknown")
		require.Zero(t, b.page.did("click"))
	})
	t.Run("the other submit arrives", func(t *testing.T) {
		t.Parallel()
		s := plainSite()
		s.pages["login"].later, s.pages["login"].after = "home", 3*time.Second
		b := setup(t, s)
		b.gate.taken = []string{"submit_credentials/password"}
		require.NotNil(t, b.run(t).LoggedIn)
		require.Zero(t, b.page.did("click"))
	})
	t.Run("a page that is not understood", func(t *testing.T) {
		t.Parallel()
		s := plainSite()
		s.pages["strange"] = &sitePage{model: loading()}
		s.pages["login"].later, s.pages["login"].after = "strange", 3*time.Second
		b := setup(t, s)
		b.gate.taken = []string{"submit_credentials/password"}
		requireFailure(t, b.run(t), session.FailureCredential, "submit_outcome_unknown")
	})
}

func TestRun_WhenTheSubmitWasClaimedBefore_WaitsOnlyForTheRest(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		ago    time.Duration // 0: not known
		waited time.Duration
	}{
		"not known":        {0, 8 * time.Second},
		"just now":         {time.Second, 7 * time.Second},
		"a while ago":      {6 * time.Second, 2 * time.Second},
		"long ago":         {time.Hour, time.Second},
		"by a clock ahead": {-time.Minute, 8 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, plainSite())
			b.page.goTo("login")
			b.in.Resumed = true
			b.gate.taken = []string{"submit_credentials/password"}
			began := b.in.Clock.Now()
			if c.ago != 0 {
				b.in.ClaimedAt = began.Add(-c.ago)
			}
			requireFailure(t, b.run(t), session.FailureCredential, "submit_outcome_unknown")
			require.Zero(t, b.page.did("click"))
			require.InDelta(t, c.waited.Seconds(), b.in.Clock.Now().Sub(began).Seconds(), 0.9)
		})
	}
}

func TestRun_WhenAnEarlierExecutionDiedBeforeItSubmitted_SubmitsOnce(t *testing.T) {
	t.Parallel()
	filled := func(unsent bool) *bench {
		s := plainSite()
		for i := range s.pages["login"].model.Controls {
			c := &s.pages["login"].model.Controls[i]
			c.Filled = c.Kind == login.ControlField
			c.Unsent = c.Filled && unsent
		}
		b := setup(t, s)
		b.page.goTo("login")
		b.in.Resumed = true
		b.gate.taken = []string{"submit_credentials/password"}
		return b
	}
	b := filled(true)
	require.NotNil(t, b.run(t).LoggedIn)
	require.Equal(t, 1, b.page.did("click"))
	require.Contains(t, b.gate.taken, "submit_credentials/password:unsent1", "whoever comes next does not submit again")

	b = filled(true)
	b.gate.taken = append(b.gate.taken, "submit_credentials/password:unsent1")
	require.NotNil(t, b.run(t).LoggedIn, "two of them died before the act")

	for name, b := range map[string]*bench{"somebody clicked or pressed a key": filled(false), "too many died": filled(true)} {
		if name == "too many died" {
			for n := range 3 {
				b.gate.taken = append(b.gate.taken, fmt.Sprintf("submit_credentials/password:unsent%d", n+1))
			}
		}
		requireFailure(t, b.run(t), session.FailureCredential, "submit_outcome_unknown")
		require.Zero(t, b.page.did("click"), name)
	}
}

func TestRun_WhenNobodyTouchedThePage_WaitsOnlyForTheRest(t *testing.T) {
	t.Parallel()
	took := func(ago time.Duration) time.Duration {
		s := plainSite()
		s.pages["strange"] = &sitePage{model: loading()}
		b := setup(t, s)
		b.page.goTo("strange")
		began := b.in.Clock.Now()
		b.in.Resumed, b.in.UntouchedSince = true, began.Add(-ago)
		require.NotNil(t, b.run(t).LoggedIn, "it is opened anew in the end")
		return b.in.Clock.Now().Sub(began)
	}
	all := took(0)
	require.InDelta(t, 2, (all - took(2*time.Second)).Seconds(), 0.5)
	require.Greater(t, all-took(time.Hour), 3*time.Second)
	require.InDelta(t, 0, (all - took(-time.Hour)).Seconds(), 1, "a clock that is ahead")
}
