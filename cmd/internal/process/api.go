package process

import (
	"context"
	"strings"

	"github.com/anteroom/anteroom/api"
	"github.com/anteroom/anteroom/browser"
	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/vault"
	"github.com/anteroom/anteroom/web"
)

// serve starts the API.
func (p *Process) serve(context.Context) error {
	stopping := make(chan struct{})
	h, err := api.New(api.Deps{
		Store: p.db, Sealer: sealer{p.vault}, Engine: p.dispatcher(), Logger: p.logger,
		Clock: now, CheckProxy: p.checkProxy,
		Config: api.Config{
			MaxBody: p.o.Config.API.MaxBody, StartDeadline: p.o.Config.Operations.StartDeadline, Version: p.o.Version,
			RequestTimeout: p.o.Config.API.RequestTimeout,
			PublicURL:      p.o.Config.API.PublicURL, TrustedProxies: p.o.Config.API.TrustedProxies,
		},
		Stopping: stopping, Checks: p.checks(),
		Telemetry: p.telemetry, Metrics: p.localMetrics(),
		Pages: web.Pages{Logger: p.logger, Clock: now}.Register,
	})
	if err != nil {
		return err
	}
	p.serveOn("API", p.api, h)
	p.onStop("long polls", func(context.Context) error { close(stopping); return nil }) // before the server, which waits for them
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

// checks are what must be ready, beside the store.
func (p *Process) checks() []api.Check {
	checks := []api.Check{{Name: "temporal", Ready: p.dispatcher().Ready}}
	if p.fleet != nil {
		checks = append(checks, api.Check{Name: "browser", Ready: p.fleet.Ready})
	}
	return checks
}
