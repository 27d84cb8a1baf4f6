package api

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/anteroom/anteroom/api/service"
	"github.com/anteroom/anteroom/store"
)

// Bounds of requests, beside those of the server around the handler.
const (
	// DefaultRequestTimeout ends a request that does not wait on purpose, unless Config says otherwise.
	DefaultRequestTimeout = 5 * time.Second
	// writeTimeout is how long an answer may take to be read once the request's time is up: a storage state of some MiB over a
	// slow line.
	writeTimeout = 30 * time.Second
	// maxRequests is how many requests are worked on at the same time, and maxWaiting how many long polls and streams wait; each holds
	// a connection and a goroutine, and neither the store nor a processor.
	maxRequests = 256
	maxWaiting  = 20_000
	// turnTimeout is how long a request waits for its turn before it is told to come again, after busyFor.
	turnTimeout = time.Second
	busyFor     = time.Second
)

// limitTime gives every request a deadline: what it may wait for on purpose and timeout beside. Its body must have come by then,
// and its answer must be read within writeTimeout after that, so that a slow client does not hold a connection for ever.
//
// Deadlines of reading take the place of the server's, and end after the request's own once there is no body to read: the server
// reads on, to see a caller go, and ends the request's context as if it had gone when the time for reading is up.
func limitTime(timeout time.Duration) gin.HandlerFunc {
	return func(c *gin.Context) {
		limit := purpose(c) + timeout
		ctx, cancel := context.WithTimeout(c.Request.Context(), limit)
		defer cancel()
		// A long poll has more time than its caller should wait for a database that is away.
		c.Request = c.Request.WithContext(store.WithPatience(ctx, timeout))
		control := http.NewResponseController(c.Writer)
		end := time.Now().Add(limit + writeTimeout)
		_ = control.SetWriteDeadline(end) // not every ResponseWriter has deadlines: those of tests do not
		if c.Request.ContentLength == 0 {
			_ = control.SetReadDeadline(end)
		} else {
			_ = control.SetReadDeadline(time.Now().Add(limit))
			c.Request.Body = &timedBody{ReadCloser: c.Request.Body, atEnd: func() { _ = control.SetReadDeadline(end) }}
		}
		c.Next()
	}
}

// timedBody calls atEnd once the body was read.
type timedBody struct {
	io.ReadCloser

	atEnd func()
}

// Read reads on.
func (b *timedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if errors.Is(err, io.EOF) {
		b.atEnd()
	}
	return n, err
}

// purpose is how long a request may wait on purpose.
func purpose(c *gin.Context) time.Duration {
	switch {
	case follows(c):
		return service.MaxFollow
	case waits(c):
		return service.MaxWait
	case strings.HasSuffix(c.FullPath(), "/"+authSessions+"/create"):
		return service.MaxProxyCheck
	}
	return 0
}

// waits reports whether the request is a long poll.
func waits(c *gin.Context) bool {
	long := strings.HasSuffix(c.FullPath(), "/result") || strings.HasSuffix(c.FullPath(), "/"+authSessions+"/:authSessionId")
	return long && c.Request.Method == http.MethodGet && c.Query("wait") != ""
}

// follows reports whether the request is for a stream of events.
func follows(c *gin.Context) bool { return strings.HasSuffix(c.FullPath(), "/events") }

// limitRequests has requests take turns, and refuses those that would wait too long: answering some is better than
// answering none.
func limitRequests(requests, waiting int) gin.HandlerFunc {
	working, polling := make(chan struct{}, requests), make(chan struct{}, waiting)
	return func(c *gin.Context) {
		places := working
		if waits(c) || follows(c) {
			places = polling
		}
		if public[c.FullPath()] { // a busy process is alive, and its operator wants to see why it is busy
			return
		}
		if !takeTurn(c.Request.Context(), places) {
			refuse(c, service.NewBusyError(busyFor))
			return
		}
		defer func() { <-places }()
		c.Next()
	}
}

func takeTurn(ctx context.Context, places chan struct{}) bool {
	select {
	case places <- struct{}{}:
		return true
	default:
	}
	timer := time.NewTimer(turnTimeout)
	defer timer.Stop()
	select {
	case places <- struct{}{}:
		return true
	case <-timer.C:
	case <-ctx.Done():
	}
	return false
}
