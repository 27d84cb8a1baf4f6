package relational

import "sync"

// hub tells the watchers of an operation that its row changed. It never blocks the writer: a watcher that has
// not yet looked is told once for all changes since.
type hub struct {
	// mu guards watchers, for the length of a map access; never held while sending blocks (sends do not block).
	mu       sync.Mutex
	watchers map[string]map[chan struct{}]struct{}
}

func newHub() *hub { return &hub{watchers: map[string]map[chan struct{}]struct{}{}} }

// watch registers a watcher; the returned func ends it and may be called again. The channel is never closed, so
// that the end of a watch is not mistaken for a change.
func (h *hub) watch(operation string) (<-chan struct{}, func()) {
	changed := make(chan struct{}, 1)
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.watchers[operation] == nil {
		h.watchers[operation] = map[chan struct{}]struct{}{}
	}
	h.watchers[operation][changed] = struct{}{}
	return changed, func() { h.forget(operation, changed) }
}

func (h *hub) forget(operation string, changed chan struct{}) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.watchers[operation], changed)
	if len(h.watchers[operation]) == 0 {
		delete(h.watchers, operation)
	}
}

// tell wakes the watchers of the operations.
func (h *hub) tell(operations []string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, operation := range operations {
		for changed := range h.watchers[operation] {
			select {
			case changed <- struct{}{}:
			default: // told already, and has not looked yet
			}
		}
	}
}

// tellAll wakes every watcher.
func (h *hub) tellAll() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, watchers := range h.watchers {
		for changed := range watchers {
			select {
			case changed <- struct{}{}:
			default:
			}
		}
	}
}
