package storetest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
)

// race starts n operations at once on so many pages, while several processes admit, end them and look at their places.
func (l *line) race(n, pages int) {
	l.offer(pages, now)
	ctx, cancel := context.WithTimeout(l.t.Context(), time.Minute)
	defer cancel()
	r := &admissionRace{line: l, pages: pages, place: map[string]int{}, admittedAt: map[string]int{}}
	var starts []func() error
	for range n {
		promised := l.promise(fullProject, now)
		starts = append(starts, func() error {
			op, err := l.CreateOperation(ctx, promised)
			if err == nil && op.Place == 0 {
				err = r.run(ctx, op)
			}
			return err
		})
	}
	others := []func() error{}
	for range 3 {
		others = append(others, func() error { return r.dispatch(ctx, n) })
	}
	others = append(others, func() error { return r.look(ctx, n) })
	for _, err := range together(append(starts, others...)...) {
		require.NoError(l.t, err)
	}
	require.Len(l.t, r.admittedAt, n)
	require.Equal(l.t, store.QueueCount{Browser: session.BrowserChrome, Pages: pages}, l.count())
}

// admissionRace is what is seen of a race.
type admissionRace struct {
	*line
	pages int

	mu         sync.Mutex
	inUse      int
	place      map[string]int
	admittedAt map[string]int
}

// run is the life of an admitted operation.
func (r *admissionRace) run(ctx context.Context, op session.Operation) error {
	r.mu.Lock()
	_, twice := r.admittedAt[op.ID]
	r.admittedAt[op.ID] = len(r.admittedAt)
	r.inUse++
	tooMany := r.inUse > r.pages
	r.mu.Unlock()
	if twice || tooMany {
		return fmt.Errorf("%s was admitted twice (%t), or beyond what there is room for (%t)", op.ID, twice, tooMany)
	}
	if _, err := r.BeginOperation(ctx, write(refOf(op.ID), 1, session.OperationRunning)); err != nil {
		return err
	}
	r.mu.Lock()
	r.inUse-- // before the end is written: from then on another may be admitted
	r.mu.Unlock()
	_, err := r.FinishOperation(ctx, end(refOf(op.ID), 9, session.OperationFailed))
	return err
}

// dispatch admits until all of n were.
func (r *admissionRace) dispatch(ctx context.Context, n int) error {
	for {
		ops, err := r.AdmitOperations(ctx, store.Reckoning{At: now})
		if err != nil {
			return err
		}
		for _, op := range ops {
			if err := r.run(ctx, op); err != nil {
				return err
			}
		}
		r.mu.Lock()
		done := len(r.admittedAt) == n
		r.mu.Unlock()
		if done {
			return nil
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
}

// look reads the places of all until none queues. They never grow, and no two share one.
func (r *admissionRace) look(ctx context.Context, n int) error {
	for {
		ops, _, err := r.ListOperations(ctx, store.OperationQuery{Workspace: workspace, Project: fullProject, Limit: 500})
		if err != nil {
			return err
		}
		waiting, taken := 0, map[int]bool{}
		for _, op := range ops {
			before, known := r.place[op.ID]
			r.place[op.ID] = op.Place
			switch {
			case known && op.Place > before:
				return fmt.Errorf("%s moved back from place %d to %d", op.ID, before, op.Place)
			case op.Place > 0 && taken[op.Place]:
				return fmt.Errorf("two are at place %d", op.Place)
			case op.Place > 0:
				waiting, taken[op.Place] = waiting+1, true
			}
		}
		if len(ops) == n && waiting == 0 {
			return nil
		}
		if ctx.Err() != nil {
			return errors.Join(ctx.Err(), fmt.Errorf("%d of %d still wait", waiting, len(ops)))
		}
	}
}
