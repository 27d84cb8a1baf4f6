package browser

import (
	"context"

	"github.com/chromedp/cdproto/target"
)

// CloseWindow closes the page's own window, as a person or a script with the right to it would.
func (p *Page) CloseWindow(ctx context.Context) error {
	_, err := callBrowser(ctx, p.browser, target.CloseTarget, target.CloseTargetParams{TargetID: p.own.targetID}, DefaultCallTimeout)
	return err
}

// IsolateSites has the browser keep every site in a process of its own.
func IsolateSites(o Options) Options {
	o.isolateSites = true
	return o
}

// Sessions counts the DevTools sessions that the frames in front belong to.
func (p *Page) Sessions() int {
	links := map[*link]bool{}
	for _, w := range p.active().allWorlds() {
		links[w.link] = true
	}
	return len(links)
}

// WarmCount is how many usable pages are ready.
func (b *Browser) WarmCount() int {
	b.warm.mu.Lock()
	defer b.warm.mu.Unlock()
	n := 0
	for _, p := range b.warm.pages {
		if !p.own.gone() {
			n++
		}
	}
	return n
}
