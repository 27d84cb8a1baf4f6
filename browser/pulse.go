package browser

import (
	"sync"
	"time"
)

// pulse is what the windows of a page share: what happens in any of them ends a wait, and answers the same act.
type pulse struct {
	// wake has one slot; it is filled at every change.
	wake chan struct{}

	mu sync.Mutex // guards everything below, and the activities of the windows
	// seq counts what a person would call "something happened".
	seq uint64
	// lastWorld numbers documents.
	lastWorld int
	// coming counts windows and frames that are being attached to, comingSince says since when.
	coming      int
	comingSince time.Time
	// submitted is the highest status since the last act, acted where that was done.
	submitted int
	acted     string
	// downloaded is true when a download began since the last act.
	downloaded bool
	// messages are what dialogs said since the last act.
	messages []string
	// origins are all that were visited.
	origins []string
}

func newPulse() *pulse { return &pulse{wake: make(chan struct{}, 1)} }

// notify wakes whoever waits for a change.
func (p *pulse) notify() {
	select {
	case p.wake <- struct{}{}:
	default:
	}
}

// begin notes that a window or a frame came and is not attached to yet.
func (p *pulse) begin() {
	p.mu.Lock()
	if p.coming == 0 {
		p.comingSince = time.Now()
	}
	p.coming++
	p.seq++
	p.mu.Unlock()
	p.notify()
}

// end notes that it is attached to, or gone.
func (p *pulse) end() {
	p.mu.Lock()
	p.coming--
	p.seq++
	p.mu.Unlock()
	p.notify()
}

// comingPatience is how long settling waits for a window or a frame that is being attached to.
const comingPatience = 3 * time.Second

// comingLeft is how long settling still waits for one. Call it with mu held.
func (p *pulse) comingLeft(now time.Time) time.Duration {
	if p.coming == 0 {
		return 0
	}
	return max(0, comingPatience-now.Sub(p.comingSince))
}

// begun notes a download.
func (p *pulse) begun() {
	p.mu.Lock()
	p.downloaded = true
	p.seq++
	p.mu.Unlock()
	p.notify()
}
