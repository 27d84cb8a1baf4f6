package api

import (
	"cmp"
	"context"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/anteroom/anteroom/api/service"
)

// authorizedKey is where it is noted that the request's key belongs to the path's workspace.
const authorizedKey = "authorized"

// keyIDKey is where the id of that key stands: keys list tells whose it is.
const keyIDKey = "keyID"

// Telemetry is told of requests.
type Telemetry interface {
	// Request is told of a request before it is worked on, with its headers and the template of its route; it returns the context to
	// work with. end is told how it ended, and the names that it was about as far as they are known.
	Request(ctx context.Context, header http.Header, method, route string) (_ context.Context, end func(status int, workspace, project, operation string))
}

// accessLog writes one line per request: the route's template and the names in its path, never the path itself, the query or a header,
// any of which a caller may have put a secret into. What is asked many times a second (polls, probes) is logged at debug level.
func accessLog(logger *slog.Logger, t Telemetry) gin.HandlerFunc {
	return func(c *gin.Context) {
		began := time.Now()
		route := c.FullPath()
		if route == "" {
			route = "unmatched"
		}
		end := func(int, string, string, string) {}
		if t != nil {
			var ctx context.Context
			ctx, end = t.Request(c.Request.Context(), c.Request.Header, methodOf(c.Request), route)
			c.Request = c.Request.WithContext(ctx)
		}
		c.Next()
		about := aboutOf(c)
		if level := levelOf(c, route); logger.Enabled(c.Request.Context(), level) { // polls are many, and seldom logged
			attrs := []slog.Attr{
				slog.String("method", methodOf(c.Request)), slog.String("route", route), slog.Int("status", c.Writer.Status()),
				slog.Int("bytes", max(c.Writer.Size(), 0)), slog.Duration("took", time.Since(began)),
				slog.String("request_id", c.GetString(requestIDKey)),
			}
			logger.LogAttrs(c.Request.Context(), level, "request", append(attrs, about.attrs()...)...)
		}
		end(c.Writer.Status(), about.workspace, about.project, about.operation)
	}
}

// about is what a request was about; empty where that is unknown.
type about struct{ key, workspace, project, session, operation string }

// maxName is the longest name of ours. What does not look like one in a path is not repeated: nobody knows what it is.
const maxName = 128

// aboutOf reads the path of a request whose key was known, and what its handler added.
func aboutOf(c *gin.Context) about {
	if !c.GetBool(authorizedKey) {
		return about{}
	}
	name := func(text string) string {
		if isPlain(text, maxName) {
			return text
		}
		return ""
	}
	session := ""
	if c.Writer.Status() < http.StatusBadRequest { // it is one of ours: what a caller asks for in vain may be anything
		session = name(c.Param("authSessionId"))
	}
	return about{
		key: c.GetString(keyIDKey), session: session,
		workspace: name(c.Param("workspaceId")), project: name(c.Param("projectName")),
		operation: name(cmp.Or(c.GetString(service.OperationKey), c.Param("operationId"))),
	}
}

func (a about) attrs() []slog.Attr {
	var list []slog.Attr
	for _, n := range [...][2]string{
		{"key", a.key}, {"workspace", a.workspace}, {"project", a.project}, {"session", a.session}, {"operation", a.operation},
	} {
		if n[1] != "" {
			list = append(list, slog.String(n[0], n[1]))
		}
	}
	return list
}

func levelOf(c *gin.Context, route string) slog.Level {
	frequent := route == "/healthz" || route == "/readyz" || route == metricsPath || strings.HasSuffix(route, "/result")
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
