package loginlab

import "net/http"

// manifest is the body of /lab/manifest. Fields are only ever added.
type manifest struct {
	Sites []Site `json:"sites"`
	// OtherOrigin is where the hostile side is; empty without one.
	OtherOrigin string `json:"otherOrigin,omitempty"`
}

// eventList is the body of /lab/events.
type eventList struct {
	Events []Event `json:"events"`
	// Dropped counts the events that were forgotten before the first one listed.
	Dropped int `json:"dropped"`
}

func (l *Lab) installIndex() {
	l.main.handle(http.MethodGet, route{path: "/lab/manifest"}, l.showManifest)
	l.main.handle(http.MethodGet, route{path: "/lab/events"}, l.showEvents)
	l.main.handle(http.MethodGet, route{path: "/{$}"}, l.showIndex)
	for _, s := range []*surface{l.main, l.other} {
		s.handle(http.MethodGet, route{path: "/favicon.ico"}, func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusNoContent)
		})
	}
}

func (l *Lab) showManifest(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, manifest{Sites: l.sites, OtherOrigin: l.options.OtherOrigin})
}

func (l *Lab) showEvents(w http.ResponseWriter, _ *http.Request) {
	l.mu.Lock()
	list := eventList{Events: l.events.all(), Dropped: l.events.dropped}
	l.mu.Unlock()
	writeJSON(w, http.StatusOK, list)
}

func (l *Lab) showIndex(w http.ResponseWriter, _ *http.Request) {
	writePage(w, http.StatusOK, "index", page{Language: "en", Brand: "Login lab", Title: "Login lab", Content: l.sites})
}
