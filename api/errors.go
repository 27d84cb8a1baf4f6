package api

import (
	"context"
	"errors"
	"log/slog"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/anteroom/anteroom/api/intuned"
	"github.com/anteroom/anteroom/api/service"
)

// writeErrors is the one place that writes error bodies: handlers call c.Error. What is our own fault is logged with its
// cause, and the caller is told no more than the id to find it by.
func writeErrors(logger *slog.Logger) gin.HandlerFunc {
	return func(c *gin.Context) {
		c.Next()
		last := c.Errors.Last()
		if last == nil || c.Writer.Written() {
			return
		}
		fault := service.AsError(last.Err)
		if fault.Kind.Status() >= http.StatusInternalServerError {
			logError(logger, c, fault)
		}
		writeError(c, fault)
	}
}

func logError(logger *slog.Logger, c *gin.Context, fault *service.Error) {
	level := slog.LevelError
	if errors.Is(fault, context.Canceled) { // the caller has gone; nobody must act
		level = slog.LevelDebug
	}
	logger.Log(c.Request.Context(), level, "request failed", "reason", fault.Reason, "route", c.FullPath(),
		"request_id", c.GetString(requestIDKey), "error", errors.Unwrap(fault))
}

func writeError(c *gin.Context, fault *service.Error) {
	if fault.RetryAfter > 0 {
		c.Header("Retry-After", strconv.Itoa(int(math.Ceil(fault.RetryAfter.Seconds()))))
	}
	if fault.Kind == service.Unauthorized {
		c.Header("WWW-Authenticate", `ApiKey header="x-api-key"`)
	}
	id := c.GetString(requestIDKey)
	if speaksIntuned(c) {
		c.JSON(fault.Kind.Status(), intuned.ErrorOf(fault, id))
		return
	}
	// Gin keeps a content type that is already set.
	c.Header("Content-Type", "application/problem+json")
	c.JSON(fault.Kind.Status(), problemOf(fault, id))
}

// speaksIntuned reports whether the path belongs to Intuned's vocabulary, also where no route matches it.
func speaksIntuned(c *gin.Context) bool {
	path := c.FullPath()
	if path == "" {
		path = c.Request.URL.Path
		return slices.Contains(strings.Split(path, "/"), authSessions)
	}
	return strings.Contains(path, "/"+authSessions)
}

// authSessions is the segment under which Intuned's vocabulary lives.
const authSessions = "auth-sessions"

// noRoute answers for unknown paths. An SDK that was given no workspace leaves the segments out, silently; the
// sentence is the only hint its user gets.
func noRoute(c *gin.Context) {
	fault := service.NewError(service.NotFound, "path-not-found", "there is no such path; see /openapi.yaml")
	if speaksIntuned(c) {
		fault.Message = "there is no such path; below /api/v1/workspace/{workspaceId}/projects/{projectName}/auth-sessions " +
			"are those of /openapi.yaml: is the workspace's id set?"
	}
	_ = c.Error(fault)
}

func noMethod(c *gin.Context) {
	_ = c.Error(service.NewError(service.MethodNotAllowed, "method-not-allowed",
		"this path does not take that method; it takes %s", c.Writer.Header().Get("Allow")))
}

// wrongParameter answers for parameters that the generated code cannot decode. Its error names the parameter and quotes
// the value; only the name is kept.
func wrongParameter(c *gin.Context, err error, _ int) {
	name, _, _ := strings.Cut(strings.TrimPrefix(err.Error(), "Invalid format for parameter "), ":")
	_ = c.Error(service.NewFieldError(name, "has a value of the wrong type; see /openapi.yaml"))
}
