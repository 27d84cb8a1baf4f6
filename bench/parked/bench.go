package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/anteroom/anteroom/bench/internal/installation"
	"github.com/anteroom/anteroom/bench/internal/proctree"
	"github.com/anteroom/anteroom/bench/internal/site"
	"github.com/anteroom/anteroom/bench/internal/stats"
	"github.com/anteroom/anteroom/client"
	"github.com/anteroom/anteroom/session"
)

// projectName is the project of the measured logins.
const projectName = "bench"

const (
	// pollWait is one long poll.
	pollWait = 60 * time.Second
	// calm is how long nothing is done before something is measured.
	calm = 10 * time.Second
)

// bench is one run and what came of it.
type bench struct {
	installed *installation.Installation
	lab       *site.Site

	idle, parked load
	// later is parked, after the time of that name.
	later load
	// accepted is when the API had accepted the answer of each user.
	mu       sync.Mutex
	accepted map[string]time.Time
	// alone and burst are the times from then to the arrival of the code.
	alone, burst []time.Duration
	sessions     int
	// failed says which logins have no session.
	failed error
	// answering is how long it took from the first answer to the last session.
	answering time.Duration
}

// load is what the tree of processes costs while nothing happens.
type load struct {
	pss       int64
	processes int
	// cores is the share of one core, 1 for all of it; byKind tells it apart.
	cores  float64
	byKind map[string]float64
}

// waiting is a login that waits for its code.
type waiting struct{ user, operation, question, field string }

func (b *bench) run(ctx context.Context, n sizes) error {
	b.accepted = map[string]time.Time{}
	say("warming up: %d logins", n.warmup)
	warm, err := b.park(ctx, n.warmup, n.atOnce)
	if err != nil {
		return err
	}
	if err := b.answerAll(ctx, warm, 1); err != nil {
		return err
	}
	b.sessions = 0
	say("measuring for %s with none", n.window)
	if b.idle, err = b.load(ctx, calm, n.window); err != nil {
		return err
	}
	say("parking %d logins", n.logins)
	all, err := b.park(ctx, n.logins, n.atOnce)
	if err != nil {
		return err
	}
	say("waiting for %s, then measuring for %s", n.frozen, n.window)
	if b.parked, err = b.load(ctx, n.frozen, n.window); err != nil {
		return err
	}
	say("%s per parked login, CPU: %s with none, %s with all", b.perLogin(n), b.idle.cpu(), b.parked.cpu())
	if n.later > 0 {
		say("waiting for %s, then measuring for %s", n.later, n.window)
		if b.later, err = b.load(ctx, n.later, n.window); err != nil {
			return err
		}
		say("CPU: %s", b.later.cpu())
	}
	say("answering %d one by one, then %d at once", n.oneByOne, n.logins-n.oneByOne)
	began := time.Now()
	b.failed = errors.Join(b.answerAll(ctx, all[:n.oneByOne], 1), b.answerAll(ctx, all[n.oneByOne:], len(all)))
	b.answering = time.Since(began)
	arrivals := b.lab.Arrivals()
	for i, w := range all {
		if arrivals[w.user].IsZero() || b.accepted[w.user].IsZero() {
			continue
		}
		took := arrivals[w.user].Sub(b.accepted[w.user])
		if i < n.oneByOne {
			b.alone = append(b.alone, took)
		} else {
			b.burst = append(b.burst, took)
		}
	}
	return nil
}

// load measures after a time in which nothing happens.
func (b *bench) load(ctx context.Context, before, window time.Duration) (load, error) {
	if err := sleep(ctx, before); err != nil {
		return load{}, err
	}
	first, err := proctree.CPUByKind(b.installed.PID())
	if err != nil {
		return load{}, err
	}
	began := time.Now()
	if err := sleep(ctx, window); err != nil {
		return load{}, err
	}
	last, err := proctree.CPUByKind(b.installed.PID())
	if err != nil {
		return load{}, err
	}
	took := time.Since(began)
	l := load{byKind: map[string]float64{}}
	for kind, cpu := range last {
		l.byKind[kind] = float64(cpu-first[kind]) / float64(took)
		l.cores += l.byKind[kind]
	}
	u, err := proctree.Of(b.installed.PID())
	l.pss, l.processes = u.PSS, u.Processes
	return l, err
}

func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// park logs in n users up to the code page.
func (b *bench) park(ctx context.Context, n, atOnce int) ([]waiting, error) {
	all := make([]waiting, n)
	return all, each(n, atOnce, func(i int) (err error) {
		all[i], err = b.parkOne(ctx)
		return err
	})
}

func (b *bench) parkOne(ctx context.Context) (waiting, error) {
	w := waiting{user: b.lab.NewUser()}
	id, err := b.installed.Client.Start(ctx, projectName, client.StartRequest{Parameters: map[string]session.Secret{
		"username": session.NewSecret(w.user), "password": session.NewSecret(b.lab.Password()),
	}})
	if err != nil {
		return w, err
	}
	r, err := b.settled(ctx, id)
	if err != nil {
		return w, err
	}
	if r.Question == nil || len(r.Question.Fields) != 1 {
		return w, fmt.Errorf("%s asked for no code: it is %s", id, r.Status)
	}
	w.operation, w.question, w.field = id, r.Question.ID, r.Question.Fields[0].Name
	return w, nil
}

// answerAll answers logins, up to atOnce at the same time, and waits for their sessions.
func (b *bench) answerAll(ctx context.Context, all []waiting, atOnce int) error {
	return each(len(all), atOnce, func(i int) error { return b.answer(ctx, all[i]) })
}

func (b *bench) answer(ctx context.Context, w waiting) error {
	code, err := b.lab.Code(w.user)
	if err != nil {
		return err
	}
	values := map[string]session.Secret{w.field: session.NewSecret(code)}
	if err := b.installed.Client.Resume(ctx, projectName, w.operation, w.question, values); err != nil {
		return err
	}
	accepted := time.Now()
	b.mu.Lock()
	b.accepted[w.user] = accepted
	b.mu.Unlock()
	r, err := b.settled(ctx, w.operation)
	if err != nil {
		return err
	}
	if r.Status != client.Done {
		if r.Failure != nil {
			return fmt.Errorf("%s has no session: %w", w.operation, r.Failure)
		}
		return fmt.Errorf("%s has no session: it is %s", w.operation, r.Status)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.sessions++
	return nil
}

// settled waits until a login asks or has ended.
func (b *bench) settled(ctx context.Context, id string) (client.Result, error) {
	for {
		r, err := b.installed.Client.Result(ctx, projectName, id, pollWait)
		if err != nil || r.Status != client.Pending {
			return r, err
		}
	}
}

// each calls do for 0 to n-1, up to atOnce at the same time.
func each(n, atOnce int, do func(i int) error) error {
	errs := make([]error, n)
	room := make(chan struct{}, max(atOnce, 1))
	var wg sync.WaitGroup
	for i := range n {
		room <- struct{}{}
		wg.Go(func() {
			defer func() { <-room }()
			errs[i] = do(i)
		})
	}
	wg.Wait()
	return errors.Join(errs...)
}

const megabyte = 1 << 20

// table is the result in Markdown.
func (b *bench) table(n sizes) string {
	var t strings.Builder
	row := func(what, format string, args ...any) {
		fmt.Fprintf(&t, "| %s | "+format+" |\n", append([]any{what}, args...)...)
	}
	t.WriteString("| what | measured |\n|---|---|\n")
	row("memory with none, PSS", "%.0f MB in %d processes", float64(b.idle.pss)/megabyte, b.idle.processes)
	row("memory per parked login, PSS", "%s", b.perLogin(n))
	row("CPU with none", "%s", b.idle.cpu())
	row(fmt.Sprintf("CPU with %d parked", n.logins), "%s", b.parked.cpu())
	if n.later > 0 {
		row(fmt.Sprintf("the same, %s later", n.later), "%s", b.later.cpu())
	}
	row("answer accepted → code at the site, one by one", "%s", times(b.alone))
	row(fmt.Sprintf("the same, %d at once", len(b.burst)), "%s", times(b.burst))
	row("sessions", "%d of %d, %.1f s after the first answer", b.sessions, n.logins, b.answering.Seconds())
	return t.String()
}

// perLogin is the memory of a parked login.
func (b *bench) perLogin(n sizes) string {
	return fmt.Sprintf("%.1f MB", float64(b.parked.pss-b.idle.pss)/float64(n.logins)/megabyte)
}

func (l *load) cpu() string {
	const percent, shown = 100, 0.05
	texts := []string{fmt.Sprintf("%.1f %% of a core", percent*l.cores)}
	for _, kind := range slices.Sorted(maps.Keys(l.byKind)) {
		if share := percent * l.byKind[kind]; share >= shown {
			texts = append(texts, fmt.Sprintf("%s %.1f", kind, share))
		}
	}
	return strings.Join(texts, ", ")
}

func times(all []time.Duration) string {
	const median, most, last = 0.5, 0.95, 1
	return fmt.Sprintf("p50 %d ms, p95 %d ms, max %d ms",
		stats.Quantile(all, median).Milliseconds(), stats.Quantile(all, most).Milliseconds(), stats.Quantile(all, last).Milliseconds())
}
