package postgres

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
)

// listener wakes watchers when another process changed what they watch.
type listener struct {
	config *pgx.ConnConfig
	told   interface {
		Tell(operations ...string)
		TellAll()
	}
	logger *slog.Logger
}

const (
	// recheck is how often watchers look again though nobody told them anything: a notification is no promise.
	recheck = time.Second
	// relisten is how long to wait before listening again on a new connection.
	relisten = time.Second
)

// run listens until ctx ends, on a connection of its own.
func (l *listener) run(ctx context.Context) {
	away := false
	for ctx.Err() == nil {
		err := l.listen(ctx, func() { away = false })
		if ctx.Err() != nil {
			return
		}
		if !away { // once, and not for every try
			l.logger.WarnContext(ctx, "the database's notifications are not heard; looking every second", slog.Any("error", err))
			away = true
		}
		l.told.TellAll()
		select {
		case <-ctx.Done():
		case <-time.After(relisten):
		}
	}
}

// listen makes a connection and hears it until it breaks.
func (l *listener) listen(ctx context.Context, listening func()) error {
	conn, err := pgx.ConnectConfig(ctx, l.config.Copy())
	if err != nil {
		return err
	}
	defer closeSoon(ctx, conn)
	if _, err := conn.Exec(ctx, "LISTEN "+channel); err != nil {
		return err
	}
	listening()
	l.told.TellAll() // what happened before is not told
	for {
		if err := l.hear(ctx, conn); err != nil {
			return err
		}
	}
}

// closeSoon closes the connection whether or not the server takes part.
func closeSoon(ctx context.Context, conn *pgx.Conn) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), pingTimeout)
	defer cancel()
	_ = conn.Close(ctx)
}

// hear waits for one notification, or for the time to look again.
func (l *listener) hear(ctx context.Context, conn *pgx.Conn) error {
	wait, cancel := context.WithTimeout(ctx, recheck)
	defer cancel()
	n, err := conn.WaitForNotification(wait)
	switch {
	case err == nil:
		l.told.Tell(n.Payload)
		return nil
	case errors.Is(wait.Err(), context.DeadlineExceeded) && ctx.Err() == nil && !conn.IsClosed():
		l.told.TellAll()
		return alive(ctx, conn)
	}
	return err
}

// alive fails where the connection is a dead one that nobody closed: hearing nothing, it would be listened to for ever.
func alive(ctx context.Context, conn *pgx.Conn) error {
	ctx, cancel := context.WithTimeout(ctx, pingTimeout)
	defer cancel()
	return conn.Ping(ctx)
}
