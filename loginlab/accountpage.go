package loginlab

import "net/http"

// accountView is the logged-in page.
type accountView struct {
	User   string
	Logout string
	CSRF   string
}

func (s *site) showAccount(w http.ResponseWriter, r *http.Request) {
	user, ok := s.sessionUser(cookie(r, sessionCookie))
	if !ok {
		s.record(r, KindPageView, OutcomeRedirected, "")
		s.redirect(w, r, "login")
		return
	}
	s.record(r, KindPageView, OutcomeOK, user)
	v := accountView{User: user}
	if s.Nuisance != NuisanceNoLogout {
		v.Logout, v.CSRF = s.path("logout"), s.csrfToken(w, r)
	}
	s.render(w, http.StatusOK, "account", s.words().AccountHeading, v)
}

// logOut ends the session. It needs the CSRF token, like everything that changes something.
func (s *site) logOut(w http.ResponseWriter, r *http.Request) {
	if s.refuseForgery(w, r, KindLogout) {
		return
	}
	outcome := OutcomeOK
	user, ok := s.endSession(cookie(r, sessionCookie))
	if !ok {
		outcome = OutcomeRedirected
	}
	s.record(r, KindLogout, outcome, user)
	s.dropCookie(w, r, sessionCookie)
	s.redirect(w, r, "login")
}
