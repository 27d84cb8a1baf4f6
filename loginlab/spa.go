package loginlab

import (
	"encoding/json"
	"net/http"
	"strings"
)

// spaView is what the one document tells its script.
type spaView struct {
	Base string
	CSRF string
}

// spaAnswer is every answer of the single-page site's API.
type spaAnswer struct {
	Error string `json:"error,omitempty"`
	// Challenge names the unfinished login that a code belongs to.
	Challenge  string `json:"challenge,omitempty"`
	Intro      string `json:"intro,omitempty"`
	CodeLength int    `json:"codeLength,omitempty"`
	Digits     bool   `json:"digits,omitempty"`
	Token      string `json:"token,omitempty"`
	User       string `json:"user,omitempty"`
}

// installSPA serves one document at every address, and the API behind it.
func (s *site) installSPA() {
	s.get("login", s.showSPA)
	s.get("account", s.showSPA)
	s.get("app.js", func(w http.ResponseWriter, _ *http.Request) { writeScript(w, "spa.js") })
	s.post("api/login", accepts{SecretPassword: fieldPassword}, s.spaLogin)
	s.post("api/code", accepts{SecretTextedCode: fieldCode}, s.spaCode)
	s.get("api/me", s.spaMe)
	s.post("api/logout", nil, s.spaLogout)
}

func (s *site) showSPA(w http.ResponseWriter, r *http.Request) {
	s.record(r, KindPageView, OutcomeOK, "")
	s.render(w, http.StatusOK, "spa", s.words().SignInHeading, spaView{Base: s.path(""), CSRF: s.csrfToken(w, r)})
}

func (s *site) spaLogin(w http.ResponseWriter, r *http.Request) {
	var in struct{ Username, Password string }
	if !s.readSPA(w, r, KindPasswordSubmit, &in) {
		return
	}
	user := username(in.Username)
	outcome := s.judgePassword(user, in.Password)
	s.record(r, KindPasswordSubmit, outcome, user)
	if outcome != OutcomeOK {
		writeJSON(w, http.StatusUnauthorized, spaAnswer{Error: s.words().WrongPassword})
		return
	}
	id, f := s.startCodeFlow(r, user)
	digits := onlyDigits(f.code)
	writeJSON(w, http.StatusOK, spaAnswer{
		Challenge: id, CodeLength: len(f.code), Digits: digits,
		Intro: s.words().textedIntro(len(f.code), digits, maskPhone(f.phone)),
	})
}

func (s *site) spaCode(w http.ResponseWriter, r *http.Request) {
	var in struct{ Challenge, Code string }
	if !s.readSPA(w, r, KindCodeSubmit, &in) {
		return
	}
	f, outcome := s.tryCode(in.Challenge, typedCode(in.Code))
	s.record(r, KindCodeSubmit, outcome, f.user)
	switch outcome {
	case OutcomeOK:
		writeJSON(w, http.StatusOK, spaAnswer{Token: s.startSession(r, f.user), User: f.user})
	case OutcomeWrong, OutcomeReused:
		writeJSON(w, http.StatusUnauthorized, spaAnswer{Error: s.codeAlert(outcome), Challenge: in.Challenge})
	default: // without a challenge the script begins again
		writeJSON(w, http.StatusUnauthorized, spaAnswer{Error: s.codeAlert(outcome)})
	}
}

func (s *site) spaMe(w http.ResponseWriter, r *http.Request) {
	user, ok := s.sessionUser(bearer(r))
	if !ok {
		s.record(r, KindPageView, OutcomeRedirected, "")
		writeJSON(w, http.StatusUnauthorized, spaAnswer{})
		return
	}
	s.record(r, KindPageView, OutcomeOK, user)
	writeJSON(w, http.StatusOK, spaAnswer{User: user})
}

func (s *site) spaLogout(w http.ResponseWriter, r *http.Request) {
	if !s.readSPA(w, r, KindLogout, &struct{}{}) {
		return
	}
	outcome := OutcomeOK
	user, ok := s.endSession(bearer(r))
	if !ok {
		outcome = OutcomeRedirected
	}
	s.record(r, KindLogout, outcome, user)
	writeJSON(w, http.StatusOK, spaAnswer{})
}

// readSPA checks the CSRF header and decodes the body; when it answers false, it has
// answered the request.
func (s *site) readSPA(w http.ResponseWriter, r *http.Request, kind Kind, into any) bool {
	if !csrfHolds(r, r.Header.Get("X-Csrf-Token")) {
		s.record(r, kind, OutcomeForbidden, "")
		writeJSON(w, http.StatusForbidden, spaAnswer{Error: s.words().FormExpired})
		return false
	}
	if err := json.NewDecoder(r.Body).Decode(into); err != nil {
		s.record(r, kind, OutcomeError, "")
		writeJSON(w, http.StatusBadRequest, spaAnswer{Error: s.words().ErrorText})
		return false
	}
	return true
}

func bearer(r *http.Request) string {
	token, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	return token
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	body, err := json.Marshal(v)
	if err != nil {
		http.Error(w, "the answer cannot be written as JSON", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(append(body, '\n')) // a client that went away is its own affair
}
