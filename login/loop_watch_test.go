package login_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/login"
)

// watching runs a site to its question and returns what to watch.
func watching(t *testing.T, seen *login.Classification) *bench {
	t.Helper()
	b := setup(t, after(seen))
	out := b.run(t)
	require.NotNil(t, out.Question, "%+v", out.Failed)
	b.in.Progress = out.Progress
	b.in.Resumed = true
	b.page.entered = b.page.clock.Now()
	return b
}

func (b *bench) watch(ctx context.Context) (bool, error) {
	return login.WatchClassifiedBy(ctx, b.page, b.in, b.page.classify)
}

func TestWatch_WhenThePageGoesOn_ReturnsAtOnce(t *testing.T) {
	t.Parallel()
	for _, seen := range []*login.Classification{pushPage(), linkPage(), as(login.ClassCaptcha)} {
		b := watching(t, seen)
		b.page.current().later, b.page.current().after = "home", 90*time.Second
		began := b.page.clock.Now()
		changed, err := b.watch(t.Context())
		require.NoError(t, err)
		require.True(t, changed)
		require.Equal(t, 90*time.Second, b.page.clock.Now().Sub(began))
		require.NotNil(t, b.resumeWatched(t).LoggedIn)
	}
}

func (b *bench) resumeWatched(t *testing.T) login.Outcome {
	t.Helper()
	b.in.Answer = nil
	return b.run(t)
}

func TestWatch_WhenAnotherNumberIsShown_CountsAsChanged(t *testing.T) {
	t.Parallel()
	b := watching(t, pushPage())
	other := pushPage()
	other.DisplayCode, other.Signature = "77", "page"
	b.page.site.pages["other"] = page("home", other)
	b.page.current().later, b.page.current().after = "other", 20*time.Second
	changed, err := b.watch(t.Context())
	require.NoError(t, err)
	require.True(t, changed)
	out := b.resumeWatched(t)
	require.NotNil(t, out.Question, "%+v", out.Failed)
	require.Equal(t, "77", out.Question.DisplayCode)
}

func TestWatch_WhenThePageComplains_CountsAsChanged(t *testing.T) {
	t.Parallel()
	b := watching(t, pushPage())
	denied := pushPage()
	denied.Signature = "page"
	withError(login.ErrorRejected, "The request was denied")(denied)
	b.page.site.pages["denied"] = page("home", denied)
	b.page.current().later, b.page.current().after = "denied", 20*time.Second
	changed, err := b.watch(t.Context())
	require.NoError(t, err)
	require.True(t, changed)
	require.Equal(t, "The request was denied", b.resumeWatched(t).Question.SiteError)
}

func TestWatch_WhenThePageRenewsItself_GoesOnWatching(t *testing.T) {
	t.Parallel()
	b := watching(t, pushPage())
	same := pushPage()
	same.Signature = "page"
	b.page.site.pages["loading"] = &sitePage{model: at("/loading"), seen: as(login.ClassUnknown), later: "back", after: time.Second}
	b.page.site.pages["back"] = page("home", same)
	b.page.site.pages["back"].later, b.page.site.pages["back"].after = "home", time.Minute
	b.page.current().later, b.page.current().after = "loading", 20*time.Second
	began := b.page.clock.Now()
	changed, err := b.watch(t.Context())
	require.NoError(t, err)
	require.True(t, changed)
	require.Equal(t, 81*time.Second, b.page.clock.Now().Sub(began))
}

func TestWatch_WhenThePageStaysUnknown_CountsAsChanged(t *testing.T) {
	t.Parallel()
	b := watching(t, pushPage())
	b.page.site.pages["strange"] = &sitePage{model: at("/strange"), seen: as(login.ClassUnknown)}
	b.page.current().later, b.page.current().after = "strange", 20*time.Second
	changed, err := b.watch(t.Context())
	require.NoError(t, err)
	require.True(t, changed)
	require.Less(t, b.page.clock.Now().Sub(b.page.entered), 10*time.Second)
}

func TestWatch_WhenNothingHappens_LooksOnlyOnce(t *testing.T) {
	t.Parallel()
	b := watching(t, pushPage())
	b.page.trips = nil
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	changed, err := b.watch(ctx)
	require.NoError(t, err)
	require.False(t, changed)
	models := 0
	for _, trip := range b.page.trips {
		if trip == "model" {
			models++
		}
	}
	require.Equal(t, 1, models, "a parked page costs nothing")
}

func TestWatch_WhenCancelledOrLost_ReturnsThat(t *testing.T) {
	t.Parallel()
	b := watching(t, pushPage())
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := b.watch(ctx)
	require.ErrorIs(t, err, context.Canceled)

	b.page.modelErr = login.ErrPageLost
	_, err = b.watch(t.Context())
	require.ErrorIs(t, err, login.ErrPageLost)
}

func TestWatch_ActsUponNothing(t *testing.T) {
	t.Parallel()
	b := watching(t, pushPage())
	acts, granted := len(b.page.acts), len(b.gate.granted)
	b.page.current().later, b.page.current().after = "home", time.Minute
	changed, err := b.watch(t.Context())
	require.NoError(t, err)
	require.True(t, changed)
	require.Len(t, b.page.acts, acts)
	require.Len(t, b.gate.granted, granted)
}

func TestRun_WhenAFieldFollowsWhatLooksLikeASentLink_AsksForNoLink(t *testing.T) {
	t.Parallel()
	s := after(linkPage())
	for _, p := range s.pages {
		if p.seen != nil && p.seen.Link {
			p.later, p.after = "home", 1200*time.Millisecond
		}
	}
	out := setup(t, s).run(t)
	require.NotNil(t, out.LoggedIn, "%+v", out)
}
