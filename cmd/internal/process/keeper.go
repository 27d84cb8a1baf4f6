package process

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"net"
	"net/url"
	"time"

	"github.com/anteroom/anteroom/browser"
	"github.com/anteroom/anteroom/config"
	"github.com/anteroom/anteroom/session"
)

// KeeperStopTimeout is how long a process that keeps browsers may take to stop.
const KeeperStopTimeout = 12 * time.Second

// Keeper is a process that keeps browsers for workers. The caller must call Stop.
type Keeper struct {
	// Socket is where workers reach it: one of their browser.endpoints.
	Socket string

	dir    *dataDir
	proxy  *browser.Proxy
	keeper *browser.Keeper
}

// Socket is where a browser process with these settings is reached.
func Socket(c *config.Config) string { return cmp.Or(c.Browser.Socket, inDataDir(c, socketFile)) }

// StartKeeper starts the forwarding proxy and the browser behind it, and serves them on a socket. The error is a sentence.
func StartKeeper(ctx context.Context, c *config.Config, version string, logger *slog.Logger) (*Keeper, error) {
	dir, err := openDataDir(c.DataDir, keeperLockFile)
	if err != nil {
		return nil, err
	}
	k := &Keeper{Socket: Socket(c), dir: dir}
	if err := k.start(ctx, c, version, logger); err != nil {
		stopCtx, cancel := context.WithTimeout(context.WithoutCancel(ctx), KeeperStopTimeout)
		defer cancel()
		return nil, errors.Join(err, k.Stop(stopCtx))
	}
	return k, nil
}

func (k *Keeper) start(ctx context.Context, c *config.Config, version string, logger *slog.Logger) error {
	host, _, err := remembered(k.dir.file(hostFile), func() string { return session.NewID("host_") })
	if err != nil {
		return err
	}
	clients := make(chan *browser.Keeper, 1) // the keeper needs the proxy, whose policy needs the keeper
	if k.proxy, err = newProxy(ctx, c, func() []uint16 { return append(configuredPorts(c), portsOfClients(clients)...) }, logger); err != nil {
		return err
	}
	b := c.Browser
	launch := browser.Options{User: b.User, NoSandbox: b.NoSandbox, Logger: logger.With("part", "browser")}
	shell := launch
	shell.Path = b.Path
	k.keeper, err = browser.NewKeeper(ctx, browser.KeeperOptions{
		Socket: k.Socket, Host: host, Shell: shell, Chrome: launch, Proxy: k.proxy, Logger: logger.With("part", "keeper"),
		Recycle:    recycling(c),
		LeaveAfter: c.Browser.LeaveAfter, Settings: keeperSettings(c, version),
	})
	if err == nil {
		clients <- k.keeper
	}
	return err
}

func recycling(c *config.Config) browser.Recycling {
	b := c.Browser
	return browser.Recycling{AfterLogins: b.RecycleAfterLogins, After: b.RecycleAfter, AboveMemory: b.RecycleAboveMemory}
}

// portsOfClients asks the keeper once there is one.
func portsOfClients(keeper chan *browser.Keeper) []uint16 {
	select {
	case k := <-keeper:
		keeper <- k
		return k.OwnPorts()
	default:
		return nil
	}
}

// configuredPorts are the ports of the installation as far as the settings tell them. Those of workers come with their
// connections.
func configuredPorts(c *config.Config) []uint16 {
	addresses := []string{c.Listen, c.Monitor.Listen, c.Temporal.Address, c.Temporal.Listen, c.Temporal.UIListen, storeAddress(c)}
	var ports []uint16
	for _, a := range addresses {
		if port, ok := portOf(a); ok && port != 0 {
			ports = append(ports, port)
		}
	}
	return ports
}

// storeAddress is host:port of the store; empty for a file.
func storeAddress(c *config.Config) string {
	if _, ok := c.Store.SQLite(); ok {
		return ""
	}
	u, err := url.Parse(c.Store.URL.Reveal())
	if err != nil {
		return ""
	}
	return net.JoinHostPort(u.Hostname(), cmp.Or(u.Port(), "5432"))
}

// Ended is closed when nobody needs the browsers any more, or somebody asked for their end: call Stop then.
func (k *Keeper) Ended() <-chan struct{} { return k.keeper.Ended() }

// State tells what is kept.
func (k *Keeper) State() browser.KeeperState { return k.keeper.State() }

// Stop ends the browsers, with every page in them, within ctx.
func (k *Keeper) Stop(ctx context.Context) error {
	var errs []error
	if k.keeper != nil {
		errs = append(errs, k.keeper.Close(ctx))
	}
	if k.proxy != nil {
		errs = append(errs, k.proxy.Close(ctx))
	}
	return errors.Join(append(errs, k.dir.close())...)
}
