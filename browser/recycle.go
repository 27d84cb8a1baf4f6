package browser

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/anteroom/anteroom/session"
)

// Recycling says when a Keeper replaces a browser by a new one. A field that is zero is no reason.
type Recycling struct {
	// AfterLogins is how many logins a browser serves; workers report them.
	AfterLogins int
	// After is how old a browser gets.
	After time.Duration
	// AboveMemory is how much memory all its processes may take together, in bytes; see TreeMemory.
	AboveMemory int64
}

const (
	// recycleInterval is the pause between two looks at whether a browser is to be replaced, or was and is not used any more.
	recycleInterval = 5 * time.Second
	// memoryInterval is the pause between two measurements of a browser's memory, which cost some milliseconds for each page.
	memoryInterval = 5 * time.Minute
	// recycleRetry is the pause after a replacement could not be started.
	recycleRetry = time.Minute
	// drainGrace is how long a replaced browser stays at least: workers learn of its replacement within some seconds.
	drainGrace = 10 * time.Second
	// maxDraining is how many replaced browsers of a kind may wait for their last page: one that waits for a person may take a day.
	maxDraining = 2
)

// due says why a browser is to be replaced; empty when it is not.
func (r Recycling) due(b *keptBrowser, now time.Time) string {
	switch {
	case r.AfterLogins > 0 && b.logins >= r.AfterLogins:
		return fmt.Sprintf("it served %d logins", b.logins)
	case r.After > 0 && now.Sub(b.Since) >= r.After:
		return "it has run for " + now.Sub(b.Since).Round(time.Second).String()
	case r.AboveMemory > 0 && b.memory > r.AboveMemory:
		return fmt.Sprintf("it takes %d MiB of memory", b.memory>>20)
	}
	return ""
}

// recycle replaces browsers when they are due, and ends the replaced ones with their last page, until the keeper ends.
func (k *Keeper) recycle() {
	tick := time.NewTicker(recycleInterval)
	defer tick.Stop()
	measured, notBefore := time.Now(), time.Time{}
	for {
		select {
		case <-k.life.Done():
			return
		case now := <-tick.C:
			if k.o.Recycle.AboveMemory > 0 && now.Sub(measured) >= memoryInterval {
				measured = now
				k.measure()
			}
			if now.After(notBefore) {
				if err := k.replaceDue(now); err != nil {
					notBefore = now.Add(recycleRetry)
					k.logger.Warn("a browser is due to be replaced, and its replacement did not start; it stays for now", "error", err)
				}
			}
			k.endDrained(now)
		}
	}
}

// measure reads how much memory the browsers take.
func (k *Keeper) measure() {
	for _, b := range k.all() {
		bytes, err := TreeMemory(k.life, b.PID)
		if err != nil {
			k.logger.Debug("the memory of a browser is not known", "browser", b.ID, "error", err)
			continue
		}
		k.mu.Lock()
		b.memory = bytes
		k.mu.Unlock()
	}
}

// replaceDue replaces the browsers that are due. Their pages stay where they are; new ones are made on the new browser.
func (k *Keeper) replaceDue(now time.Time) error {
	var errs []error
	for kind, due := range k.due(now) {
		k.logger.Info("the browser is replaced; its pages stay until they are given back", "browser", due.b.ID, "kind", string(kind), "reason", due.why)
		errs = append(errs, k.replaceBrowser(due.b, now))
	}
	return errors.Join(errs...)
}

// dueBrowser is a browser that is to be replaced, and why.
type dueBrowser struct {
	b   *keptBrowser
	why string
}

func (k *Keeper) due(now time.Time) map[session.BrowserKind]dueBrowser {
	k.mu.Lock()
	defer k.mu.Unlock()
	due := map[session.BrowserKind]dueBrowser{}
	for kind, b := range k.browsers {
		draining := 0
		for _, d := range k.draining {
			if d.Kind == kind {
				draining++
			}
		}
		if why := k.o.Recycle.due(b, now); why != "" && draining < maxDraining {
			due[kind] = dueBrowser{b, why}
		}
	}
	return due
}

// replaceBrowser starts a browser beside one and has it take its place. The full browser is started when it is asked for.
func (k *Keeper) replaceBrowser(old *keptBrowser, now time.Time) error {
	k.starting.Lock()
	defer k.starting.Unlock()
	var next *keptBrowser
	if old.Kind == session.BrowserShell {
		var err error
		if next, err = keep(k.life, k.optionsOf(old.Kind)); err != nil {
			return err
		}
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.browsers[old.Kind] == old {
		delete(k.browsers, old.Kind)
		old.Draining, old.drainedAt = true, now
		k.draining = append(k.draining, old)
	}
	if next != nil {
		k.browsers[old.Kind] = next
		k.workers.Go(func() { k.watch(next) })
	}
	return nil
}

// endDrained ends the replaced browsers in which there is nothing any more.
func (k *Keeper) endDrained(now time.Time) {
	k.mu.Lock()
	var unused []*keptBrowser
	for _, b := range k.draining {
		if now.Sub(b.drainedAt) >= drainGrace && b.mux.seal() {
			b.retired = true
			unused = append(unused, b)
		}
	}
	k.mu.Unlock()
	for _, b := range unused { // whoever watches it removes what it leaves
		k.logger.Info("a replaced browser is not used any more and ends", "browser", b.ID, "age", now.Sub(b.Since).Round(time.Second))
		_ = b.process.cmd.Cancel()
	}
}

// seal refuses further browser contexts, if there are none; false when there is one, or may be soon.
func (m *multiplexer) seal() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.contexts) > 0 {
		return false
	}
	for _, s := range m.sessions {
		if len(s.creating) > 0 {
			return false
		}
	}
	m.sealed = true
	return true
}

// countedLogins reports logins that a client began in a browser.
type countedLogins struct {
	Logins int `json:"logins"`
}

func (k *Keeper) postLogins(w http.ResponseWriter, r *http.Request) error {
	var in countedLogins
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil || in.Logins < 0 {
		return errors.New("the request is not understood")
	}
	b := k.find(r.PathValue("id"))
	if b == nil {
		return ErrBrowserLost
	}
	k.mu.Lock()
	b.logins += in.Logins
	k.mu.Unlock()
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// CountLogins reports logins that began in a browser since the last report, for its Recycling. Errors: ErrNoKeeper, ErrBrowserLost.
func (e *Endpoint) CountLogins(ctx context.Context, browserID string, logins int) error {
	ctx, cancel := context.WithTimeout(ctx, stateTimeout)
	defer cancel()
	err := e.ask(ctx, http.MethodPost, "/browsers/"+url.PathEscape(browserID)+"/logins", countedLogins{logins}, nil)
	return wrapAsked("count logins", err)
}

// CountLogin notes that a login began on a page of the browser. ReportLogins tells the keeper.
func (b *Browser) CountLogin() { b.logins.Add(1) }

// ReportLogins tells the keeper how many logins began since the last report. What could not be told is told with the next.
func (b *Browser) ReportLogins(ctx context.Context) error {
	n := b.logins.Swap(0)
	if b.kept == nil || n == 0 {
		return nil
	}
	err := b.kept.endpoint.CountLogins(ctx, b.id, int(n))
	if err != nil {
		b.logins.Add(n)
	}
	return err
}

// Retire gives up the warm pages for good: the keeper has another browser for new logins. Pages in use stay, and proofs are
// still made. Repeats are harmless.
func (b *Browser) Retire(ctx context.Context) { b.closeWarm(ctx) }
