package embedded

import (
	"sync"
	"time"
)

const (
	// repeatsWindow is the time in which a message may be logged repeatsLimit times. While PostgreSQL is away Temporal logs the same
	// dozen messages 90 times a second.
	repeatsWindow = 10 * time.Second
	repeatsLimit  = 5
	// repeatsKnown bounds the memory for messages with something changing in them.
	repeatsKnown = 1000
)

// repeats leaves out messages that come again and again.
type repeats struct {
	mu   sync.Mutex
	seen map[string]*repeated
}

// repeated is one message within its window.
type repeated struct {
	until         time.Time
	said, leftOut int
}

func newRepeats() *repeats { return &repeats{seen: map[string]*repeated{}} }

// say reports whether a message is to be logged now, and how many like it were left out before.
func (r *repeats) say(msg string, now time.Time) (leftOut int, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	m := r.seen[msg]
	if m == nil || now.After(m.until) {
		if m != nil {
			leftOut = m.leftOut
		}
		if len(r.seen) >= repeatsKnown {
			clear(r.seen)
		}
		r.seen[msg] = &repeated{until: now.Add(repeatsWindow), said: 1}
		return leftOut, true
	}
	if m.said == repeatsLimit {
		m.leftOut++
		return 0, false
	}
	m.said++
	return 0, true
}
