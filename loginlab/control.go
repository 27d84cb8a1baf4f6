package loginlab

import (
	"net/http"
	"slices"
	"time"
)

// eventList is the body of /lab/events.
type eventList struct {
	Events []Event `json:"events"`
	// Dropped counts the events that were forgotten before the first one listed.
	Dropped int `json:"dropped"`
}

// installIndex serves what is about the lab itself.
func (l *Lab) installIndex() {
	l.main.handle(http.MethodGet, route{path: "/lab/manifest"}, l.showManifest)
	l.main.handle(http.MethodGet, route{path: "/lab/account"}, l.showLabAccount)
	l.main.handle(http.MethodGet, route{path: "/lab/events"}, l.showEvents)
	l.main.handle(http.MethodGet, route{path: "/lab/messages"}, l.showMessage)
	l.main.handle(http.MethodPost, route{path: "/lab/approve"}, l.approve)
	l.main.handle(http.MethodPost, route{path: "/lab/reset"}, l.reset)
	l.main.handle(http.MethodGet, route{path: "/{$}"}, l.showIndex)
	for _, s := range []*surface{l.main, l.other} {
		s.handle(http.MethodGet, route{path: "/favicon.ico"}, func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusNoContent)
		})
	}
}

// showLabAccount answers ?site= and ?user= with what logs the user in there.
func (l *Lab) showLabAccount(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	if _, ok := l.site(q.Get("site")); !ok {
		http.Error(w, "the lab has no such site; see /lab/manifest", http.StatusNotFound)
		return
	}
	user := username(q.Get("user"))
	if user == "" {
		user = DefaultUser
	}
	writeJSON(w, http.StatusOK, l.Account(q.Get("site"), user, hostOf(r)))
}

// showEvents lists what was recorded; ?site=, ?user= and ?kind= leave out the rest.
func (l *Lab) showEvents(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	leaveOut := func(asked, have string) bool { return asked != "" && asked != have }
	l.mu.Lock()
	list := eventList{Events: l.events.all(), Dropped: l.events.dropped}
	l.mu.Unlock()
	list.Events = slices.DeleteFunc(list.Events, func(e Event) bool {
		return leaveOut(q.Get("site"), e.Site) || leaveOut(q.Get("user"), e.User) || leaveOut(q.Get("kind"), string(e.Kind))
	})
	writeJSON(w, http.StatusOK, list)
}

// showMessage answers with the newest message for ?site= and ?user=; with ?after=, a time as of a message, only a newer one.
func (l *Lab) showMessage(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	m, ok := l.LastMessage(q.Get("site"), q.Get("user"))
	if after, err := time.Parse(time.RFC3339Nano, q.Get("after")); err == nil && !m.At.After(after) {
		ok = false
	}
	if !ok {
		http.Error(w, "no such message was sent", http.StatusNotFound)
		return
	}
	writeJSON(w, http.StatusOK, m)
}

// approve does what a person does with the other device: ?site=, ?user=, and ?number= where the page shows one.
func (l *Lab) approve(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	switch l.Approve(q.Get("site"), q.Get("user"), q.Get("number")) {
	case OutcomeOK:
		w.WriteHeader(http.StatusNoContent)
	case OutcomeWrong:
		http.Error(w, "the number is not the one that the page shows", http.StatusConflict)
	default:
		http.Error(w, "no login of this user waits for an approval at this site", http.StatusNotFound)
	}
}

func (l *Lab) reset(w http.ResponseWriter, _ *http.Request) {
	l.Reset()
	w.WriteHeader(http.StatusNoContent)
}

// Approve does what a person does with the device that a push went to. number is what the page shows; empty where it
// shows none. The outcome is OutcomeOK, OutcomeWrong for another number than the page's (which denies nothing: the
// person may look again), or OutcomeRedirected when no login of the user waits for an approval at the site.
func (l *Lab) Approve(site, user, number string) Outcome {
	l.mu.Lock()
	defer l.mu.Unlock()
	id, _ := l.waiting.get(accountKey(site, user))
	p, ok := l.passages.get(id)
	switch {
	case !ok || p.approved || !p.waitsForApproval():
		return OutcomeRedirected
	case p.number != "" && !equal(number, p.number):
		return OutcomeWrong
	}
	p.approved = true
	l.passages.put(id, p)
	l.events.add(Event{
		At: l.options.Now(), Site: site, Origin: OriginLab, User: user, Kind: KindApproval, Outcome: OutcomeOK, Path: "/lab/approve",
	})
	return OutcomeOK
}
