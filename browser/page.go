package browser

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/target"

	"github.com/anteroom/anteroom/login"
	"github.com/anteroom/anteroom/session"
)

// Page is one page in a browser context of its own, with the windows that it opens: the newest of them is what the
// methods see and act on, until it closes. It implements login.Page; as every login.Page it is used by one goroutine,
// except Close and Lost.
type Page struct {
	browser   *Browser
	contextID cdp.BrowserContextID
	pulse     *pulse
	// own is the page itself: its end is the end of the Page.
	own *tab

	// opened carries windows from the browser's listener to the goroutine that attaches to them.
	opened chan target.ID
	mu     sync.Mutex // guards popups and coming
	popups []*tab
	// beside is the window of OpenBeside; nil while there is none. Only the goroutine that uses the Page uses it.
	beside *tab
	// coming counts the windows that are in opened or being attached to.
	coming int

	workers   sync.WaitGroup
	closeOnce sync.Once
	closeErr  error
}

var _ login.Page = (*Page)(nil)

// newPage makes the Page of a target that we just made.
func (b *Browser) newPage(ctx context.Context, id cdp.BrowserContextID, targetID target.ID, o PageOptions) (*Page, error) {
	return b.attachPage(ctx, id, targetID, o, tabOptions{})
}

// attachPage makes the Page of a target; options say how it was found.
func (b *Browser) attachPage(ctx context.Context, id cdp.BrowserContextID, targetID target.ID, o PageOptions, options tabOptions) (*Page, error) {
	p := &Page{browser: b, contextID: id, pulse: newPulse(), opened: make(chan target.ID, maxPopups)}
	options.pulse, options.proxyURL, options.media = p.pulse, o.ProxyURL, o.LoadMedia
	if len(o.Passkeys) > 0 {
		options.keys = newKeyring(o.Passkeys)
	}
	own, err := b.attach(ctx, id, targetID, options)
	if err != nil {
		return nil, err
	}
	p.own = own
	b.mu.Lock()
	if t, ok := b.tenants[id]; ok {
		t.page = p
	}
	b.mu.Unlock()
	p.workers.Go(p.adoptPopups)
	return p, nil
}

// IDs name the page's browser context and target, for the lease.
func (p *Page) IDs() (browserContextID, targetID string) {
	return string(p.contextID), string(p.own.targetID)
}

// Lost is closed when the page is lost or closed.
func (p *Page) Lost() <-chan struct{} { return p.own.life.Done() }

// Close disposes of the page and its browser context, within 2 s; what does not end in time makes the browser worn.
// Further calls return the first result.
func (p *Page) Close(context.Context) error {
	p.closeOnce.Do(func() {
		p.own.lose(errClosed)
		p.closeErr = p.browser.disposeContext(p.contextID)
		p.workers.Wait()
		p.own.release()
	})
	return p.closeErr
}

// Navigate opens url in the page itself, whose popups are closed first, and returns when the document was committed;
// 45 s at most. See login.Page.
func (p *Page) Navigate(ctx context.Context, url string) error {
	p.closePopups(ctx)
	p.own.acted("")
	return p.own.navigate(ctx, url)
}

// Mark names this moment for Settle.
func (p *Page) Mark() login.Mark {
	p.pulse.mu.Lock()
	defer p.pulse.mu.Unlock()
	return login.Mark(p.pulse.seq)
}

// Fill replaces the content of a field; see login.Page.
func (p *Page) Fill(ctx context.Context, c login.Control, value session.Secret, allowed session.Origins) error {
	t := p.active()
	return p.outcome(t, t.fill(ctx, c, value, allowed))
}

// Type replaces the content of a field by key events; see login.Page.
func (p *Page) Type(ctx context.Context, c login.Control, value session.Secret, allowed session.Origins) error {
	t := p.active()
	return p.outcome(t, t.typeKeys(ctx, c, value, allowed))
}

// FillBoxes distributes value over boxes; see login.Page. A document that goes away once the last character stands took
// the value.
func (p *Page) FillBoxes(ctx context.Context, boxes []login.Control, value session.Secret, allowed session.Origins) error {
	t := p.active()
	return p.outcome(t, t.fillBoxes(ctx, boxes, value, allowed))
}

// Select chooses an option of a select; see login.Page.
func (p *Page) Select(ctx context.Context, c login.Control, option string) error {
	t := p.active()
	return p.outcome(t, t.choose(ctx, c, option))
}

// Click clicks a control with trusted mouse events; see login.Page. A window that closes meanwhile was clicked.
func (p *Page) Click(ctx context.Context, c login.Control) error {
	t := p.active()
	return p.unlessClosed(t, t.click(ctx, c))
}

// PressEnter presses Enter in a field, with trusted key events; see login.Page.
func (p *Page) PressEnter(ctx context.Context, c login.Control) error {
	t := p.active()
	return p.unlessClosed(t, t.pressEnter(ctx, c))
}

// Find returns the control that a recipe's target names; see login.Page. The error is ErrBadMark for a selector that is
// none.
func (p *Page) Find(ctx context.Context, goal session.Target) (login.Control, bool, error) {
	t := p.active()
	c, found, err := t.findTarget(ctx, goal)
	return c, found, p.outcome(t, err)
}

// Matches reports whether any frame shows mark: a CSS selector of a visible element, or "text=" and visible text,
// whatever its case and spacing. The error is ErrBadMark for a selector that is none.
func (p *Page) Matches(ctx context.Context, mark string) (bool, error) {
	t := p.active()
	found, err := t.matches(ctx, mark)
	return found, p.outcome(t, err)
}

// modelTries: a document that is left while it is read is read again.
const modelTries = 4

// Model reads the page: one script for each frame; see login.Page.
func (p *Page) Model(ctx context.Context) (*login.PageModel, error) {
	var err error
	for range modelTries {
		t := p.active()
		var m *login.PageModel
		if m, err = t.readModel(ctx); err == nil {
			m.Popup = t != p.own
			return m, nil
		}
		if err = p.outcome(t, err); !errors.Is(err, login.ErrDocumentChanged) {
			break
		}
	}
	return nil, fmt.Errorf("read the page: %w", err)
}

// outcome translates the end of a popup: the page itself goes on, with another document in front.
func (p *Page) outcome(t *tab, err error) error {
	if err == nil || t == p.own || !t.gone() || p.own.gone() {
		return err
	}
	return fmt.Errorf("%w: the window in front was closed", login.ErrDocumentChanged)
}

func (p *Page) unlessClosed(t *tab, err error) error {
	if t != p.own && t.gone() && !p.own.gone() {
		return nil
	}
	return err
}

// Settle waits until the page is quiet; see login.Page. A document without scripts is quiet as soon as it is loaded. A
// GET that is open for 1.5 s (a long poll) and mutations that go on for 1.5 s (an animation) do not hold it up.
func (p *Page) Settle(ctx context.Context, since login.Mark, grace, limit time.Duration) error {
	begin := time.Now()
	s := settling{page: p, since: uint64(since), graceEnd: begin.Add(grace), deadline: begin.Add(limit)}
	for {
		wait, err := s.step(ctx)
		if err != nil || wait <= 0 {
			return err
		}
		if err := p.own.awaitChange(ctx, min(wait, time.Until(s.deadline))); err != nil {
			return err
		}
	}
}
