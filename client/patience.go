package client

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"syscall"
	"time"
)

// DefaultPatience is how long a call is repeated while the service says that it will be back, or breaks the connection off:
// longer than a restart or a failover takes.
const DefaultPatience = 30 * time.Second

// Pauses between two tries where the service does not name one. They double, and vary so that many clients do not
// come back at once.
const (
	firstPause = 100 * time.Millisecond
	maxPause   = 2 * time.Second
)

// WithPatience returns a client that repeats calls for as long as d; 0 repeats none. It has no effect on how long Login and
// Follow wait for a service that restarts.
func (c *Client) WithPatience(d time.Duration) *Client {
	other := *c
	other.patience = d
	return &other
}

// repetition says when a call may be made again.
type repetition int

const (
	// repeatable: again when the service answers 503 with Retry-After or the connection breaks. A repeat is harmless.
	repeatable repetition = iota
	// once: never; the caller wants to know how things stand now.
	once
	// patient: also while nothing listens, or a proxy has nobody to pass the call on to.
	patient
)

// may reports whether a call that failed with err may be made again.
func (r repetition) may(err error) bool {
	if r == once {
		return false
	}
	if e, ok := errors.AsType[*Error](err); ok {
		switch e.Status {
		case http.StatusServiceUnavailable:
			return e.RetryAfter > 0 || r == patient
		case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusGatewayTimeout:
			return r == patient
		}
		return false
	}
	return broken(err) || (r == patient && unreachable(err))
}

// broken reports whether the connection ended before the answer did. Whether the call had an effect is unknown.
func broken(err error) bool {
	if err == nil || strings.HasSuffix(err.Error(), "http: server closed idle connection") { // net/http has no other name for it
		return err != nil
	}
	return errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
}

// unreachable reports whether the call failed on its way.
func unreachable(err error) bool {
	var transport *url.Error
	return errors.As(err, &transport)
}

// repeat makes a call until it succeeds, fails for good, or patience ends. The second try and those after it are told so.
func repeat(ctx context.Context, patience time.Duration, r repetition, call func(again bool) error) error {
	giveUp := time.Now().Add(patience)
	wait := firstPause
	for again := false; ; again = true {
		err := call(again)
		if err == nil || ctx.Err() != nil || !r.may(err) {
			return err
		}
		next := wait/2 + rand.N(wait) //nolint:gosec // chance, not secrecy, is what keeps clients apart
		if e, ok := errors.AsType[*Error](err); ok && e.RetryAfter > 0 {
			next = e.RetryAfter
		}
		if time.Now().Add(next).After(giveUp) {
			return err
		}
		if pause(ctx, next) != nil {
			return err // says more than that the wait was interrupted
		}
		wait = min(2*wait, maxPause)
	}
}
