package labrun

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/anteroom/anteroom/loginlab"
)

// Defaults of Options.
const (
	DefaultConcurrency = 2
	// DefaultDeadline is for one login. It is longer than the engine's longest wait of each kind, one after the other.
	DefaultDeadline = 60 * time.Second
	// eventsTimeout bounds a question to the lab.
	eventsTimeout = 10 * time.Second
)

// ErrRefused is the error of a Driver whose service may not reach the lab: no further site is tried.
var ErrRefused = errors.New("the service may not reach the lab")

// EventSource tells what a lab saw.
type EventSource interface {
	// Events returns what was recorded of a site, oldest first.
	Events(ctx context.Context, site string) ([]loginlab.Event, error)
}

// Options say how a pass over sites is made.
type Options struct {
	Driver Driver
	Events EventSource
	// Answers answers the questions of one login.
	Answers func(c *Case, mode Mode) *Person
	Mode    Mode
	// Concurrency is how many logins run at once; 0 is DefaultConcurrency.
	Concurrency int
	// Deadline bounds each login; 0 is DefaultDeadline.
	Deadline time.Duration
	// Progress is told each result, one at a time; nil for nobody.
	Progress func(Result)
}

func (o *Options) fillIn() {
	if o.Concurrency <= 0 {
		o.Concurrency = DefaultConcurrency
	}
	if o.Deadline <= 0 {
		o.Deadline = DefaultDeadline
	}
	if o.Progress == nil {
		o.Progress = func(Result) {}
	}
}

// Run logs in to each case and returns the results in the order of cases. Errors: ErrRefused, ctx's, a lab that does not
// answer; the results so far come with it.
func Run(ctx context.Context, o Options, cases []*Case) ([]Result, error) {
	o.fillIn()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	results := make([]*Result, len(cases))
	turns := make(chan struct{}, o.Concurrency)
	var wg sync.WaitGroup
	var mu sync.Mutex // guards results and Progress
	for i, c := range cases {
		if !takeTurn(ctx, turns) {
			break
		}
		wg.Go(func() {
			defer func() { <-turns }()
			r, err := o.try(ctx, c)
			if err != nil {
				cancel(err)
				return
			}
			mu.Lock()
			defer mu.Unlock()
			results[i] = &r
			o.Progress(r)
		})
	}
	wg.Wait()
	var out []Result
	for _, r := range results {
		if r != nil {
			out = append(out, *r)
		}
	}
	return out, context.Cause(ctx)
}

func takeTurn(ctx context.Context, turns chan<- struct{}) bool {
	select {
	case turns <- struct{}{}:
		return ctx.Err() == nil
	case <-ctx.Done():
		return false
	}
}

// try logs in to one site and judges it.
func (o *Options) try(ctx context.Context, c *Case) (Result, error) {
	before, err := o.seen(ctx, c)
	if err != nil {
		return Result{}, err
	}
	began := time.Now()
	loginCtx, cancel := context.WithTimeout(ctx, o.Deadline)
	end, err := o.Driver.Login(loginCtx, c, o.Answers(c, o.Mode))
	if end.Timing.Total == 0 {
		end.Timing.Total = time.Since(began)
	}
	// A driver that says how long the login took may have looked at its page afterwards.
	overdue := errors.Is(loginCtx.Err(), context.DeadlineExceeded) && end.Timing.Total >= o.Deadline
	cancel()
	if errors.Is(err, ErrRefused) {
		return Result{}, err
	}
	if ctx.Err() != nil {
		return Result{}, ctx.Err()
	}
	events, err2 := o.seen(ctx, c)
	if err2 != nil {
		return Result{}, err2
	}
	trial := &Trial{Case: c, Mode: o.Mode, End: end, Err: err, Overdue: overdue, Events: events[min(len(before), len(events)):]}
	return newResult(trial, Judge(trial)), nil
}

func (o *Options) seen(ctx context.Context, c *Case) ([]loginlab.Event, error) {
	ctx, cancel := context.WithTimeout(ctx, eventsTimeout)
	defer cancel()
	events, err := o.Events.Events(ctx, c.Name)
	if err != nil {
		return nil, fmt.Errorf("ask the lab what it saw of %s: %w", c.Name, err)
	}
	return events, nil
}
