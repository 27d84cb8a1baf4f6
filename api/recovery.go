package api

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime"
	"runtime/debug"

	"github.com/gin-gonic/gin"

	"github.com/anteroom/anteroom/api/service"
)

// recovery turns a panic into an internal error. Only the type of what was thrown is logged: its text may hold a secret.
func recovery(logger *slog.Logger) gin.HandlerFunc {
	return func(c *gin.Context) {
		defer func() {
			thrown := recover()
			if thrown == nil {
				return
			}
			if aborted, ok := thrown.(error); ok && errors.Is(aborted, http.ErrAbortHandler) {
				panic(thrown) // net/http's way to drop the connection
			}
			logPanic(logger, c, thrown)
			if c.Writer.Written() {
				panic(http.ErrAbortHandler) // half an answer must not look like a whole one
			}
			_ = c.Error(service.NewInternalError(errPanicked))
			c.Abort()
		}()
		c.Next()
	}
}

var errPanicked = errors.New("a handler panicked")

func logPanic(logger *slog.Logger, c *gin.Context, thrown any) {
	what := fmt.Sprintf("%T", thrown)
	if err, ok := thrown.(runtime.Error); ok { // holds indices and types only
		what = err.Error()
	}
	logger.ErrorContext(c.Request.Context(), "handler panicked", "what", what, "route", c.FullPath(),
		"request_id", c.GetString(requestIDKey), "stack", string(debug.Stack()))
}
