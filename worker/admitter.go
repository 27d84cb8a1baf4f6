package worker

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
)

// Pauses of an Admitter.
const (
	// admitInterval is how often it looks though nobody told it anything: a notification is no promise.
	admitInterval = time.Second
	// offerInterval is how often the host's pages are offered; see store.OfferLasts.
	offerInterval = 5 * time.Second
	// recountInterval is how often the queues are counted anew, which mends what a program of an earlier version wrote.
	recountInterval = 5 * time.Minute
	// withdrawTimeout bounds taking back the offer of a worker that stops.
	withdrawTimeout = 2 * time.Second
	// startsAtOnce is how many workflows are started side by side.
	startsAtOnce = 8
)

// AdmitterStore is the part of the store that an Admitter needs.
type AdmitterStore interface {
	store.Admissions
	Watch(operationID string) (<-chan struct{}, func())
}

// Admitter offers the pages of this host, and starts what there is room for in the order of the queue. Every worker runs one: the
// store admits each operation once.
type Admitter struct {
	Store AdmitterStore
	// Offers tells what the browser hosts in reach can lend now; see [Fleet.Offers].
	Offers func(ctx context.Context) ([]store.Offer, error)
	// Start starts the workflow of an admitted operation; it may be repeated. What it fails to start the reconciler starts.
	Start func(ctx context.Context, op session.Operation) error
	// MaxPages limits the whole installation; 0 does not.
	MaxPages int
	Now      func() time.Time
	Logger   *slog.Logger

	hosts       map[string]bool
	lastOffer   time.Time
	lastRecount time.Time
}

// Prepare counts what is there, offers this host's pages and admits by them, so that the first start finds room.
func (a *Admitter) Prepare(ctx context.Context) error {
	return errors.Join(a.recount(ctx), a.offer(ctx), a.admit(ctx))
}

// Run admits until ctx ends; then it takes back the offer of this host.
func (a *Admitter) Run(ctx context.Context) {
	told, end := a.Store.Watch(store.QueueChanged)
	defer end()
	defer a.withdraw(ctx)
	tick := time.NewTicker(admitInterval)
	defer tick.Stop()
	for {
		a.report(ctx, "offer pages", a.offer(ctx))
		a.report(ctx, "count the queue", a.recount(ctx))
		a.report(ctx, "admit", a.admit(ctx))
		select {
		case <-ctx.Done():
			return
		case <-told:
		case <-tick.C:
		}
	}
}

func (a *Admitter) report(ctx context.Context, doing string, err error) {
	if err != nil && ctx.Err() == nil {
		a.Logger.WarnContext(ctx, "the queue", "doing", doing, "error", err)
	}
}

// offer tells the store what this host can lend, where it is time to.
func (a *Admitter) offer(ctx context.Context) error {
	if since := a.Now().Sub(a.lastOffer); since >= 0 && since < offerInterval {
		return nil
	}
	offers, err := a.Offers(ctx)
	if err != nil {
		return err
	}
	if a.hosts == nil {
		a.hosts = map[string]bool{}
	}
	for _, o := range offers {
		a.hosts[o.Host] = true
		if err := a.Store.OfferPages(ctx, o); err != nil {
			return err
		}
	}
	a.lastOffer = a.Now()
	return nil
}

func (a *Admitter) recount(ctx context.Context) error {
	if since := a.Now().Sub(a.lastRecount); since >= 0 && since < recountInterval {
		return nil
	}
	if err := a.Store.RecountAdmissions(ctx); err != nil {
		return err
	}
	a.lastRecount = a.Now()
	return nil
}

// admit admits and starts until nobody is admitted any more.
func (a *Admitter) admit(ctx context.Context) error {
	for {
		ops, err := a.Store.AdmitOperations(ctx, store.Reckoning{At: a.Now(), MaxPages: a.MaxPages})
		if err != nil {
			return err
		}
		if len(ops) == 0 {
			return nil
		}
		a.startAll(ctx, ops)
	}
}

// startAll starts the workflows, the first in order first.
func (a *Admitter) startAll(ctx context.Context, ops []session.Operation) {
	slots := make(chan struct{}, startsAtOnce)
	var wg sync.WaitGroup
	for _, op := range ops {
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			if err := a.Start(ctx, op); err != nil {
				a.report(ctx, "start "+op.ID+"; the reconciler does", err)
			}
		})
	}
	wg.Wait()
}

func (a *Admitter) withdraw(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), withdrawTimeout)
	defer cancel()
	var errs []error
	for host := range a.hosts {
		errs = append(errs, a.Store.WithdrawOffers(ctx, host))
	}
	// Reckoned at once: where no other worker runs, what is started from now on queues.
	if err := errors.Join(append(errs, a.admit(ctx))...); err != nil {
		a.Logger.WarnContext(ctx, "what this worker offered stays offered until it lapses", "error", err)
	}
}
