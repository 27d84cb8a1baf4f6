package process

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"time"

	"go.temporal.io/sdk/client"

	"github.com/anteroom/anteroom/activities"
	"github.com/anteroom/anteroom/browser"
	"github.com/anteroom/anteroom/config"
	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
	"github.com/anteroom/anteroom/store/postgres"
	"github.com/anteroom/anteroom/telemetry"
	"github.com/anteroom/anteroom/vault"
	"github.com/anteroom/anteroom/worker"
)

// Parts say what runs in a process.
type Parts struct {
	// API answers callers.
	API bool
	// Worker runs workflows and drives a browser.
	Worker bool
	// Alone is a process that is the whole installation, but perhaps for Temporal: it owns the data directory, where the store is
	// unless it is elsewhere, and its first start makes vault key, workspace and API key. Several processes share what
	// [Install] prepared instead.
	Alone bool
}

// Options say what a process is made of.
type Options struct {
	Config *config.Config
	Parts  Parts
	Logger *slog.Logger
	// Temporal starts a Temporal server in this process; nil connects to Config.Temporal.Address.
	Temporal StartTemporal
	// Version is what GET /version says.
	Version string
	// Progress is told, for people, what is being started; nil for nobody.
	Progress func(doing string)
	// Stays is told at the end of a browser process that stays, since logins wait on its pages; nil for nobody, and then it ends.
	Stays func(s Staying)
}

// Process is a running process. The caller must call Stop.
type Process struct {
	o       Options
	logger  *slog.Logger
	closers []closer

	dir      *dataDir
	vault    *vault.Vault
	db       store.Store
	api      net.Listener
	codec    net.Listener
	monitor  net.Listener
	temporal TemporalServer
	client   client.Client
	proxy    *browser.Proxy
	fleet    *worker.Fleet
	// own is the browser process of the data directory; nil when others are named.
	own        *ownKeeper
	reconciler *worker.Reconciler
	pages      *activities.Pages
	workers    *worker.Workers

	telemetry *telemetry.Telemetry

	failed chan error
}

// closer ends one part; Stop runs them in the opposite order of their start.
type closer struct {
	what string
	do   func(ctx context.Context) error
}

// Start starts every part, or nothing: what was started before a failure is ended again. The error is a sentence.
func Start(ctx context.Context, o Options) (*Process, error) {
	if o.Progress == nil {
		o.Progress = func(string) {}
	}
	p := &Process{o: o, logger: o.Logger, failed: make(chan error, 1)}
	if err := p.start(ctx); err != nil {
		stopCtx, cancel := context.WithTimeout(context.WithoutCancel(ctx), StopTimeout(o.Config))
		defer cancel()
		_ = p.Stop(stopCtx)
		return nil, err
	}
	return p, nil
}

// part is a step of the start.
type part struct {
	doing string
	start func(ctx context.Context) error
	// wanted is false for what other processes do.
	wanted bool
}

func (p *Process) parts() []part {
	has := p.o.Parts
	return []part{
		{"looking for a browser", p.findBrowser, has.Worker},
		{"preparing metrics and traces", p.startTelemetry, true},
		{"opening the data directory", p.openData, has.Alone},
		{"opening the store", p.openShared, !has.Alone},
		{"opening the API's port", p.listen, has.API},
		{"opening the port of health and metrics", p.listenMonitor, true},
		{"connecting to Temporal", p.startTemporal, true},
		{"starting the forwarding proxy", p.startProxy, has.API},
		{"starting the browser", p.startBrowser, has.Worker},
		{"starting the workers", p.startWorkers, has.Worker},
		{"starting the API", p.serve, has.API},
		{"serving health and metrics", p.serveMonitor, true},
	}
}

func (p *Process) start(ctx context.Context) error {
	for _, part := range p.parts() {
		if !part.wanted {
			continue
		}
		p.o.Progress(part.doing)
		if err := part.start(ctx); err != nil {
			return err
		}
	}
	return nil
}

// findBrowser fails before anything is touched when there is none.
func (p *Process) findBrowser(context.Context) error {
	if len(p.o.Config.Browser.Endpoints) > 0 {
		return nil // other processes have it
	}
	kind, path := p.o.Config.Browser.Kinds[0], ""
	if kind == session.BrowserShell {
		path = p.o.Config.Browser.Path
	}
	_, err := browser.Find(kind, path)
	return err
}

// openData opens vault and store of a process that is alone, and makes what the first start leaves behind.
func (p *Process) openData(ctx context.Context) error {
	if err := p.openDir(); err != nil {
		return err
	}
	c := p.o.Config
	if err := p.migrate(ctx); err != nil {
		return err
	}
	db, err := openStore(ctx, c.Store, p.dir.file(StoreFile), p.logger)
	if err != nil {
		return err
	}
	p.useStore(db)
	if p.vault, err = openVault(ctx, db, KeyFile(c)); err != nil {
		return err
	}
	if err := ensureInstalled(ctx, db, p.dir.file(apiKeyFile), now()); err != nil {
		return err
	}
	return loadProjects(ctx, db, c.Projects)
}

// migrate prepares the schema of a store that is no file; a file's is prepared when it is opened.
func (p *Process) migrate(ctx context.Context) error {
	if _, ok := p.o.Config.Store.SQLite(); ok {
		return nil
	}
	url, err := p.o.Config.Store.Address()
	if err != nil {
		return err
	}
	_, _, err = postgres.Migrate(ctx, url.Reveal(), p.logger)
	return err
}

// openDir locks the data directory, for a process that keeps something there.
func (p *Process) openDir() error {
	dir, err := openDataDir(p.o.Config.DataDir, lockFile)
	if err != nil {
		return err
	}
	p.dir = dir
	p.onStop("data directory", func(context.Context) error { return dir.close() })
	return nil
}

// openShared opens store and vault of a process that is one of several.
func (p *Process) openShared(ctx context.Context) error {
	db, key, err := openShared(ctx, p.o.Config, p.logger)
	if err != nil {
		return err
	}
	p.useStore(db)
	p.vault = key
	if p.o.Parts.Worker {
		if err := p.openDir(); err != nil {
			return err
		}
	}
	if !p.o.Parts.API {
		return nil
	}
	return loadProjects(ctx, db, p.o.Config.Projects)
}

func (p *Process) useStore(db store.Store) {
	p.db = db
	if p.telemetry != nil { // a store by itself has nobody to tell
		db.Observe(p.telemetry)
	}
	p.onStop("store", func(context.Context) error { return db.Close() })
	if p.telemetry != nil {
		clock := &worker.ClockWatch{Store: db, Now: now, Logger: p.logger.With("part", "clock"), OnSkew: p.telemetry.ClockAhead}
		p.background("clock", clock.Run)
	}
}

// listen takes the API's port before anything slow starts, so that a port in use is said at once.
func (p *Process) listen(ctx context.Context) error {
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", p.o.Config.Listen)
	if err != nil {
		return fmt.Errorf("listen for the API on %s: %w; stop what uses it or choose another with --listen", p.o.Config.Listen, err)
	}
	p.api = l
	p.onStop("API port", func(context.Context) error { return ignoreClosed(l.Close()) })
	return nil
}

// APIURL is where the API is: "http://127.0.0.1:8080"; empty without one.
func (p *Process) APIURL() string {
	if p.api == nil {
		return ""
	}
	return "http://" + p.api.Addr().String()
}

// APIKeyFile is the file with the API key of the default workspace, in the data directory of a process that is alone.
func (p *Process) APIKeyFile() string { return p.dir.file(apiKeyFile) }

// UIURL is where the Temporal UI is; empty when the server is not in this process.
func (p *Process) UIURL() string {
	if p.temporal == nil {
		return ""
	}
	return p.temporal.UIURL()
}

// Failed receives the error of a part that died; the process should then be stopped.
func (p *Process) Failed() <-chan error { return p.failed }

func (p *Process) fail(err error) {
	select {
	case p.failed <- err:
	default:
	}
}

func (p *Process) onStop(what string, do func(ctx context.Context) error) {
	p.closers = append(p.closers, closer{what: what, do: do})
}

// afterDrain is how long a process may take to stop once its work is drained.
const afterDrain = 4 * time.Second

// StopTimeout is how long a process of this configuration may take to stop: 10 s unless the operator sets another drain.
func StopTimeout(c *config.Config) time.Duration { return c.Worker.Drain + afterDrain }

// Stop ends every part, the last started first, within ctx. Work under way is drained, then handed back as retryable.
func (p *Process) Stop(ctx context.Context) error {
	var errs []error
	for _, c := range slices.Backward(p.closers) {
		if err := c.do(ctx); err != nil {
			errs = append(errs, fmt.Errorf("stop %s: %w", c.what, err))
		}
	}
	p.closers = nil
	return errors.Join(errs...)
}

func ignoreClosed(err error) error {
	if errors.Is(err, net.ErrClosed) || errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}

func now() time.Time { return time.Now().UTC() }
