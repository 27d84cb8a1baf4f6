package process

import (
	"context"
	"log/slog"
	"os"

	"github.com/anteroom/anteroom/activities"
	"github.com/anteroom/anteroom/browser"
	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/worker"
)

// keepers are the browser processes that the settings name, or that of the data directory.
func (p *Process) keepers() ([]worker.Keeper, error) {
	c := p.o.Config
	reach := func(path string) keptBrowsers {
		e := browser.NewEndpoint(path)
		p.onStop("browser endpoint", func(context.Context) error { e.Close(); return nil })
		return keptBrowsers{Endpoint: e, ports: p.ownPorts, logger: p.logger.With("part", "browser")}
	}
	if len(c.Browser.Endpoints) == 0 {
		program, err := os.Executable()
		if err != nil {
			return nil, err
		}
		p.own = &ownKeeper{
			keptBrowsers: reach(Socket(c)), config: c, program: program, settings: keeperSettings(c, p.o.Version),
			log: p.logger.With("part", "keeper"),
		}
		return []worker.Keeper{p.own}, nil
	}
	var all []worker.Keeper
	for _, path := range c.Browser.Endpoints {
		all = append(all, reach(path))
	}
	return all, nil
}

// keptBrowsers connects workers to the browsers of another process.
type keptBrowsers struct {
	*browser.Endpoint

	ports  func() []uint16
	logger *slog.Logger
}

// Connect attaches to a browser. Warm pages are kept in the headless shell only; see warmPages.
func (k keptBrowsers) Connect(ctx context.Context, info browser.KeptBrowser) (worker.Browser, error) {
	o := browser.ConnectOptions{OwnPorts: k.ports(), Logger: k.logger}
	if info.Kind == session.BrowserShell {
		o.WarmPages, o.WarmPassing = warmPages, warmProofs
	}
	if info.Draining {
		o.WarmPages, o.WarmPassing = noWarmPages, 0
	}
	b, err := k.Endpoint.Connect(ctx, info.ID, o)
	if err != nil {
		return nil, err
	}
	return activities.Chromium{Browser: b}, nil
}
