package worker

import (
	"context"
	"fmt"

	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
)

// Offers are the pages that the browser hosts in reach can lend now; none once the fleet drains.
func (f *Fleet) Offers(ctx context.Context) ([]store.Offer, error) {
	var offers []store.Offer
	for _, y := range f.all() {
		host := y.name()
		if host == "" || f.isClosed() { // it never answered
			continue
		}
		if y.capacity.Pages == 0 {
			if err := f.reckon(ctx, y, host); err != nil {
				return nil, err
			}
		}
		for _, kind := range f.Kinds {
			offers = append(offers, store.Offer{Host: host, Browser: kind, Pages: y.capacity.Of(kind), At: f.Now()})
		}
	}
	return offers, nil
}

// reckon measures a host. While that cannot be done, what was reckoned before counts.
func (f *Fleet) reckon(ctx context.Context, y *yard, host string) error {
	memory, err := y.keeper.Memory(ctx)
	if err != nil {
		f.Logger.DebugContext(ctx, "the memory of a browser host is not known", "host", host, "error", err)
		return nil
	}
	lent, err := f.lentAt(ctx, host)
	if err != nil {
		return err
	}
	y.capacity.Reckon(memory, lent)
	return nil
}

// lentAt counts the pages of a host that are lent.
func (f *Fleet) lentAt(ctx context.Context, host string) (map[session.BrowserKind]int, error) {
	browsers, err := f.Store.ListBrowsers(ctx, host)
	if err != nil {
		return nil, fmt.Errorf("list the browsers of host %s: %w", host, err)
	}
	lent := map[session.BrowserKind]int{}
	for _, b := range browsers {
		leases, err := f.Store.OpenLeases(ctx, b.ID)
		if err != nil {
			return nil, err
		}
		lent[b.Kind] += len(leases)
	}
	return lent, nil
}

// MaxPages is how many pages the browser with this id lends; none where this process is not connected to it.
func (f *Fleet) MaxPages(id string) int {
	for _, m := range f.list() {
		if m.ID() == id {
			return m.yard.capacity.Of(m.kind)
		}
	}
	return 0
}
