package telemetry

import (
	"context"
	"fmt"
	"sync"
	"time"

	"go.opentelemetry.io/otel/metric"

	"github.com/anteroom/anteroom/store"
)

// censusTimeout bounds the query of a census.
const censusTimeout = 2 * time.Second

// censusAge is how old a count of what is live may be: a scrape every few seconds must not cost a query each.
const censusAge = 10 * time.Second

// Censuses counts what is live; the store does.
type Censuses interface {
	Census(ctx context.Context) (store.Census, error)
}

// Count shows what is live, as s counts it. While the store is away these metrics are absent. Call it once.
func (t *Telemetry) Count(s Censuses) error {
	gauge := func(name, what string) (metric.Int64ObservableGauge, error) {
		return t.meter.Int64ObservableGauge(name, metric.WithDescription(what))
	}
	operations, err1 := gauge("anteroom_operations", "live operations by state, of all processes")
	browsers, err2 := gauge("anteroom_browsers", "browsers that run, of all processes")
	lent, err3 := gauge("anteroom_pages_lent", "pages that are lent, of all processes")
	limit, err4 := gauge("anteroom_pages_limit", "pages that the hosts can lend, of all workers that run")
	queued, err5 := gauge("anteroom_queue_length", "operations that wait for a page, of all processes")
	inUse, err6 := gauge("anteroom_pages_in_use", "operations that were admitted to a page and have not given it back, of all processes")
	for _, err := range []error{err1, err2, err3, err4, err5, err6} {
		if err != nil {
			return fmt.Errorf("make a metric: %w", err)
		}
	}
	c := &census{of: s}
	_, err := t.meter.RegisterCallback(func(ctx context.Context, o metric.Observer) error {
		found, err := c.recent(ctx)
		if err != nil {
			return nil //nolint:nilerr // the store says itself that it is away; the other metrics are shown
		}
		for _, n := range found.Operations {
			o.ObserveInt64(operations, int64(n.Count), metric.WithAttributes(
				label("workspace", n.Workspace), label("project", n.Project), label("state", string(n.State))))
		}
		for _, n := range found.Browsers {
			kind := metric.WithAttributes(label("kind", string(n.Kind)))
			o.ObserveInt64(browsers, int64(n.Browsers), kind)
			o.ObserveInt64(lent, int64(n.Pages), kind)
		}
		for _, n := range found.Queues {
			kind := metric.WithAttributes(label("kind", string(n.Browser)))
			o.ObserveInt64(queued, int64(n.Queued), kind)
			o.ObserveInt64(inUse, int64(n.InUse), kind)
			if time.Since(n.ReckonedAt) > store.ReckoningLasts { // no worker runs
				n.Pages = 0
			}
			o.ObserveInt64(limit, int64(n.Pages), kind)
		}
		return nil
	}, operations, browsers, lent, limit, queued, inUse)
	if err != nil {
		return fmt.Errorf("have what is live counted: %w", err)
	}
	return nil
}

// census keeps a count for a while.
type census struct {
	of Censuses

	mu    sync.Mutex
	last  store.Census
	taken time.Time
}

// recent returns a count that is at most censusAge old.
func (c *census) recent(ctx context.Context) (store.Census, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if time.Since(c.taken) < censusAge {
		return c.last, nil
	}
	ctx, cancel := context.WithTimeout(ctx, censusTimeout)
	defer cancel()
	found, err := c.of.Census(ctx)
	if err != nil {
		return store.Census{}, fmt.Errorf("count what is live: %w", err)
	}
	c.last, c.taken = found, time.Now()
	return found, nil
}
