package activities_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/anteroom/anteroom/activities"
	"github.com/anteroom/anteroom/browser"
	"github.com/anteroom/anteroom/login"
	"github.com/anteroom/anteroom/session"
)

// fakeBrowsers hands out one browser, or an error.
type fakeBrowsers struct {
	browser activities.Browser
	pages   int
	err     error
	// heldErr is Held's.
	heldErr error
	asked   []session.BrowserKind
}

func (b *fakeBrowsers) Browser(_ context.Context, kind session.BrowserKind) (activities.Browser, error) {
	b.asked = append(b.asked, kind)
	return b.browser, b.err
}

func (b *fakeBrowsers) MaxPages(string) int { return b.pages }

func (b *fakeBrowsers) Held(_ context.Context, id string) (activities.Browser, error) {
	if b.heldErr != nil {
		return nil, b.heldErr
	}
	if b.browser.ID() != id {
		return nil, browser.ErrBrowserLost
	}
	return b.browser, nil
}

func (b *fakeBrowsers) Connected() []activities.Browser { return []activities.Browser{b.browser} }

// fakeBrowser makes fake pages.
type fakeBrowser struct {
	*fakeUpstreams

	id string
	// onNew is called before a page is made; its error is NewPage's.
	onNew func() error
	// shows is what new pages show; a restored page shows restored, an anonymous one made after it anonymous.
	shows, restored view
	// next is what a page shows after a click; see fakePage.
	next view
	// navigate is what pages do when they are navigated; see fakePage.
	navigate func() error

	// orphans are what Orphans lists; disposed is what was disposed of by its id.
	orphans []string
	// wakeful is what Wakeful lists.
	wakeful []string
	// dead is what DeadPages lists.
	dead []string

	mu       sync.Mutex
	disposed []string
	adopted  []browser.PageOptions

	made    []*fakePage
	options []browser.PageOptions
	states  []session.StorageState
}

func newFakeBrowser(id string) *fakeBrowser {
	return &fakeBrowser{fakeUpstreams: &fakeUpstreams{}, id: id, shows: viewLogin, restored: viewApp}
}

func (b *fakeBrowser) ID() string { return b.id }

func (b *fakeBrowser) NewPage(_ context.Context, o browser.PageOptions) (activities.Page, error) {
	return b.newPage(o, b.shows)
}

func (b *fakeBrowser) newPage(o browser.PageOptions, v view) (*fakePage, error) {
	if b.onNew != nil {
		if err := b.onNew(); err != nil {
			return nil, err
		}
	}
	return b.add(o, v), nil
}

func (b *fakeBrowser) NewRestoredPage(_ context.Context, o browser.PageOptions, state session.StorageState) (activities.Page, error) {
	p, err := b.newPage(o, b.restored)
	if err != nil {
		return nil, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.states = append(b.states, state)
	return p, nil
}

func (b *fakeBrowser) add(o browser.PageOptions, v view) *fakePage {
	b.mu.Lock()
	defer b.mu.Unlock()
	p := &fakePage{number: len(b.made) + 1, next: b.next, navigate: b.navigate, passkeys: slices.Clone(o.Passkeys), moved: make(chan struct{}, 1)}
	p.view.Store(v)
	b.made = append(b.made, p)
	b.options = append(b.options, o)
	return p
}

// Adopt gives the page to somebody else: whoever had it is detached.
func (b *fakeBrowser) Adopt(_ context.Context, contextID, targetID string, o browser.PageOptions) (activities.Page, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, p := range b.made {
		if c, t := p.IDs(); c == contextID && t == targetID && !p.closed.Load() {
			h := &adoptedPage{fakePage: p}
			p.holder.Store(h)
			p.frozen.Store(false)
			b.adopted = append(b.adopted, o)
			return h, nil
		}
	}
	return nil, login.ErrPageLost
}

func (b *fakeBrowser) Orphans(context.Context, time.Duration) ([]string, error) {
	return b.orphans, nil
}

func (b *fakeBrowser) CountLogin() {}

func (b *fakeBrowser) Wakeful(context.Context) ([]string, error) { return b.wakeful, nil }

func (b *fakeBrowser) DeadPages(context.Context) ([]string, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.dead, nil
}

func (b *fakeBrowser) DisposeOf(contextID string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.disposed = append(b.disposed, contextID)
	return nil
}

// adoptedPage is a page as somebody has it who adopted it.
type adoptedPage struct{ *fakePage }

func (p *adoptedPage) Detached() bool { return p.holder.Load() != p }

// open counts the pages that nobody closed.
func (b *fakeBrowser) open() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	n := 0
	for _, p := range b.made {
		if !p.closed.Load() {
			n++
		}
	}
	return n
}

// view is what a page shows.
type view string

const (
	viewLogin view = "login"
	viewCode  view = "code"
	viewApp   view = "app"
)

// fakePage is a page of a site that believes everything: the login form leads to the code form or to the application.
type fakePage struct {
	number int
	view   atomic.Value
	// next is what the page shows after a click; empty for the same again.
	next view
	// navigate, act and capture are called before they do what they are named after; nil for nothing.
	navigate, act func() error
	capture       func() (session.StorageState, error)
	// moved receives when the page goes elsewhere by itself.
	moved chan struct{}
	// settled is called while the page is waited for.
	settled func(ctx context.Context) error
	// passkeys are those it was made with, each used once for every submit.
	passkeys []session.Passkey

	// holder is who adopted the page last; nil for who made it.
	holder atomic.Pointer[adoptedPage]
	left   atomic.Bool
	// frozen is true while it is; lively pages are not frozen, with the error freezeErr. freezes counts the tries.
	frozen, lively atomic.Bool
	freezeErr      error
	freezes        atomic.Int64
	closed         atomic.Bool
	marks          atomic.Uint64
	// changed is the mark at which the page last changed.
	document atomic.Int64
	navs     atomic.Int64
	mu       sync.Mutex
	typed    []string
}

func (p *fakePage) IDs() (contextID, targetID string) {
	return fmt.Sprintf("context-%d", p.number), fmt.Sprintf("target-%d", p.number)
}

func (p *fakePage) Close(context.Context) error { p.closed.Store(true); return nil }

func (p *fakePage) Leave() { p.left.Store(true) }

func (p *fakePage) Detached() bool { return p.holder.Load() != nil }

func (p *fakePage) ProxyURL() string { return "" }

func (p *fakePage) Freeze(context.Context, time.Duration) (bool, error) {
	p.freezes.Add(1)
	if p.lively.Load() {
		return false, p.freezeErr
	}
	p.frozen.Store(true)
	return true, nil
}

func (p *fakePage) Thaw(context.Context) error { p.frozen.Store(false); return nil }

func (p *fakePage) Capture(context.Context) (session.StorageState, error) {
	if p.capture != nil {
		return p.capture()
	}
	return session.StorageState{Cookies: []session.Cookie{{Name: "sid", Value: "s3cret-cookie"}}}, nil
}

func (p *fakePage) Navigate(context.Context, string) error {
	p.navs.Add(1)
	if p.navigate != nil {
		return p.navigate()
	}
	return nil
}

func (p *fakePage) OpenBeside(ctx context.Context, url string) error { return p.Navigate(ctx, url) }

func (p *fakePage) CloseBeside(context.Context) error { return nil }

func (p *fakePage) Settle(ctx context.Context, _ login.Mark, _, _ time.Duration) error {
	if p.settled != nil {
		return p.settled(ctx)
	}
	return ctx.Err()
}

// Location is where nothing was opened, so that the engine's landing URL holds.
func (p *fakePage) Location(context.Context) (string, error) { return "", nil }

func (p *fakePage) Passkeys(context.Context) ([]session.Passkey, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.passkeys), nil
}

// move lets the page go elsewhere by itself.
func (p *fakePage) move(v view) {
	p.view.Store(v)
	p.document.Add(1)
	p.moved <- struct{}{}
}

// used counts a use of the page's passkeys.
func (p *fakePage) used() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i := range p.passkeys {
		p.passkeys[i].SignCount++
	}
}

func (p *fakePage) Find(context.Context, session.Target) (login.Control, bool, error) {
	return login.Control{}, false, nil
}

func (p *fakePage) Type(ctx context.Context, c login.Control, v session.Secret, o session.Origins) error {
	return p.Fill(ctx, c, v, o)
}

func (p *fakePage) FillBoxes(ctx context.Context, boxes []login.Control, v session.Secret, o session.Origins) error {
	return p.Fill(ctx, boxes[0], v, o)
}

func (p *fakePage) Select(context.Context, login.Control, string) error { return p.acting() }

func (p *fakePage) Authenticate(context.Context, string, session.Secret, session.Secret, session.Origins) error {
	return p.submit()
}

func (p *fakePage) LoadMedia(context.Context) error { return nil }

func (p *fakePage) Picture(context.Context, func(string) string, bool) ([]byte, error) {
	return []byte("a picture"), nil
}

func (p *fakePage) Mark() login.Mark { return login.Mark(p.marks.Add(1)) }

func (p *fakePage) Fill(_ context.Context, _ login.Control, v session.Secret, _ session.Origins) error {
	if err := p.acting(); err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.typed = append(p.typed, v.Reveal())
	return nil
}

func (p *fakePage) Click(context.Context, login.Control) error { return p.submit() }

func (p *fakePage) PressEnter(context.Context, login.Control) error { return p.submit() }

func (p *fakePage) submit() error {
	if err := p.acting(); err != nil {
		return err
	}
	p.used()
	if p.next != "" {
		p.view.Store(p.next)
		p.document.Add(1)
	}
	return nil
}

func (p *fakePage) acting() error {
	if p.frozen.Load() {
		return errors.New("somebody acts on a frozen page")
	}
	if p.act == nil {
		return nil
	}
	return p.act()
}

func (p *fakePage) Matches(_ context.Context, m string) (bool, error) {
	return m == mark && p.view.Load() == viewApp, nil
}

func (p *fakePage) Model(context.Context) (*login.PageModel, error) {
	if p.frozen.Load() {
		return nil, errors.New("somebody reads a frozen page, which may show something else once it goes on")
	}
	v, _ := p.view.Load().(view)
	m := &login.PageModel{Lang: "en", Status: 200, Frames: []login.Frame{{
		ID: "top", Origin: "https://portal.example", Document: fmt.Sprint("document-", p.document.Load()),
	}}}
	field := func(ref, typ, name, label, auto string, y float64) login.Control {
		return login.Control{
			Ref: ref, Frame: "top", Kind: login.ControlField, Type: typ, Name: name, Label: label, Autocomplete: auto,
			Form: 1, Visible: true, Box: login.Box{X: 10, Y: y, Width: 200, Height: 30},
		}
	}
	button := func(ref, text string, form int) login.Control {
		return login.Control{
			Ref: ref, Frame: "top", Kind: login.ControlButton, Type: "submit", Text: text, Label: text, Form: form,
			Visible: true, Box: login.Box{X: 10, Y: 200, Width: 100, Height: 30},
		}
	}
	switch v {
	case viewLogin:
		m.URL, m.Title, m.Headings = loginURL, "Sign in", []string{"Sign in"}
		m.Controls = []login.Control{
			field("1", "text", "username", "User name", "username", 50),
			field("2", "password", "password", "Password", "current-password", 100),
			button("3", "Sign in", 1),
		}
	case viewCode:
		m.URL, m.Title, m.Headings = "https://portal.example/verify", "Verify", []string{"Enter your verification code"}
		m.Text = "Enter the 6-digit verification code that we texted to you."
		m.Controls = []login.Control{
			field("1", "text", "otp", "Verification code", "one-time-code", 50), button("2", "Verify", 1),
		}
	default:
		m.URL, m.Title, m.Headings = "https://portal.example/home", "Home", []string{"Welcome back"}
		m.Controls = []login.Control{button("9", "Sign out", 0)}
	}
	m.Frames[0].URL = m.URL
	return m, nil
}
