package store

import (
	"context"
	"time"
)

// patienceKey is the key of what WithPatience puts into a context.
type patienceKey struct{}

// WithPatience bounds each call of a Store that is made with the context: after d, waiting for a database that is away
// included, it fails with ErrUnavailable. A context without it leaves the driver its own patience, which is as long as a restart
// or a failover takes: right for work that goes on by itself, too long for a caller who waits for an answer. A deadline of ctx
// that comes earlier counts. A driver whose database cannot be away pays no heed.
func WithPatience(ctx context.Context, d time.Duration) context.Context {
	return context.WithValue(ctx, patienceKey{}, d)
}

// PatienceOf returns what WithPatience put into ctx, or the driver's own.
func PatienceOf(ctx context.Context, own time.Duration) time.Duration {
	if d, ok := ctx.Value(patienceKey{}).(time.Duration); ok {
		return d
	}
	return own
}
