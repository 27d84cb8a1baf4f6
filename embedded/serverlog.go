package embedded

import (
	"context"
	"fmt"
	"log/slog"
	"runtime"
	"strings"
	"sync/atomic"
	"time"

	"go.temporal.io/server/common/log"
	"go.temporal.io/server/common/log/tag"
)

// serverLog is Temporal's logger on slog. Temporal writes ids, names and errors to its
// log, never payloads.
type serverLog struct {
	slog  *slog.Logger
	level slog.Leveler
	end   *ending
	// phase is shared with the server that logs.
	phase *atomic.Int32
	// repeats is shared with what With returns.
	repeats *repeats
}

// The phases of a server's life that its log lines are judged by.
const (
	// phaseBuilding: temporal.NewServer runs, on a goroutine whose panics are caught.
	phaseBuilding int32 = iota
	phaseRunning
	// phaseStopping: services go away under each other; it lasts as long as the process,
	// because connections that Temporal never closes go on dialing.
	phaseStopping
)

var (
	_ log.Logger     = serverLog{}
	_ log.WithLogger = serverLog{}
)

// expected are warnings that a server which is alone in its process always gives.
var expected = map[string]bool{
	// Nexus over HTTP is not served.
	"HTTP API port has not been set. Nexus HTTP endpoints will not be available. " +
		"To enable Nexus, follow these instructions: https://github.com/temporalio/temporal/blob/main/docs/architecture/nexus.md#enabling-nexus.": true,
}

// Debug logs at debug level.
func (l serverLog) Debug(msg string, tags ...tag.Tag) { l.write(slog.LevelDebug, msg, tags) }

// Info logs at info level.
func (l serverLog) Info(msg string, tags ...tag.Tag) { l.write(slog.LevelInfo, msg, tags) }

// Warn logs at warning level what is not to be expected.
func (l serverLog) Warn(msg string, tags ...tag.Tag) {
	if expected[msg] || l.phase.Load() == phaseStopping {
		l.write(slog.LevelDebug, msg, tags)
		return
	}
	l.write(slog.LevelWarn, msg, tags)
}

// Error logs at error level, except what was cut off by the stop that is going on.
func (l serverLog) Error(msg string, tags ...tag.Tag) {
	if l.phase.Load() == phaseStopping && canceled(tags) {
		l.write(slog.LevelDebug, msg, tags)
		return
	}
	l.write(slog.LevelError, msg, tags)
}

// DPanic logs at error level; it panics in development builds of Temporal only.
func (l serverLog) DPanic(msg string, tags ...tag.Tag) { l.write(slog.LevelError, msg, tags) }

// Panic logs and panics, as Temporal's callers count on.
func (l serverLog) Panic(msg string, tags ...tag.Tag) {
	l.write(slog.LevelError, msg, tags)
	panic(msg)
}

// Fatal logs, ends the server with the error, and does not return: the code after it
// counts on the process being gone and would dereference nil (cli#543). While the server
// is built it panics, because Temporal calls it inside sync.OnceValue, which turns Goexit
// into a panic of nil; later it ends its goroutine, which may be one nobody recovers on.
func (l serverLog) Fatal(msg string, tags ...tag.Tag) {
	l.write(slog.LevelError, msg, tags)
	err := fatalError(msg, tags)
	if l.phase.Load() == phaseBuilding {
		panic(err)
	}
	l.end.end(err)
	runtime.Goexit()
}

// With returns a logger that adds tags to every line.
func (l serverLog) With(tags ...tag.Tag) log.Logger {
	l.slog = slog.New(l.slog.Handler().WithAttrs(attrs(tags)))
	return l
}

func (l serverLog) write(level slog.Level, msg string, tags []tag.Tag) {
	ctx := context.Background()
	if level < l.level.Level() || !l.slog.Enabled(ctx, level) {
		return
	}
	leftOut, ok := l.repeats.say(msg, time.Now())
	if !ok {
		return
	}
	all := attrs(tags)
	if leftOut > 0 {
		all = append(all, slog.Int("left_out_before", leftOut))
	}
	l.slog.LogAttrs(ctx, level, msg, all...) //nolint:sloglint // the message is Temporal's
}

func attrs(tags []tag.Tag) []slog.Attr {
	out := make([]slog.Attr, 0, len(tags))
	for _, t := range tags {
		out = append(out, slog.Any(t.Key(), t.Value()))
	}
	return out
}

// fatalError keeps the error that a line is tagged with, so that its kind can be asked for.
func fatalError(msg string, tags []tag.Tag) error {
	if err := taggedError(tags); err != nil {
		return fmt.Errorf("%w: %s: %w", ErrServer, msg, err)
	}
	return fmt.Errorf("%w: %s", ErrServer, msg)
}

// canceled reports whether the line is about a canceled call. Temporal turns the error
// into types of its own, which keep the text only.
func canceled(tags []tag.Tag) bool {
	err := taggedError(tags)
	return err != nil && strings.Contains(err.Error(), context.Canceled.Error())
}

// taggedError is the error a line is tagged with, or nil. The tag's Value would be a string.
func taggedError(tags []tag.Tag) error {
	for _, t := range tags {
		zt, ok := t.(tag.ZapTag)
		if !ok {
			continue
		}
		if err, ok := zt.Field().Interface.(error); ok {
			return err
		}
	}
	return nil
}
