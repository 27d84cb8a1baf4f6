package process

import (
	"context"
	"net"
	"net/http"
	"time"

	"github.com/anteroom/anteroom/telemetry"
)

// drainTelemetry is how long the last spans may take to be delivered when the process stops.
const drainTelemetry = time.Second

// startTelemetry prepares metrics and traces before anything happens that they tell of.
func (p *Process) startTelemetry(ctx context.Context) error {
	t, err := telemetry.New(ctx, telemetry.Options{
		Version: p.o.Version, Part: p.o.Parts.String(), TraceEndpoint: p.o.Config.Tracing.Endpoint, Logger: p.logger,
	})
	if err != nil {
		return err
	}
	p.telemetry = t
	p.onStop("telemetry", func(ctx context.Context) error {
		ctx, cancel := context.WithTimeout(ctx, drainTelemetry)
		defer cancel()
		if err := t.Close(ctx); err != nil { // the receiver of traces is away, which is no fault of ours
			p.logger.WarnContext(ctx, "telemetry was not delivered to its end", "error", err)
		}
		return nil
	})
	return nil
}

// String names the parts: "api", "worker", "all".
func (o Parts) String() string {
	switch {
	case o.API && o.Worker:
		return "all"
	case o.API:
		return "api"
	case o.Worker:
		return "worker"
	}
	return "none"
}

// localMetrics are the metrics on the API's port, where only this machine reaches that; nil elsewhere.
func (p *Process) localMetrics() http.Handler {
	if address, ok := p.api.Addr().(*net.TCPAddr); ok && address.IP.IsLoopback() {
		return p.telemetry.Metrics()
	}
	return nil
}
