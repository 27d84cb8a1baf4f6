package process

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"strconv"

	"github.com/anteroom/anteroom/browser"
	"github.com/anteroom/anteroom/config"
)

// startProxy starts the forwarding proxy by which the API looks whether callers' proxies answer. That of the pages is where their
// browser is.
func (p *Process) startProxy(ctx context.Context) (err error) {
	if p.proxy, err = newProxy(ctx, p.o.Config, p.ownPorts, p.logger); err != nil {
		return err
	}
	p.onStop("forwarding proxy", p.proxy.Close)
	return nil
}

// newProxy opens a forwarding proxy with the policy of the settings.
func newProxy(ctx context.Context, c *config.Config, ownPorts func() []uint16, logger *slog.Logger) (*browser.Proxy, error) {
	policy, err := policyOf(c.Network, ownPorts)
	if err != nil {
		return nil, err
	}
	proxy, err := browser.NewProxy(ctx, browser.ProxyOptions{Policy: policy, Logger: logger.With("part", "proxy")})
	if err != nil {
		return nil, fmt.Errorf("start the forwarding proxy: %w", err)
	}
	return proxy, nil
}

// ownPorts are the ports that no page may reach, whatever the operator allows.
func (p *Process) ownPorts() []uint16 {
	addresses := []string{p.o.Config.Temporal.Address, storeAddress(p.o.Config)}
	for _, l := range []net.Listener{p.api, p.codec, p.monitor} {
		if l != nil {
			addresses = append(addresses, l.Addr().String())
		}
	}
	var ports []uint16
	if p.temporal != nil {
		addresses = append(addresses, hostPortOf(p.temporal.UIURL()))
		ports = append(ports, p.temporal.Ports()...)
	}
	for _, a := range addresses {
		if port, ok := portOf(a); ok {
			ports = append(ports, port)
		}
	}
	return ports
}

func portOf(address string) (uint16, bool) {
	_, text, err := net.SplitHostPort(address)
	if err != nil {
		return 0, false
	}
	port, err := strconv.ParseUint(text, 10, 16)
	return uint16(port), err == nil
}
