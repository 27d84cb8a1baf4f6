package process

import (
	"context"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"sync"

	"github.com/anteroom/anteroom/activities"
	"github.com/anteroom/anteroom/api"
	"github.com/anteroom/anteroom/browser"
	"github.com/anteroom/anteroom/login"
	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/vault"
	"github.com/anteroom/anteroom/worker"
)

// startProxy starts the forwarding proxy that all traffic of the browser passes.
func (p *Process) startProxy(ctx context.Context) error {
	policy := browser.Policy{OwnPorts: p.ownPorts}
	for _, network := range p.o.Config.Network.Allow {
		rule, err := browser.ParseAllow(network.String())
		if err != nil {
			return err
		}
		policy.Allow = append(policy.Allow, rule)
	}
	proxy, err := browser.NewProxy(ctx, browser.ProxyOptions{Policy: policy, Logger: p.logger.With("part", "proxy")})
	if err != nil {
		return fmt.Errorf("start the forwarding proxy: %w", err)
	}
	p.proxy = proxy
	p.onStop("forwarding proxy", proxy.Close)
	return nil
}

// ownPorts are the ports that no page may reach, whatever the operator allows.
func (p *Process) ownPorts() []uint16 {
	addresses := []string{p.o.Config.Temporal.Address}
	for _, l := range []net.Listener{p.api, p.codec} {
		if l != nil {
			addresses = append(addresses, l.Addr().String())
		}
	}
	var ports []uint16
	if p.temporal != nil {
		addresses = append(addresses, hostPortOf(p.temporal.UIURL()))
		ports = append(ports, p.temporal.Ports()...)
	}
	for _, a := range addresses {
		if port, ok := portOf(a); ok {
			ports = append(ports, port)
		}
	}
	return ports
}

func portOf(address string) (uint16, bool) {
	_, text, err := net.SplitHostPort(address)
	if err != nil {
		return 0, false
	}
	port, err := strconv.ParseUint(text, 10, 16)
	return uint16(port), err == nil
}

// startBrowser prepares the fleet and starts its first browser, so that a machine that cannot run one is told at start.
func (p *Process) startBrowser(ctx context.Context) error {
	host, _, err := p.dir.remembered(hostFile, func() string { return session.NewID("host_") })
	if err != nil {
		return err
	}
	p.fleet = &worker.Fleet{
		Launch: p.launch,
		Poll:   func(queue string) (func(), error) { return p.workers.PollPages(queue) },
		Host:   host,
		Pages:  p.o.Config.Browser.MaxPages,
		Store:  p.db,
		Now:    now,
		Logger: p.logger.With("part", "fleet"),
	}
	p.pages = &activities.Pages{
		Store: p.db, Vault: p.vault, Browsers: p.fleet, Upstreams: upstreams{p.proxy},
		Now: now, Logger: p.logger.With("part", "pages"),
	}
	p.workers = &worker.Workers{
		Client:  p.client,
		Records: &activities.Records{Store: p.db, IDs: p.vault, Now: now, Logger: p.logger},
		Pages:   p.pages,
		Drain:   p.o.Config.Worker.Drain,
	}
	if err := p.fleet.ForgetOthers(ctx); err != nil {
		return err
	}
	p.onStop("browsers", p.fleet.Close)
	login.Prepare()
	_, err = p.fleet.Browser(ctx, session.BrowserShell)
	return err
}

// warmPages are kept ready in the headless shell, where each takes some 16 MB: a login uses one page, its proof two. Making
// one takes longer than anything that a login does by itself.
const warmPages = 3

func (p *Process) launch(ctx context.Context, kind session.BrowserKind) (worker.Browser, error) {
	b := p.o.Config.Browser
	options := browser.Options{
		Kind: kind, User: b.User, NoSandbox: b.NoSandbox, ProxyURL: p.proxy.URL(), Faults: p.proxy.Fault,
		Logger: p.logger.With("part", "browser"),
	}
	if kind == session.BrowserShell {
		options.Path, options.WarmPages = b.Path, warmPages
	}
	launched, err := browser.Launch(ctx, options)
	if err != nil {
		return nil, err
	}
	return activities.Chromium{Browser: launched}, nil
}

// startWorkers starts polling, the reconciler and the janitor.
func (p *Process) startWorkers(context.Context) error {
	stops := []func(){p.fleet.Drain}
	p.onStop("workers", func(context.Context) error { return stopAll(stops) })
	for _, poll := range []func() (func(), error){
		p.workers.PollWorkflows,
		func() (func(), error) { return p.workers.PollOpenings(session.BrowserShell) },
		func() (func(), error) { return p.workers.PollOpenings(session.BrowserChrome) },
	} {
		stop, err := poll()
		if err != nil {
			return err
		}
		stops = append(stops, stop)
	}
	reconciler := &worker.Reconciler{Store: p.db, Workflows: p.dispatcher(), Now: now, Logger: p.logger.With("part", "reconciler")}
	p.background("reconciler", reconciler.Run)
	p.background("janitor", p.pages.RunJanitor)
	if p.temporal != nil {
		p.background("temporal watch", p.watchTemporal)
	}
	return nil
}

// stopAll stops the workers side by side, so that their drains do not add up.
func stopAll(stops []func()) error {
	var wg sync.WaitGroup
	for _, stop := range stops {
		wg.Go(stop)
	}
	wg.Wait()
	return nil
}

// background runs a loop until the process stops, and waits for it then.
func (p *Process) background(what string, run func(ctx context.Context)) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		run(ctx)
	}()
	p.onStop(what, func(context.Context) error {
		cancel()
		<-done
		return nil
	})
}

func (p *Process) watchTemporal(ctx context.Context) {
	select {
	case <-ctx.Done():
	case <-p.temporal.Stopped():
		if err := p.temporal.Err(); err != nil {
			p.fail(fmt.Errorf("the Temporal server died: %w", err))
		}
	}
}

func (p *Process) dispatcher() *worker.Dispatcher {
	return &worker.Dispatcher{Client: p.client, Patience: p.o.Config.Operations.Patience, Eager: true}
}

// serve starts the API.
func (p *Process) serve(context.Context) error {
	h, err := api.New(api.Deps{
		Store: p.db, Sealer: sealer{p.vault}, Engine: p.dispatcher(), Logger: p.logger,
		Clock: now, CheckProxy: p.checkProxy,
		Config: api.Config{
			MaxBody: p.o.Config.API.MaxBody, StartDeadline: p.o.Config.Operations.StartDeadline, Version: p.o.Version,
			RequestTimeout: p.o.Config.API.RequestTimeout,
		},
		Checks: []api.Check{{Name: "temporal", Ready: p.dispatcher().Ready}, {Name: "browser", Ready: p.fleet.Ready}},
	})
	if err != nil {
		return err
	}
	p.serveOn("API", p.api, h)
	return nil
}

// checkProxy opens a caller's proxy once, so that one that does not answer is refused before anything starts.
func (p *Process) checkProxy(ctx context.Context, proxy session.Secret) error {
	up, err := p.proxy.NewUpstream(ctx, proxy)
	if err != nil {
		return &session.FieldError{Field: "proxy", Message: strings.TrimPrefix(err.Error(), browser.ErrUpstreamProxy.Error()+": ")}
	}
	return up.Close(ctx)
}

// upstreams opens callers' proxies for pages.
type upstreams struct{ proxy *browser.Proxy }

// Open opens a listener that goes on through the caller's proxy.
func (u upstreams) Open(ctx context.Context, upstream session.Secret) (string, io.Closer, error) {
	up, err := u.proxy.NewUpstream(ctx, upstream)
	if err != nil {
		return "", nil, err
	}
	return up.URL(), closing{up}, nil
}

// closing gives an upstream the deadline that io.Closer has no room for.
type closing struct{ up *browser.Upstream }

// Close ends the listener.
func (c closing) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), drainRequests)
	defer cancel()
	return c.up.Close(ctx)
}

// sealer lets the API seal with the vault.
type sealer struct{ vault *vault.Vault }

// Seal seals what belongs to a row.
func (s sealer) Seal(plaintext []byte, workspace, kind, id string) ([]byte, error) {
	return s.vault.Seal(plaintext, vault.Context{Workspace: workspace, Kind: kind, ID: id})
}

// Open opens what belongs to a row.
func (s sealer) Open(sealed []byte, workspace, kind, id string) ([]byte, error) {
	return s.vault.Open(sealed, vault.Context{Workspace: workspace, Kind: kind, ID: id})
}

// DeriveID makes an id that is a keyed pure function of its parts.
func (s sealer) DeriveID(prefix string, parts ...string) string {
	return s.vault.DeriveID(prefix, parts...)
}
