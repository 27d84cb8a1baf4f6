package loginlab

import (
	"net/http"
	"time"
)

// installBroken serves a site of which every page is an error 500.
func (s *site) installBroken() {
	broken := func(w http.ResponseWriter, r *http.Request) {
		s.record(r, KindPageView, OutcomeError, "")
		s.showMessage(w, http.StatusInternalServerError, s.words().ErrorHeading, s.words().ErrorText)
	}
	for _, name := range []string{"login", "account"} {
		s.get(name, broken)
		s.post(name, nil, broken)
	}
}

// installPuzzle serves a puzzle that lets nobody through.
func (s *site) installPuzzle() {
	s.get("login", func(w http.ResponseWriter, r *http.Request) {
		s.record(r, KindPageView, OutcomeOK, "")
		s.render(w, http.StatusOK, "puzzle", s.words().PuzzleHeading, []string{"circle", "square", "square", "circle", "square", "circle"})
	})
	s.get("account", func(w http.ResponseWriter, r *http.Request) {
		s.record(r, KindPageView, OutcomeRedirected, "")
		s.redirect(w, r, "login")
	})
}

// delayed answers late, and not at all when the visitor leaves before.
func (s *site) delayed(h http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		timer := time.NewTimer(s.lab.options.SlowDelay)
		defer timer.Stop()
		select {
		case <-timer.C:
			h(w, r)
		case <-r.Context().Done():
		}
	}
}
