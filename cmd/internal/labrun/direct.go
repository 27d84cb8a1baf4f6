package labrun

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"sync"
	"time"

	"github.com/anteroom/anteroom/browser"
	"github.com/anteroom/anteroom/login"
	"github.com/anteroom/anteroom/session"
)

// DirectOptions say how a Direct driver runs its browser.
type DirectOptions struct {
	// Allow opens private networks; loopback is always open, since labs are there.
	Allow []browser.AllowRule
	// Browser is how the headless shell is launched; its proxy is set by the driver.
	Browser browser.Options
	Logger  *slog.Logger
}

// Direct drives the engine in this process: browser, login and proof, without Temporal, store and API. It is for tuning.
type Direct struct {
	options DirectOptions
	proxy   *browser.Proxy

	// mu guards running.
	mu      sync.Mutex
	running *browser.Browser
}

// NewDirect starts the forwarding proxy; the browser starts with the first login. The caller must call Close.
func NewDirect(ctx context.Context, o DirectOptions) (*Direct, error) {
	loopback, err := loopbackRules()
	if err != nil {
		return nil, err
	}
	proxy, err := browser.NewProxy(ctx, browser.ProxyOptions{
		Policy: browser.Policy{Allow: append(loopback, o.Allow...)}, Logger: o.Logger,
	})
	if err != nil {
		return nil, fmt.Errorf("start the forwarding proxy: %w", err)
	}
	return &Direct{options: o, proxy: proxy}, nil
}

func loopbackRules() ([]browser.AllowRule, error) {
	var rules []browser.AllowRule
	for _, network := range []string{"127.0.0.0/8", "::1/128"} {
		rule, err := browser.ParseAllow(network)
		if err != nil {
			return nil, err
		}
		rules = append(rules, rule)
	}
	return rules, nil
}

// Close ends browser and proxy.
func (d *Direct) Close(ctx context.Context) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	var err error
	if d.running != nil {
		err = d.running.Close(ctx)
	}
	return errors.Join(err, d.proxy.Close(ctx))
}

// Name is "direct".
func (d *Direct) Name() string { return "direct" }

// browser returns the running browser. One that was lost, or left something undone, is replaced.
func (d *Direct) browser(ctx context.Context) (*browser.Browser, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.running != nil && !lost(d.running) {
		return d.running, nil
	}
	if d.running != nil {
		_ = d.running.Close(ctx)
		d.running = nil
	}
	o := d.options.Browser
	o.ProxyURL, o.Faults, o.Logger = d.proxy.URL(), d.proxy.Fault, d.options.Logger
	b, err := browser.Launch(ctx, o)
	if err != nil {
		return nil, err
	}
	d.running = b
	return b, nil
}

func lost(b *browser.Browser) bool {
	select {
	case <-b.Lost():
		return true
	default:
		return false
	}
}

// Open makes a page for a project. The caller must close it.
func (d *Direct) Open(ctx context.Context, p *session.Project, parameters map[string]session.Secret) (*browser.Page, error) {
	b, err := d.browser(ctx)
	if err != nil {
		return nil, err
	}
	o := browser.PageOptions{LoadMedia: p.LoadMedia}
	if document, ok := parameters[login.ParameterPasskey]; ok {
		key, err := session.ParsePasskey(document)
		if err != nil {
			return nil, err
		}
		o.Passkeys = []session.Passkey{key}
	}
	return b.NewPage(ctx, o)
}

// Login logs in within this process.
func (d *Direct) Login(ctx context.Context, c *Case, person *Person) (End, error) {
	began := time.Now()
	parameters, err := c.Parameters(person.Mode)
	if err != nil {
		return End{}, err
	}
	page, err := d.Open(ctx, &c.Project, parameters)
	if err != nil {
		return End{}, fmt.Errorf("open a page: %w", err)
	}
	defer func() { _ = page.Close(context.WithoutCancel(ctx)) }()
	l := &DirectLogin{
		Page: page, Project: c.Project, Parameters: parameters, Reply: person.Reply,
		Prove: func(ctx context.Context, landing string) (Proof, error) {
			if location, err := page.Location(ctx); err == nil {
				landing = login.Landing(location, landing)
			}
			return d.prove(ctx, page, &c.Project, landing)
		},
	}
	err = l.Run(ctx)
	l.End.Timing.Total = time.Since(began)
	if !l.End.LoggedIn {
		l.End.Left = leave(ctx, page, l.history)
	}
	if l.End.Left != nil {
		l.End.PageURL = pathOf(l.End.Left.Model.URL)
	}
	return l.End, err
}

// leaveTime bounds the look at the page where a login ended.
const leaveTime = 5 * time.Second

// leave looks at the page where a login ended; nil when it cannot be read.
func leave(ctx context.Context, page login.Page, past login.History) *Left {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), leaveTime)
	defer cancel()
	m, err := page.Model(ctx)
	if err != nil {
		return nil
	}
	left := &Left{Model: m, History: past, Classification: login.Classify(m, past)}
	left.Picture, _ = page.Picture(ctx, func(text string) string { return text }, false) // the model is enough
	return left
}

// Proof is what came of looking at a captured state in fresh browser contexts.
type Proof struct {
	Verdict session.Verdict
	// Failure says why the state proves nothing; nil when it does.
	Failure        *session.Failure
	Capture, Proof time.Duration
}

// prove captures the state and looks at it, as the product does: restored and anonymously.
func (d *Direct) prove(ctx context.Context, page *browser.Page, p *session.Project, landing string) (Proof, error) {
	began := time.Now()
	state, err := page.Capture(ctx)
	if err != nil {
		return Proof{}, fmt.Errorf("capture the session: %w", err)
	}
	proof := Proof{Capture: time.Since(began)}
	b, err := d.browser(ctx)
	if err != nil {
		return proof, err
	}
	began = time.Now()
	restored, err := look(ctx, b, p, landing, &state)
	if err != nil {
		return proof, fmt.Errorf("look at the restored session: %w", err)
	}
	anonymous, err := look(ctx, b, p, landing, nil)
	if err != nil {
		return proof, fmt.Errorf("look as a stranger: %w", err)
	}
	proof.Verdict, proof.Failure = login.Discriminates(restored, anonymous)
	proof.Failure = login.Uncaptured(proof.Failure, state)
	proof.Proof = time.Since(began)
	return proof, nil
}

func look(ctx context.Context, b *browser.Browser, p *session.Project, landing string, state *session.StorageState) (login.Observation, error) {
	var page *browser.Page
	var err error
	o := browser.PageOptions{LoadMedia: p.LoadMedia}
	if state != nil {
		page, err = b.NewRestoredPage(ctx, o, *state)
	} else {
		page, err = b.NewPage(ctx, o)
	}
	if err != nil {
		return login.Observation{}, err
	}
	check := login.CheckStranger
	if state != nil {
		check = login.CheckLoggedIn
	}
	seen, err := check(ctx, page, *p, landing)
	return seen, errors.Join(err, page.Close(context.WithoutCancel(ctx)))
}

// pathOf is a URL's path; the rest may be personal.
func pathOf(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return ""
	}
	return u.Path
}
