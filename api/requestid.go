package api

import (
	"github.com/gin-gonic/gin"

	"github.com/anteroom/anteroom/session"
)

const requestIDHeader = "X-Request-ID"

// requestIDKey is where the id is in the context of a request.
const requestIDKey = "requestId"

// maxRequestID is the longest id of a caller's own; it goes into logs and answers.
const maxRequestID = 64

// requestID gives the request an id, the caller's own where it is usable, and says it in the answer.
func requestID(c *gin.Context) {
	id := c.GetHeader(requestIDHeader)
	if !isPlain(id, maxRequestID) {
		id = session.NewID("req_")
	}
	c.Set(requestIDKey, id)
	c.Header(requestIDHeader, id)
}

// isPlain reports that text consists of letters and digits of ASCII, dots, underscores and hyphens, and is neither empty nor longer
// than so many.
func isPlain(text string, most int) bool {
	for _, b := range []byte(text) {
		letter := 'a' <= b && b <= 'z' || 'A' <= b && b <= 'Z'
		digit := '0' <= b && b <= '9'
		if !letter && !digit && b != '.' && b != '_' && b != '-' {
			return false
		}
	}
	return text != "" && len(text) <= most
}
