//go:build e2e

package e2e

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"time"
)

// kill is one kill -9 of a chaos.
type kill struct {
	n    int
	name string
	// browser is true when the pages of the browser went with it.
	browser bool
	at      time.Time
	// down is how long the process was left away, back how long after the kill it could be used again.
	down, back time.Duration
	err        error
}

// backTimeout is how long a process may take to be back that was killed, and that perhaps needs others that were killed, too.
const backTimeout = 3 * time.Minute

// victim is something that a chaos kills and has started again.
type victim struct {
	name   string
	weight int
	// browser is true when the pages of the browser go with it.
	browser bool
	// alone is true when nothing else is killed before it is back.
	alone bool
	// strike kills it and returns at once; back starts it again, unless something else does, and returns when it can be used.
	strike func(ctx context.Context) error
	back   func(ctx context.Context) error

	busy bool // guarded by killer.mu
}

// killer executes a plan of kills.
type killer struct {
	plan    *blowPlan
	out     io.Writer
	stopped chan struct{}
	struck  sync.WaitGroup

	mu      sync.Mutex // guards what follows, and victim.busy
	kills   []*kill
	skipped int
}

// startKiller begins to kill; the caller must call stop.
func startKiller(plan *blowPlan, out io.Writer) *killer {
	k := &killer{plan: plan, out: out, stopped: make(chan struct{})}
	k.struck.Go(k.run)
	return k
}

// stop ends the killing and waits until everything is back.
func (k *killer) stop() {
	close(k.stopped)
	k.struck.Wait()
}

func (k *killer) run() {
	for {
		b := k.plan.next()
		if !k.sleep(b.calm) {
			return
		}
		v := k.plan.victims[b.victim]
		if !k.take(v) {
			continue // it is not back yet; the plan goes on with the next
		}
		if v.alone {
			k.kill(v, b.down)
			continue
		}
		k.struck.Go(func() { k.kill(v, b.down) })
	}
}

func (k *killer) sleep(d time.Duration) bool {
	select {
	case <-time.After(d):
		return true
	case <-k.stopped:
		return false
	}
}

func (k *killer) take(v *victim) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	if v.busy {
		k.skipped++
		return false
	}
	v.busy = true
	return true
}

// kill is one kill, until what was killed is back.
func (k *killer) kill(v *victim, down time.Duration) {
	ctx, cancel := context.WithTimeout(context.Background(), backTimeout)
	defer cancel()
	done := &kill{name: v.name, browser: v.browser, at: time.Now(), down: down}
	k.mu.Lock()
	k.kills = append(k.kills, done)
	done.n = len(k.kills)
	k.mu.Unlock()
	err := v.strike(ctx)
	fmt.Fprintf(k.out, "%s  kill %d: %s, away for %s\n", stamp(done.at), done.n, v.name, down.Round(time.Millisecond))
	if err == nil {
		k.sleep(down) // at the end of the chaos nobody waits for it
		err = v.back(ctx)
	}
	now := time.Now()
	fmt.Fprintf(k.out, "%s  kill %d: %s is back after %s\n", stamp(now), done.n, v.name, now.Sub(done.at).Round(time.Millisecond))
	k.mu.Lock()
	defer k.mu.Unlock()
	done.back, done.err = now.Sub(done.at), err
	v.busy = false
}

func stamp(t time.Time) string { return t.UTC().Format("15:04:05.000") }

// seen returns the kills so far, in order.
func (k *killer) seen() []kill {
	k.mu.Lock()
	defer k.mu.Unlock()
	var all []kill
	for _, done := range k.kills {
		all = append(all, *done)
	}
	return all
}

// killed is the error of a kill; a process that had ended by itself is one that is to be started again, too.
func killed(err error) error {
	if errors.Is(err, os.ErrProcessDone) {
		return nil
	}
	return err
}

// supervised runs a process that ends by itself again and again, as systemd does, until it runs.
func supervised(ctx context.Context, run, kill func() error) error {
	for {
		err := run()
		if err == nil {
			return nil
		}
		if err := killed(kill()); err != nil { // one that is too slow must not be in the way of the next
			return err
		}
		select {
		case <-time.After(restartPause):
		case <-ctx.Done():
			return err
		}
	}
}

// restartPause is what a supervisor leaves between two starts.
const restartPause = 500 * time.Millisecond
