package browser

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"golang.org/x/net/publicsuffix"
)

// world is our script's world in one document.
type world struct {
	// document numbers the documents of the page in the order of their worlds.
	document int
	frame    cdp.FrameID
	// unique names the world for commands: a command for a document that is gone fails.
	unique string
}

// name is the document as others see it: "d12".
func (w world) name() string { return "d" + strconv.Itoa(w.document) }

// request is one that may change the page.
type request struct {
	started time.Time
	// patience is how long settling waits for it; 0 is without limit.
	patience time.Duration
}

// activity is what a page's events say about it. The event listener writes, the page's methods read.
type activity struct {
	// wake has one slot; it is filled at every change.
	wake chan struct{}

	mu sync.Mutex // guards everything below
	// seq counts what a person would call "something happened".
	seq uint64
	// moved is when a request or a navigation last began or ended, mutated when the document last changed.
	moved, mutated time.Time
	requests       map[network.RequestID]request
	// navigating holds frames on their way to another document.
	navigating map[cdp.FrameID]request

	main      cdp.FrameID
	lastWorld int
	worlds    map[cdp.FrameID]world
	committed cdp.LoaderID // of the main document
	parsed    bool         // it was read to its end
	loaded    bool         // it fired load
	document  mainDocument
	submitted int // the highest status since the last act
	// origin is the main document's, origins are all that were visited.
	origin  string
	origins []string
}

// mainDocument is the last response of the main frame.
type mainDocument struct {
	loader  cdp.LoaderID
	url     string // the last URL that was asked for, also when no response came
	status  int
	fault   Fault
	faulted bool
}

func newActivity(main cdp.FrameID) *activity {
	return &activity{
		wake: make(chan struct{}, 1), main: main, moved: time.Now(), parsed: true,
		requests: map[network.RequestID]request{}, navigating: map[cdp.FrameID]request{},
		worlds: map[cdp.FrameID]world{},
	}
}

// notify wakes whoever waits for a change.
func (a *activity) notify() {
	select {
	case a.wake <- struct{}{}:
	default:
	}
}

// happened notes that something happened. Call it with mu held.
func (a *activity) happened() {
	a.seq++
	a.moved = time.Now()
}

// observe takes one event. It runs on the target's reader and must not block.
func (a *activity) observe(ev any) {
	a.mu.Lock()
	a.apply(ev)
	a.mu.Unlock()
	a.notify()
}

func (a *activity) apply(ev any) {
	switch ev := ev.(type) {
	case *network.EventRequestWillBeSent:
		a.requestStarted(ev)
	case *network.EventResponseReceived:
		a.responded(ev)
	case *network.EventLoadingFinished:
		a.requestEnded(ev.RequestID)
	case *network.EventLoadingFailed:
		a.requestEnded(ev.RequestID)
	case *runtime.EventExecutionContextCreated:
		a.worldCreated(ev.Context)
	case *runtime.EventExecutionContextDestroyed:
		a.worldDestroyed(ev.ExecutionContextUniqueID)
	case *runtime.EventExecutionContextsCleared:
		clear(a.worlds)
	case *runtime.EventBindingCalled:
		if ev.Name == mutationBinding {
			a.seq++
			a.mutated = time.Now()
		}
	default:
		a.applyPage(ev)
	}
}

// Patience with what is under way, for settling.
const (
	// pollPatience: a GET that takes longer is a long poll or a stream.
	pollPatience = 1500 * time.Millisecond
	// loadPatience is for scripts and for frames other than the main one.
	loadPatience = 5 * time.Second
	// intentPatience: a navigation that was asked for and did not begin, as to mailto:.
	intentPatience = time.Second
)

func (a *activity) applyPage(ev any) {
	switch ev := ev.(type) {
	case *page.EventFrameRequestedNavigation:
		a.navigates(ev.FrameID, intentPatience)
	case *page.EventFrameStartedNavigating:
		switch ev.NavigationType {
		case page.FrameStartedNavigatingNavigationTypeSameDocument, page.FrameStartedNavigatingNavigationTypeHistorySameDocument:
			a.happened()
		default:
			a.navigates(ev.FrameID, a.framePatience(ev.FrameID))
		}
	case *page.EventFrameNavigated:
		a.navigated(ev.Frame)
	case *page.EventNavigatedWithinDocument:
		a.arrived(ev.FrameID)
	case *page.EventFrameStoppedLoading:
		a.arrived(ev.FrameID)
	case *page.EventFrameDetached:
		delete(a.worlds, ev.FrameID)
		a.arrived(ev.FrameID)
	case *page.EventLoadEventFired:
		a.loaded = true
		a.happened()
	case *page.EventDomContentEventFired:
		a.parsed = true
		a.happened()
	}
}

func (a *activity) framePatience(frame cdp.FrameID) time.Duration {
	if frame == a.main {
		return 0
	}
	return loadPatience
}

func (a *activity) navigates(frame cdp.FrameID, patience time.Duration) {
	a.happened()
	a.navigating[frame] = request{started: time.Now(), patience: patience}
}

func (a *activity) arrived(frame cdp.FrameID) {
	if _, ok := a.navigating[frame]; ok {
		delete(a.navigating, frame)
		a.happened()
	}
}

func (a *activity) navigated(f *cdp.Frame) {
	delete(a.navigating, f.ID)
	delete(a.worlds, f.ID) // the new document's world comes after this event
	a.happened()
	if f.ID == a.main {
		a.parsed, a.loaded, a.committed = false, false, f.LoaderID
		a.origin = f.SecurityOrigin
		clear(a.requests) // they belonged to the document that is gone
	}
	if isWebOrigin(f.SecurityOrigin) && !slices.Contains(a.origins, f.SecurityOrigin) && len(a.origins) < maxOrigins {
		a.origins = append(a.origins, f.SecurityOrigin)
	}
}

func (a *activity) requestStarted(ev *network.EventRequestWillBeSent) {
	main := ev.Type == network.ResourceTypeDocument && ev.FrameID == a.main
	if main {
		a.document = mainDocument{loader: ev.LoaderID, url: ev.Request.URL}
	}
	patience, tracked := a.patienceFor(ev)
	if !tracked {
		return
	}
	a.happened()
	a.requests[ev.RequestID] = request{started: time.Now(), patience: patience}
}

func (a *activity) patienceFor(ev *network.EventRequestWillBeSent) (time.Duration, bool) {
	switch ev.Type { //nolint:exhaustive // nothing else changes what a person can do
	case network.ResourceTypeDocument:
		return a.framePatience(ev.FrameID), true
	case network.ResourceTypeScript:
		return loadPatience, true
	case network.ResourceTypeXHR, network.ResourceTypeFetch:
		if isWrite(ev.Request.Method) {
			return 0, true // an answer to what was submitted is worth waiting for
		}
		return pollPatience, true
	}
	return 0, false
}

func isWrite(method string) bool {
	return method != http.MethodGet && method != http.MethodHead && method != http.MethodOptions
}

func (a *activity) requestEnded(id network.RequestID) {
	if _, ok := a.requests[id]; ok {
		delete(a.requests, id)
		a.happened()
	}
}

func (a *activity) responded(ev *network.EventResponseReceived) {
	status := int(ev.Response.Status)
	fault, faulted := faultFromResponse(ev.Response)
	main := ev.Type == network.ResourceTypeDocument && ev.FrameID == a.main
	if main {
		a.document = mainDocument{loader: ev.LoaderID, url: ev.Response.URL, status: status, fault: fault, faulted: faulted}
	}
	if answersAct(ev.Type) && !faulted && sameSite(ev.Response.URL, a.document.url) {
		a.submitted = max(a.submitted, status)
	}
}

// answersAct: what may carry the site's answer to something that was submitted. Only the page's own site counts, or a
// busy analytics service would look like a lockout.
func answersAct(t network.ResourceType) bool {
	return t == network.ResourceTypeDocument || t == network.ResourceTypeXHR || t == network.ResourceTypeFetch
}

// sameSite compares by registrable domain, and by host where there is none (addresses, local names).
func sameSite(a, b string) bool {
	left, err := url.Parse(a)
	if err != nil {
		return false
	}
	right, err := url.Parse(b)
	if err != nil {
		return false
	}
	if left.Hostname() == right.Hostname() {
		return true
	}
	l, err := publicsuffix.EffectiveTLDPlusOne(left.Hostname())
	if err != nil {
		return false
	}
	r, err := publicsuffix.EffectiveTLDPlusOne(right.Hostname())
	return err == nil && l == r
}

// faultFromResponse reads the proxy's headers. Only plain http can carry them: the proxy strips them from sites'
// answers there, and cannot look into TLS.
func faultFromResponse(r *network.Response) (Fault, bool) {
	if len(r.URL) < 5 || r.URL[:5] != "http:" {
		return Fault{}, false
	}
	reason := header(r.Headers, FaultHeader)
	return Fault{Reason: reason, Refused: header(r.Headers, RefusedHeader) != ""}, reason != ""
}

func header(h network.Headers, name string) string {
	for k, v := range h {
		if s, ok := v.(string); ok && http.CanonicalHeaderKey(k) == name {
			return s
		}
	}
	return ""
}

func (a *activity) worldCreated(c *runtime.ExecutionContextDescription) {
	var aux struct {
		FrameID cdp.FrameID `json:"frameId"`
	}
	if c.Name != worldName || json.Unmarshal(c.AuxData, &aux) != nil || aux.FrameID == "" {
		return
	}
	a.lastWorld++
	a.worlds[aux.FrameID] = world{document: a.lastWorld, frame: aux.FrameID, unique: c.UniqueID}
}

func (a *activity) worldDestroyed(unique string) {
	for frame, w := range a.worlds {
		if w.unique == unique {
			delete(a.worlds, frame)
		}
	}
}
