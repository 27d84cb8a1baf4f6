package embedded

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"
)

// defaultStopTimeout bounds Stop where its context has no deadline. Temporal itself would
// wait up to 5 minutes per service (temporal/server.go).
const defaultStopTimeout = 30 * time.Second

// Server is a running Temporal server, with its UI where one was wanted. Its methods may
// be called from several goroutines.
type Server struct {
	options  Options
	database database
	temporal *temporalServer
	ui       *webUI
	end      *ending

	stopOnce sync.Once
	stopped  chan struct{} // closed when shutdown has finished
	stopErr  error         // written before stopped is closed
}

// Start starts a Temporal server on o.DataDir or o.Store and returns when workers and clients can
// use it: the frontend is healthy, the namespace has its retention and search attributes,
// and the UI answers. ctx bounds the waits of the start only. An error is a [StartError];
// after one of reason ErrServer the caller must exit, because Temporal may leave services
// of a failed start running; after any other nothing runs. The caller must Stop the server.
func Start(ctx context.Context, o Options) (*Server, error) {
	o, err := o.withDefaults()
	if err != nil {
		return nil, err
	}
	end := newEnding()
	db, err := openDatabase(ctx, o, end)
	if err != nil {
		return nil, err
	}
	s := &Server{options: o, database: db, end: end, stopped: make(chan struct{})}
	if err := s.start(ctx); err != nil {
		s.abandon(ctx)
		return nil, err
	}
	return s, nil
}

// start holds the ports first, because a port in use is the likeliest failure and then
// nothing has been written yet.
func (s *Server) start(ctx context.Context) error {
	ports, err := holdServicePorts(ctx, s.options.FrontendAddr)
	if err != nil {
		return err
	}
	defer ports.release()
	uiPort, err := s.holdUIPort(ctx)
	if err != nil {
		return err
	}
	defer uiPort.release()
	if err := s.startTemporal(ctx, ports); err != nil {
		return err
	}
	if err := s.administer(ctx); err != nil {
		return err
	}
	if s.options.UIAddr == "" {
		return nil
	}
	s.ui, err = startUI(ctx, s.options, s.temporal.addr, uiPort, s.end)
	return err
}

// holdUIPort holds nothing where no UI is wanted.
func (s *Server) holdUIPort(ctx context.Context) (*port, error) {
	if s.options.UIAddr == "" {
		return &port{}, nil
	}
	return holdPort(ctx, "ui", s.options.UIAddr)
}

// startTemporal prepares the database and starts the services on it.
func (s *Server) startTemporal(ctx context.Context, ports servicePorts) error {
	m, err := s.database.prepare(ctx)
	if err != nil {
		return err
	}
	if err := createNamespace(s.database.stores().main, s.options); err != nil {
		return err
	}
	s.temporal, err = launch(ctx, s.options, m, s.database.stores(), ports, s.end)
	return err
}

// administer waits for the frontend and brings the namespace to what the options say.
func (s *Server) administer(ctx context.Context) error {
	a, err := newAdministrator(s.options, s.temporal.addr, s.end)
	if err != nil {
		return err
	}
	defer a.close()
	if err := a.waitHealthy(ctx); err != nil {
		return err
	}
	if err := a.setRetention(ctx, s.options.Retention); err != nil {
		return err
	}
	return a.addSearchAttributes(ctx, s.options.SearchAttributes)
}

// abandon stops what a failed start has started.
func (s *Server) abandon(ctx context.Context) {
	if err := s.Stop(context.WithoutCancel(ctx)); err != nil {
		s.options.Logger.Warn("clean up after a failed start of temporal", slog.Any("error", err))
	}
}

// Address is the host:port of the gRPC frontend, for client.Options.HostPort.
func (s *Server) Address() string { return s.temporal.addr }

// Ports lists the TCP ports that the services listen on, the frontend's included and the UI's not: whoever lets others connect
// to loopback keeps them away from these.
func (s *Server) Ports() []uint16 { return s.temporal.ports }

// UIURL is the URL of the web UI, without a slash at the end; empty where there is none.
func (s *Server) UIURL() string {
	if s.ui == nil {
		return ""
	}
	return s.ui.url
}

// Stopped is closed when the server has died or was stopped; [Server.Err] tells which.
// After a death the caller must still call Stop.
func (s *Server) Stopped() <-chan struct{} { return s.end.done }

// Err is why the server died: nil while it runs and after a wanted stop.
func (s *Server) Err() error { return s.end.reason() }

// Stop stops UI and server and lets go of data directory or databases. It takes about one second,
// and at most until ctx's deadline, or 30 s where it has none; then it answers
// ErrStopTimeout and the caller should exit. Workers should be stopped before. More than
// one call is harmless.
func (s *Server) Stop(ctx context.Context) error {
	if _, ok := ctx.Deadline(); !ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, defaultStopTimeout)
		defer cancel()
	}
	//nolint:contextcheck // a shutdown that has begun goes on after the caller has given up waiting
	s.stopOnce.Do(func() { go s.shutdown() })
	select {
	case <-s.stopped:
		return s.stopErr
	case <-ctx.Done():
		return fmt.Errorf("stop temporal: %w: %w", ErrStopTimeout, ctx.Err())
	}
}

// shutdown runs once, on a goroutine that Stop waits for. The lock goes last: until then
// nobody else may open the database.
func (s *Server) shutdown() {
	defer close(s.stopped)
	var errs []error
	if s.ui != nil {
		ctx, cancel := context.WithTimeout(context.Background(), uiTimeout)
		errs = append(errs, s.ui.stop(ctx))
		cancel()
	}
	if s.temporal != nil {
		errs = append(errs, s.temporal.stop(), s.database.settle())
	}
	errs = append(errs, s.database.close())
	s.stopErr = errors.Join(errs...)
	s.end.end(nil)
}
