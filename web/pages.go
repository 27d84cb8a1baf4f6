package web

import (
	"bytes"
	"log/slog"
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/anteroom/anteroom/api/service"
)

// Pages are the pages for people. Both fields are required.
type Pages struct {
	// Logger gets what is our own fault; never a token or what somebody typed.
	Logger *slog.Logger
	// Clock returns the time now.
	Clock func() time.Time
}

// Register adds the pages' routes; it is what api.Deps.Pages wants.
func (p Pages) Register(routes gin.IRoutes, use *service.Service) {
	a := answerPage{Pages: p, service: use}
	const page, picture = "/a/:token", "/a/:token/picture"
	for _, method := range []string{http.MethodGet, http.MethodHead} {
		routes.Handle(method, page, secure, a.show)
		routes.Handle(method, picture, secure, a.picture)
		for _, torn := range []string{"/a", "/a/", page + "/"} { // what is left of a link that was copied badly
			routes.Handle(method, torn, secure, a.nowhere)
		}
	}
	routes.POST(page, secure, a.answer)
}

// secure allows what the pages need and nothing else. The Referer stays within the origin: "no-referrer" would make browsers
// send "Origin: null" with the form, which the guard against other origins refuses.
func secure(c *gin.Context) {
	h := c.Writer.Header()
	h.Set("Content-Security-Policy", contentPolicy)
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Robots-Tag", "noindex, nofollow, noarchive")
}

// write answers with a page.
func (p Pages) write(c *gin.Context, status int, v view) {
	var page bytes.Buffer // a page that fails half-way must not look like a whole one
	if err := pageTemplate.Execute(&page, &v); err != nil {
		_ = c.Error(err)
		return
	}
	c.Data(status, "text/html; charset=utf-8", page.Bytes())
}

// nowhere answers for a link that is none.
func (p Pages) nowhere(c *gin.Context) {
	p.write(c, http.StatusNotFound, view{
		Title: "There is nothing here", Text: []string{"This link leads nowhere. Was all of it copied? If so, ask whoever sent it for a new one."},
	})
}

// fail answers for an error that is none of the person's.
func (p Pages) fail(c *gin.Context, err error) {
	fault := service.AsError(err)
	status := fault.Kind.Status()
	if status >= http.StatusInternalServerError && c.Request.Context().Err() == nil {
		p.Logger.ErrorContext(c.Request.Context(), "page failed", "reason", fault.Reason, "route", c.FullPath(),
			"request_id", c.Writer.Header().Get("X-Request-ID"), "error", fault.Unwrap())
	}
	if fault.RetryAfter > 0 {
		c.Header("Retry-After", strconv.Itoa(int(math.Ceil(fault.RetryAfter.Seconds()))))
	}
	switch fault.Kind {
	case service.NotFound:
		p.nowhere(c)
	case service.Unavailable:
		p.write(c, http.StatusServiceUnavailable, p.unavailable(c))
	default:
		p.write(c, status, view{
			Title: "Something went wrong", Text: []string{"That is our fault, not yours. Try again; if it happens again, tell whoever sent you the link."},
		})
	}
}

// A page that could not be read is loaded again by itself, for maxAgain times pauseAgain.
const (
	againParameter = "again"
	pauseAgain     = 5 * time.Second
	maxAgain       = 24
)

func (p Pages) unavailable(c *gin.Context) view {
	v := view{Title: "One moment", Status: "The service does not answer right now."}
	if c.Request.Method == http.MethodPost {
		v.Text = []string{"Your answer was perhaps not taken. Go back and send it again: sent twice, it counts once."}
		return v
	}
	again, err := strconv.Atoi(c.Query(againParameter))
	if err != nil || again < 0 {
		again = 0
	}
	if again < maxAgain {
		v.refresh(pauseAgain, "?"+againParameter+"="+strconv.Itoa(again+1))
		v.Text = []string{"This page tries again by itself."}
		return v
	}
	v.Link, v.LinkText = "?", "Try again"
	return v
}
