package browser

import (
	"context"
	"slices"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
)

// tenant is a browser context of ours and the targets in it that we made ourselves. Every other page target in it is
// a popup.
type tenant struct {
	ours []target.ID
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
	created, ok := ev.(*target.EventTargetCreated)
	if !ok || created.TargetInfo.Type != "page" {
		return
	}
	info := created.TargetInfo
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
	b.evict(info.TargetID)
}

// evict hands a popup to closeStrangers. A full queue means a page that opens windows in a loop; those that do not
// fit end with their browser context. Call it with mu held.
func (b *Browser) evict(id target.ID) {
	select {
	case b.events <- id:
	default:
	}
}

// closeStrangers closes popups until the browser ends. Issue 3 gives popups to the login instead.
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
				b.evict(s)
			}
		}
		t.strangers = nil
	}
	return res.TargetID, err
}
