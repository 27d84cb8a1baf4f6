//go:build e2e && production

package e2e

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/loginlab"
)

// away is how long a server is stopped.
const away = 20 * time.Second

// slowest is how long a request may take while a server is away: it is answered, not held.
const slowest = 13 * time.Second

// moments are when something happens to logins that were just started.
var moments = []struct {
	name  string
	reach func(c *crash)
}{
	{"just started", func(*crash) {}},
	{"waiting for the code", func(c *crash) {
		for _, op := range c.ops {
			c.asked(op)
		}
	}},
	{"right after the answer", func(c *crash) {
		for user, op := range c.ops {
			c.asked(op)
			c.answered(op, c.lab.code(c.t, "code", user))
		}
	}},
}

// blows are what happens.
var blows = []struct {
	name   string
	strike func(c *crash) error
}{
	{"kill -9 of an API", func(*crash) error { return inProduction.apis[0].killAndRestart() }},
	{"kill -9 of a worker", func(c *crash) error {
		w, err := inProduction.busiest(slices.Collect(maps.Values(c.ops)))
		if err != nil { // nothing has reached a worker's log yet
			w = inProduction.workers[0]
		}
		return w.killAndRestart()
	}},
	{"kill -9 of the browser process", func(*crash) error { return inProduction.browser.killAndRestart() }},
	{"PostgreSQL away", func(c *crash) error {
		if err := inProduction.postgres.stop(); err != nil {
			return err
		}
		began := time.Now()
		r := c.startRaw("nobody")
		require.Equal(c.t, http.StatusServiceUnavailable, r.Status, "%s", r.Body)
		require.NotEmpty(c.t, r.Header.Get("Retry-After"))
		require.Less(c.t, time.Since(began), slowest)
		<-time.After(away - time.Since(began))
		return inProduction.postgres.start()
	}},
	{"Temporal away", func(c *crash) error {
		if err := inProduction.temporal.kill(); err != nil {
			return err
		}
		began := time.Now()
		c.ops["late"] = c.startAs("late", c.lab.Password()) // accepted, and so not lost
		require.Less(c.t, time.Since(began), slowest)
		<-time.After(away - time.Since(began))
		return inProduction.temporal.run()
	}},
}

// startRaw begins a login without the client's patience.
func (c *crash) startRaw(user string) response {
	c.t.Helper()
	return c.srv.call(c.t, http.MethodPost, "/api/v1/workspace/"+workspace+"/projects/"+c.project+"/auth-sessions/create", object{
		"id": user, "parameters": object{"username": user, "password": c.lab.Password()},
	})
}

// TestProduction_WhateverIsKilled_EveryOperationEnds is not parallel: what it kills is what the other tests use.
func TestProduction_WhateverIsKilled_EveryOperationEnds(t *testing.T) { //nolint:paralleltest // it kills what others use
	for _, blow := range blows {
		for _, moment := range moments {
			t.Run(blow.name+", "+moment.name, func(t *testing.T) { //nolint:paralleltest // as above
				l := newLab(t, loginlab.Options{})
				c := &crash{app: onSite(t, everything.shared, l, "code"), lab: l, ops: map[string]string{}}
				for n := range 4 {
					user := fmt.Sprintf("user-%d", n)
					c.ops[user] = c.startAs(user, l.Password())
				}
				moment.reach(c)
				probe := startProbe(t, everything.shared, slices.Collect(maps.Values(c.ops))[0])
				began := time.Now()
				require.NoError(t, blow.strike(c))
				probe.end()
				c.end()
				t.Logf("all ended %s after the blow", time.Since(began).Round(100*time.Millisecond))
			})
		}
	}
}

// probe asks for one operation again and again while something happens, and sees to it that each request is answered in time
// and that a refusal says when to come again.
type probe struct {
	t    *testing.T
	stop chan struct{}
	done sync.WaitGroup

	mu     sync.Mutex // guards what follows
	counts map[int]int
	worst  time.Duration
	wrong  []string
}

func startProbe(t *testing.T, srv *server, operation string) *probe {
	t.Helper()
	p := &probe{t: t, stop: make(chan struct{}), counts: map[int]int{}}
	p.done.Go(func() {
		for {
			p.look(srv, operation)
			select {
			case <-p.stop:
				return
			case <-time.After(200 * time.Millisecond):
			}
		}
	})
	return p
}

func (p *probe) look(srv *server, operation string) {
	req, err := http.NewRequestWithContext(p.t.Context(), http.MethodGet, srv.API+"/api/v1/workspace/"+workspace+"/operations/"+operation, nil)
	if err != nil {
		return
	}
	req.Header.Set("x-api-key", srv.key)
	began := time.Now()
	resp, err := rawClient.Do(req)
	took := time.Since(began)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.worst = max(p.worst, took)
	if err != nil {
		p.wrong = append(p.wrong, err.Error())
		return
	}
	defer func() { _ = resp.Body.Close() }()
	p.counts[resp.StatusCode]++
	seconds, _ := strconv.Atoi(resp.Header.Get("Retry-After"))
	switch {
	case took > slowest:
		p.wrong = append(p.wrong, fmt.Sprintf("%d after %s", resp.StatusCode, took))
	case resp.StatusCode == http.StatusOK:
	case resp.StatusCode == http.StatusServiceUnavailable && seconds > 0:
	default:
		p.wrong = append(p.wrong, fmt.Sprintf("%d, Retry-After %q", resp.StatusCode, resp.Header.Get("Retry-After")))
	}
}

func (p *probe) end() {
	p.t.Helper()
	close(p.stop)
	p.done.Wait()
	p.t.Logf("meanwhile: answers %v, the slowest after %s", p.counts, p.worst.Round(time.Millisecond))
	require.Empty(p.t, p.wrong)
}
