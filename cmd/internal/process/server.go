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
	// drainRequests is how long open requests get when the process stops; long polls are ended at once.
	drainRequests = 2 * time.Second
)

// newServer returns a server whose long polls end when it shuts down, with what there is to tell then: they would hold it up
// otherwise. Every other request is let finish.
func newServer(h http.Handler, logger *slog.Logger) *http.Server {
	stopping, stop := context.WithCancel(context.Background())
	s := &http.Server{
		Handler:           endingLongPolls(stopping, h),
		ReadHeaderTimeout: readHeaderTimeout,
		ReadTimeout:       readTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeaderBytes,
		ErrorLog:          slog.NewLogLogger(logger.Handler(), slog.LevelDebug),
	}
	s.RegisterOnShutdown(stop)
	return s
}

// endingLongPolls ends the contexts of requests that wait on purpose when stopping ends.
func endingLongPolls(stopping context.Context, h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Has("wait") {
			ctx, cancel := context.WithCancel(r.Context())
			defer cancel()
			defer context.AfterFunc(stopping, cancel)()
			r = r.WithContext(ctx)
		}
		h.ServeHTTP(w, r)
	})
}

func shutdown(ctx context.Context, s *http.Server) error {
	ctx, cancel := context.WithTimeout(ctx, drainRequests)
	defer cancel()
	if err := s.Shutdown(ctx); err != nil {
		return errors.Join(ignoreClosed(s.Close()))
	}
	return nil
}
