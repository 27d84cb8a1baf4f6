package loginlab

import "net/http"

func (s *site) showLogin(w http.ResponseWriter, r *http.Request) {
	if user, ok := s.sessionUser(cookie(r, sessionCookie)); ok {
		s.record(r, KindPageView, OutcomeRedirected, user)
		s.redirect(w, r, "account")
		return
	}
	s.record(r, KindPageView, OutcomeOK, "")
	s.showForm(w, r, http.StatusOK, s.loginForm("", ""))
}

func (s *site) submitLogin(w http.ResponseWriter, r *http.Request) {
	if s.refuseForgery(w, r, KindPasswordSubmit) {
		return
	}
	user := username(r.PostFormValue(fieldUsername))
	outcome := s.judgePassword(user, r.PostFormValue(fieldPassword))
	s.record(r, KindPasswordSubmit, outcome, user)
	switch outcome {
	case OutcomeOK:
		s.afterPassword(w, r, user)
	case OutcomeLocked:
		s.showForm(w, r, http.StatusTooManyRequests, s.loginForm(user, s.words().TooManyAttempts))
	default:
		s.showForm(w, r, http.StatusOK, s.loginForm(user, s.words().WrongPassword))
	}
}

func (s *site) judgePassword(user, password string) Outcome {
	switch {
	case s.Nuisance == NuisanceLocked:
		return OutcomeLocked
	case user != "" && s.lab.passwordIs(password):
		return OutcomeOK
	}
	return OutcomeWrong
}

// afterPassword asks for the code, or is done when there is none. An earlier step of this
// login is over with it.
func (s *site) afterPassword(w http.ResponseWriter, r *http.Request, user string) {
	s.lab.forget(cookie(r, flowCookie))
	if _, ok := s.codeKind(); !ok {
		s.signIn(w, r, user)
		return
	}
	id, _ := s.startCodeFlow(r, user)
	s.setCookie(w, r, flowCookie, id)
	s.redirect(w, r, "code")
}

// startCodeFlow begins the code step; a texted code is sent.
func (s *site) startCodeFlow(r *http.Request, user string) (string, flow) {
	f := flow{account: account{s.Name, user}, stage: stagePassed}
	if s.Factor == FactorTextedCode {
		sent := s.sendCode(r, user)
		f.code, f.phone, f.expires = sent.Code, sent.To, sent.At.Add(s.lab.options.CodeLifetime)
	}
	return s.lab.start(f), f
}

// signIn gives the browser a new session and shows it the account.
func (s *site) signIn(w http.ResponseWriter, r *http.Request, user string) {
	s.setCookie(w, r, sessionCookie, s.startSession(r, user))
	s.dropCookie(w, r, flowCookie)
	s.redirect(w, r, "account")
}

// submitLoginWithCode takes password and authenticator's code at once. The code is looked
// at, and used up, only when the password was right.
func (s *site) submitLoginWithCode(w http.ResponseWriter, r *http.Request) {
	if s.refuseForgery(w, r, KindPasswordSubmit) {
		return
	}
	user := username(r.PostFormValue(fieldUsername))
	password := s.judgePassword(user, r.PostFormValue(fieldPassword))
	s.record(r, KindPasswordSubmit, password, user)
	if password != OutcomeOK {
		s.record(r, KindCodeSubmit, OutcomeIgnored, user)
		s.showForm(w, r, http.StatusOK, s.loginForm(user, s.words().WrongPassword))
		return
	}
	s.lab.mu.Lock()
	code := s.lab.useCode(FactorTOTPInForm, s.Name, user, typedCode(r.PostFormValue(fieldCode)))
	s.lab.mu.Unlock()
	s.record(r, KindCodeSubmit, code, user)
	if code != OutcomeOK {
		s.showForm(w, r, http.StatusOK, s.loginForm(user, s.codeAlert(code)))
		return
	}
	s.signIn(w, r, user)
}
