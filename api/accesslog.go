package api

import (
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
)

// accessLog writes one line per request: the route's template, never the path, the query or a header, any of which a
// caller may have put a secret into. What is asked many times a second (polls, probes) is logged at debug level.
func accessLog(logger *slog.Logger) gin.HandlerFunc {
	return func(c *gin.Context) {
		began := time.Now()
		c.Next()
		route := c.FullPath()
		if route == "" {
			route = "unmatched"
		}
		logger.LogAttrs(c.Request.Context(), levelOf(c, route), "request",
			slog.String("method", methodOf(c.Request)), slog.String("route", route), slog.Int("status", c.Writer.Status()),
			slog.Int("bytes", max(c.Writer.Size(), 0)), slog.Duration("took", time.Since(began)),
			slog.String("request_id", c.GetString(requestIDKey)))
	}
}

func levelOf(c *gin.Context, route string) slog.Level {
	frequent := route == "/healthz" || route == "/readyz" || strings.HasSuffix(route, "/result")
	if frequent && c.Writer.Status() < http.StatusBadRequest {
		return slog.LevelDebug
	}
	return slog.LevelInfo
}

// methodOf names a known method; a caller may send any word as one.
func methodOf(r *http.Request) string {
	switch r.Method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return r.Method
	}
	return "other"
}
