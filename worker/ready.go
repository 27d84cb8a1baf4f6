package worker

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.temporal.io/sdk/client"

	"github.com/anteroom/anteroom/session"
)

// restartTimeout bounds the start of a browser that a probe found missing.
const restartTimeout = 30 * time.Second

// ErrNoBrowser says that no browser runs at the moment.
var ErrNoBrowser = errors.New("no browser runs; one is being started")

// Ready returns nil when the Temporal server answers and serves.
func (d *Dispatcher) Ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	if _, err := d.Client.CheckHealth(ctx, &client.CheckHealthRequest{}); err != nil {
		return fmt.Errorf("ask the Temporal server for its health: %w", err)
	}
	return nil
}

// Ready returns nil when a headless shell runs. Where none does, one is started in the background, as the next login would do: a
// process that is not ready gets no work that would start it.
func (f *Fleet) Ready(context.Context) error {
	for _, y := range f.all() {
		if f.connected(y, session.BrowserShell) != nil {
			return nil
		}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed {
		return errFleetClosed
	}
	f.watches.Go(func() {
		ctx, cancel := context.WithTimeout(context.Background(), restartTimeout)
		defer cancel()
		if _, err := f.Running(ctx, session.BrowserShell); err != nil && f.alive().Err() == nil {
			f.Logger.Error("no browser can be started", "error", err)
		}
	})
	return ErrNoBrowser
}
