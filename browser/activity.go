package browser

import (
	"encoding/json"
	"maps"
	"net/http"
	"strconv"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
)

// world is our script's world in one document.
type world struct {
	// document numbers the documents of the page in the order of their worlds.
	document int
	frame    cdp.FrameID
	link     *link
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
	// document is the frame whose document it asks for.
	document cdp.FrameID
}

// activity is what a window's events say about it. The event listener writes, the page's methods read.
type activity struct {
	// pulse is shared by the page's windows; its mutex guards everything below.
	*pulse

	// moved is when a request or a navigation last began or ended, mutated when the document last changed.
	moved, mutated time.Time
	requests       map[network.RequestID]request
	// life is what says that the page lives by itself.
	life signsOfLife
	// navigating holds frames on their way to another document.
	navigating map[cdp.FrameID]request

	main      cdp.FrameID
	frames    map[cdp.FrameID]*frame
	lastFrame int
	worlds    map[cdp.FrameID]world
	committed cdp.LoaderID // of the main document
	parsed    bool         // it was read to its end
	loaded    bool         // it fired load
	dialogs   int          // that it opened
	document  mainDocument
	// origin is the main document's.
	origin string
}

// mainDocument is the last response of the main frame.
type mainDocument struct {
	loader cdp.LoaderID
	url    string // the last URL that was asked for, also when no response came
	status int
	// challenge is the scheme of the HTTP authentication that it was refused with.
	challenge string
	fault     Fault
	faulted   bool
	// renewed is true where its header says that it is to be loaded again after a time.
	renewed bool
}

func newActivity(shared *pulse, main cdp.FrameID) *activity {
	return &activity{
		pulse: shared, main: main, moved: time.Now(), parsed: true,
		requests: map[network.RequestID]request{}, navigating: map[cdp.FrameID]request{},
		frames: map[cdp.FrameID]*frame{}, worlds: map[cdp.FrameID]world{}, life: newSignsOfLife(),
	}
}

// happened notes that something happened. Call it with mu held.
func (a *activity) happened() {
	a.seq++
	a.moved = time.Now()
}

// observe takes one event. It runs on the target's reader and must not block.
func (a *activity) observe(l *link, ev any) {
	a.mu.Lock()
	a.apply(l, ev)
	a.mu.Unlock()
	a.notify()
}

func (a *activity) apply(l *link, ev any) {
	a.life.observe(ev)
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
		a.worldCreated(l, ev.Context)
	case *runtime.EventExecutionContextDestroyed:
		a.worldDestroyed(ev.ExecutionContextUniqueID)
	case *runtime.EventExecutionContextsCleared:
		maps.DeleteFunc(a.worlds, func(_ cdp.FrameID, w world) bool { return w.link == l })
	case *runtime.EventBindingCalled:
		if ev.Name == mutationBinding {
			a.seq++
			a.mutated = time.Now()
		}
	default:
		a.applyPage(l, ev)
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

func (a *activity) applyPage(l *link, ev any) {
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
		a.navigated(l, ev.Frame)
	case *page.EventNavigatedWithinDocument:
		a.arrived(ev.FrameID)
	case *page.EventFrameStoppedLoading:
		a.arrived(ev.FrameID)
	case *page.EventFrameAttached:
		a.frameCame(ev.FrameID, ev.ParentFrameID, l)
	case *page.EventFrameDetached:
		a.frameLeft(ev)
	case *page.EventJavascriptDialogOpening:
		a.dialogOpened(ev)
	case *page.EventLoadEventFired:
		a.loaded = a.loaded || l.frame == a.main
		a.happened()
	case *page.EventDomContentEventFired:
		a.parsed = a.parsed || l.frame == a.main
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
	a.life.at = a.moved
	a.navigating[frame] = request{started: time.Now(), patience: patience}
}

func (a *activity) arrived(frame cdp.FrameID) {
	if _, ok := a.navigating[frame]; ok {
		delete(a.navigating, frame)
		a.happened()
	}
}

func (a *activity) navigated(l *link, f *cdp.Frame) {
	delete(a.navigating, f.ID)
	delete(a.worlds, f.ID) // the new document's world comes after this event
	a.happened()
	a.frameCame(f.ID, f.ParentID, l).url = f.URL
	if f.ID == a.main {
		a.parsed, a.loaded, a.committed, a.dialogs = false, false, f.LoaderID, 0
		a.origin = f.SecurityOrigin
		a.life.left()
		clear(a.requests) // they belonged to the document that is gone
		for id := range a.frames {
			if id != f.ID {
				delete(a.frames, id)
			}
		}
	}
	a.visited(f)
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
	r := request{started: time.Now(), patience: patience}
	if ev.Type == network.ResourceTypeDocument {
		r.document = ev.FrameID
	}
	a.requests[ev.RequestID] = r
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
		a.document.renewed = header(ev.Response.Headers, "Refresh") != ""
		if status == http.StatusUnauthorized {
			a.document.challenge = challengeOf(header(ev.Response.Headers, "Www-Authenticate"))
		}
	}
	if answersAct(ev.Type) && !faulted && (sameSite(ev.Response.URL, a.document.url) || sameSite(ev.Response.URL, a.acted)) {
		a.submitted = max(a.submitted, status)
	}
}

func (a *activity) worldCreated(l *link, c *runtime.ExecutionContextDescription) {
	var aux struct {
		FrameID cdp.FrameID `json:"frameId"`
	}
	if c.Name != worldName || json.Unmarshal(c.AuxData, &aux) != nil || aux.FrameID == "" {
		return
	}
	a.lastWorld++
	a.worlds[aux.FrameID] = world{document: a.lastWorld, frame: aux.FrameID, unique: c.UniqueID, link: l}
}

func (a *activity) worldDestroyed(unique string) {
	for frame, w := range a.worlds {
		if w.unique == unique {
			delete(a.worlds, frame)
		}
	}
}
