//go:build e2e

package e2e

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
)

// codeLog remembers how often each code was sent to a lab. A lab's events never hold a code.
type codeLog struct {
	mu   sync.Mutex // guards seen
	seen map[string]int
}

// watch notes the code of every form or JSON body on its way to h.
func (c *codeLog) watch(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			body, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
			if err == nil {
				c.note(r.Header.Get("Content-Type"), body)
			}
			r.Body = io.NopCloser(bytes.NewReader(body))
		}
		h.ServeHTTP(w, r)
	})
}

func (c *codeLog) note(contentType string, body []byte) {
	code := ""
	if strings.HasPrefix(contentType, "application/json") {
		var fields struct{ Code string }
		_ = json.Unmarshal(body, &fields)
		code = fields.Code
	} else if form, err := url.ParseQuery(string(body)); err == nil {
		code = form.Get("code")
	}
	if code == "" {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.seen == nil {
		c.seen = map[string]int{}
	}
	c.seen[code]++
}

// repeated lists the codes that arrived more than once.
func (c *codeLog) repeated() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var codes []string
	for code, n := range c.seen {
		if n > 1 {
			codes = append(codes, code)
		}
	}
	return codes
}
