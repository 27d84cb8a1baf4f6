package telemetry

import (
	"context"
	"fmt"
	"strings"

	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/contrib/opentelemetry"
	"go.temporal.io/sdk/interceptor"

	"github.com/anteroom/anteroom/workflows"
)

// Temporal adds to the options of a Temporal client what its metrics and traces need. Workers take both from their client. Traces
// travel in headers of workflows, signals and activities (traceparent, and the names of [Telemetry.Operation]): no command of a
// workflow depends on them, so that histories replay with and without.
func (t *Telemetry) Temporal(o *client.Options) error {
	o.MetricsHandler = handler{opentelemetry.NewMetricsHandler(opentelemetry.MetricsHandlerOptions{
		Meter: t.meter, UseMonotonicCounters: true,
		OnError: func(err error) { t.logger.Warn("a metric of Temporal's cannot be made", "error", err) },
	})}
	if t.traces == nil {
		return nil
	}
	tracing, err := opentelemetry.NewTracingInterceptor(opentelemetry.TracerOptions{
		Tracer:            t.tracer,
		TextMapPropagator: propagation.NewCompositeTextMapPropagator(propagation.TraceContext{}, propagation.Baggage{}),
		// What another version put into a header, or another program, must not fail a login.
		AllowInvalidParentSpans: true,
		SpanStarter: func(ctx context.Context, tracer trace.Tracer, name string, options ...trace.SpanStartOption) trace.Span {
			_, span := tracer.Start(ctx, name, append(options, trace.WithAttributes(carried(ctx)...))...) //nolint:spancheck // the interceptor ends it
			return span                                                                                   //nolint:spancheck // see above
		},
	})
	if err != nil {
		return fmt.Errorf("trace what Temporal does: %w", err)
	}
	o.Interceptors = append(o.Interceptors, interceptor.ClientInterceptor(tracing))
	return nil
}

// handler bounds what Temporal's metrics are labelled with: each browser has a task queue of its own.
type handler struct{ client.MetricsHandler }

// browserQueues is what the task queues of all browsers are called.
const browserQueues = "browser"

// WithTags returns a handler with more labels.
func (h handler) WithTags(tags map[string]string) client.MetricsHandler {
	bounded := make(map[string]string, len(tags))
	for key, value := range tags {
		switch {
		case key == "client_name", value == "none":
			continue
		case key == "task_queue" && strings.HasPrefix(value, workflows.BrowserTaskQueue("")):
			value = browserQueues
		}
		bounded[key] = value
	}
	return handler{h.MetricsHandler.WithTags(bounded)}
}
