package loginlab

import "net/http"

// finish redeems a ticket at the main origin.
func (v *variant) finish(w http.ResponseWriter, r *http.Request) {
	_ = r.ParseForm() // an unreadable form has no ticket
	user, ok := v.lab.redeem(r.Form.Get("ticket"), v.Name)
	if !ok {
		http.Redirect(w, r, v.path("login"), http.StatusSeeOther)
		return
	}
	s := v.plain()
	s.setCookie(w, r, sessionCookie, s.startSession(r, user))
	http.Redirect(w, r, v.path("account"), http.StatusSeeOther)
}

func (v *variant) sessionUser(r *http.Request) (string, bool) {
	s := v.plain()
	return s.sessionUser(cookie(r, sessionCookie))
}

func (v *variant) showAccount(w http.ResponseWriter, r *http.Request) {
	user, ok := v.sessionUser(r)
	if !ok {
		v.record(r, KindPageView, OutcomeRedirected, "")
		http.Redirect(w, r, v.path("login"), http.StatusFound)
		return
	}
	v.record(r, KindPageView, OutcomeOK, user)
	v.write(w, http.StatusOK, "account", pageOf(v, scene{Title: v.say("accountHeading"), Heading: v.say("accountHeading"), Intro: v.say("accountIntro")}, user))
}

func (v *variant) logOut(w http.ResponseWriter, r *http.Request) {
	s := v.plain()
	user, _ := s.endSession(cookie(r, sessionCookie))
	v.record(r, KindLogout, OutcomeOK, user)
	s.dropCookie(w, r, sessionCookie)
	http.Redirect(w, r, v.path("login"), http.StatusSeeOther)
}

func (v *variant) showPublic(w http.ResponseWriter, r *http.Request) {
	v.record(r, KindPageView, OutcomeOK, "")
	user := username(r.URL.Query().Get("u"))
	v.write(w, http.StatusOK, "public", pageOf(v, scene{Title: brand, Heading: v.say("publicWelcome", user), Intro: v.say("publicText")}, ""))
}

func (v *variant) showNothing(w http.ResponseWriter, r *http.Request) {
	v.record(r, KindPageView, OutcomeOK, "")
	v.write(w, http.StatusOK, "message", pageOf(v, scene{Title: brand, Heading: v.say("errorHeading"), Intro: v.say("errorText")}, ""))
}
