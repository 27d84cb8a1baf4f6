package browser

import (
	"maps"
	"slices"
	"strings"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
)

// frame is what events say about one frame of a window.
type frame struct {
	parent cdp.FrameID
	// order is its place among the frames, by the time it came.
	order int
	url   string
	link  *link
}

// frameCame notes a frame. Call it with mu held, as everything here.
func (a *activity) frameCame(id, parent cdp.FrameID, l *link) *frame {
	f, ok := a.frames[id]
	if !ok {
		a.lastFrame++
		f = &frame{order: a.lastFrame}
		a.frames[id] = f
	}
	if parent != "" {
		f.parent = parent
	}
	f.link = l
	return f
}

// frameLeft forgets a frame and those in it. A frame that moves to another process stays in the tree.
func (a *activity) frameLeft(ev *page.EventFrameDetached) {
	delete(a.worlds, ev.FrameID)
	a.arrived(ev.FrameID)
	if ev.Reason == page.FrameDetachedReasonSwap {
		for id := range a.frames {
			if id != ev.FrameID && a.isBelow(id, ev.FrameID) {
				delete(a.frames, id)
			}
		}
		return
	}
	for id := range a.frames {
		if a.isBelow(id, ev.FrameID) {
			delete(a.frames, id)
			delete(a.worlds, id)
		}
	}
}

// isBelow reports whether id is ancestor or inside it.
func (a *activity) isBelow(id, ancestor cdp.FrameID) bool {
	for range maxDepth {
		if id == ancestor {
			return true
		}
		f, ok := a.frames[id]
		if !ok || f.parent == "" {
			return false
		}
		id = f.parent
	}
	return false
}

// maxDepth bounds how deep frames are followed.
const maxDepth = 32

// adoptTree takes the frames of a session that were there before it.
func (a *activity) adoptTree(l *link, tree *page.FrameTree) {
	if tree == nil || tree.Frame == nil {
		return
	}
	f := a.frameCame(tree.Frame.ID, tree.Frame.ParentID, l)
	if f.url == "" {
		f.url = tree.Frame.URL
	}
	a.visited(tree.Frame)
	// How its document came was told to the session that it left.
	delete(a.navigating, tree.Frame.ID)
	maps.DeleteFunc(a.requests, func(_ network.RequestID, r request) bool { return r.document == tree.Frame.ID })
	for _, child := range tree.ChildFrames {
		a.adoptTree(l, child)
	}
}

// visited notes the origin of a document.
func (a *activity) visited(f *cdp.Frame) {
	if f.ID == a.main && a.origin == "" {
		a.origin = f.SecurityOrigin
	}
	if isWebOrigin(f.SecurityOrigin) && !slices.Contains(a.origins, f.SecurityOrigin) && len(a.origins) < maxOrigins {
		a.origins = append(a.origins, f.SecurityOrigin)
	}
}

// inside lists the frames below parent in the order they came.
func (a *activity) inside(parent cdp.FrameID) []cdp.FrameID {
	var ids []cdp.FrameID
	for id, f := range a.frames {
		if f.parent == parent {
			ids = append(ids, id)
		}
	}
	slices.SortFunc(ids, func(x, y cdp.FrameID) int { return a.frames[x].order - a.frames[y].order })
	return ids
}

// isBlank reports whether the window shows nothing yet: it was opened without a document, and nothing was written into it.
func (a *activity) isBlank() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	f, ok := a.frames[a.main]
	return !ok || (f.url == "" || strings.HasPrefix(f.url, "about:blank")) && a.mutated.IsZero() && len(a.navigating) == 0
}
