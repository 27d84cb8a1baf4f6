package process

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"
)

// Bounds of requests to our own servers. There is no write timeout: a long poll answers after up to a minute.
const (
	readHeaderTimeout = 5 * time.Second
	readTimeout       = 30 * time.Second
	idleTimeout       = 2 * time.Minute
	maxHeaderBytes    = 32 << 10
	// drainRequests is how long open requests get when the process stops; long polls are answered at once.
	drainRequests = 2 * time.Second
)

func newServer(h http.Handler, logger *slog.Logger) *http.Server {
	return &http.Server{
		Handler:           h,
		ReadHeaderTimeout: readHeaderTimeout,
		ReadTimeout:       readTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeaderBytes,
		ErrorLog:          slog.NewLogLogger(logger.Handler(), slog.LevelDebug),
	}
}

// shutdown takes no request any more, and cuts off those that are not answered within drainRequests.
func shutdown(ctx context.Context, s *http.Server) error {
	ctx, cancel := context.WithTimeout(ctx, drainRequests)
	defer cancel()
	if err := s.Shutdown(ctx); err != nil {
		return errors.Join(ignoreClosed(s.Close()))
	}
	return nil
}
