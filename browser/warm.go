package browser

import (
	"context"
	"slices"
	"sync"
	"time"
)

const (
	// defaultWarmPages is Options.WarmPages where that is zero.
	defaultWarmPages = 1
	// warmDelay keeps the making of the next warm page out of the way of the login that just took one.
	warmDelay = 300 * time.Millisecond
	// warmRetry is the pause after a warm page could not be made.
	warmRetry = 5 * time.Second
)

// warmPool keeps fresh pages ready, each with a browser context of its own, on an empty document. A page leaves it once.
type warmPool struct {
	want    int
	options PageOptions
	// taken has one slot; it is filled when a page left.
	taken chan struct{}

	mu     sync.Mutex // guards everything below
	pages  []*Page
	closed bool
}

func newWarmPool(want int, o PageOptions) *warmPool {
	if want == 0 {
		want = defaultWarmPages
	}
	return &warmPool{want: max(0, want), options: o, taken: make(chan struct{}, 1)}
}

// take hands out a ready page; nil when there is none. Lost ones stay for drop.
func (w *warmPool) take() *Page {
	w.mu.Lock()
	defer w.mu.Unlock()
	i := slices.IndexFunc(w.pages, func(p *Page) bool { return !p.own.gone() })
	if i < 0 {
		return nil
	}
	p := w.pages[i]
	w.pages = slices.Delete(w.pages, i, i+1)
	select {
	case w.taken <- struct{}{}:
	default:
	}
	return p
}

// put adds a page; false when the pool is closed or full.
func (w *warmPool) put(p *Page) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed || len(w.pages) >= w.want {
		return false
	}
	w.pages = append(w.pages, p)
	return true
}

// drop takes lost pages out and returns them, and how many are missing.
func (w *warmPool) drop() (lost []*Page, missing int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.pages = slices.DeleteFunc(w.pages, func(p *Page) bool {
		if p.own.gone() {
			lost = append(lost, p)
			return true
		}
		return false
	})
	if w.closed {
		return lost, 0
	}
	return lost, w.want - len(w.pages)
}

// close empties the pool for good.
func (w *warmPool) close() []*Page {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.closed = true
	pages := w.pages
	w.pages = nil
	return pages
}

// warmFor is the pool that has such pages ready; nil where none has.
func (b *Browser) warmFor(o PageOptions) *warmPool {
	switch {
	case o.ProxyURL != "" && o.ProxyURL != b.opts.ProxyURL:
		return nil
	case o.Passing && b.kept != nil:
		return b.passing
	}
	return b.warm
}

// startWarm keeps the pools filled until the browser ends.
func (b *Browser) startWarm() {
	for _, w := range []*warmPool{b.warm, b.passing} {
		if w != nil {
			b.workers.Go(func() { b.keepWarm(w) })
		}
	}
}

// closeWarm empties the pools for good.
func (b *Browser) closeWarm(ctx context.Context) {
	for _, w := range []*warmPool{b.warm, b.passing} {
		if w == nil {
			continue
		}
		for _, p := range w.close() {
			if err := p.Close(ctx); err != nil {
				b.opts.Logger.Debug("did not close a warm page", "browser", b.id, "error", err)
			}
		}
	}
}

// keepWarm fills the pool whenever a page left it, until the browser ends.
func (b *Browser) keepWarm(w *warmPool) {
	wait := time.NewTimer(0)
	defer wait.Stop()
	for {
		select {
		case <-b.root.Done():
			return
		case <-w.taken:
			wait.Reset(warmDelay)
			continue
		case <-wait.C:
		}
		lost, missing := w.drop()
		for _, p := range lost {
			_ = p.Close(b.root)
		}
		for range missing {
			if !b.makeWarm(w) {
				wait.Reset(warmRetry)
				break
			}
		}
	}
}

func (b *Browser) makeWarm(w *warmPool) bool {
	p, err := b.makePage(b.root, w.options)
	if err != nil {
		b.opts.Logger.Debug("did not make a warm page", "browser", b.id, "error", err)
		return false
	}
	if !w.put(p) {
		_ = p.Close(b.root)
	}
	return true
}

// dress gives a warm page what was asked for.
func (p *Page) dress(ctx context.Context, o PageOptions) error {
	if o.LoadMedia {
		if err := p.LoadMedia(ctx); err != nil {
			return err
		}
	}
	if len(o.Passkeys) == 0 {
		return nil
	}
	p.own.options.keys = newKeyring(o.Passkeys)
	return p.own.installKeys(ctx, p.own.options.keys)
}
