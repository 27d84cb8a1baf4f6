package process

import (
	"context"
	"fmt"
	"net"
	"net/http"
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
	if p.monitor == nil {
		return nil
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(`{"status":"ok"}` + "\n"))
	})
	p.serveOn("monitor", p.monitor, mux)
	return nil
}

// MonitorURL is where health and metrics are; empty without such a port.
func (p *Process) MonitorURL() string {
	if p.monitor == nil {
		return ""
	}
	return "http://" + p.monitor.Addr().String()
}
