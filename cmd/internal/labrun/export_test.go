package labrun

import "context"

// StopBrowser ends the running browser behind the driver's back.
func (d *Direct) StopBrowser(ctx context.Context) error { return d.running.Close(ctx) }
