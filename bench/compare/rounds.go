package main

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/anteroom/anteroom/bench/internal/proctree"
)

// batch is what one contestant did in one turn.
type batch struct {
	atOnce  int
	samples []sample
	// rate is logins per second; cpu what all cost, by kind of process.
	rate float64
	cpu  map[string]time.Duration
}

// cleanUp is how long a contestant has to clean up after its last login, before its CPU time is read.
const cleanUp = 500 * time.Millisecond

// rounds lets the contestants take turns, in another order in each round.
func (s *stage) rounds(ctx context.Context, n sizes, all []contestant, r *results) error {
	for round := range n.rounds {
		for _, level := range n.atOnce {
			say("round %d of %d, %d at once", round+1, n.rounds, level)
			for turn := range all {
				c := all[(round+turn)%len(all)]
				b, err := s.batch(ctx, c, level, n.batch)
				if err != nil {
					return err
				}
				r.add(c, b)
			}
		}
	}
	return nil
}

// batch keeps a number of logins under way for some time.
func (s *stage) batch(ctx context.Context, c contestant, level int, length time.Duration) (batch, error) {
	b := batch{atOnce: level}
	before, err := proctree.CPUByKind(c.pid())
	if err != nil {
		return b, err
	}
	var mu sync.Mutex // guards samples and errs
	var errs []error
	var wg sync.WaitGroup
	began := time.Now()
	end := began.Add(length)
	for range level {
		wg.Go(func() {
			for time.Now().Before(end) {
				one, err := c.login(ctx, s.site.NewUser())
				mu.Lock()
				b.samples = append(b.samples, one)
				errs = append(errs, err)
				mu.Unlock()
				if err != nil {
					return
				}
			}
		})
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		return b, err
	}
	b.rate = rate(b.samples, began, end)
	select {
	case <-time.After(cleanUp):
	case <-ctx.Done():
		return b, ctx.Err()
	}
	b.cpu, err = proctree.CPUByKind(c.pid())
	for kind, cpu := range before {
		b.cpu[kind] -= cpu
	}
	return b, err
}

// rate counts the logins between began and end, in which as many as wanted were under way all the time: one that ended later
// counts by the part that lies between.
func rate(samples []sample, began, end time.Time) float64 {
	var done float64
	for _, s := range samples {
		until := s.ended
		if until.After(end) {
			until = end
		}
		done += until.Sub(s.began).Seconds() / s.took().Seconds()
	}
	return done / end.Sub(began).Seconds()
}
