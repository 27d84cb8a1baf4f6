package browser

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/css"
	"github.com/chromedp/cdproto/dom"
)

// suspend has the keeper stop the processes of a frozen page, which wake once a second otherwise. Whatever is asked of the page
// next has the keeper continue them first. It is a saving only: a page that cannot be suspended stays frozen.
func (p *Page) suspend(ctx context.Context, renderers []int) {
	k := p.browser.kept
	if k == nil || len(renderers) == 0 {
		return
	}
	slices.Sort(renderers) // windows may share one
	if err := k.endpoint.Suspend(ctx, p.browser.id, string(p.contextID), slices.Compact(renderers)); err != nil {
		p.browser.opts.Logger.Debug("a frozen page is not suspended", "browser", p.browser.id, "error", err)
	}
}

// Suspend has the processes that render the frozen page of a browser context, and only that, stopped soon, until a command
// concerns it. The keeper does not where it cannot tell that it may. Errors: ErrNoKeeper, ErrBrowserLost, or that one of the
// processes renders nothing.
func (e *Endpoint) Suspend(ctx context.Context, browserID, browserContextID string, renderers []int) error {
	ctx, cancel := context.WithTimeout(ctx, stateTimeout)
	defer cancel()
	in := suspension{Context: browserContextID, Renderers: renderers}
	return wrapAsked("suspend a frozen page", e.ask(ctx, http.MethodPost, "/browsers/"+url.PathEscape(browserID)+"/suspensions", in, nil))
}

// renderers are the processes that render the window and its frames, by the ids that the browser knows them by. It is to be asked
// before the window is frozen: a frozen page never answers CSS.enable.
func (t *tab) renderers(ctx context.Context) []int {
	var pids []int
	for _, l := range t.links() {
		pid, err := t.rendererOf(ctx, l)
		if err != nil { // a frame may go at any time
			t.browser.opts.Logger.Debug("did not learn which process renders a page", "browser", t.browser.id, "error", err)
			continue
		}
		if !slices.Contains(pids, pid) {
			pids = append(pids, pid)
		}
	}
	return pids
}

// rendererOf is the process that renders a session's frames. The protocol does not tell it; but the ids of style sheets begin with
// it (Blink's IdentifiersFactory), and the one of the inspector's own sheet, which is empty and which the page does not see, is
// had for the asking. The keeper believes it only of a process that the browser lists as a renderer.
func (t *tab) rendererOf(ctx context.Context, l *link) (int, error) {
	if err := do(ctx, t, l, dom.Enable, dom.EnableParams{}); err != nil {
		return 0, err
	}
	if err := do(ctx, t, l, css.Enable, cdp.Empty{}); err != nil {
		return 0, err
	}
	sheet, err := callOn(ctx, t, l, css.CreateStyleSheet, css.CreateStyleSheetParams{FrameID: l.frame}, DefaultCallTimeout)
	if err != nil {
		return 0, err
	}
	if err := do(ctx, t, l, css.Disable, cdp.Empty{}); err != nil {
		return 0, err
	}
	if err := do(ctx, t, l, dom.Disable, cdp.Empty{}); err != nil {
		return 0, err
	}
	return processOf(string(sheet.StyleSheetID))
}

// processOf reads the process from the id of a style sheet, "style-sheet-1234-5".
func processOf(sheet string) (int, error) {
	rest, ok := strings.CutPrefix(sheet, "style-sheet-")
	digits, _, more := strings.Cut(rest, "-")
	pid, err := strconv.Atoi(digits)
	if !ok || !more || err != nil || pid <= 0 {
		return 0, fmt.Errorf("the id %q of a style sheet names no process", sheet)
	}
	return pid, nil
}
