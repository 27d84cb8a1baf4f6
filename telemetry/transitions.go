package telemetry

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/trace"

	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
)

var _ store.Observer = (*Telemetry)(nil)

// Happened counts an event of an operation and writes its line.
func (t *Telemetry) Happened(ctx context.Context, e store.Event) {
	t.countOperation(ctx, e)
	t.countQuestion(ctx, e)
	trace.SpanFromContext(ctx).SetAttributes(carried(carry(ctx, e.After.Workspace, e.After.Project, e.After.ID))...)
	t.logger.LogAttrs(ctx, levelOf(e), "transition", t.line(ctx, e)...)
}

// levelOf is debug for what only people who watch need to know.
func levelOf(e store.Event) slog.Level {
	if e.Stepped() && e.Before.Seq == e.After.Seq {
		return slog.LevelDebug
	}
	return slog.LevelInfo
}

func (t *Telemetry) countOperation(ctx context.Context, e store.Event) {
	op := e.After
	labels := []attribute.KeyValue{label("workspace", op.Workspace), label("project", op.Project)}
	switch {
	case e.Before.State == "":
		t.instruments.started.Add(ctx, 1, metric.WithAttributes(labels...))
	case e.Moved() && op.State.Final():
		labels = append(labels, label("state", string(op.State)))
		t.instruments.durations.Record(ctx, op.FinishedAt.Sub(op.CreatedAt).Seconds(), metric.WithAttributes(labels...))
		class, code := failure(op)
		t.instruments.ended.Add(ctx, 1, metric.WithAttributes(append(labels, label("class", class), label("code", code))...))
	}
}

// failure names why an operation failed; empty where it did not.
func failure(op session.Operation) (class, code string) {
	if op.Failure == nil {
		return "", ""
	}
	return string(op.Failure.Class), op.Failure.Code
}

func (t *Telemetry) countQuestion(ctx context.Context, e store.Event) {
	labels := func(kind session.InfoRequestKind, more ...attribute.KeyValue) metric.MeasurementOption {
		return metric.WithAttributes(append(more,
			label("workspace", e.After.Workspace), label("project", e.After.Project), label("kind", string(kind)))...)
	}
	for outcome, kind := range map[string]session.InfoRequestKind{"asked": e.Asked, "answered": e.Answered, "expired": e.Expired} {
		if kind != "" {
			t.instruments.questions.Add(ctx, 1, labels(kind, label("outcome", outcome)))
		}
	}
	if kind, since, ended := e.Waited(); ended {
		t.instruments.questionWaits.Record(ctx, e.After.UpdatedAt.Sub(since).Seconds(), labels(kind))
	}
	if e.TakenUp != "" {
		t.instruments.takenUp.Record(ctx, e.TakenUpAfter.Seconds(), labels(e.TakenUp))
	}
}

// line is what the log says of an event.
func (t *Telemetry) line(ctx context.Context, e store.Event) []slog.Attr {
	op := e.After
	attrs := []slog.Attr{
		slog.String("workspace", op.Workspace), slog.String("project", op.Project), slog.String("session", op.SessionID),
		slog.String("operation", op.ID), slog.String("from", string(e.Before.State)), slog.String("state", string(op.State)),
		slog.Int64("seq", op.Seq), slog.Int("attempt", op.Attempt),
	}
	class, code := failure(op)
	for _, a := range [...][2]string{
		{"step", string(op.Step)}, {"asked", string(e.Asked)}, {"answered", string(e.Answered)}, {"expired", string(e.Expired)},
		{"taken_up", string(e.TakenUp)}, {"class", class}, {"code", code},
	} {
		if a[1] != "" {
			attrs = append(attrs, slog.String(a[0], a[1]))
		}
	}
	if _, since, ended := e.Waited(); ended {
		attrs = append(attrs, slog.Duration("waited", op.UpdatedAt.Sub(since)))
	}
	if e.TakenUp != "" {
		attrs = append(attrs, slog.Duration("taken_up_after", e.TakenUpAfter))
	}
	if op.State.Final() {
		attrs = append(attrs, slog.Duration("took", op.FinishedAt.Sub(op.CreatedAt)))
	}
	return appendTrace(ctx, attrs)
}

// appendTrace names the trace, so that line and trace find each other.
func appendTrace(ctx context.Context, attrs []slog.Attr) []slog.Attr {
	if span := trace.SpanContextFromContext(ctx); span.IsSampled() {
		return append(attrs, slog.String("trace_id", span.TraceID().String()))
	}
	return attrs
}

// Wrote counts a transaction.
func (t *Telemetry) Wrote(ctx context.Context, w store.Written) {
	t.instruments.writes.Record(ctx, w.Took.Seconds(), metric.WithAttributes(label("outcome", outcome(w.Err))))
	if w.Repeats > 0 {
		t.instruments.repeats.Add(ctx, int64(w.Repeats))
	}
}

// refusals are the answers of a store that works.
var refusals = []error{
	store.ErrNotFound, store.ErrOperationOver, store.ErrNothingAsked, store.ErrQuestionUnknown, store.ErrLeaseStale, store.ErrNoPageFree,
	store.ErrVersion, store.ErrInUse, store.ErrSecretsErased, store.ErrTransition, store.ErrBadCursor,
}

// outcome says what became of a write: ok, refused by a rule, unavailable, timeout, or another error.
func outcome(err error) string {
	switch {
	case err == nil:
		return "ok"
	case errors.Is(err, store.ErrUnavailable):
		return "unavailable"
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return "timeout"
	case isRefusal(err):
		return "refused"
	}
	return "error"
}

func isRefusal(err error) bool {
	for _, known := range refusals {
		if errors.Is(err, known) {
			return true
		}
	}
	var (
		live  *store.OperationLiveError
		busy  *store.AccountBusyError
		open  *store.BreakerOpenError
		stale *store.QuestionStaleError
	)
	return errors.As(err, &live) || errors.As(err, &busy) || errors.As(err, &open) || errors.As(err, &stale)
}

// Reconciled counts something that the reconciler made good.
func (t *Telemetry) Reconciled(ctx context.Context, action string) {
	t.instruments.reconciled.Add(ctx, 1, metric.WithAttributes(label("action", action)))
}

// BrowserLost counts a browser that ended unasked.
func (t *Telemetry) BrowserLost(kind session.BrowserKind) {
	t.instruments.browsersLost.Add(context.Background(), 1, metric.WithAttributes(label("kind", string(kind))))
}

// Purged counts what retention removed.
func (t *Telemetry) Purged(what string, rows int) {
	t.instruments.purged.Add(context.Background(), int64(rows), metric.WithAttributes(label("what", what)))
}

// ClockAhead tells how far this process's clock is ahead of the store's.
func (t *Telemetry) ClockAhead(ahead time.Duration) {
	t.instruments.clock.Record(context.Background(), ahead.Seconds())
}
