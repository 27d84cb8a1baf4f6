package browser

import (
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/cdproto/target"
)

// signsOfLife are what speaks against freezing a window: it talks to its site, or what it shows changes by itself.
type signsOfLife struct {
	// at is when there was the last one.
	at time.Time
	// talks holds what is open to a site: requests of any kind, streams and WebSockets.
	talks map[network.RequestID]struct{}
	// workers are scripts beside the page. What they say to a site is not seen here.
	workers map[target.SessionID]struct{}
}

func newSignsOfLife() signsOfLife {
	return signsOfLife{
		at: time.Now(), talks: map[network.RequestID]struct{}{}, workers: map[target.SessionID]struct{}{},
	}
}

// observe takes one event.
func (s *signsOfLife) observe(ev any) {
	switch ev := ev.(type) {
	case *network.EventRequestWillBeSent:
		s.at = time.Now()
		if ev.Type != network.ResourceTypeDocument { // whose end may be told to another session; navigations are followed anyway
			s.begin(ev.RequestID)
		}
	case *network.EventDataReceived, *network.EventWebSocketFrameReceived, *network.EventWebSocketFrameSent:
		s.at = time.Now() // perhaps of something that was opened before we saw it
	case *network.EventLoadingFinished:
		s.end(ev.RequestID)
	case *network.EventLoadingFailed:
		s.end(ev.RequestID)
	case *network.EventWebSocketCreated:
		s.begin(ev.RequestID)
	case *network.EventWebSocketClosed:
		s.end(ev.RequestID)
	case *runtime.EventBindingCalled:
		if ev.Name == mutationBinding && ev.Payload == mutatedText {
			s.at = time.Now()
		}
	case *target.EventAttachedToTarget:
		if ev.TargetInfo.Type == "worker" {
			s.workers[ev.SessionID] = struct{}{}
		}
	case *target.EventDetachedFromTarget:
		delete(s.workers, ev.SessionID)
	}
}

func (s *signsOfLife) begin(id network.RequestID) {
	s.at = time.Now()
	s.talks[id] = struct{}{}
}

func (s *signsOfLife) end(id network.RequestID) {
	if _, ok := s.talks[id]; ok {
		s.at = time.Now()
		delete(s.talks, id)
	}
}

// left forgets what belonged to the main document that is gone.
func (s *signsOfLife) left() {
	s.at = time.Now()
	clear(s.talks)
}

// quiet reports that there was no sign of life for so long, and that nothing is open.
func (s *signsOfLife) quiet(limit time.Duration) bool {
	return len(s.talks) == 0 && len(s.workers) == 0 && time.Since(s.at) >= limit
}
