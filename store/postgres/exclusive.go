package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// exclusiveKey is the advisory lock of Exclusive: "anteroom" in ASCII.
const exclusiveKey = int64(0x616e7465726f6f6d)

// Exclusive runs do while no other process runs one on the same database: it waits for them, within ctx. The lock goes with its
// connection, however the process ends. Errors: store.ErrUnavailable, or what do returned.
func Exclusive(ctx context.Context, url string, do func(ctx context.Context) error) error {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return fmt.Errorf("lock the database: %w", unavailable(err))
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	if _, err := conn.Exec(ctx, "SELECT pg_advisory_lock($1)", exclusiveKey); err != nil {
		return fmt.Errorf("lock the database: %w", unavailable(err))
	}
	return do(ctx)
}
