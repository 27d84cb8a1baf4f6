package browser

import (
	"context"
	"encoding/json"
	"time"

	cdpbrowser "github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/runtime"
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

// Eval returns what an expression of the page's own script is, as JSON.
func (p *Page) Eval(ctx context.Context, expression string) (string, error) {
	res, err := call(ctx, p.own, runtime.Evaluate, runtime.EvaluateParams{
		Expression: "JSON.stringify(" + expression + ")", ReturnByValue: new(true),
	})
	if err != nil {
		return "", err
	}
	var text string
	return text, json.Unmarshal(res.Result.Value, &text)
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
	n := b.warm.count()
	if b.passing != nil {
		n += b.passing.count()
	}
	return n
}

func (w *warmPool) count() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	n := 0
	for _, p := range w.pages {
		if !p.own.gone() {
			n++
		}
	}
	return n
}

// Cut ends the connection to a keeper as a process that is killed does: nobody is told.
func (b *Browser) Cut() { _ = b.kept.conn.Close() }

// Contexts counts the browser contexts that clients made in the keeper's browsers.
func (k *Keeper) Contexts() int {
	k.mu.Lock()
	defer k.mu.Unlock()
	n := 0
	for _, b := range k.every() {
		n += len(b.mux.listed())
	}
	return n
}

// CloseUnused closes proxy listeners as if they were old.
func (k *Keeper) CloseUnused() { k.closeUnused(time.Now().Add(2 * upstreamSpared)) }

// Upstreams counts the proxy listeners that clients opened.
func (k *Keeper) Upstreams() int {
	k.mu.Lock()
	defer k.mu.Unlock()
	return len(k.upstreams)
}

// SplitEnvelope reads a message's envelope and takes its session out.
func SplitEnvelope(msg []byte) (id, method, session string, rest []byte, err error) {
	e, err := readEnvelope(msg)
	if err != nil {
		return "", "", "", nil, err
	}
	if e.session == nil {
		return string(e.id), string(e.method), "", msg, nil
	}
	return string(e.id), string(e.method), string(e.session), e.without(append([]byte{}, msg...)), nil
}

// WithSession puts a session into a message.
func WithSession(msg []byte, session string) []byte { return withSession(msg, session) }

// GroupIsAlive reports whether a process of the group runs.
func GroupIsAlive(group int) bool { return groupIsAlive(group) }

// Ping asks the browser for its version.
func (b *Browser) Ping(ctx context.Context) error {
	_, err := callBrowser(ctx, b, cdpbrowser.GetVersion, cdp.Empty{}, DefaultCallTimeout)
	return err
}

// Recycle looks once, at a time, at which browsers are due and which replaced ones are not used any more.
func (k *Keeper) Recycle(now time.Time) error {
	k.measure()
	err := k.replaceDue(now)
	k.endDrained(now)
	return err
}

// DrainGrace is how long a replaced browser stays at least.
const DrainGrace = drainGrace

// Forget has a connection not know a browser context, as if the answer that it was made had come too late.
func (b *Browser) Forget(contextID string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.tenants, cdp.BrowserContextID(contextID))
}
