//go:build e2e

package e2e

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/workflowservice/v1"
	sdk "go.temporal.io/sdk/client"

	"github.com/anteroom/anteroom/browser"
	"github.com/anteroom/anteroom/store"
)

// leftTimeout is how long what is left over may take to be cleared away: the janitor spares a page for a minute whose lease may be
// on its way.
const leftTimeout = 100 * time.Second

// warmPages is how many pages a worker keeps ready.
const warmPages = 3

// remains looks at what is there once every operation has ended.
type remains struct {
	store interface {
		store.Pages
		Census(ctx context.Context) (store.Census, error)
	}
	endpoint *browser.Endpoint
	temporal sdk.Client
	// warm is how many pages the workers keep ready together.
	warm  int
	ended []*chaosLogin
}

// list waits until nothing is left, and returns what is.
func (r *remains) list(t *testing.T) []string {
	t.Helper()
	deadline := time.Now().Add(leftTimeout)
	for {
		var left []string
		for _, look := range []func(context.Context) ([]string, error){r.operations, r.leases, r.contexts, r.workflows} {
			more, err := look(t.Context())
			require.NoError(t, err)
			left = append(left, more...)
		}
		if len(left) == 0 || time.Now().After(deadline) {
			return left
		}
		<-time.After(time.Second)
	}
}

func (r *remains) operations(ctx context.Context) (left []string, err error) {
	census, err := r.store.Census(ctx)
	for _, o := range census.Operations {
		left = append(left, fmt.Sprintf("%d operations are %s", o.Count, o.State))
	}
	for _, b := range census.Browsers {
		if b.Pages > 0 {
			left = append(left, fmt.Sprintf("%d pages are lent", b.Pages))
		}
	}
	return left, err
}

// leases looks at each attempt. One of a browser that is gone names nothing.
func (r *remains) leases(ctx context.Context) (left []string, err error) {
	alive, err := r.store.ListBrowsers(ctx, "")
	if err != nil {
		return nil, err
	}
	for _, l := range r.ended {
		for attempt := 1; attempt <= l.op.Attempt; attempt++ {
			lease, err := r.store.GetLease(ctx, store.Ref{Workspace: workspace, Operation: l.operation}, attempt)
			if errors.Is(err, store.ErrNotFound) {
				continue
			}
			if err != nil {
				return nil, err
			}
			if lease.ReleasedAt.IsZero() && slices.ContainsFunc(alive, func(b store.Browser) bool { return b.ID == lease.BrowserID }) {
				left = append(left, fmt.Sprintf("operation %s, attempt %d: a lease of browser %s", l.operation, attempt, lease.BrowserID))
			}
		}
	}
	return left, nil
}

// contexts looks at the browser contexts: only those are right that a worker keeps ready.
func (r *remains) contexts(ctx context.Context) (left []string, err error) {
	state, err := r.endpoint.State(ctx)
	if err != nil {
		return nil, err
	}
	for _, b := range state.Browsers {
		all, err := r.endpoint.Contexts(ctx, b.ID)
		if err != nil {
			return nil, err
		}
		unused := slices.DeleteFunc(slices.Clone(all), func(c browser.KeptContext) bool { return c.Used })
		if len(unused) > 0 || len(all) > r.warm {
			left = append(left, fmt.Sprintf("browser %s has %d browser contexts, %d of them made by processes that are gone; %d are kept ready", b.ID, len(all), len(unused), r.warm))
		}
	}
	return left, nil
}

func (r *remains) workflows(ctx context.Context) (left []string, err error) {
	open, err := r.temporal.ListWorkflow(ctx, &workflowservice.ListWorkflowExecutionsRequest{Query: "ExecutionStatus = 'Running'"})
	if err != nil {
		return nil, err
	}
	for _, w := range open.GetExecutions() {
		left = append(left, fmt.Sprintf("workflow %s %s runs", w.GetType().GetName(), w.GetExecution().GetWorkflowId()))
	}
	return left, nil
}

// keptPIDs are the processes of a keeper's browsers.
func keptPIDs(ctx context.Context, endpoint *browser.Endpoint) ([]int, error) {
	state, err := endpoint.State(ctx)
	var pids []int
	for _, b := range state.Browsers {
		pids = append(pids, b.PID)
	}
	return pids, err
}

// chromiumVictim is the Chromium that a browser process keeps, and starts again by itself.
func chromiumVictim(endpoint *browser.Endpoint, weight int) *victim {
	var killed []int
	return &victim{
		name: "browser (its Chromium)", weight: weight, browser: true,
		strike: func(ctx context.Context) (err error) {
			if killed, err = keptPIDs(ctx, endpoint); err != nil || len(killed) == 0 {
				return err // it is away itself
			}
			for _, pid := range killed {
				err = errors.Join(err, syscall.Kill(pid, syscall.SIGKILL))
			}
			return err
		},
		back: func(ctx context.Context) error {
			return until(ctx, "another Chromium", func() bool {
				now, err := keptPIDs(ctx, endpoint)
				return err == nil && len(now) > 0 && !slices.ContainsFunc(now, func(pid int) bool { return slices.Contains(killed, pid) })
			})
		},
	}
}

// until waits for a condition.
func until(ctx context.Context, what string, holds func() bool) error {
	for !holds() {
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return fmt.Errorf("%s: %w", strings.TrimSpace("wait for "+what), ctx.Err())
		}
	}
	return nil
}
