package api

import (
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/anteroom/anteroom/api/contract"
	"github.com/anteroom/anteroom/api/service"
)

// metricsPath is where metrics are read.
const metricsPath = "/metrics"

// MonitorDeps are what a monitor shows. Metrics may be nil (none); Logger is required.
type MonitorDeps struct {
	// Checks are all that GET /readyz looks at.
	Checks  []Check
	Metrics http.Handler
	Logger  *slog.Logger
}

// NewMonitor returns the handler of a port for operators: /healthz, /readyz and /metrics, without keys. It is the only port of
// a process without API, and the one to read metrics from where the API's port is not on loopback. Callers decide who
// reaches it.
func NewMonitor(d MonitorDeps) (http.Handler, error) {
	if d.Logger == nil {
		return nil, errors.New("new monitor: MonitorDeps.Logger is missing")
	}
	ready := newReadiness(d.Checks, d.Logger)
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, http.StatusOK, contract.Health{Status: contract.HealthStatusOk})
	})
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		status, body := ready.answer(w, r)
		writeJSON(w, status, body)
	})
	if d.Metrics != nil {
		mux.Handle("GET "+metricsPath, d.Metrics)
	}
	return mux, nil
}

func writeJSON(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) //nolint:errchkjson // nobody to tell: the caller has gone
}

// forwarding are the headers by which a reverse proxy says for whom it asks.
var forwarding = []string{"Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-Port", "X-Real-Ip", "Via"}

// serveMetrics keeps metrics on the machine: a request that a reverse proxy passed on comes from elsewhere, though its
// connection does not. It is told what it is told of any unknown path.
func serveMetrics(metrics http.Handler) gin.HandlerFunc {
	return func(c *gin.Context) {
		for _, name := range forwarding {
			if c.GetHeader(name) != "" {
				refuse(c, service.NewError(service.NotFound, "path-not-found", "there is no such path; see /openapi.yaml"))
				return
			}
		}
		metrics.ServeHTTP(c.Writer, c.Request)
	}
}
