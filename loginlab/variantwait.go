package loginlab

import (
	"net/http"
	"strings"
)

// poll tells a waiting page whether it may go on.
func (v *variant) poll(w http.ResponseWriter, r *http.Request) {
	p, ok := v.lab.passageOf(r.URL.Query().Get(keyFlow), v.Name)
	done := !ok || p.approved || v.step(&p) == stepRedirecting && !v.lab.options.Now().Before(p.expires)
	writeJSON(w, http.StatusOK, map[string]bool{"done": done})
}

// resend sends a code or link again.
func (v *variant) resend(w http.ResponseWriter, r *http.Request) {
	id := r.URL.Query().Get(keyFlow)
	v.arrive(r, id)
	http.Redirect(w, r, v.path("step")+"?flow="+id, http.StatusSeeOther) //nolint:gosec // a path of the site
}

// openLink takes an e-mailed link: it lets the waiting page go on, also when that page itself opened it.
func (v *variant) openLink(w http.ResponseWriter, r *http.Request) {
	id, secret, _ := strings.Cut(r.URL.Query().Get("token"), ".")
	p, ok := v.lab.passageOf(id, v.Name)
	if !ok || v.step(&p) != stepLink || !equal(secret, p.link) {
		v.showNothing(w, r)
		return
	}
	p.approved = true
	v.lab.keepPassage(id, p)
	v.record(r, KindLinkOpened, OutcomeOK, p.user)
	if cookie(r, flowCookie) == id {
		http.Redirect(w, r, v.path("step")+"?flow="+id+"&go=1", http.StatusSeeOther) //nolint:gosec // a path of the site
		return
	}
	v.write(w, http.StatusOK, "message", pageOf(v, scene{Title: brand, Heading: v.say("linkHeading"), Intro: v.say("redirecting")}, ""))
}
