package process

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// Bounds of requests to our own servers. There is no write timeout: a long poll answers after up to a minute.
const (
	readHeaderTimeout = 5 * time.Second
	readTimeout       = 30 * time.Second
	idleTimeout       = 2 * time.Minute
	maxHeaderBytes    = 32 << 10
	// drainRequests is how long open requests get when the process stops; long polls are ended at once.
	drainRequests = 2 * time.Second
)

// newServer returns a server whose requests end when it shuts down: a long poll would hold it up otherwise.
func newServer(h http.Handler, logger *slog.Logger) *http.Server {
	ctx, cancel := context.WithCancel(context.Background())
	s := &http.Server{
		Handler:           h,
		ReadHeaderTimeout: readHeaderTimeout,
		ReadTimeout:       readTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeaderBytes,
		ErrorLog:          slog.NewLogLogger(logger.Handler(), slog.LevelDebug),
		BaseContext:       func(net.Listener) context.Context { return ctx },
	}
	s.RegisterOnShutdown(cancel)
	return s
}

func shutdown(ctx context.Context, s *http.Server) error {
	ctx, cancel := context.WithTimeout(ctx, drainRequests)
	defer cancel()
	if err := s.Shutdown(ctx); err != nil {
		return errors.Join(ignoreClosed(s.Close()))
	}
	return nil
}
