// Package telemetry is what operators see of a process: metrics in Prometheus' text form, traces over OTLP, and the log line
// of each transition.
//
//	api ── Request ──▶ ┐                                  ┌─▶ GET /metrics
//	store ─ Happened ─▶ Telemetry ── one meter, one tracer ┼─▶ OTLP over HTTP, where an endpoint is set
//	worker ─ Acted ───▶ ┘                                  └─▶ the log
//
// The rooms declare the narrow interfaces they tell by; none of them imports this one. Names of workspaces and projects are labels
// of metrics, since an operator chooses them. Ids of operations are in traces and logs only. Session ids are in logs only. User names,
// URLs, texts of pages and of errors are in none of the three: what leaves as a trace is an allowlist, see scrub.
//
// The package imports session, store and workflows (its names), OpenTelemetry, Prometheus and Temporal's SDK; never Gin or chromedp.
package telemetry
