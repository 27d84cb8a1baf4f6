package labrun

import (
	"context"
	"sync"

	"github.com/anteroom/anteroom/login"
	"github.com/anteroom/anteroom/session"
)

// gate grants once per login what must happen at most once. Each login has an account of its own, so that what is spent per
// account is spent per gate.
type gate struct {
	mu      sync.Mutex
	taken   map[string]bool
	counter int64
}

func newGate() *gate { return &gate{taken: map[string]bool{}} }

// Claim grants a step and key once.
func (g *gate) Claim(_ context.Context, step login.ClaimStep, key string) (bool, error) {
	return g.take("claim/" + string(step) + "/" + key), nil
}

// Spend grants a kind and key once.
func (g *gate) Spend(_ context.Context, kind login.SpendKind, key string) (bool, error) {
	return g.take("spend/" + string(kind) + "/" + key), nil
}

// NextCounter counts up.
func (g *gate) NextCounter(_ context.Context, from int64) (int64, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	next := max(g.counter, from)
	g.counter = next + 1
	return next, nil
}

func (g *gate) take(name string) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.taken[name] {
		return false
	}
	g.taken[name] = true
	return true
}

// unheard drops what the engine reports for people.
type unheard struct{}

// Step does nothing.
func (unheard) Step(session.Step) {}
