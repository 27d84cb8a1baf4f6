package login_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/anteroom/anteroom/login"
	"github.com/anteroom/anteroom/session"
)

// fakeClock goes on when somebody sleeps.
type fakeClock struct {
	mu    sync.Mutex
	now   time.Time
	slept time.Duration
	// onSleep is called after every Sleep.
	onSleep func()
}

func (c *fakeClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *fakeClock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

func (c *fakeClock) Sleep(ctx context.Context, d time.Duration) error {
	c.advance(d)
	c.slept += d
	if c.onSleep != nil {
		c.onSleep()
	}
	return ctx.Err()
}

// fakeGate grants each claim once.
type fakeGate struct {
	granted []string
	// taken are claims that somebody else holds.
	taken []string
	err   error
	// spent is what Spend granted, counter what NextCounter returned last.
	spent   []string
	counter int64
}

func (g *fakeGate) Claim(_ context.Context, step login.ClaimStep, key string) (bool, error) {
	c := string(step) + "/" + key
	if g.err != nil {
		return false, g.err
	}
	if slices.Contains(g.taken, c) {
		return false, nil
	}
	g.taken = append(g.taken, c)
	g.granted = append(g.granted, c)
	return true, nil
}

// count counts the claims of a step that were granted.
func (g *fakeGate) count(step login.ClaimStep) int {
	n := 0
	for _, c := range g.granted {
		if strings.HasPrefix(c, string(step)+"/") {
			n++
		}
	}
	return n
}

func (g *fakeGate) Spend(_ context.Context, kind login.SpendKind, key string) (bool, error) {
	c := string(kind) + "/" + key
	if slices.Contains(g.spent, c) {
		return false, g.err
	}
	g.spent = append(g.spent, c)
	return true, g.err
}

func (g *fakeGate) NextCounter(_ context.Context, from int64) (int64, error) {
	g.counter = max(g.counter+1, from)
	return g.counter, g.err
}

// steps collects what the engine reports.
type steps struct{ seen []session.Step }

func (s *steps) Step(step session.Step) { s.seen = append(s.seen, step) }
