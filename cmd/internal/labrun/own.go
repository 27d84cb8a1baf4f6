package labrun

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/anteroom/anteroom/loginlab"
)

// Served is a lab on two listeners of this machine.
type Served struct {
	// Lab is what is served.
	Lab *loginlab.Lab
	// URL and OtherURL are the two origins. They have different host names, as browsers keep cookies per host, not per port.
	URL, OtherURL string

	servers []*http.Server
	done    sync.WaitGroup
}

// ServeOptions say where a lab is served.
type ServeOptions struct {
	// Address and OtherAddress are host:port of the two listeners; empty for free ports of loopback.
	Address, OtherAddress string
	// Lab are the lab's own options; its OtherOrigin is set.
	Lab loginlab.Options
}

const (
	loopbackAny    = "127.0.0.1:0"
	headerPatience = 10 * time.Second
	// closePatience is how long open requests may take when a lab ends.
	closePatience = 2 * time.Second
)

// Serve serves a lab until Close. Error: a listener could not be opened.
func Serve(ctx context.Context, o ServeOptions) (*Served, error) {
	var listen net.ListenConfig
	var listeners []net.Listener
	for _, address := range []string{o.Address, o.OtherAddress} {
		if address == "" {
			address = loopbackAny
		}
		l, err := listen.Listen(ctx, "tcp", address)
		if err != nil {
			for _, open := range listeners {
				_ = open.Close()
			}
			return nil, fmt.Errorf("listen for the lab: %w", err)
		}
		listeners = append(listeners, l)
	}
	s := &Served{URL: originOf(listeners[0], "localhost"), OtherURL: originOf(listeners[1], "127.0.0.1")}
	o.Lab.OtherOrigin = s.OtherURL
	s.Lab = loginlab.New(o.Lab)
	for i, h := range []http.Handler{s.Lab, s.Lab.OtherHandler()} {
		server := &http.Server{Handler: h, ReadHeaderTimeout: headerPatience}
		s.servers = append(s.servers, server)
		s.done.Go(func() { _ = server.Serve(listeners[i]) }) // ends with ErrServerClosed
	}
	return s, nil
}

// originOf names a listener: by name where it listens on loopback, by its address where it does not.
func originOf(l net.Listener, name string) string {
	host, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		return "http://" + l.Addr().String()
	}
	if ip := net.ParseIP(host); ip != nil && (ip.IsLoopback() || ip.IsUnspecified()) {
		host = name
	}
	return "http://" + net.JoinHostPort(host, port)
}

// Close ends the lab and waits for it.
func (s *Served) Close(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, closePatience)
	defer cancel()
	var errs []error
	for _, server := range s.servers {
		if err := server.Shutdown(ctx); err != nil { // a page that never ends
			errs = append(errs, server.Close())
		}
	}
	s.done.Wait()
	return errors.Join(errs...)
}
