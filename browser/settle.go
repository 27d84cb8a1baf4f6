package browser

import (
	"context"
	"time"
)

const (
	// quietWindow is how long nothing may happen before a page with scripts counts as settled. Redirects that scripts
	// do right after load come within it.
	quietWindow = 50 * time.Millisecond
	// noisePatience: mutations that go on for longer without any request are an animation.
	noisePatience = 1500 * time.Millisecond
	// refreshPatience: a later meta refresh is a page that renews itself, not a redirect.
	refreshPatience = 5 * time.Second
	// refreshSlack is how late a meta refresh may come.
	refreshSlack = 300 * time.Millisecond
)

// settling is one wait for quiet.
type settling struct {
	page               *Page
	since              uint64
	graceEnd, deadline time.Time
	// asked is the document that said what may still happen in it, and when.
	asked    int
	askedSeq uint64
	still    bool
	refresh  time.Time
}

// step returns how long to wait before looking again; 0 when the page has settled.
func (s *settling) step(ctx context.Context) (time.Duration, error) {
	now := time.Now()
	if !now.Before(s.deadline) {
		return 0, nil
	}
	if s.page.own.gone() {
		return 0, s.page.own.lostError("wait for the page")
	}
	t := s.page.active()
	v := t.activity.view(now)
	if v.seq <= s.since && now.Before(s.graceEnd) {
		return s.graceEnd.Sub(now), nil
	}
	if v.blocked > 0 {
		return v.blocked, nil
	}
	if v.document != s.asked || v.seq != s.askedSeq {
		if err := s.ask(ctx, t, v); err != nil {
			return 0, err
		}
	}
	switch {
	case s.refresh.After(now):
		return s.refresh.Sub(now), nil
	case s.still && v.loaded && s.asked == v.document:
		return 0, nil
	}
	return quietWindow - v.quiet, nil
}

// rest is what the script says about the time after load.
type rest struct {
	Still     bool    `json:"still"`
	RefreshIn float64 `json:"refreshIn"`
	Ready     string  `json:"ready"`
	// Empty: nothing is in the document.
	Empty bool `json:"empty"`
}

// ask asks the main document what may still happen in it by itself.
func (s *settling) ask(ctx context.Context, t *tab, v view) error {
	w, ok := t.knownWorld(t.activity.main)
	if !ok {
		return nil
	}
	r, err := invoke[rest](ctx, t, w, "rest")
	if err != nil {
		return ignoreDocumentChange(s.page.outcome(t, err))
	}
	s.asked, s.askedSeq, s.still, s.refresh = w.document, v.seq, r.Still, time.Time{}
	if in := time.Duration(r.RefreshIn * float64(time.Millisecond)); r.RefreshIn >= 0 && in <= refreshPatience {
		s.refresh = time.Now().Add(in + refreshSlack)
	}
	return nil
}

// view is the state of a page at one moment.
type view struct {
	seq      uint64
	document int
	loaded   bool
	// blocked is how long what is under way may still hold up settling; 0 when nothing does.
	blocked time.Duration
	// quiet is how long nothing has happened.
	quiet time.Duration
}

// unlimited is how long to sleep when only an event can end the wait.
const unlimited = time.Hour

func (a *activity) view(now time.Time) view {
	a.mu.Lock()
	defer a.mu.Unlock()
	last := a.moved
	if a.mutated.After(last) && a.mutated.Sub(last) < noisePatience {
		last = a.mutated
	}
	v := view{seq: a.seq, document: a.worlds[a.main].document, loaded: a.loaded, quiet: now.Sub(last)}
	if !a.parsed {
		v.blocked = unlimited
	}
	v.blocked = max(v.blocked, a.comingLeft(now))
	for _, r := range a.requests {
		v.blocked = max(v.blocked, r.left(now))
	}
	for _, r := range a.navigating {
		v.blocked = max(v.blocked, r.left(now))
	}
	return v
}

// left is how long settling still waits for the request.
func (r request) left(now time.Time) time.Duration {
	if r.patience == 0 {
		return unlimited
	}
	return max(0, r.patience-now.Sub(r.started))
}
