package worker

import (
	"cmp"
	"sync"

	"github.com/anteroom/anteroom/browser"
	"github.com/anteroom/anteroom/session"
)

// Bounds of what a host offers by its memory.
const (
	minPages = 2
	maxPages = 1000
	// mostReserve is left to everything else, or a quarter of the memory where that is less: what a login runs needs more than a
	// page that waits, and proofs open pages of their own.
	mostReserve = 1 << 30
	// enoughPages is how many pages a browser must have for its memory to say what one takes.
	enoughPages = 8
	// unmeasured is what is offered where the system does not tell of memory.
	unmeasured = 20
)

// What a page is taken for before enough of them were measured, and what a browser takes without any, in bytes.
var (
	assumedPage = map[session.BrowserKind]int64{session.BrowserShell: 30 << 20, session.BrowserChrome: 80 << 20}
	bareBrowser = map[session.BrowserKind]int64{session.BrowserShell: 60 << 20, session.BrowserChrome: 150 << 20}
)

// leastPage is what a page takes at least, whatever a measurement says.
const leastPage = 10 << 20

// Capacity says how many pages of each kind of browser a host can lend: a number that the operator set, or as many as its memory
// takes. It is safe for concurrent use.
type Capacity struct {
	// Pages is the operator's number for each kind; 0 goes by memory.
	Pages int

	// mu guards what follows.
	mu      sync.Mutex
	perPage map[session.BrowserKind]int64
	reached map[session.BrowserKind]int
}

// Of is how many pages of a kind were reckoned last.
func (c *Capacity) Of(kind session.BrowserKind) int {
	if c.Pages > 0 {
		return c.Pages
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return cmp.Or(c.reached[kind], unmeasured)
}

// Reckon reckons anew from what was measured, given how many pages of each kind are lent.
func (c *Capacity) Reckon(m browser.KeeperMemory, lent map[session.BrowserKind]int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.learn(m)
	for kind := range assumedPage {
		c.set(kind, c.byMemory(kind, m, lent[kind]))
	}
}

// learn takes what a page takes from a browser that has enough of them.
func (c *Capacity) learn(m browser.KeeperMemory) {
	for _, b := range m.Browsers {
		if b.Pages < enoughPages {
			continue
		}
		if c.perPage == nil {
			c.perPage = map[session.BrowserKind]int64{}
		}
		c.perPage[b.Kind] = max(leastPage, (b.Bytes-bareBrowser[b.Kind])/int64(b.Pages))
	}
}

// byMemory is what is lent and what the available memory takes besides.
func (c *Capacity) byMemory(kind session.BrowserKind, m browser.KeeperMemory, lent int) int {
	page := cmp.Or(c.perPage[kind], assumedPage[kind])
	free := m.Available - min(mostReserve, m.Total/4)
	return min(max(lent+int(max(free, 0)/page), minPages), maxPages)
}

// set keeps a number that hardly changed: memory moves all the time, and an offer should not.
func (c *Capacity) set(kind session.BrowserKind, pages int) {
	if c.reached == nil {
		c.reached = map[session.BrowserKind]int{}
	}
	before := c.reached[kind]
	if apart := max(pages, before) - min(pages, before); before == 0 || apart > max(1, before/10) {
		c.reached[kind] = pages
	}
}
