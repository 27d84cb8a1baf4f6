package login_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/login"
	"github.com/anteroom/anteroom/session"
)

// site is a scripted web site: a state machine of pages, which a fakePage shows.
type site struct {
	start string
	pages map[string]*sitePage
	// urls names the pages of URLs; every other URL opens the start.
	urls map[string]string
}

// sitePage is one page of a site.
type sitePage struct {
	model login.PageModel
	// submit returns the page that a submit of the typed values leads to; "" stays.
	submit func(typed map[string]string) string
	// clicks are the pages that a click on the control of that ref leads to; it submits nothing then. "" stays.
	clicks map[string]string
	// seen is what the page is found to be, in tests of the loop alone; see loop_pages_test.go.
	seen *login.Classification
	// needs are the refs of fields without which the page's button is disabled; needsKeys those that must be typed by keys.
	needs, needsKeys []string
	// later is the page that comes by itself once somebody waits; after is how long that takes.
	later string
	after time.Duration
	// working is true while the page's request for that is under way: every wait lasts for it.
	working bool
	// marks are what Matches finds.
	marks []string
	// origin is the top document's; the application's when empty.
	origin string
	// ignored are the refs of fields that take no notice of Fill, only of Type; see deaf.
	ignored []string
	// targets are what Find finds.
	targets map[session.Target]login.Control
	// fillErr and clickErr are returned by the first such act on the page.
	fillErr, clickErr error
	// sameDocument is true when the page replaces the one before without a navigation.
	sameDocument bool
	// keepsTyped is true when the page still holds what was typed into the one before.
	keepsTyped bool
	// typingLeadsTo is the page that typing into the field of that ref leads to.
	typingLeadsTo map[string]string
}

// fakePage plays a site. Its clock goes on only when somebody waits.
type fakePage struct {
	tb    testing.TB
	site  *site
	clock *fakeClock
	at    string
	// behind is the page behind the window that is open beside it.
	behind   string
	document int
	typed    map[string]string
	entered  time.Time
	// events counts what a Mark can see: acts and changes.
	events int
	// acts lists what was done: "fill user", "click go", "enter pass", "open".
	acts []string
	// values lists every value that was typed, by field.
	values      map[string][]string
	navigateErr error
	modelErr    error
	pictureErr  error
	findErr     error
	// opened lists what was navigated to, trips every call that a browser would answer over its protocol.
	opened []string
	trips  []string
	// heard names the fields of the present page that were typed into by keys.
	heard map[string]bool
	// clickErrs are returned by every click on the control of that ref.
	clickErrs map[string]error
	// onOpen is called after every navigation; settleTakesAll makes every Settle last as long as it may.
	onOpen         func()
	settleTakesAll bool
	// crashAt is the number of the call over the protocol that fails, from 1; 0 for none.
	crashAt int
	// passwords counts the submits that held a password, refusedPuts what the page itself refused to take.
	passwords, refusedPuts int
	// anyOrigin is true when the page is the project's, whatever its frames say.
	anyOrigin bool
}

func newFakePage(tb testing.TB, s *site) *fakePage {
	tb.Helper()
	return &fakePage{
		tb: tb, site: s, clock: &fakeClock{now: time.Unix(1_800_000_000, 0)}, typed: map[string]string{},
		values: map[string][]string{}, heard: map[string]bool{},
	}
}

// errCrash is what a call returns that nobody knows the effect of.
var errCrash = errors.New("the connection broke")

// trip counts a call over the protocol. Every other crash comes after the call had its effect: see send.
func (p *fakePage) trip(what string) error {
	p.trips = append(p.trips, what)
	if p.crashAt == len(p.trips) {
		return errCrash
	}
	return nil
}

func (p *fakePage) goTo(name string) {
	if name == "" {
		return
	}
	next, ok := p.site.pages[name]
	require.True(p.tb, ok, "the site has no page %q", name)
	if !next.sameDocument {
		p.document++
	}
	p.events++
	p.at, p.entered = name, p.clock.Now()
	if !next.keepsTyped {
		p.typed, p.heard = map[string]string{}, map[string]bool{}
	}
}

func (p *fakePage) current() *sitePage { return p.site.pages[p.at] }

func (p *fakePage) Navigate(_ context.Context, target string) error {
	if err := p.trip("navigate"); err != nil {
		return err
	}
	p.opened = append(p.opened, target)
	p.acts = append(p.acts, "open")
	if p.navigateErr != nil {
		return p.navigateErr
	}
	if p.onOpen != nil {
		defer p.onOpen()
	}
	if next, ok := p.site.urls[target]; ok {
		p.goTo(next)
		return nil
	}
	p.goTo(p.site.start)
	return nil
}

// OpenBeside shows the page of url in front; the other one goes on behind it.
func (p *fakePage) OpenBeside(ctx context.Context, target string) error {
	behind := p.at
	err := p.Navigate(ctx, target)
	p.behind = behind
	return err
}

func (p *fakePage) CloseBeside(context.Context) error {
	if p.behind != "" {
		p.acts = append(p.acts, "close beside")
		p.at, p.behind = p.behind, ""
		p.document++
		p.events++
	}
	return nil
}

func (p *fakePage) Settle(ctx context.Context, since login.Mark, grace, limit time.Duration) error {
	if err := p.trip("settle"); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if p.at == "" {
		return nil
	}
	if p.settleTakesAll {
		p.clock.advance(limit)
	}
	if login.Mark(p.events) != since {
		return nil
	}
	if c := p.current(); c.later != "" {
		left := c.after - p.clock.Now().Sub(p.entered)
		patience := min(grace, limit)
		if c.working {
			patience = limit
		}
		if left <= patience {
			p.clock.advance(max(left, 0))
			p.goTo(c.later)
			return nil
		}
		grace = patience
	}
	p.clock.advance(min(grace, limit))
	return nil
}

func (p *fakePage) Mark() login.Mark { return login.Mark(p.events) }

func (p *fakePage) Model(context.Context) (*login.PageModel, error) {
	if err := p.trip("model"); err != nil {
		return nil, err
	}
	if p.modelErr != nil {
		return nil, p.modelErr
	}
	if p.at == "" {
		return &login.PageModel{URL: "about:blank"}, nil
	}
	m := p.current().model
	if p.anyOrigin {
		m.Frames = nil
	}
	m.Frames = append([]login.Frame{
		{ID: "main", Origin: cmp.Or(p.current().origin, "https://app.example"), URL: m.URL, Document: fmt.Sprint("d", p.document)},
	}, m.Frames...)
	m.Controls = slices.Clone(m.Controls)
	for i := range m.Controls {
		if p.typed[m.Controls[i].Ref] != "" {
			m.Controls[i].Filled = true
		}
	}
	return &m, nil
}

func (p *fakePage) Fill(_ context.Context, c login.Control, value session.Secret, allowed session.Origins) error {
	return p.put("fill", c, value, allowed)
}

// put types a value as a real page does: only where the origin is allowed.
func (p *fakePage) put(how string, c login.Control, value session.Secret, allowed session.Origins) error {
	if err := p.trip(how); err != nil {
		return err
	}
	if !allowed.Allows(cmp.Or(p.current().origin, "https://app.example")) {
		p.refusedPuts++
		return login.ErrOriginNotAllowed
	}
	if err := p.current().fillErr; err != nil {
		p.current().fillErr = nil
		return err
	}
	p.acts = append(p.acts, how+" "+c.Ref)
	p.values[c.Ref] = append(p.values[c.Ref], value.Reveal())
	p.heard[c.Ref] = p.heard[c.Ref] || how == "type"
	p.typed[c.Ref] = value.Reveal()
	if next := p.current().typingLeadsTo[c.Ref]; next != "" {
		p.goTo(next)
	}
	return nil
}

func (p *fakePage) Click(_ context.Context, c login.Control) error {
	crash := p.trip("click")
	if crash != nil && len(p.trips)%2 == 0 {
		return crash
	}
	if err := p.click(c); err != nil {
		return err
	}
	return crash
}

func (p *fakePage) click(c login.Control) error {
	next, ok := p.current().clicks[c.Ref]
	if !ok {
		return p.send("click " + c.Ref)
	}
	p.acts = append(p.acts, "click "+c.Ref)
	if err := p.clickErrs[c.Ref]; err != nil {
		return err
	}
	p.goTo(next)
	return nil
}

func (p *fakePage) PressEnter(_ context.Context, c login.Control) error {
	crash := p.trip("enter")
	if crash != nil && len(p.trips)%2 == 0 {
		return crash
	}
	if err := p.send("enter " + c.Ref); err != nil {
		return err
	}
	return crash
}

func (p *fakePage) send(act string) error {
	if err := p.current().clickErr; err != nil {
		p.current().clickErr = nil
		return err
	}
	p.acts = append(p.acts, act)
	if p.deaf() {
		return nil
	}
	held := p.typed["pass"] != "" || p.typed["f1"] != "" && p.passwordTyped()
	if held && (!strings.HasPrefix(act, "click ") || act == "click go" || act == "click b1") {
		p.passwords++
	}
	if submit := p.current().submit; submit != nil {
		p.goTo(submit(p.typed))
	}
	return nil
}

// passwordTyped reports whether the field f1 of the page is of type password.
func (p *fakePage) passwordTyped() bool {
	return slices.ContainsFunc(p.current().model.Controls, func(c login.Control) bool { return c.Ref == "f1" && c.Type == "password" })
}

// deaf reports whether a field of the page took no notice of what was filled in, so that its form does not go off.
func (p *fakePage) deaf() bool {
	return slices.ContainsFunc(p.current().ignored, func(ref string) bool { return !p.heard[ref] })
}

func (p *fakePage) Matches(_ context.Context, mark string) (bool, error) {
	if err := p.trip("matches"); err != nil {
		return false, err
	}
	return slices.Contains(p.current().marks, mark), nil
}

func (p *fakePage) Find(_ context.Context, target session.Target) (login.Control, bool, error) {
	if p.at == "" {
		return login.Control{}, false, p.findErr
	}
	c, ok := p.current().targets[target]
	return c, ok, p.findErr
}

func (p *fakePage) Type(_ context.Context, c login.Control, value session.Secret, allowed session.Origins) error {
	return p.put("type", c, value, allowed)
}

func (p *fakePage) FillBoxes(_ context.Context, boxes []login.Control, value session.Secret, allowed session.Origins) error {
	return p.put(fmt.Sprint("boxes ", len(boxes)), boxes[0], value, allowed)
}

func (p *fakePage) Select(_ context.Context, c login.Control, option string) error {
	return p.send("select " + c.Ref + ": " + option)
}

func (p *fakePage) Authenticate(_ context.Context, target string, username, password session.Secret, allowed session.Origins) error {
	if !allowed.Allows(cmp.Or(p.current().origin, "https://app.example")) {
		return login.ErrOriginNotAllowed
	}
	p.opened = append(p.opened, target)
	p.typed = map[string]string{"user": username.Reveal(), "pass": password.Reveal()}
	return p.send("authenticate")
}

func (p *fakePage) LoadMedia(context.Context) error {
	p.acts = append(p.acts, "load media")
	if next, ok := p.site.pages[p.site.start+" with media"]; ok {
		p.site.pages[p.site.start] = next
	}
	return nil
}

func (p *fakePage) Picture(context.Context, func(string) string, bool) ([]byte, error) {
	return []byte("png"), p.pictureErr
}

// timesTyped counts how often a value was typed, into whatever field.
func (p *fakePage) timesTyped(value string) int {
	n := 0
	for _, values := range p.values {
		for _, v := range values {
			if v == value {
				n++
			}
		}
	}
	return n
}

// did counts the acts that start with prefix.
func (p *fakePage) did(prefix string) int {
	n := 0
	for _, a := range p.acts {
		if strings.HasPrefix(a, prefix) {
			n++
		}
	}
	return n
}
