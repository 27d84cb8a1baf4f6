package loginlab

import (
	"net/http"
	"strings"
)

func (s *site) showCode(w http.ResponseWriter, r *http.Request) {
	f, ok := s.flow(cookie(r, flowCookie), stagePassed)
	if !ok {
		s.record(r, KindPageView, OutcomeRedirected, "")
		s.redirect(w, r, "login")
		return
	}
	s.record(r, KindPageView, OutcomeOK, f.user)
	s.showForm(w, r, http.StatusOK, s.codeForm(f, ""))
}

func (s *site) submitCode(w http.ResponseWriter, r *http.Request) {
	if s.refuseForgery(w, r, KindCodeSubmit) {
		return
	}
	f, outcome := s.tryCode(cookie(r, flowCookie), typedCode(r.PostFormValue(fieldCode)))
	s.record(r, KindCodeSubmit, outcome, f.user)
	switch outcome {
	case OutcomeOK:
		s.signIn(w, r, f.user)
	case OutcomeRedirected:
		s.redirect(w, r, "login")
	case OutcomeInvalidated, OutcomeExpired:
		s.dropCookie(w, r, flowCookie)
		s.showForm(w, r, http.StatusOK, s.loginForm("", s.codeAlert(outcome)))
	default:
		s.showForm(w, r, http.StatusOK, s.codeForm(f, s.codeAlert(outcome)))
	}
}

// codeAlert says what was wrong with a code.
func (s *site) codeAlert(outcome Outcome) string {
	switch outcome {
	case OutcomeReused:
		return s.words().ReusedCode
	case OutcomeExpired:
		return s.words().ExpiredCode
	case OutcomeInvalidated:
		return s.words().TooManyCodes
	default:
		return s.words().WrongCode
	}
}

// typedCode drops the spaces that people type between groups of digits.
func typedCode(text string) string { return strings.Join(strings.Fields(text), "") }
