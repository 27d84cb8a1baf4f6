package process

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"slices"
	"time"

	"go.temporal.io/sdk/client"

	"github.com/anteroom/anteroom/activities"
	"github.com/anteroom/anteroom/browser"
	"github.com/anteroom/anteroom/config"
	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store/sqlite"
	"github.com/anteroom/anteroom/vault"
	"github.com/anteroom/anteroom/worker"
)

// Options say what a process is made of.
type Options struct {
	Config *config.Config
	Logger *slog.Logger
	// Temporal starts a Temporal server in this process; nil connects to Config.Temporal.Address.
	Temporal StartTemporal
	// Version is what GET /version says.
	Version string
	// Progress is told, for people, what is being started; nil for nobody.
	Progress func(doing string)
}

// Process is a running process. The caller must call Stop.
type Process struct {
	o       Options
	logger  *slog.Logger
	closers []closer

	dir      *dataDir
	vault    *vault.Vault
	db       *sqlite.DB
	api      net.Listener
	codec    net.Listener
	temporal TemporalServer
	client   client.Client
	proxy    *browser.Proxy
	fleet    *worker.Fleet
	pages    *activities.Pages
	workers  *worker.Workers

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

func (p *Process) start(ctx context.Context) error {
	for _, part := range []struct {
		doing string
		start func(ctx context.Context) error
	}{
		{"looking for a browser", p.findBrowser},
		{"opening the data directory", p.openData},
		{"opening the API's port", p.listen},
		{"starting Temporal", p.startTemporal},
		{"starting the forwarding proxy", p.startProxy},
		{"starting the browser", p.startBrowser},
		{"starting the workers", p.startWorkers},
		{"starting the API", p.serve},
	} {
		p.o.Progress(part.doing)
		if err := part.start(ctx); err != nil {
			return err
		}
	}
	return nil
}

// findBrowser fails before anything is touched when there is none.
func (p *Process) findBrowser(context.Context) error {
	_, err := browser.Find(session.BrowserShell, p.o.Config.Browser.Path)
	return err
}

// openData opens vault and store, and makes what the first start leaves behind.
func (p *Process) openData(ctx context.Context) error {
	dir, err := openDataDir(p.o.Config.DataDir)
	if err != nil {
		return err
	}
	p.dir = dir
	p.onStop("data directory", func(context.Context) error { return dir.close() })
	if err := p.openVault(); err != nil {
		return err
	}
	if p.db, err = sqlite.Open(ctx, dir.file(storeFile), p.logger); err != nil {
		return err
	}
	p.onStop("store", func(context.Context) error { return p.db.Close() })
	if err := p.db.BindVault(ctx, p.vault.KeyID()); err != nil {
		return fmt.Errorf("check the vault key against the store: %w; put the vault key back that belongs to this data directory", err)
	}
	if err := ensureInstalled(ctx, p.db, dir, now()); err != nil {
		return err
	}
	return p.loadProjects(ctx)
}

// openVault makes the vault's key file on the first start only: where there is a store, only the key that sealed it will do.
func (p *Process) openVault() (err error) {
	open := vault.OpenOrCreate
	if _, statErr := os.Stat(p.dir.file(storeFile)); statErr == nil {
		open = vault.Open
	}
	p.vault, err = open(p.dir.file(vaultKeyFile))
	return err
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

// startTemporal starts the server in this process, or takes the one that is configured, and connects to it.
func (p *Process) startTemporal(ctx context.Context) error {
	t := p.o.Config.Temporal
	address := t.Address
	if p.o.Temporal != nil {
		if err := p.startCodec(ctx); err != nil {
			return err
		}
		server, err := p.o.Temporal(ctx, TemporalOptions{
			DataDir: p.dir.file("temporal"), Listen: t.Listen, UIListen: t.UIListen, Namespace: t.Namespace,
			Retention: t.Retention, SearchAttributes: SearchAttributes(),
			CodecEndpoint: "http://" + p.codec.Addr().String(), Logger: p.logger.With("part", "temporal"),
		})
		if err != nil {
			return err
		}
		p.temporal, address = server, server.Address()
		p.onStop("Temporal", server.Stop)
		if err := p.serveCodec(); err != nil {
			return err
		}
	}
	c, err := dialTemporal(ctx, address, t.Namespace, p.vault.Converters(), p.logger.With("part", "temporal-sdk"))
	if err != nil {
		return err
	}
	p.client = c
	p.onStop("Temporal client", func(context.Context) error { c.Close(); return nil })
	return nil
}

// APIURL is where the API is: "http://127.0.0.1:8080".
func (p *Process) APIURL() string { return "http://" + p.api.Addr().String() }

// APIKeyFile is the file with the API key of the default workspace.
func (p *Process) APIKeyFile() string { return p.dir.file(apiKeyFile) }

// UIURL is where the Temporal UI is; empty when the server is not in this process.
func (p *Process) UIURL() string {
	if p.temporal == nil {
		return ""
	}
	return p.temporal.UIURL()
}

// BrowserPID is the process id of the browser that was started with the process, for tests that look for what is left.
func (p *Process) BrowserPID(ctx context.Context) (int, error) {
	b, err := p.fleet.Running(ctx, session.BrowserShell)
	if err != nil {
		return 0, err
	}
	return b.PID(), nil
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
