package process

import (
	"context"
	"fmt"
	"sync"

	"github.com/anteroom/anteroom/activities"
	"github.com/anteroom/anteroom/browser"
	"github.com/anteroom/anteroom/login"
	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/worker"
)

// startBrowser prepares the fleet and starts its first browser, so that a machine that cannot run one is told at start.
func (p *Process) startBrowser(ctx context.Context) error {
	host, _, err := remembered(p.dir.file(hostFile), func() string { return session.NewID("host_") })
	if err != nil {
		return err
	}
	p.reconciler = &worker.Reconciler{
		Store: p.db, Workflows: p.dispatcher(), Now: now, Logger: p.logger.With("part", "reconciler"), Made: p.telemetry.Reconciled,
	}
	p.fleet = &worker.Fleet{
		Launch: p.launch,
		Poll:   func(queue string) (func(), error) { return p.workers.PollPages(queue) },
		Host:   host, Machine: worker.ThisMachine(),
		Pages:  p.o.Config.Browser.MaxPages,
		Store:  p.db,
		Now:    now,
		Logger: p.logger.With("part", "fleet"),
		OnLost: p.telemetry.BrowserLost, OnMarked: p.reconciler.BrowserLost,
	}
	p.pages = &activities.Pages{
		Store: p.db, Vault: p.vault, Browsers: p.fleet, Upstreams: upstreams{p.proxy},
		Now: now, Logger: p.logger.With("part", "pages"), OnPageLost: p.dispatcher().PageLost,
	}
	p.workers = &worker.Workers{
		Client:  p.client,
		Records: &activities.Records{Store: p.db, IDs: p.vault, Now: now, OnBrowserLost: p.o.Config.Operations.OnBrowserLost},
		Pages:   p.pages,
		Drain:   p.o.Config.Worker.Drain,
	}
	find := p.fleet.ForgetOthers
	if path := p.o.Config.Browser.Endpoint; path != "" {
		p.useEndpoint(path)
		find = p.fleet.Join
	}
	p.onStop("browsers", p.fleet.Close)
	if err := find(ctx); err != nil {
		return err
	}
	login.Prepare()
	_, err = p.fleet.Browser(ctx, session.BrowserShell)
	return err
}

// warmPages are kept ready in the headless shell, where each takes some 16 MB: a login uses one page, its proof two. Making
// one takes longer than anything that a login does by itself.
const warmPages = 3

func (p *Process) launch(ctx context.Context, kind session.BrowserKind) (worker.Browser, error) {
	b := p.o.Config.Browser
	options := browser.Options{
		Kind: kind, User: b.User, NoSandbox: b.NoSandbox, ProxyURL: p.proxy.URL(), Faults: p.proxy.Fault,
		Logger: p.logger.With("part", "browser"),
	}
	if kind == session.BrowserShell {
		options.Path, options.WarmPages = b.Path, warmPages
	}
	launched, err := browser.Launch(ctx, options)
	if err != nil {
		return nil, err
	}
	return activities.Chromium{Browser: launched}, nil
}

// startWorkers starts polling, the reconciler and the janitor.
func (p *Process) startWorkers(context.Context) error {
	var openings, rest []func()
	p.onStop("workers", func(ctx context.Context) error { p.handOver(ctx, openings, rest); return nil })
	for _, kind := range []session.BrowserKind{session.BrowserShell, session.BrowserChrome} {
		stop, err := p.workers.PollOpenings(kind)
		if err != nil {
			return err
		}
		openings = append(openings, stop)
	}
	stop, err := p.workers.PollWorkflows()
	if err != nil {
		return err
	}
	rest = append(rest, stop)
	p.background("reconciler", p.reconciler.Run)
	purger := &worker.Purger{
		Store: p.db, Retention: p.o.Config.Operations.Retention, Now: now, Logger: p.logger.With("part", "purger"), OnPurged: p.telemetry.Purged,
	}
	p.background("purger", purger.Run)
	p.background("janitor", p.pages.RunJanitor)
	p.background("watch of pages", p.pages.WatchPages)
	p.background("watch of other browsers", p.fleet.Notice)
	if p.fleet.Keeper != nil {
		p.background("browsers of the keeper", p.fleet.Follow)
	}
	if p.temporal != nil {
		p.background("temporal watch", p.watchTemporal)
	}
	return nil
}

// handOver takes up no new login, lets those in the middle of a step finish, and leaves the rest to others: the browsers are
// closed and marked as lost then, and whichever worker runs tells the logins that wait on them within a second. It takes the
// configured drain at most.
func (p *Process) handOver(ctx context.Context, openings, rest []func()) {
	settling, cancel := context.WithTimeout(ctx, p.workers.Settling())
	defer cancel()
	stopAll(append(openings, func() { p.fleet.Settle(settling) }))
	stopAll(append(rest, p.fleet.Drain))
}

// stopAll stops the workers side by side, so that their drains do not add up.
func stopAll(stops []func()) {
	var wg sync.WaitGroup
	for _, stop := range stops {
		wg.Go(stop)
	}
	wg.Wait()
}

// background runs a loop until the process stops, and waits for it then.
func (p *Process) background(what string, run func(ctx context.Context)) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		run(ctx)
	}()
	p.onStop(what, func(context.Context) error {
		cancel()
		<-done
		return nil
	})
}

func (p *Process) watchTemporal(ctx context.Context) {
	select {
	case <-ctx.Done():
	case <-p.temporal.Stopped():
		if err := p.temporal.Err(); err != nil {
			p.fail(fmt.Errorf("the Temporal server died: %w", err))
		}
	}
}

func (p *Process) dispatcher() *worker.Dispatcher {
	return &worker.Dispatcher{Client: p.client, Patience: p.o.Config.Operations.Patience, Eager: p.o.Parts.Worker, Traced: p.telemetry.Operation}
}
