package loginlab

import "net/http"

func (s *site) submitIdentifier(w http.ResponseWriter, r *http.Request) {
	if s.refuseForgery(w, r, KindIdentifierSubmit) {
		return
	}
	user := username(r.PostFormValue(fieldUsername))
	if user == "" {
		s.record(r, KindIdentifierSubmit, OutcomeWrong, "")
		s.showForm(w, r, http.StatusOK, s.loginForm("", s.words().WrongPassword))
		return
	}
	s.record(r, KindIdentifierSubmit, OutcomeOK, user)
	s.setCookie(w, r, flowCookie, s.lab.start(flow{account: account{s.Name, user}, stage: stageIdentified}))
	s.redirect(w, r, "password")
}

func (s *site) showPassword(w http.ResponseWriter, r *http.Request) {
	f, ok := s.flow(cookie(r, flowCookie), stageIdentified)
	if !ok {
		s.record(r, KindPageView, OutcomeRedirected, "")
		s.redirect(w, r, "login")
		return
	}
	s.record(r, KindPageView, OutcomeOK, f.user)
	s.showForm(w, r, http.StatusOK, s.passwordForm(f.user, ""))
}

// submitPassword takes the password of the account that the first page was told. What the
// form says again about the account is not looked at.
func (s *site) submitPassword(w http.ResponseWriter, r *http.Request) {
	if s.refuseForgery(w, r, KindPasswordSubmit) {
		return
	}
	f, ok := s.flow(cookie(r, flowCookie), stageIdentified)
	if !ok {
		s.record(r, KindPasswordSubmit, OutcomeRedirected, "")
		s.redirect(w, r, "login")
		return
	}
	outcome := s.judgePassword(f.user, r.PostFormValue(fieldPassword))
	s.record(r, KindPasswordSubmit, outcome, f.user)
	if outcome != OutcomeOK {
		s.showForm(w, r, http.StatusOK, s.passwordForm(f.user, s.words().WrongPassword))
		return
	}
	s.afterPassword(w, r, f.user)
}
