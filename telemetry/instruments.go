package telemetry

import (
	"errors"

	"go.opentelemetry.io/otel/metric"
)

// instruments are what is measured, but for what is counted when it is asked for.
type instruments struct {
	requests      metric.Float64Histogram
	started       metric.Int64Counter
	ended         metric.Int64Counter
	durations     metric.Float64Histogram
	questions     metric.Int64Counter
	questionWaits metric.Float64Histogram
	takenUp       metric.Float64Histogram
	writes        metric.Float64Histogram
	repeats       metric.Int64Counter
	reconciled    metric.Int64Counter
	browsersLost  metric.Int64Counter
	purged        metric.Int64Counter
	clock         metric.Float64Gauge
}

func newInstruments(m metric.Meter) (i instruments, err error) {
	var errs []error
	seconds := func(name, what string) metric.Float64Histogram {
		h, err := m.Float64Histogram(name, metric.WithUnit("s"), metric.WithDescription(what))
		errs = append(errs, err)
		return h
	}
	count := func(name, what string) metric.Int64Counter {
		c, err := m.Int64Counter(name, metric.WithDescription(what))
		errs = append(errs, err)
		return c
	}
	i = instruments{
		requests:      seconds("anteroom_http_request_duration", "HTTP requests by route template; long polls included"),
		started:       count("anteroom_operations_started", "operations that were promised to callers"),
		ended:         count("anteroom_operations_ended", "operations that ended, by state, failure class and code"),
		durations:     seconds("anteroom_operation_duration", "from the request to the end of an operation, waiting included"),
		questions:     count("anteroom_questions", "questions by kind and outcome: asked, answered, expired"),
		questionWaits: seconds("anteroom_question_wait", "how long a question was open"),
		takenUp:       seconds("anteroom_answer_taken_up", "from an accepted answer to its being taken up by the login"),
		writes:        seconds("anteroom_store_write_duration", "transactions that write, by outcome"),
		repeats:       count("anteroom_store_repeats", "transactions that were run again: others in the way, a broken connection"),
		reconciled:    count("anteroom_reconciler_actions", "what the reconciler made good, by action"),
		browsersLost:  count("anteroom_browsers_lost", "browsers that ended unasked"),
		purged:        count("anteroom_purged", "rows that retention removed, by kind"),
	}
	var err1 error
	i.clock, err1 = m.Float64Gauge("anteroom_clock_ahead", metric.WithUnit("s"), metric.WithDescription("how far this process's clock is ahead of the store's"))
	return i, errors.Join(append(errs, err1)...)
}
