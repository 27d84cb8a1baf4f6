package login_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
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
}

// sitePage is one page of a site.
type sitePage struct {
	model login.PageModel
	// submit returns the page that a submit of the typed values leads to; "" stays.
	submit func(typed map[string]string) string
	// later is the page that comes by itself once somebody waits; after is how long that takes.
	later string
	after time.Duration
	// marks are what Matches finds.
	marks []string
	// fillErr and clickErr are returned by the first such act on the page.
	fillErr, clickErr error
	// sameDocument is true when the page replaces the one before without a navigation.
	sameDocument bool
	// typingLeadsTo is the page that typing into the field of that ref leads to.
	typingLeadsTo map[string]string
}

// fakePage plays a site. Its clock goes on only when somebody waits.
type fakePage struct {
	tb       testing.TB
	site     *site
	clock    *fakeClock
	at       string
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
}

func newFakePage(tb testing.TB, s *site) *fakePage {
	tb.Helper()
	return &fakePage{
		tb: tb, site: s, clock: &fakeClock{now: time.Unix(1_800_000_000, 0)}, typed: map[string]string{},
		values: map[string][]string{},
	}
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
	p.at, p.typed, p.entered = name, map[string]string{}, p.clock.Now()
}

func (p *fakePage) current() *sitePage { return p.site.pages[p.at] }

func (p *fakePage) Navigate(context.Context, string) error {
	p.acts = append(p.acts, "open")
	if p.navigateErr != nil {
		return p.navigateErr
	}
	p.goTo(p.site.start)
	return nil
}

func (p *fakePage) Settle(ctx context.Context, since login.Mark, grace, limit time.Duration) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if p.at == "" {
		return nil
	}
	if login.Mark(p.events) != since {
		return nil
	}
	if c := p.current(); c.later != "" {
		left := c.after - p.clock.Now().Sub(p.entered)
		if left <= min(grace, limit) {
			p.clock.advance(max(left, 0))
			p.goTo(c.later)
			return nil
		}
	}
	p.clock.advance(min(grace, limit))
	return nil
}

func (p *fakePage) Mark() login.Mark { return login.Mark(p.events) }

func (p *fakePage) Model(context.Context) (*login.PageModel, error) {
	if p.modelErr != nil {
		return nil, p.modelErr
	}
	if p.at == "" {
		return &login.PageModel{URL: "about:blank"}, nil
	}
	m := p.current().model
	m.Frames = []login.Frame{{ID: "main", Origin: "https://app.example", URL: m.URL, Document: fmt.Sprint("d", p.document)}}
	m.Controls = slices.Clone(m.Controls)
	for i := range m.Controls {
		if p.typed[m.Controls[i].Ref] != "" {
			m.Controls[i].Filled = true
		}
	}
	return &m, nil
}

func (p *fakePage) Fill(_ context.Context, c login.Control, value session.Secret, _ session.Origins) error {
	if err := p.current().fillErr; err != nil {
		p.current().fillErr = nil
		return err
	}
	p.acts = append(p.acts, "fill "+c.Ref)
	p.values[c.Ref] = append(p.values[c.Ref], value.Reveal())
	p.typed[c.Ref] = value.Reveal()
	if next := p.current().typingLeadsTo[c.Ref]; next != "" {
		p.goTo(next)
	}
	return nil
}

func (p *fakePage) Click(_ context.Context, c login.Control) error { return p.send("click " + c.Ref) }

func (p *fakePage) PressEnter(_ context.Context, c login.Control) error {
	return p.send("enter " + c.Ref)
}

func (p *fakePage) send(act string) error {
	if err := p.current().clickErr; err != nil {
		p.current().clickErr = nil
		return err
	}
	p.acts = append(p.acts, act)
	if submit := p.current().submit; submit != nil {
		p.goTo(submit(p.typed))
	}
	return nil
}

func (p *fakePage) Matches(_ context.Context, mark string) (bool, error) {
	return slices.Contains(p.current().marks, mark), nil
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

// fakeClock goes on when somebody sleeps.
type fakeClock struct {
	mu    sync.Mutex
	now   time.Time
	slept time.Duration
}

func (c *fakeClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *fakeClock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

func (c *fakeClock) Sleep(ctx context.Context, d time.Duration) error {
	c.advance(d)
	c.slept += d
	return ctx.Err()
}

// fakeGate grants each claim once.
type fakeGate struct {
	granted []string
	// taken are claims that somebody else holds.
	taken []string
	err   error
}

func (g *fakeGate) Claim(_ context.Context, step login.ClaimStep, key string) (bool, error) {
	c := string(step) + "/" + key
	if g.err != nil {
		return false, g.err
	}
	if slices.Contains(g.taken, c) {
		return false, nil
	}
	g.taken = append(g.taken, c)
	g.granted = append(g.granted, c)
	return true, nil
}

// steps collects what the engine reports.
type steps struct{ seen []session.Step }

func (s *steps) Step(step session.Step) { s.seen = append(s.seen, step) }

// bench is one login: page, gate and input together.
type bench struct {
	page  *fakePage
	gate  *fakeGate
	steps *steps
	in    login.Input
}

const (
	testUser     = "alice"
	testPassword = "Corr3ct-Horse-9!"
	testSeed     = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
	testCode     = "424242"
)

func setup(t *testing.T, s *site) *bench {
	t.Helper()
	b := &bench{page: newFakePage(t, s), gate: &fakeGate{}, steps: &steps{}}
	b.in = login.Input{
		Project: session.Project{LoginURL: "https://app.example/login"},
		Parameters: login.Values{
			login.ParameterUsername: session.NewSecret(testUser), login.ParameterPassword: session.NewSecret(testPassword),
		},
		Clock: b.page.clock,
	}
	return b
}

func (b *bench) run(t *testing.T) login.Outcome {
	t.Helper()
	out, err := login.Run(t.Context(), b.page, b.gate, b.steps, b.in)
	require.NoError(t, err)
	requireOne(t, out)
	return out
}

// resume runs again, as the workflow does, with an answer to the question before.
func (b *bench) resume(t *testing.T, out login.Outcome, answer *login.Answer) login.Outcome {
	t.Helper()
	b.in.Resumed, b.in.Progress, b.in.Answer = true, out.Progress, answer
	return b.run(t)
}

func (b *bench) give(name, value string) {
	b.in.Parameters.(login.Values)[name] = session.NewSecret(value)
}

func codeAnswer(id, code string) *login.Answer {
	return &login.Answer{QuestionID: id, Kind: session.AskCode, Values: login.Values{login.FieldCode: session.NewSecret(code)}}
}

// requireOne checks that exactly one end is set and that nothing of it shows a secret.
func requireOne(t *testing.T, out login.Outcome) {
	t.Helper()
	ends := 0
	for _, set := range []bool{out.LoggedIn != nil, out.Question != nil, out.Failed != nil} {
		if set {
			ends++
		}
	}
	require.Equal(t, 1, ends, "%+v", out)
	printed := fmt.Sprintf("%+v %+v %+v %+v", out.LoggedIn, out.Question, out.Failed, out.Progress)
	require.NotContains(t, printed, testPassword)
	require.NotContains(t, printed, testSeed)
}

func requireFailure(t *testing.T, out login.Outcome, class session.FailureClass, code string) {
	t.Helper()
	require.NotNil(t, out.Failed, "%+v", out)
	require.Equal(t, string(class)+"/"+code, string(out.Failed.Class)+"/"+out.Failed.Code, "%+v", out.Failed)
}
