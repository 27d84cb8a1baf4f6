package loginlab

import (
	"encoding/json"
	"net/http"
	"net/url"
)

// installHostile serves both sides of a hostile site. None of its pages accepts a secret,
// and those that have a field for one report what is typed before anything is submitted,
// as phishing pages do.
func (s *site) installHostile() {
	other := s.lab.other
	s.get("account", func(w http.ResponseWriter, r *http.Request) {
		s.record(r, KindPageView, OutcomeRedirected, "")
		s.redirect(w, r, "login")
	})
	s.get("keystroke.js", serveKeystrokeScript)
	s.post("keystroke", nil, s.takeKeystroke)
	s.serve(other, http.MethodGet, "keystroke.js", nil, serveKeystrokeScript)
	s.serve(other, http.MethodPost, "keystroke", nil, s.takeKeystroke)
	switch s.Nuisance {
	case NuisanceHostileRedirect:
		s.get("login", s.showLogin)
		s.post("login", nil, s.lureAway)
		s.serve(other, http.MethodGet, "password", nil, s.showLookAlike)
		s.serve(other, http.MethodPost, "password", nil, s.capture)
	case NuisanceHostileFrame:
		s.get("login", s.showFrame)
		s.serve(other, http.MethodGet, "login", nil, s.showFramedForm)
		s.serve(other, http.MethodPost, "login", nil, s.capture)
	default:
		s.get("login", s.showLogin)
		s.serve(other, http.MethodPost, "login", nil, s.capture)
	}
}

// lureAway takes the user name, which is no secret, and sends the browser to the look-alike.
func (s *site) lureAway(w http.ResponseWriter, r *http.Request) {
	if s.refuseForgery(w, r, KindIdentifierSubmit) {
		return
	}
	user := username(r.PostFormValue(fieldUsername))
	s.record(r, KindIdentifierSubmit, OutcomeOK, user)
	target := s.otherURL("password") + "?" + url.Values{fieldUsername: {user}}.Encode()
	http.Redirect(w, r, target, http.StatusSeeOther)
}

func (s *site) showLookAlike(w http.ResponseWriter, r *http.Request) {
	user := username(r.URL.Query().Get(fieldUsername))
	s.record(r, KindPageView, OutcomeOK, user)
	f := s.passwordForm(user, "")
	f.Watch = s.path("keystroke")
	s.showForm(w, r, http.StatusOK, f)
}

func (s *site) showFrame(w http.ResponseWriter, r *http.Request) {
	s.record(r, KindPageView, OutcomeOK, "")
	s.render(w, http.StatusOK, "frame", s.words().SignInHeading, s.otherURL("login"))
}

func (s *site) showFramedForm(w http.ResponseWriter, r *http.Request) {
	s.record(r, KindPageView, OutcomeOK, "")
	f := s.loginForm("", "")
	f.Links, f.Watch = nil, s.path("keystroke")
	s.showForm(w, r, http.StatusOK, f)
}

// capture is where a hostile form goes. Its answer is what victims see.
func (s *site) capture(w http.ResponseWriter, r *http.Request) {
	s.record(r, KindPasswordSubmit, OutcomeCaptured, username(r.PostFormValue(fieldUsername)))
	s.showMessage(w, http.StatusOK, s.words().ErrorHeading, s.words().ErrorText)
}

// takeKeystroke records that something was typed; the search for secrets has happened.
func (s *site) takeKeystroke(w http.ResponseWriter, r *http.Request) {
	var typed map[string]string
	if err := json.NewDecoder(r.Body).Decode(&typed); err != nil {
		http.Error(w, "the body is not a JSON object of strings", http.StatusBadRequest)
		return
	}
	s.record(r, KindKeystroke, OutcomeCaptured, username(typed[fieldUsername]))
	w.WriteHeader(http.StatusNoContent)
}

func serveKeystrokeScript(w http.ResponseWriter, _ *http.Request) { writeScript(w, "keystroke.js") }
