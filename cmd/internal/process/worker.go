package process

import (
	"context"
	"fmt"
	"sync"

	"github.com/anteroom/anteroom/activities"
	"github.com/anteroom/anteroom/login"
	"github.com/anteroom/anteroom/worker"
)

// startBrowser reaches the browser processes, starting that of the data directory where no others are named, so that a machine
// that cannot run a browser is told at start.
func (p *Process) startBrowser(ctx context.Context) error {
	keepers, err := p.keepers()
	if err != nil {
		return err
	}
	p.reconciler = &worker.Reconciler{
		Store: p.db, Workflows: p.dispatcher(), Now: now, Logger: p.logger.With("part", "reconciler"), Made: p.telemetry.Reconciled,
	}
	p.fleet = &worker.Fleet{
		Keepers:  keepers,
		Poll:     func(queue string) (func(), error) { return p.workers.PollPages(queue) },
		Kinds:    p.o.Config.Browser.Kinds,
		Pages:    p.o.Config.Browser.MaxPages,
		Patience: p.o.Config.Operations.Patience,
		Store:    p.db,
		Now:      now,
		Logger:   p.logger.With("part", "fleet"),
		OnLost:   p.telemetry.BrowserLost,
		OnMarked: p.reconciler.BrowserLost,
	}
	p.pages = &activities.Pages{
		Store: p.db, Vault: p.vault, Browsers: p.fleet, Now: now, Logger: p.logger.With("part", "pages"),
		OnPageLost:  p.dispatcher().PageLost,
		FreezeAfter: p.o.Config.Operations.FreezeAfter,
	}
	p.workers = &worker.Workers{
		Client: p.client,
		Records: &activities.Records{
			Store: p.db, IDs: p.vault, Now: now,
			OnBrowserLost: p.o.Config.Operations.OnBrowserLost, GiveBack: p.pages.GiveBack,
		},
		Pages: p.pages,
		Drain: p.o.Config.Worker.Drain,
	}
	if p.own != nil {
		p.onStop("browser process", p.leaveOwn)
		if err := p.replaceOutdated(ctx); err != nil {
			return err
		}
		if _, err := p.own.ensure(ctx); err != nil {
			return err
		}
	}
	p.onStop("browsers", p.fleet.Close)
	if err := p.fleet.Join(ctx); err != nil {
		return err
	}
	login.Prepare()
	_, err = p.fleet.Browser(ctx, p.o.Config.Browser.Kinds[0])
	return err
}

// What is kept ready in the headless shell, where each takes some 16 MB: a login uses one page, and its proof one that ends with
// the process. Making one takes longer than anything that a login does by itself.
const (
	warmPages  = 2
	warmProofs = 1
)

// noWarmPages are kept in a browser that gets no new login.
const noWarmPages = -1

// startWorkers starts polling, the reconciler and the janitor.
func (p *Process) startWorkers(ctx context.Context) error {
	stops := []func(){p.fleet.Drain}
	p.onStop("workers", func(context.Context) error { stopAll(stops); return nil })
	for _, kind := range p.o.Config.Browser.Kinds {
		stop, err := p.workers.PollOpenings(kind)
		if err != nil {
			return err
		}
		stops = append(stops, stop)
	}
	stop, err := p.workers.PollWorkflows()
	if err != nil {
		return err
	}
	stops = append(stops, stop)
	p.background("reconciler", p.reconciler.Run)
	admitter := &worker.Admitter{
		Store: p.db, Offers: p.fleet.Offers, Start: p.dispatcher().Start, MaxPages: p.o.Config.Operations.MaxPages,
		Now: now, Logger: p.logger.With("part", "admitter"),
	}
	if err := admitter.Prepare(ctx); err != nil {
		return err
	}
	p.background("admitter", admitter.Run)
	purger := &worker.Purger{
		Store: p.db, Retention: p.o.Config.Operations.Retention, Now: now, Logger: p.logger.With("part", "purger"), OnPurged: p.telemetry.Purged,
	}
	p.background("purger", purger.Run)
	p.background("janitor", p.pages.RunJanitor)
	p.background("watch of pages", p.pages.WatchPages)
	p.background("freezer of pages", p.pages.RunFreezer)
	p.background("browser processes", p.fleet.Follow)
	if p.own != nil {
		p.background("replacement of the browser process", p.replaceWhenQuiet)
	}
	if p.temporal != nil {
		p.background("temporal watch", p.watchTemporal)
	}
	return nil
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
