package api

import (
	"regexp"

	"github.com/gin-gonic/gin"

	"github.com/anteroom/anteroom/session"
)

const requestIDHeader = "X-Request-ID"

// requestIDKey is where the id is in the context of a request.
const requestIDKey = "requestId"

// usableRequestID is what a caller's own id may look like; it goes into logs and answers.
var usableRequestID = regexp.MustCompile(`^[A-Za-z0-9._-]{1,64}$`)

// requestID gives the request an id, the caller's own where it is usable, and says it in the answer.
func requestID(c *gin.Context) {
	id := c.GetHeader(requestIDHeader)
	if !usableRequestID.MatchString(id) {
		id = session.NewID("req_")
	}
	c.Set(requestIDKey, id)
	c.Header(requestIDHeader, id)
}
