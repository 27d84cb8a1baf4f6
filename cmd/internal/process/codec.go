package process

import (
	"context"
	"fmt"
	"net"
	"net/http"

	"github.com/anteroom/anteroom/vault"
)

// startCodec opens the port of the decode endpoint, whose address the UI must know before it starts.
func (p *Process) startCodec(ctx context.Context) error {
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("listen for the codec endpoint: %w", err)
	}
	p.codec = l
	p.onStop("codec port", func(context.Context) error { return ignoreClosed(l.Close()) })
	return nil
}

// serveCodec lets pages of the Temporal UI, and of no other origin, decode payloads. Payloads hold no secret.
func (p *Process) serveCodec() error {
	h, err := vault.NewDecodeHandler(p.vault, p.temporal.UIURL())
	if err != nil {
		return fmt.Errorf("serve the codec endpoint: %w", err)
	}
	p.serveOn("codec endpoint", p.codec, h)
	return nil
}

// serveOn serves h on l until the process stops; open requests are drained.
func (p *Process) serveOn(what string, l net.Listener, h http.Handler) {
	server := newServer(h, p.logger)
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := ignoreClosed(server.Serve(l)); err != nil {
			p.fail(fmt.Errorf("serve the %s: %w", what, err))
		}
	}()
	p.onStop(what, func(ctx context.Context) error {
		err := shutdown(ctx, server)
		<-done
		return err
	})
}
