package api

import (
	"log/slog"
	"net/http"

	"github.com/gin-gonic/gin"
)

// LimitRequests returns a handler of GET /x that lets so many requests work at the same time.
func LimitRequests(requests int, work func()) http.Handler {
	gin.SetMode(gin.ReleaseMode)
	router := gin.New()
	router.Use(writeErrors(slog.New(slog.DiscardHandler)), limitRequests(requests, 1))
	router.GET("/x", func(*gin.Context) { work() })
	return router
}
