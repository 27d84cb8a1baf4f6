package telemetry

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"go.opentelemetry.io/otel/attribute"
	otelprometheus "go.opentelemetry.io/otel/exporters/prometheus"
	"go.opentelemetry.io/otel/metric"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

// name is the instrumentation scope of everything that is measured here.
const name = "anteroom"

// Options say what is told to whom. Logger is required.
type Options struct {
	// Version is the version of the program.
	Version string
	// Part says what the process is: "api", "worker".
	Part string
	// TraceEndpoint is the base URL of an OTLP receiver over HTTP; empty for no traces, which then cost nothing.
	TraceEndpoint string
	Logger        *slog.Logger

	// exporter takes the place of OTLP, for tests.
	exporter sdktrace.SpanExporter
}

// Telemetry collects what a process tells. New makes it; the caller must call Close. It is safe for concurrent use.
type Telemetry struct {
	logger   *slog.Logger
	registry *prometheus.Registry
	metrics  *sdkmetric.MeterProvider
	meter    metric.Meter
	// traces is nil without an endpoint.
	traces *sdktrace.TracerProvider
	tracer trace.Tracer

	instruments instruments
}

// New returns a Telemetry. It does not connect: a receiver of traces that is away is said in the log, and changes nothing else.
func New(ctx context.Context, o Options) (*Telemetry, error) {
	if o.Logger == nil {
		return nil, errors.New("new telemetry: Options.Logger is missing")
	}
	t := &Telemetry{logger: o.Logger, registry: prometheus.NewRegistry()}
	about := resource.NewSchemaless(
		attribute.String("service.name", name), attribute.String("service.version", o.Version), attribute.String("service.instance.role", o.Part),
	)
	if err := t.startMetrics(ctx, about, o); err != nil {
		return nil, fmt.Errorf("new telemetry: %w", err)
	}
	if err := t.startTraces(ctx, about, o); err != nil {
		return nil, errors.Join(fmt.Errorf("new telemetry: %w", err), t.Close(ctx))
	}
	return t, nil
}

func (t *Telemetry) startMetrics(ctx context.Context, about *resource.Resource, o Options) error {
	t.registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	exporter, err := otelprometheus.New(otelprometheus.WithRegisterer(t.registry), otelprometheus.WithoutScopeInfo(), otelprometheus.WithoutTargetInfo())
	if err != nil {
		return fmt.Errorf("make the exporter of metrics: %w", err)
	}
	t.metrics = sdkmetric.NewMeterProvider(sdkmetric.WithReader(exporter), sdkmetric.WithResource(about), sdkmetric.WithView(view))
	t.meter = t.metrics.Meter(name)
	if t.instruments, err = newInstruments(t.meter); err != nil {
		return err
	}
	build, err := t.meter.Int64Gauge("anteroom_build_info", metric.WithDescription("1, with the version and the part that runs"))
	if err != nil {
		return fmt.Errorf("make a metric: %w", err)
	}
	build.Record(ctx, 1, metric.WithAttributes(attribute.String("version", o.Version), attribute.String("part", o.Part)))
	return nil
}

// buckets are the bounds of histograms, in seconds: from a local write to a question that waits for half an hour.
var buckets = []float64{0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800}

// view gives histograms of times bounds in seconds.
func view(i sdkmetric.Instrument) (sdkmetric.Stream, bool) {
	s := sdkmetric.Stream{Name: i.Name, Description: i.Description, Unit: i.Unit}
	if i.Kind == sdkmetric.InstrumentKindHistogram {
		s.Aggregation = sdkmetric.AggregationExplicitBucketHistogram{Boundaries: buckets}
	}
	return s, true
}

// Metrics answers with all metrics in Prometheus' text form.
func (t *Telemetry) Metrics() http.Handler {
	return promhttp.HandlerFor(t.registry, promhttp.HandlerOpts{Timeout: scrapeTimeout})
}

// scrapeTimeout bounds the answer to a scrape.
const scrapeTimeout = 5 * time.Second

// Close sends what is still to be sent, within ctx, and ends.
func (t *Telemetry) Close(ctx context.Context) error {
	var errs []error
	if t.traces != nil {
		errs = append(errs, t.traces.Shutdown(ctx))
	}
	if t.metrics != nil {
		errs = append(errs, t.metrics.Shutdown(ctx))
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("close telemetry: %w", err)
	}
	return nil
}

// label is an attribute; an empty value leaves none.
func label(key, value string) attribute.KeyValue {
	return attribute.String(key, strings.ToValidUTF8(value, ""))
}
