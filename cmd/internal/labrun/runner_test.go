package labrun_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/cmd/internal/labrun"
	"github.com/anteroom/anteroom/loginlab"
	"github.com/anteroom/anteroom/session"
)

// fakeDriver logs in as its function says.
type fakeDriver func(ctx context.Context, c *labrun.Case, p *labrun.Person) (labrun.End, error)

func (f fakeDriver) Name() string { return "fake" }

func (f fakeDriver) Login(ctx context.Context, c *labrun.Case, p *labrun.Person) (labrun.End, error) {
	return f(ctx, c, p)
}

// fakeEvents is what a lab recorded, by site.
type fakeEvents struct {
	mu     sync.Mutex
	events map[string][]loginlab.Event
	err    error
}

func (f *fakeEvents) Events(_ context.Context, site string) ([]loginlab.Event, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]loginlab.Event(nil), f.events[site]...), f.err
}

func (f *fakeEvents) add(site string, e loginlab.Event) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.events[site] = append(f.events[site], e)
}

func newEvents() *fakeEvents { return &fakeEvents{events: map[string][]loginlab.Event{}} }

func options(d labrun.Driver, e labrun.EventSource) labrun.Options {
	return labrun.Options{
		Driver: d, Events: e, Mode: labrun.ModeRight, Deadline: time.Minute,
		Answers: func(c *labrun.Case, m labrun.Mode) *labrun.Person {
			return &labrun.Person{Case: c, Mode: m, Lab: &fakeAnswers{}}
		},
	}
}

func namedCases(n int) []*labrun.Case {
	var cases []*labrun.Case
	for i := range n {
		cases = append(cases, newCase(func(c *labrun.Case) { c.Name = fmt.Sprintf("site-%d", i) }))
	}
	return cases
}

func TestRun_GivesResultsInTheOrderOfTheCases_AndTellsEachOnce(t *testing.T) {
	t.Parallel()
	events := newEvents()
	driver := fakeDriver(func(_ context.Context, c *labrun.Case, _ *labrun.Person) (labrun.End, error) {
		events.add(c.Name, event(loginlab.KindLogin, loginlab.OutcomeOK, user))
		return labrun.End{LoggedIn: true, Timing: labrun.Timing{Login: time.Millisecond}}, nil
	})
	o := options(driver, events)
	told := map[string]int{}
	o.Progress = func(r labrun.Result) { told[r.Site]++ }
	results, err := labrun.Run(t.Context(), o, namedCases(20))
	require.NoError(t, err)
	require.Len(t, results, 20)
	for i, r := range results {
		require.Equal(t, fmt.Sprintf("site-%d", i), r.Site)
		require.Equal(t, labrun.VerdictRight, r.Verdict)
		require.Equal(t, 1, told[r.Site])
		require.Equal(t, "asked [], the manifest says [code]", r.Note)
	}
}

func TestRun_RunsSoManyAtOnce_AndNoMore(t *testing.T) {
	t.Parallel()
	var now, most atomic.Int32
	meet := make(chan struct{})
	driver := fakeDriver(func(ctx context.Context, _ *labrun.Case, _ *labrun.Person) (labrun.End, error) {
		defer now.Add(-1)
		if n := now.Add(1); n > most.Load() {
			most.Store(n)
		}
		select { // each waits for another one
		case meet <- struct{}{}:
		case <-meet:
		case <-ctx.Done():
			return labrun.End{}, ctx.Err()
		}
		return labrun.End{Failure: failure(session.FailureSite)}, nil
	})
	o := options(driver, newEvents())
	o.Concurrency = 2
	results, err := labrun.Run(t.Context(), o, namedCases(10))
	require.NoError(t, err)
	require.Len(t, results, 10)
	require.Equal(t, int32(2), most.Load())
}

func TestRun_JudgesOnlyWhatTheLabSawOfThisLogin(t *testing.T) {
	t.Parallel()
	events := newEvents()
	events.add("site-0", event(loginlab.KindLeak, loginlab.OutcomeCaptured, ""))
	events.add("site-0", event(loginlab.KindLogin, loginlab.OutcomeOK, user))
	driver := fakeDriver(func(context.Context, *labrun.Case, *labrun.Person) (labrun.End, error) {
		return labrun.End{LoggedIn: true}, nil
	})
	results, err := labrun.Run(t.Context(), options(driver, events), namedCases(1))
	require.NoError(t, err)
	require.Equal(t, labrun.VerdictFalseLogin, results[0].Verdict, "the events are of another login")
}

func TestRun_OfALoginThatDoesNotEnd_IsAHang(t *testing.T) {
	t.Parallel()
	driver := fakeDriver(func(ctx context.Context, _ *labrun.Case, _ *labrun.Person) (labrun.End, error) {
		<-ctx.Done()
		return labrun.End{}, ctx.Err()
	})
	o := options(driver, newEvents())
	o.Deadline = 20 * time.Millisecond
	results, err := labrun.Run(t.Context(), o, namedCases(2))
	require.NoError(t, err)
	for _, r := range results {
		require.Equal(t, labrun.VerdictHang, r.Verdict)
		require.GreaterOrEqual(t, r.Timings.Total, 20.0)
	}
}

func TestRun_OfADriverThatFails_GoesOn(t *testing.T) {
	t.Parallel()
	driver := fakeDriver(func(_ context.Context, c *labrun.Case, _ *labrun.Person) (labrun.End, error) {
		return labrun.End{}, errors.New("no browser for " + c.Name)
	})
	results, err := labrun.Run(t.Context(), options(driver, newEvents()), namedCases(3))
	require.NoError(t, err)
	require.Len(t, results, 3)
	require.Equal(t, labrun.VerdictFault, results[2].Verdict)
	require.Equal(t, "no browser for site-2", results[2].Why)
}

func TestRun_WhenTheLabCannotBeReached_Stops(t *testing.T) {
	t.Parallel()
	tried := 0
	driver := fakeDriver(func(context.Context, *labrun.Case, *labrun.Person) (labrun.End, error) {
		tried++
		return labrun.End{}, fmt.Errorf("%w: private", labrun.ErrRefused)
	})
	o := options(driver, newEvents())
	o.Concurrency = 1
	results, err := labrun.Run(t.Context(), o, namedCases(5))
	require.ErrorIs(t, err, labrun.ErrRefused)
	require.Empty(t, results)
	require.Equal(t, 1, tried)

	gone := errors.New("connection refused")
	_, err = labrun.Run(t.Context(), options(driver, &fakeEvents{err: gone}), namedCases(1))
	require.ErrorIs(t, err, gone)
}

func TestRun_WhenInterrupted_KeepsWhatItHas(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	driver := fakeDriver(func(_ context.Context, c *labrun.Case, _ *labrun.Person) (labrun.End, error) {
		if c.Name == "site-1" {
			cancel()
		}
		return labrun.End{Failure: failure(session.FailureSite)}, nil
	})
	o := options(driver, newEvents())
	o.Concurrency = 1
	results, err := labrun.Run(ctx, o, namedCases(5))
	require.ErrorIs(t, err, context.Canceled)
	require.Len(t, results, 1)
}
