package browser

import (
	"context"
	"time"

	"github.com/anteroom/anteroom/session"
)

// KeeperMemory is how much memory the browsers of a Keeper take, and how much is left where it runs.
type KeeperMemory struct {
	// Available and Total are in bytes; see AvailableMemory.
	Available int64       `json:"available"`
	Total     int64       `json:"total"`
	Browsers  []MemoryUse `json:"browsers"`
}

// MemoryUse is how much memory a browser took when it was looked at last.
type MemoryUse struct {
	ID   string              `json:"id"`
	Kind session.BrowserKind `json:"kind"`
	// Bytes is its TreeMemory, and Pages how many browser contexts it had then: those kept ready and those of proofs included.
	Bytes int64     `json:"bytes"`
	Pages int       `json:"pages"`
	At    time.Time `json:"at"`
}

// measureAgain is the least time between two looks at the memory of a browser. A look costs some milliseconds for each process,
// so that there is none either while the number of pages stays about the same.
const measureAgain = time.Minute

// Memory measures what is available now; what the browsers take is up to a minute old, or older while they have about as many
// pages as then. A browser that cannot be measured is left out.
func (k *Keeper) Memory(ctx context.Context) (KeeperMemory, error) {
	var m KeeperMemory
	var err error
	if m.Available, m.Total, err = AvailableMemory(); err != nil {
		return KeeperMemory{}, err
	}
	m.Browsers = []MemoryUse{}
	for _, b := range k.State().Browsers {
		if taken, ok := k.memoryOf(ctx, b); ok {
			m.Browsers = append(m.Browsers, taken)
		}
	}
	return m, nil
}

// memoryOf is what a browser took when it was looked at last, after looking again where that is due.
func (k *Keeper) memoryOf(ctx context.Context, info KeptBrowser) (MemoryUse, bool) {
	b := k.find(info.ID)
	if b == nil {
		return MemoryUse{}, false
	}
	pages := len(b.mux.listed())
	k.mu.Lock()
	last := b.measured
	k.mu.Unlock()
	known := !last.At.IsZero()
	if known && (time.Since(last.At) < measureAgain || aboutAsMany(pages, last.Pages)) {
		return last, true
	}
	bytes, err := TreeMemory(ctx, info.PID)
	if err != nil {
		return last, known
	}
	taken := MemoryUse{ID: info.ID, Kind: info.Kind, Bytes: bytes, Pages: pages, At: time.Now()}
	k.mu.Lock()
	defer k.mu.Unlock()
	b.measured = taken
	return taken, true
}

// aboutAsMany reports that two numbers differ by no more than a fifth.
func aboutAsMany(a, b int) bool { return 5*max(a, b) <= 6*min(a, b) }
