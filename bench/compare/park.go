package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/anteroom/anteroom/bench/internal/proctree"
)

// parkedLogin waits for its code.
type parkedLogin struct {
	user   string
	answer func(ctx context.Context, code string) (sample, error)
}

// park measures what logins cost that wait at the code page, and how soon they go on.
func (s *stage) park(ctx context.Context, n sizes, all []contestant, r *results) error {
	before := make([]int64, len(all))
	parked := make([][]parkedLogin, len(all))
	for i, c := range all {
		u, err := proctree.Of(c.pid())
		if err != nil {
			return err
		}
		before[i] = u.PSS
	}
	for i, c := range all {
		say("parking %d logins of %s", c.parks(n.parked), c.name())
		for range c.parks(n.parked) {
			user := s.site.NewUser()
			answer, err := c.park(ctx, user)
			if err != nil {
				return fmt.Errorf("park: %w", err)
			}
			parked[i] = append(parked[i], parkedLogin{user, answer})
		}
	}
	say("waiting for %s with them", n.settle)
	select {
	case <-time.After(n.settle):
	case <-ctx.Done():
		return ctx.Err()
	}
	for i, c := range all {
		u, err := proctree.Of(c.pid())
		if err != nil {
			return err
		}
		r.of(c).perParked = (u.PSS - before[i]) / int64(len(parked[i]))
	}
	return s.answerAll(ctx, all, parked, r)
}

// answerAll answers the parked logins one by one, taking turns.
func (s *stage) answerAll(ctx context.Context, all []contestant, parked [][]parkedLogin, r *results) error {
	say("answering them")
	for round, left := 0, true; left; round++ {
		left = false
		for i, c := range all {
			if round >= len(parked[i]) {
				continue
			}
			left = true
			p := parked[i][round]
			code, err := s.site.Code(p.user)
			if err != nil {
				return err
			}
			one, err := p.answer(ctx, code)
			if err != nil {
				return errors.Join(fmt.Errorf("answer a parked login of %s", c.name()), err)
			}
			r.of(c).answered = append(r.of(c).answered, one)
		}
	}
	return nil
}
