package api

import (
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/anteroom/anteroom/api/jsonbody"
	"github.com/anteroom/anteroom/api/service"
	"github.com/anteroom/anteroom/session"
)

// public lists the routes that want no key; every other route wants one.
var public = map[string]bool{"/healthz": true, "/readyz": true, "/version": true, "/openapi.yaml": true, metricsPath: true}

// secureHeaders tells browsers and caches to keep nothing and to guess nothing.
func secureHeaders(c *gin.Context) {
	h := c.Writer.Header()
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
	if strings.HasPrefix(c.Request.URL.Path, "/api/") {
		h.Set("Cache-Control", "no-store")
	}
}

// sameOrigin refuses what a web page of another origin makes a browser send. Node's fetch sends sec-fetch-mode only and passes.
func sameOrigin() gin.HandlerFunc {
	protection := http.NewCrossOriginProtection()
	return func(c *gin.Context) {
		if protection.Check(c.Request) != nil {
			refuse(c, service.NewError(service.Forbidden, "cross-origin", "a web page of another origin may not do this"))
		}
	}
}

// authorize lets a request pass whose key belongs to the path's workspace. Only the header x-api-key counts: Intuned's SDK 0.3
// sends an Authorization header of an empty user and an empty cookie along, on every call. Unknown
// paths pass, to be told that they are unknown.
//
// An address that sent too many wrong keys has to wait, unless it sends a key that was right a moment ago: others may have
// the address too, behind a proxy that is not trusted to tell them apart.
func authorize(use *service.Service, failures *failures) gin.HandlerFunc {
	return func(c *gin.Context) {
		if c.FullPath() == "" || public[c.FullPath()] {
			return
		}
		key := session.NewSecret(c.GetHeader("X-Api-Key"))
		if wait := failures.wait(c.ClientIP(), key); wait > 0 {
			refuse(c, service.NewKeysError(wait))
			return
		}
		id, err := use.Authorize(c.Request.Context(), c.Param("workspaceId"), key)
		failures.note(c.ClientIP(), key, err)
		if err != nil {
			refuse(c, err)
			return
		}
		c.Set(authorizedKey, true)
		c.Set(keyIDKey, id)
	}
}

// limitBody refuses a body that says it is too large and stops reading one that turns out to be.
func limitBody(limit int64) gin.HandlerFunc {
	return func(c *gin.Context) {
		if c.Request.ContentLength > limit {
			refuse(c, jsonbody.TooLarge(limit))
			return
		}
		c.Request.Body = http.MaxBytesReader(c.Writer, c.Request.Body, limit)
	}
}

func refuse(c *gin.Context, err error) {
	_ = c.Error(err)
	c.Abort()
}
