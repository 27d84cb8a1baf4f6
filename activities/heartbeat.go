package activities

import (
	"context"
	"time"

	"go.temporal.io/sdk/activity"
)

// heartbeatInterval is well below the heartbeat timeout, so that a cancel is noticed within about a second.
const heartbeatInterval = time.Second

// heartbeat sends a heartbeat with detail a second until the returned func is called, which waits for its goroutine.
func heartbeat(ctx context.Context, detail any) (stop func()) {
	done, stopped := make(chan struct{}), make(chan struct{})
	activity.RecordHeartbeat(ctx, detail)
	go func() {
		defer close(stopped)
		tick := time.NewTicker(heartbeatInterval)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				activity.RecordHeartbeat(ctx, detail)
			case <-done:
				return
			case <-ctx.Done():
				return
			}
		}
	}()
	return func() {
		close(done)
		<-stopped
	}
}
