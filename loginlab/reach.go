package loginlab

import (
	"bytes"
	"encoding/json"
	"html/template"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// Reach serves a lab whose pages, once they are open for two seconds, try to reach addresses that no page of a site should reach:
// services of the machine that runs the browser, the cloud's metadata. They use every means that a page has: fetch, frames, forms,
// WebSocket, redirects, workers, WebRTC and some thirty more. Each request is for "/json/version?by=MEANS". It is safe for
// concurrent use. Make it with NewReach.
type Reach struct {
	lab  http.Handler
	data string

	mu       sync.Mutex // guards what follows
	answered []Reached
	ended    int
}

// Reached is an answer that a page noticed.
type Reached struct {
	// By is the means, To the target.
	By string `json:"by"`
	To string `json:"to"`
}

// NewReach returns the lab with pages that try to reach targets, "host:port" each: those of full by every means, those of quick
// by the commonest.
func NewReach(lab http.Handler, full, quick []string) *Reach {
	data, err := json.Marshal(map[string][]string{"full": slices.Concat([]string{}, full), "quick": slices.Concat([]string{}, quick)})
	if err != nil {
		panic(err) // strings only
	}
	return &Reach{lab: lab, data: string(data)}
}

// Answered lists what answered. Not every means lets a page notice: listen, too.
func (r *Reach) Answered() []Reached {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.answered)
}

// Ended counts the pages that have tried everything.
func (r *Reach) Ended() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.ended
}

// ServeHTTP serves the lab, and what its pages need for their tries.
func (r *Reach) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	to := req.URL.Query().Get("to")
	switch req.URL.Path {
	case "/reach/answered":
		r.note(req)
	case "/reach/ended":
		r.mu.Lock()
		r.ended++
		r.mu.Unlock()
	case "/reach/nothing":
	case "/reach/reach.js":
		writeScript(w, "reach.js")
	case "/reach/redirect":
		http.Redirect(w, req, to, http.StatusFound) //nolint:gosec // that is what it is for
	case "/reach/worker.js":
		w.Header().Set("Content-Type", "text/javascript; charset=utf-8")
		w.Header().Set("Service-Worker-Allowed", "/")
		_, _ = w.Write([]byte("fetch(" + strconv.Quote(to) + ", {mode: 'no-cors'}).catch(() => {})")) //nolint:gosec // the lab's own script
	case "/reach/reporting":
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Security-Policy", "img-src 'none'; report-uri "+to)
		_, _ = w.Write([]byte(`<img src="/reach/nothing">`))
	default:
		r.serveLab(w, req)
	}
}

func (r *Reach) note(req *http.Request) {
	var reached Reached
	if json.NewDecoder(req.Body).Decode(&reached) != nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.answered = append(r.answered, reached)
}

// serveLab adds the script to the lab's pages.
func (r *Reach) serveLab(w http.ResponseWriter, req *http.Request) {
	page := &pageBuffer{header: w.Header(), status: http.StatusOK}
	r.lab.ServeHTTP(page, req)
	body := page.body.Bytes()
	if strings.HasPrefix(w.Header().Get("Content-Type"), "text/html") {
		w.Header().Del("Content-Security-Policy")
		w.Header().Del("Content-Length")
		script := `<script src="/reach/reach.js" data-targets="` + template.HTMLEscapeString(r.data) + `"></script></body>`
		body = bytes.Replace(body, []byte("</body>"), []byte(script), 1)
	}
	w.WriteHeader(page.status)
	_, _ = w.Write(body)
}

// pageBuffer keeps an answer.
type pageBuffer struct {
	header http.Header
	status int
	body   bytes.Buffer
}

// Header returns the answer's header.
func (p *pageBuffer) Header() http.Header { return p.header }

// WriteHeader keeps the status.
func (p *pageBuffer) WriteHeader(status int) { p.status = status }

// Write keeps the body.
func (p *pageBuffer) Write(b []byte) (int, error) { return p.body.Write(b) }
