package api

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/anteroom/anteroom/api/contract"
)

// Bounds of a look at what the process depends on.
const (
	// checkTimeout bounds one check; they run side by side, so that it bounds all of them.
	checkTimeout = 1500 * time.Millisecond
	// readyAgain is what who asks is told to wait while something is missing.
	readyAgain = 2 * time.Second
)

// Check tells whether something that the process cannot do without is usable: the store, Temporal, a browser.
type Check struct {
	// Name is what the answer calls it: "temporal".
	Name string
	// Ready returns nil when it is usable. Its error goes to the log, never to who asks. It must heed ctx, which ends after 1.5 s,
	// and must be harmless at any rate that probes are made.
	Ready func(ctx context.Context) error
}

// readiness looks at everything that the process depends on.
type readiness struct {
	checks []*checker
	logger *slog.Logger
}

func newReadiness(checks []Check, logger *slog.Logger) *readiness {
	r := &readiness{logger: logger}
	for _, c := range checks {
		r.checks = append(r.checks, &checker{Check: c})
	}
	return r
}

// look asks all checks side by side and returns within checkTimeout. That the caller went away says nothing about them.
func (r *readiness) look(ctx context.Context) contract.Readiness {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), checkTimeout)
	defer cancel()
	runs := make([]*run, len(r.checks))
	for i, c := range r.checks {
		runs[i] = c.begin() //nolint:contextcheck // a run serves all that ask, and has a deadline of its own
	}
	out := contract.Readiness{Status: contract.ReadinessStatusOk, Checks: map[string]contract.ReadinessCheck{}}
	for i, c := range r.checks {
		err := runs[i].wait(ctx)
		r.report(c, err)
		out.Checks[c.Name] = contract.ReadinessCheck{Status: statusOf(err)}
		if err != nil {
			out.Status = contract.ReadinessStatusUnavailable
		}
	}
	return out
}

// errNoAnswer says that a check took too long.
var errNoAnswer = errors.New("no answer in time")

func statusOf(err error) contract.ReadinessCheckStatus {
	switch {
	case err == nil:
		return contract.ReadinessCheckStatusOk
	case errors.Is(err, errNoAnswer), errors.Is(err, context.DeadlineExceeded):
		return contract.ReadinessCheckStatusNoAnswer
	default:
		return contract.ReadinessCheckStatusUnavailable
	}
}

// report logs a change, once: probes are made every few seconds.
func (r *readiness) report(c *checker, err error) {
	switch was := c.turn(err != nil); {
	case err != nil && !was:
		r.logger.Warn("not ready", "check", c.Name, "error", err)
	case err == nil && was:
		r.logger.Info("ready again", "check", c.Name)
	}
}

// answer looks, sets the headers of the answer and returns its status and body.
func (r *readiness) answer(w http.ResponseWriter, req *http.Request) (int, contract.Readiness) {
	found := r.look(req.Context())
	w.Header().Set("Cache-Control", "no-store")
	if found.Status == contract.ReadinessStatusOk {
		return http.StatusOK, found
	}
	w.Header().Set("Retry-After", strconv.Itoa(int(readyAgain.Seconds())))
	return http.StatusServiceUnavailable, found
}

// checker runs one check, once at a time however many ask: a check that hangs must not pile up.
type checker struct {
	Check

	mu      sync.Mutex
	running *run
	missing bool
}

// run is one run of a check.
type run struct {
	done chan struct{}
	err  error
}

// begin starts the check, or joins the run under way. A run outlives the request that began it, since others may wait for
// it; its deadline ends it.
func (c *checker) begin() *run {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.running != nil {
		return c.running
	}
	r := &run{done: make(chan struct{})}
	c.running = r
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), checkTimeout)
		defer cancel()
		r.err = c.safely(ctx)
		c.mu.Lock()
		c.running = nil
		c.mu.Unlock()
		close(r.done)
	}()
	return r
}

// safely keeps a check that panics from ending the process: nobody else would recover it.
func (c *checker) safely(ctx context.Context) (err error) {
	defer func() {
		if thrown := recover(); thrown != nil {
			err = fmt.Errorf("the check panicked: %T", thrown)
		}
	}()
	return c.Ready(ctx)
}

// turn notes whether it is missing now and returns whether it was.
func (c *checker) turn(missing bool) (was bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	was, c.missing = c.missing, missing
	return was
}

// wait returns the run's result, or errNoAnswer when ctx ends before.
func (r *run) wait(ctx context.Context) error {
	select {
	case <-r.done:
		return r.err
	case <-ctx.Done():
	}
	select { // both may be true
	case <-r.done:
		return r.err
	default:
		return errNoAnswer
	}
}
