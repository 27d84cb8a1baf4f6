package embedded

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"syscall"

	"go.temporal.io/server/common/authorization"
	"go.temporal.io/server/common/config"
	"go.temporal.io/server/temporal"
)

// bindAttempts is how often a server is built when a port it was to get is taken between
// letting go of it and binding it.
const bindAttempts = 3

// errNoReturn: the called function ended its goroutine instead of returning.
var errNoReturn = errors.New("the server gave up without an error")

// temporalServer is a running Temporal server.
type temporalServer struct {
	server temporal.Server
	addr   string
	ports  []uint16
	phase  atomic.Int32
}

// launch builds a server on held ports and starts its services. end gets the error if
// the server gives up later.
func launch(ctx context.Context, o Options, m meta, db stores, ports servicePorts, end *ending) (*temporalServer, error) {
	var err error
	for attempt := range bindAttempts {
		if attempt > 0 {
			if ports, err = holdServicePorts(ctx, o.FrontendAddr); err != nil {
				return nil, err
			}
		}
		var t *temporalServer
		t, err = build(o, m, db, ports, end)
		if err == nil {
			return t.start()
		}
		if !errors.Is(err, syscall.EADDRINUSE) {
			break
		}
	}
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, refuse(ErrAddressInUse, err, "the temporal server's ports were taken while it started: start again (%v)", err)
	}
	return nil, refuse(ErrServer, err, "the temporal server could not be built: %v", err)
}

// build makes the server, which binds its ports; no service runs yet.
func build(o Options, m meta, db stores, ports servicePorts, end *ending) (*temporalServer, error) {
	t := &temporalServer{addr: ports.frontend.addr, ports: ports.numbers()}
	logger := serverLog{
		slog:  o.Logger.With(slog.String("component", "temporal")),
		level: o.LogLevel,
		end:   end,
		phase: &t.phase, repeats: newRepeats(),
	}
	cfg := serverConfig(m, db, ports)
	ports.release()
	err := guard("build", func() (err error) {
		t.server, err = temporal.NewServer(
			temporal.WithConfig(cfg),
			temporal.ForServices(temporal.DefaultServices),
			temporal.WithStaticHosts(staticHosts(ports)),
			temporal.WithLogger(logger),
			temporal.WithAuthorizer(authorization.NewNoopAuthorizer()),
			temporal.WithClaimMapper(func(*config.Config) authorization.ClaimMapper {
				return authorization.NewNoopClaimMapper()
			}),
			temporal.WithDynamicConfigClient(dynamicConfig()),
		)
		return err
	})
	t.phase.Store(phaseRunning)
	return t, err
}

// start starts the services and returns t. On an error Temporal cannot stop those that
// did start; they end with the process.
func (t *temporalServer) start() (*temporalServer, error) {
	if err := guard("start", t.server.Start); err != nil {
		return nil, refuse(ErrServer, err, "the temporal server could not be started: %v", err)
	}
	return t, nil
}

// stop stops the services. It takes about one second, and without a bound of its own at
// worst minutes: the caller bounds it.
func (t *temporalServer) stop() error {
	t.phase.Store(phaseStopping)
	return guard("stop", t.server.Stop)
}

// guard calls f on a goroutine of its own and waits for it, so that a panic or a Goexit
// of Temporal's code becomes an error here.
func guard(step string, f func() error) error {
	done := make(chan error, 1)
	go func() {
		err := errNoReturn
		defer func() {
			if r := recover(); r != nil {
				err = panicError(r)
			}
			done <- err
		}()
		err = f()
	}()
	if err := <-done; err != nil {
		return fmt.Errorf("%s temporal: %w", step, err)
	}
	return nil
}

// panicError keeps the error of a panic with one.
func panicError(r any) error {
	if err, ok := r.(error); ok {
		return fmt.Errorf("%w: panic: %w", ErrServer, err)
	}
	return fmt.Errorf("%w: panic: %v", ErrServer, r)
}
