package activities_test

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/browser"
	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/workflows"
)

func (f *fixture) prove(page workflows.PageRef) (workflows.ProveOutput, error) {
	f.t.Helper()
	var out workflows.ProveOutput
	err := f.run("prove", f.pages.Prove, &workflows.ProveInput{
		Page: page, Seq: 1, RunID: runID, Landing: "https://portal.example/home",
		Verdict: &session.Verdict{LoggedIn: true, Evidence: []session.Evidence{{Rule: "seen_by_the_engine", Weight: 1}}},
	}, &out)
	return out, err
}

// requireAllClosed requires that nothing is left once the page is given back.
func (f *fixture) requireAllClosed(page workflows.PageRef) {
	f.t.Helper()
	require.NoError(f.t, f.run("close", f.pages.ClosePage, &workflows.ClosePageInput{Page: page}, nil))
	require.Zero(f.t, f.browser.open())
}

func TestProve_WhenThePageIsGivenBackMeanwhile_LeavesNothing(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	page := f.captured(f.running("op_1"))
	f.browser.navigate = func() error {
		return f.pages.ClosePage(t.Context(), &workflows.ClosePageInput{Page: page})
	}
	_, _ = f.prove(page)
	require.Zero(t, f.browser.open())
}

func TestProve_ComparesTheRestoredStateWithAnAnonymousVisitor(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		restored, anonymous view
		proven              bool
	}{
		"discriminates":              {viewApp, viewLogin, true},
		"restored is not logged in":  {viewLogin, viewLogin, false},
		"everybody sees the content": {viewApp, viewApp, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			page := f.captured(f.withProxy("op_1"))
			f.browser.restored, f.browser.shows = c.restored, c.anonymous
			out, err := f.prove(page)
			require.NoError(t, err)
			require.Equal(t, c.proven, out.Verdict.Proven)
			require.Equal(t, c.proven, out.Failure == nil)
			require.Equal(t, "s3cret-cookie", f.browser.states[0].Cookies[0].Value)
			f.requireAllClosed(page)
			for _, o := range f.browser.options {
				require.Equal(t, upstreamURL, o.ProxyURL, "the proof goes through the caller's proxy, too")
			}
		})
	}
}

func TestProve_WhenTheBrowserFails_LeavesNoPageOpen(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	page := f.captured(f.running("op_1"))
	var made atomic.Int64
	f.browser.onNew = func() error {
		if made.Add(1) == 2 { // whichever context comes second
			return browser.ErrBrowserLost
		}
		return nil
	}
	_, err := f.prove(page)
	require.ErrorContains(t, err, "the browser is lost")
	f.requireAllClosed(page)
}

func TestProve_WithoutACapture_Fails(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	_, err := f.prove(f.opened(f.running("op_1")))
	requireRetryable(t, err)
	require.ErrorContains(t, err, "no capture")
	require.Len(t, f.browser.made, 1)
}

func TestProve_KeepsTheEvidenceOfEngineAndProof_AndShowsTheStep(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ref := f.running("op_1")
	out, err := f.prove(f.captured(ref))
	require.NoError(t, err)
	require.Equal(t, "seen_by_the_engine", out.Verdict.Evidence[0].Rule)
	require.Greater(t, len(out.Verdict.Evidence), 2)
	require.Equal(t, session.StepVerifying, f.operation(ref).Step)
}

func TestProve_LooksAtBothContextsSideBySide(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	page := f.captured(f.running("op_1"))
	var both sync.WaitGroup
	both.Add(2)
	f.browser.navigate = func() error { // neither returns before the other has begun
		both.Done()
		both.Wait()
		return nil
	}
	out, err := f.prove(page)
	require.NoError(t, err)
	require.True(t, out.Verdict.Proven)
}

func TestProve_WhenOneContextFails_EndsTheOther(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	page := f.captured(f.running("op_1"))
	var once sync.Once
	f.browser.navigate = func() error {
		var err error
		once.Do(func() { err = errors.New("the connection broke") })
		return err
	}
	_, err := f.prove(page)
	require.ErrorContains(t, err, "the connection broke")
	f.requireAllClosed(page)
}

func TestProve_LoadsMediaWhereTheProjectDoes(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.putProject(session.Project{Workspace: workspace, Name: project, LoginURL: loginURL, LoggedIn: mark, LoadMedia: true})
	_, err := f.prove(f.captured(f.running("op_1")))
	require.NoError(t, err)
	for _, o := range f.browser.options {
		require.True(t, o.LoadMedia)
	}
}

func TestProve_OfTheNextLogin_LooksAsAStrangerOnlyAfterSomeTime(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.browsers.pages = 3
	first, second, third := f.captured(f.running("op_1")), f.captured(f.running("op_2")), f.captured(f.running("op_3"))
	pages := func(page workflows.PageRef) int {
		before := len(f.browser.made)
		out, err := f.prove(page)
		require.NoError(t, err)
		require.True(t, out.Verdict.Proven)
		return len(f.browser.made) - before
	}
	require.Equal(t, 2, pages(first))
	f.clock.advance(time.Minute)
	require.Equal(t, 1, pages(second), "the session itself is always restored and looked at")
	f.clock.advance(10 * time.Minute)
	require.Equal(t, 2, pages(third))
}

func TestProve_WithWhatAStrangerSawBefore_SaysHowOldThatIs(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	first, second := f.captured(f.running("op_1")), f.captured(f.running("op_2"))
	_, err := f.prove(first)
	require.NoError(t, err)
	f.clock.advance(time.Minute)
	out, err := f.prove(second)
	require.NoError(t, err)
	require.Contains(t, out.Verdict.Evidence[len(out.Verdict.Evidence)-1].Where, "1m0s before")
}

func TestProve_WhenTheProjectChanged_ForgetsWhatAStrangerSaw(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	first, second := f.captured(f.running("op_1")), f.captured(f.running("op_2"))
	_, err := f.prove(first)
	require.NoError(t, err)
	p, err := f.db.GetProject(t.Context(), workspace, project)
	require.NoError(t, err)
	p.LoggedIn = "text=Account"
	_, _, err = f.db.PutProject(t.Context(), p, f.clock.now())
	require.NoError(t, err)
	made := len(f.browser.made)
	_, err = f.prove(second)
	require.NoError(t, err)
	require.Equal(t, 2, len(f.browser.made)-made)
}

func TestProve_OfASessionThatIsNotLoggedIn_IsRefusedWhateverAStrangerSawBefore(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	first, second := f.captured(f.running("op_1")), f.captured(f.running("op_2"))
	_, err := f.prove(first)
	require.NoError(t, err)
	f.browser.restored = viewLogin
	out, err := f.prove(second)
	require.NoError(t, err)
	require.False(t, out.Verdict.Proven)
	require.NotNil(t, out.Failure)
}
