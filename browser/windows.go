package browser

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/target"
)

const (
	// maxPopups is how many windows a page may have open besides itself; further ones are closed.
	maxPopups = 3
	// adoptTimeout bounds attaching to a window that a page opened.
	adoptTimeout = 5 * time.Second
)

// active is the window that the methods see and act on: the newest that shows something, else the page itself.
func (p *Page) active() *tab {
	p.mu.Lock()
	popups := slices.Clone(p.popups)
	p.mu.Unlock()
	for _, t := range slices.Backward(popups) {
		if !t.gone() && !t.activity.isBlank() {
			return t
		}
	}
	return p.own
}

// offer takes a window that the page opened; false when there are enough. It must not block: the browser's listener
// calls it.
func (p *Page) offer(id target.ID) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.own.gone() || len(p.popups)+p.coming >= maxPopups {
		return false
	}
	p.coming++
	p.opened <- id // there is room for as many as may come
	p.pulse.begin()
	return true
}

// adoptPopups attaches to the windows that the page opens, until the page ends.
func (p *Page) adoptPopups() {
	for {
		select {
		case <-p.own.life.Done():
			p.abandonPopups()
			return
		case id := <-p.opened:
			p.adopt(id)
		}
	}
}

func (p *Page) adopt(id target.ID) {
	ctx, cancel := context.WithTimeout(p.own.life, adoptTimeout)
	defer cancel()
	options := p.own.options
	options.opened, options.popup, options.woken = true, true, nil
	t, err := p.browser.attach(ctx, p.contextID, id, options)
	p.mu.Lock()
	p.coming--
	if err == nil {
		p.popups = append(p.popups, t)
	}
	p.mu.Unlock()
	p.pulse.end()
	if err != nil { // it closed at once; a window that we cannot attach to must not stay either
		p.browser.opts.Logger.Debug("did not attach to a popup", "browser", p.browser.id, "error", err)
		p.browser.evict(id)
		return
	}
	p.workers.Go(func() { p.awaitEnd(t) })
}

// awaitEnd forgets a popup when it closes.
func (p *Page) awaitEnd(t *tab) {
	select {
	case <-t.life.Done():
	case <-p.own.life.Done():
		t.lose(errClosed)
	}
	p.mu.Lock()
	p.popups = slices.DeleteFunc(p.popups, func(other *tab) bool { return other == t })
	p.mu.Unlock()
	t.release()
	if k := t.keys(); k.forget(t) && !p.own.gone() {
		if err := k.refresh(p.own.life, p.own); err != nil {
			p.browser.opts.Logger.Debug("the passkeys were not renewed", "browser", p.browser.id, "error", err)
		}
	}
	p.pulse.mu.Lock()
	p.pulse.seq++
	p.own.activity.moved = time.Now()
	p.pulse.mu.Unlock()
	p.pulse.notify()
}

// OpenBeside opens url in a window of its own in front of the page; see login.Page. It is one of the page's popups.
func (p *Page) OpenBeside(ctx context.Context, url string) error {
	if err := p.CloseBeside(ctx); err != nil {
		return err
	}
	id, err := p.browser.createTarget(ctx, p.contextID)
	if err != nil {
		return p.own.orLost(err)
	}
	options := p.own.options
	options.opened, options.popup, options.woken = false, true, nil
	t, err := p.browser.attach(ctx, p.contextID, id, options)
	if err != nil {
		return p.own.orLost(err)
	}
	p.beside = t
	p.mu.Lock()
	p.popups = append(p.popups, t)
	p.mu.Unlock()
	p.workers.Go(func() { p.awaitEnd(t) })
	t.acted("")
	return p.outcome(t, t.navigate(ctx, url))
}

// CloseBeside closes the window of OpenBeside; see login.Page.
func (p *Page) CloseBeside(ctx context.Context) error {
	t := p.beside
	p.beside = nil
	if t == nil || t.gone() {
		return nil
	}
	p.closePopup(ctx, t)
	return nil
}

// errReplaced is why a popup was closed by us.
var errReplaced = errors.New("the page was opened anew")

// closePopups closes what the page opened.
func (p *Page) closePopups(ctx context.Context) {
	p.mu.Lock()
	popups := slices.Clone(p.popups)
	p.mu.Unlock()
	for _, t := range popups {
		p.closePopup(ctx, t)
	}
}

func (p *Page) closePopup(ctx context.Context, t *tab) {
	t.lose(errReplaced)
	_, err := callBrowser(ctx, p.browser, target.CloseTarget, target.CloseTargetParams{TargetID: t.targetID}, disposeTimeout)
	if err != nil {
		p.browser.opts.Logger.Debug("a popup was not closed", "browser", p.browser.id, "error", err)
	}
}

// abandonPopups forgets windows that nobody attached to; they end with the browser context.
func (p *Page) abandonPopups() {
	for {
		select {
		case <-p.opened:
			p.pulse.end()
		default:
			return
		}
	}
}

// holds reports whether the frame is in one of the page's windows.
func (p *Page) holds(frame cdp.FrameID) bool {
	p.mu.Lock()
	tabs := append(slices.Clone(p.popups), p.own)
	p.mu.Unlock()
	p.pulse.mu.Lock()
	defer p.pulse.mu.Unlock()
	return slices.ContainsFunc(tabs, func(t *tab) bool {
		_, ok := t.activity.frames[frame]
		return ok || t.activity.main == frame
	})
}
