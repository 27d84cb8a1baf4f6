package embedded

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"syscall"
)

// port is an address that was listened on to see that it is free. Temporal and its UI
// take an address, not a listener, so the port is held until the moment they bind it.
type port struct {
	addr     string
	at       netip.AddrPort
	listener net.Listener // nil: no port is held
}

// holdPort listens on addr. what names the address in the error.
func holdPort(ctx context.Context, what, addr string) (*port, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp4", addr)
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, refuse(ErrAddressInUse, err,
			"the temporal %s address %s is in use: stop the program that listens there, or choose another address", what, addr)
	}
	if err != nil {
		return nil, refuse(ErrOptions, err, "the temporal %s address %s cannot be listened on: %v", what, addr, err)
	}
	at, err := netip.ParseAddrPort(l.Addr().String())
	if err != nil {
		return nil, refuse(ErrOptions, errors.Join(err, l.Close()), "the temporal %s address %s has no port: %v", what, addr, err)
	}
	return &port{addr: at.String(), at: at, listener: l}, nil
}

// release frees the port for whoever is to bind it. More than one call is harmless.
func (p *port) release() {
	if p != nil && p.listener != nil {
		_ = p.listener.Close()
	}
}

// number is the port's number.
func (p *port) number() int {
	return int(p.at.Port())
}

// host is the port's IP address.
func (p *port) host() string {
	return p.at.Addr().String()
}

// servicePorts are the gRPC ports of Temporal's four services.
type servicePorts struct {
	frontend, history, matching, worker *port
}

// holdServicePorts holds the frontend's address and three free ports, all at the same
// time, so that no two are the same.
func holdServicePorts(ctx context.Context, frontendAddr string) (p servicePorts, err error) {
	defer func() {
		if err != nil {
			p.release()
		}
	}()
	if p.frontend, err = holdPort(ctx, "frontend", frontendAddr); err != nil {
		return p, err
	}
	for _, inner := range []**port{&p.history, &p.matching, &p.worker} {
		if *inner, err = holdPort(ctx, "service", anyPort); err != nil {
			return p, err
		}
	}
	return p, nil
}

// release frees all four.
// numbers lists the ports.
func (p servicePorts) numbers() []uint16 {
	var numbers []uint16
	for _, one := range []*port{p.frontend, p.history, p.matching, p.worker} {
		numbers = append(numbers, one.at.Port())
	}
	return numbers
}

// release lets go of the ports, so that the server can bind them.
func (p servicePorts) release() {
	for _, one := range []*port{p.frontend, p.history, p.matching, p.worker} {
		one.release()
	}
}
