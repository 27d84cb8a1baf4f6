package browser

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
)

// followPages has Chromium tell which pages come and go, also while no client is connected.
func (m *multiplexer) followPages(ctx context.Context) error {
	type filter struct {
		Type string `json:"type"`
	}
	return m.call(ctx, "Target.setDiscoverTargets", struct {
		Discover bool     `json:"discover"`
		Filter   []filter `json:"filter"`
	}{true, []filter{{"page"}}}, nil)
}

// pageNews is what Chromium tells of a page.
type pageNews struct {
	Params struct {
		TargetID   string `json:"targetId"`
		TargetInfo struct {
			TargetID         string `json:"targetId"`
			BrowserContextID string `json:"browserContextId"`
		} `json:"targetInfo"`
	} `json:"params"`
}

// notice remembers the pages that ended in a browser context that nobody disposed of: they crashed, or closed themselves. Call
// it with mu held.
func (m *multiplexer) notice(e *envelope, msg []byte) {
	method := string(e.method)
	if method != "Target.targetCreated" && method != "Target.targetCrashed" && method != "Target.targetDestroyed" {
		return
	}
	var n pageNews
	if err := json.Unmarshal(msg, &n); err != nil {
		m.logger.Warn("what the browser said of a page was not understood", "error", err)
		return
	}
	if method == "Target.targetCreated" {
		m.pages[n.Params.TargetInfo.TargetID] = n.Params.TargetInfo.BrowserContextID
		return
	}
	id := n.Params.TargetID
	if c := m.contexts[m.pages[id]]; c != nil && !slices.Contains(c.dead, id) {
		c.dead = append(c.dead, id)
	}
	if method == "Target.targetDestroyed" {
		delete(m.pages, id)
	}
}

// deadPages lists the pages that crashed or closed themselves, as long as their browser context is there.
func (m *multiplexer) deadPages() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	dead := []string{}
	for _, c := range m.contexts {
		dead = append(dead, c.dead...)
	}
	return dead
}

func (k *Keeper) getDeadPages(w http.ResponseWriter, r *http.Request) error {
	b := k.find(r.PathValue("id"))
	if b == nil {
		return ErrBrowserLost
	}
	return answerJSON(w, b.mux.deadPages())
}

// DeadPages lists the targets of a browser that crashed or closed themselves, whoever made them, as long as their browser context
// is not disposed of. Errors: ErrNoKeeper, ErrBrowserLost.
func (e *Endpoint) DeadPages(ctx context.Context, browserID string) ([]string, error) {
	ctx, cancel := context.WithTimeout(ctx, stateTimeout)
	defer cancel()
	var list []string
	err := e.ask(ctx, http.MethodGet, "/browsers/"+url.PathEscape(browserID)+"/dead", nil, &list)
	return list, wrapAsked("list the pages that are lost", err)
}

// DeadPages lists the targets of a Keeper's browser that crashed or closed themselves, whichever client made them, as long as their
// browser context is not disposed of. It is empty for a browser that we launched: who holds a page finds out by itself.
func (b *Browser) DeadPages(ctx context.Context) ([]string, error) {
	if b.kept == nil {
		return nil, nil
	}
	return b.kept.endpoint.DeadPages(ctx, b.id)
}
