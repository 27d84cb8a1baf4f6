package telemetry

import (
	"context"
	"fmt"
	"strings"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/baggage"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"
	"golang.org/x/time/rate"
)

// The attributes that say what a span belongs to.
const (
	attributeWorkspace = "anteroom.workspace"
	attributeProject   = "anteroom.project"
	attributeOperation = "anteroom.operation"
)

// exportTimeout bounds one delivery of spans.
const exportTimeout = 10 * time.Second

func (t *Telemetry) startTraces(ctx context.Context, about *resource.Resource, o Options) error {
	t.tracer = noop.NewTracerProvider().Tracer(name)
	exporter := o.exporter
	if exporter == nil {
		if o.TraceEndpoint == "" {
			return nil
		}
		var err error
		// The connection is made at the first delivery.
		exporter, err = otlptracehttp.New(ctx, otlptracehttp.WithEndpointURL(strings.TrimRight(o.TraceEndpoint, "/")+"/v1/traces"),
			otlptracehttp.WithTimeout(exportTimeout))
		if err != nil {
			return fmt.Errorf("make the exporter of traces: %w", err)
		}
	}
	seldom := rate.Sometimes{First: 1, Interval: time.Minute}
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(err error) {
		seldom.Do(func() { t.logger.Warn("telemetry is not delivered", "error", err) })
	}))
	t.traces = sdktrace.NewTracerProvider(sdktrace.WithBatcher(scrubbing{exporter}), sdktrace.WithResource(about),
		sdktrace.WithSampler(sdktrace.ParentBased(sdktrace.AlwaysSample())))
	t.tracer = t.traces.Tracer(name)
	return nil
}

// scrubbing lets pass only what is known to hold no secret. Whoever adds an attribute adds it here, and thinks of what it may hold:
// libraries attach the texts of errors, and others' versions of them attach more.
type scrubbing struct{ sdktrace.SpanExporter }

// ExportSpans passes the spans on.
func (s scrubbing) ExportSpans(ctx context.Context, spans []sdktrace.ReadOnlySpan) error {
	clean := make([]sdktrace.ReadOnlySpan, 0, len(spans))
	for _, span := range spans {
		clean = append(clean, scrubbed{span})
	}
	return s.SpanExporter.ExportSpans(ctx, clean) //nolint:wrapcheck // it is this very method
}

// harmless are the attributes that leave.
var harmless = map[attribute.Key]bool{
	attributeWorkspace: true, attributeProject: true, attributeOperation: true,
	"http.request.method": true, "http.route": true, "http.response.status_code": true,
	"temporalWorkflowID": true, "temporalRunID": true, "temporalActivityID": true,
}

// scrubbed is a span without texts.
type scrubbed struct{ sdktrace.ReadOnlySpan }

// Attributes are the harmless ones.
func (s scrubbed) Attributes() []attribute.KeyValue {
	var kept []attribute.KeyValue
	for _, a := range s.ReadOnlySpan.Attributes() {
		if harmless[a.Key] {
			kept = append(kept, a)
		}
	}
	return kept
}

// Events are none: errors become events with their text.
func (s scrubbed) Events() []sdktrace.Event { return nil }

// Links are none.
func (s scrubbed) Links() []sdktrace.Link { return nil }

// Status tells that something went wrong, not what: the log has it under the trace's id.
func (s scrubbed) Status() sdktrace.Status {
	return sdktrace.Status{Code: s.ReadOnlySpan.Status().Code}
}

// Operation begins a span for something that is done to an operation, and has all that follows from it, in whatever process,
// say which operation it is for. end takes its error.
func (t *Telemetry) Operation(ctx context.Context, doing, workspace, project, operation string) (_ context.Context, end func(error)) {
	if t.traces == nil {
		return ctx, func(error) {}
	}
	ctx = carry(ctx, workspace, project, operation)
	ctx, span := t.tracer.Start(ctx, doing, trace.WithAttributes(carried(ctx)...)) //nolint:spancheck // the caller ends it, by end
	return ctx, func(err error) {                                                  //nolint:spancheck // see above
		if err != nil {
			span.SetStatus(codes.Error, "")
		}
		span.End()
	}
}

// carry puts what an operation belongs to where Temporal's headers take it along. They are not sealed: names and ids only.
func carry(ctx context.Context, workspace, project, operation string) context.Context {
	bag := baggage.Baggage{}
	for _, m := range [...][2]string{{attributeWorkspace, workspace}, {attributeProject, project}, {attributeOperation, operation}} {
		if m[1] == "" {
			continue
		}
		member, err := baggage.NewMemberRaw(m[0], m[1])
		if err != nil { // no UTF-8: it is no name of ours
			continue
		}
		bag, _ = bag.SetMember(member) // fails beyond 8 KiB, which three names are not
	}
	return baggage.ContextWithBaggage(ctx, bag)
}

// carried are the attributes of what carry put there.
func carried(ctx context.Context) []attribute.KeyValue {
	var all []attribute.KeyValue
	for _, m := range baggage.FromContext(ctx).Members() {
		all = append(all, attribute.String(m.Key(), m.Value()))
	}
	return all
}
