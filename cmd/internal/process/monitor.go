package process

import (
	"context"
	"fmt"
	"net"

	"github.com/anteroom/anteroom/api"
)

// listenMonitor takes the port where operators look, if there is one.
func (p *Process) listenMonitor(ctx context.Context) error {
	address := p.o.Config.Monitor.Listen
	if address == "" {
		return nil
	}
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", address)
	if err != nil {
		return fmt.Errorf("listen for health and metrics on %s: %w; stop what uses it or choose another with --monitor-listen", address, err)
	}
	p.monitor = l
	p.onStop("monitor port", func(context.Context) error { return ignoreClosed(l.Close()) })
	return nil
}

// serveMonitor serves what operators look at.
func (p *Process) serveMonitor(context.Context) error {
	if err := p.telemetry.Count(p.db); err != nil {
		return err
	}
	if p.monitor == nil {
		return nil
	}
	checks := append([]api.Check{{Name: "store", Ready: p.db.Ping}}, p.checks()...)
	h, err := api.NewMonitor(api.MonitorDeps{Checks: checks, Metrics: p.telemetry.Metrics(), Logger: p.logger})
	if err != nil {
		return err
	}
	p.serveOn("monitor", p.monitor, h)
	return nil
}

// MonitorURL is where health and metrics are; empty without such a port.
func (p *Process) MonitorURL() string {
	if p.monitor == nil {
		return ""
	}
	return "http://" + p.monitor.Addr().String()
}
