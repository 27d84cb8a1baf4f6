package telemetry

import (
	"context"
	"net/http"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
)

// Request begins what is told of an HTTP request; end takes its status and what it was about, as far as that is known. A caller's
// traceparent is continued, and nothing else of its headers: tracestate and baggage hold what it likes.
func (t *Telemetry) Request(ctx context.Context, header http.Header, method, route string) (
	_ context.Context, end func(status int, workspace, project, operation string),
) {
	began := time.Now()
	ctx, span := t.startRequest(ctx, header, method, route)
	return ctx, func(status int, workspace, project, operation string) {
		t.instruments.requests.Record(ctx, time.Since(began).Seconds(), metric.WithAttributes(
			attribute.String("method", method), attribute.String("route", route), attribute.Int("status", status)))
		if span == nil {
			return
		}
		span.SetAttributes(attribute.Int("http.response.status_code", status))
		span.SetAttributes(carried(carry(ctx, workspace, project, operation))...)
		if status >= http.StatusInternalServerError {
			span.SetStatus(codes.Error, "")
		}
		span.End()
	}
}

// startRequest begins the span; nil without traces.
func (t *Telemetry) startRequest(ctx context.Context, header http.Header, method, route string) (context.Context, trace.Span) {
	if t.traces == nil {
		return ctx, nil
	}
	caller := propagation.TraceContext{}.Extract(context.Background(), propagation.HeaderCarrier(header))
	if from := trace.SpanContextFromContext(caller); from.IsValid() {
		ctx = trace.ContextWithRemoteSpanContext(ctx, from.WithTraceState(trace.TraceState{}))
	}
	return t.tracer.Start(ctx, method+" "+route, trace.WithSpanKind(trace.SpanKindServer), trace.WithAttributes( //nolint:spancheck // Request ends it
		attribute.String("http.request.method", method), attribute.String("http.route", route)))
}
