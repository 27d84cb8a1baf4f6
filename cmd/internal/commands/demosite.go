package commands

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"strings"
	"time"
)

// demoSite is a site on a free loopback port.
type demoSite struct {
	url    string
	server *http.Server
	done   chan struct{}
}

func serveSite(ctx context.Context, h http.Handler) (*demoSite, error) {
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen for the demo site: %w", err)
	}
	s := &demoSite{
		url:    "http://" + l.Addr().String(),
		server: &http.Server{Handler: h, ReadHeaderTimeout: 5 * time.Second},
		done:   make(chan struct{}),
	}
	go func() {
		defer close(s.done)
		_ = s.server.Serve(l) // ends with ErrServerClosed
	}()
	return s, nil
}

func (s *demoSite) close() {
	_ = s.server.Close()
	<-s.done
}

func trimLine(b []byte) string { return strings.TrimSpace(string(b)) }
