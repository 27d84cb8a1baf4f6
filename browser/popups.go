package browser

import (
	"context"
	"slices"

	cdpbrowser "github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
)

// tenant is a browser context of ours and the targets in it that we made ourselves. Every other page target in it is
// a popup.
type tenant struct {
	ours []target.ID
	// page is told of the popups; nil until it is made.
	page *Page
	// creating counts CreateTarget calls under way; strangers are decided about when it falls to zero.
	creating  int
	strangers []target.ID
}

// watchTargets listens for targets that pages open, and starts the goroutine that closes them.
func (b *Browser) watchTargets(ctx context.Context) error {
	if err := chromedp.ListenBrowser(b.root, b.onTarget); err != nil { //nolint:contextcheck // the browser outlives the context that started it
		return err
	}
	b.workers.Go(b.closeStrangers)
	_, err := callBrowser(ctx, b, target.SetDiscoverTargets, target.SetDiscoverTargetsParams{Discover: true}, DefaultCallTimeout)
	return err
}

// onTarget runs on the connection's reader: it must not block and may not send commands.
func (b *Browser) onTarget(ev any) {
	switch ev := ev.(type) {
	case *target.EventTargetCreated:
		// A prerendered page is one that nobody opened yet.
		if ev.TargetInfo.Type == "page" && ev.TargetInfo.Subtype != "prerender" {
			b.onPage(ev.TargetInfo)
		}
	case *cdpbrowser.EventDownloadWillBegin:
		b.onDownload(ev.FrameID)
	}
}

func (b *Browser) onPage(info *target.Info) {
	b.mu.Lock()
	defer b.mu.Unlock()
	t, ok := b.tenants[info.BrowserContextID]
	if !ok || slices.Contains(t.ours, info.TargetID) {
		return
	}
	if t.creating > 0 && info.OpenerID == "" {
		t.strangers = append(t.strangers, info.TargetID)
		return
	}
	b.admit(t, info.TargetID)
}

// admit gives a popup to its page, or has it closed. Call it with mu held.
func (b *Browser) admit(t *tenant, id target.ID) {
	if t.page == nil || !t.page.offer(id) {
		b.evict(id)
	}
}

// onDownload tells the page whose frame began a download, which is refused.
func (b *Browser) onDownload(frame cdp.FrameID) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, t := range b.tenants {
		if t.page != nil && t.page.holds(frame) {
			t.page.pulse.begun()
			return
		}
	}
}

// evict hands a popup to closeStrangers. A full queue means a page that opens windows in a loop; those that do not
// fit end with their browser context.
func (b *Browser) evict(id target.ID) {
	select {
	case b.events <- id:
	default:
	}
}

// closeStrangers closes the popups that no page takes, until the browser ends.
func (b *Browser) closeStrangers() {
	for {
		select {
		case <-b.root.Done():
			return
		case id := <-b.events:
			_, err := callBrowser(b.root, b, target.CloseTarget, target.CloseTargetParams{TargetID: id}, DefaultCallTimeout)
			b.opts.Logger.Debug("closed a popup", "browser", b.id, "error", err)
		}
	}
}

// createTarget opens an empty page in the browser context and makes it ours.
func (b *Browser) createTarget(ctx context.Context, id cdp.BrowserContextID) (target.ID, error) {
	b.mu.Lock()
	t, ok := b.tenants[id]
	if ok {
		t.creating++
	}
	b.mu.Unlock()
	if !ok {
		return "", ErrBrowserLost
	}
	window := true // a hidden tab gets no animation frames
	res, err := callBrowser(ctx, b, target.CreateTarget,
		target.CreateTargetParams{URL: "about:blank", BrowserContextID: id, NewWindow: &window}, DefaultCallTimeout)
	b.mu.Lock()
	defer b.mu.Unlock()
	t.creating--
	t.ours = append(t.ours, res.TargetID)
	if t.creating == 0 {
		for _, s := range t.strangers {
			if !slices.Contains(t.ours, s) {
				b.admit(t, s)
			}
		}
		t.strangers = nil
	}
	return res.TargetID, err
}
