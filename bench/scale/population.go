package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/anteroom/anteroom/bench/internal/installation"
)

// How many logins are begun at the same time: more would only queue for the processors.
const (
	beginReal = 4
	beginFake = 48
)

// waiting is a login that waits for its code.
type waiting struct {
	*installation.Waiting

	user string
}

// population are the logins that wait.
type population struct {
	real, fake []waiting
}

func (p *population) size() int { return len(p.real) + len(p.fake) }

// grow begins logins until n of them wait, and returns how many began to wait in a second.
func (s *stage) grow(ctx context.Context, p *population, n, realPages int) (perSecond float64, err error) {
	wantReal := min(n, realPages)
	missing := n - p.size()
	began := time.Now()
	if missing <= 0 {
		return 0, nil
	}
	say("beginning %d logins", missing)
	more, err := s.begin(ctx, projectReal, max(0, wantReal-len(p.real)), beginReal)
	p.real = append(p.real, more...)
	if err != nil {
		return 0, err
	}
	more, err = s.begin(ctx, projectFake, n-p.size(), beginFake)
	p.fake = append(p.fake, more...)
	return float64(missing) / time.Since(began).Seconds(), err
}

// begin begins n logins and returns when they wait.
func (s *stage) begin(ctx context.Context, project string, n, atOnce int) ([]waiting, error) {
	var mu sync.Mutex // guards begun and errs
	var begun []waiting
	var errs []error
	turns := make(chan struct{}, n)
	for range n {
		turns <- struct{}{}
	}
	close(turns)
	var wg sync.WaitGroup
	for range min(n, atOnce) {
		wg.Go(func() {
			for range turns {
				user := s.site.NewUser()
				w, err := s.installed.Begin(ctx, project, user, s.site.Password())
				mu.Lock()
				if err != nil {
					errs = append(errs, err)
				} else {
					begun = append(begun, waiting{w, user})
				}
				failed := len(errs) > 0
				mu.Unlock()
				if failed {
					return
				}
			}
		})
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		return begun, fmt.Errorf("begin logins of the project %s: %w", project, err)
	}
	return begun, nil
}
