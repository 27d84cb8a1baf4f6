package loginlab

import (
	"net/http"
	"net/url"
	"time"
)

// variant is a generated site at work. Every request makes its own: a variant is data.
type variant struct {
	Site
	lab *Lab
}

// defaultLateness is how late a slow site answers, and how long a page of the nuisances vanish and redirecting takes.
const defaultLateness = 800 * time.Millisecond

// plain is the variant as what keeps cookies and sessions for every kind of site.
func (v *variant) plain() *site { return &site{Site: v.Site, lab: v.lab} }

func (v *variant) path(name string) string { return "/s/" + v.Name + "/" + name }

func (v *variant) step(p *passage) step {
	steps := v.steps()
	return steps[min(p.at, len(steps)-1)]
}

// formOrigin is the base URL of the server that has the form.
func (v *variant) formOrigin(r *http.Request) string {
	if v.Topology.elsewhere() {
		return v.lab.options.OtherOrigin
	}
	return originOf(r)
}

func originOf(r *http.Request) string {
	scheme := "http"
	if r.TLS != nil {
		scheme = "https"
	}
	return scheme + "://" + r.Host
}

func (v *variant) record(r *http.Request, kind Kind, outcome Outcome, user string) {
	v.lab.record(r, kind, outcome, user)
}

// showLogin is where every login begins, at the main origin.
func (v *variant) showLogin(w http.ResponseWriter, r *http.Request) {
	if user, ok := v.sessionUser(r); ok {
		v.record(r, KindPageView, OutcomeRedirected, user)
		http.Redirect(w, r, v.path("account"), http.StatusFound)
		return
	}
	v.record(r, KindPageView, OutcomeOK, "")
	v.lab.mu.Lock()
	v.lab.mainOrigin = originOf(r)
	v.lab.mu.Unlock()
	back := url.Values{"back": {originOf(r) + v.path("finish")}}.Encode()
	start := v.formOrigin(r) + v.path("start") + "?" + back
	switch v.Topology {
	case TopologyOIDC:
		http.Redirect(w, r, start+"&response_type=code&client_id=fernwood&state=xyz", http.StatusFound) //nolint:gosec // the lab's own addresses
	case TopologySAML:
		v.showSelfSubmitting(w, start, "SAMLRequest", "PHNhbWxwOkF1dGhuUmVxdWVzdC8+")
	case TopologyFrame, TopologyCrossFrame:
		v.write(w, http.StatusOK, "framed", pageOf(v, scene{Title: v.say("signInHeading")}, start))
	case TopologyPopup:
		v.write(w, http.StatusOK, "popup", pageOf(v, scene{Title: v.say("signInHeading"), Heading: v.say("signInHeading")}, start))
	case TopologyModal, TopologySlowSPA:
		v.write(w, http.StatusOK, "shell", pageOf(v, scene{Title: brand, Heading: v.say("publicText")}, start))
	default:
		id := v.lab.newPassage(v.plain())
		v.arrive(r, id)
		v.showPage(w, r, id, http.StatusOK)
	}
}

// showStart begins a login where the form is.
func (v *variant) showStart(w http.ResponseWriter, r *http.Request) {
	v.record(r, KindPageView, OutcomeOK, "")
	id := v.lab.newPassage(v.plain())
	v.arrive(r, id)
	v.showPage(w, r, id, http.StatusOK)
}

// showStep shows the current step.
func (v *variant) showStep(w http.ResponseWriter, r *http.Request) {
	id := r.URL.Query().Get(keyFlow)
	if _, ok := v.lab.passageOf(id, v.Name); !ok {
		v.record(r, KindPageView, OutcomeRedirected, "")
		v.goTo(w, r, v.path("login"))
		return
	}
	v.record(r, KindPageView, OutcomeOK, "")
	v.passOn(r, id)
	v.showPage(w, r, id, http.StatusOK)
}

// passOn moves a passage on that waited for somebody elsewhere, or for a moment to pass.
func (v *variant) passOn(r *http.Request, id string) {
	p, ok := v.lab.passageOf(id, v.Name)
	if !ok {
		return
	}
	switch v.step(&p) { //nolint:exhaustive // the others take something first
	case stepLink, stepPush, stepRedirecting:
		if v.judge(r, &p, func(string) string { return "" }) {
			p.at, p.approved, p.challenge, p.number = p.at+1, false, "", ""
			v.lab.keepPassage(id, p)
			v.arrive(r, id)
		}
	}
}

// showPage shows the current step of a passage, or ends the login where there is none.
func (v *variant) showPage(w http.ResponseWriter, r *http.Request, id string, status int) {
	p, ok := v.lab.passageOf(id, v.Name)
	if !ok {
		v.goTo(w, r, v.path("login"))
		return
	}
	if v.step(&p) == stepDone {
		v.arrived(w, r, id, &p)
		return
	}
	sc := v.sceneOf(id, &p)
	if p.alert != "" {
		p.alert = ""
		v.lab.keepPassage(id, p)
	}
	v.showScene(w, r, status, sc)
}

// arrived ends the login: with a session here, or with a ticket for the main origin.
func (v *variant) arrived(w http.ResponseWriter, r *http.Request, id string, p *passage) {
	v.lab.endPassage(id)
	t := v.lab.newTicket(p.account)
	query := "?" + url.Values{"ticket": {t}}.Encode()
	switch v.Topology {
	case TopologyOIDC:
		http.Redirect(w, r, v.mainOrigin(r)+v.path("finish")+query, http.StatusSeeOther) //nolint:gosec // the lab's own addresses
	case TopologySAML:
		v.showSelfSubmitting(w, v.mainOrigin(r)+v.path("finish"), "ticket", t)
	case TopologyCrossFrame, TopologyFrame:
		v.write(w, http.StatusOK, "leave", pageOf(v, scene{Title: v.say("redirecting")}, v.mainOrigin(r)+v.path("finish")+query))
	case TopologyPopup:
		v.write(w, http.StatusOK, "leavePopup", pageOf(v, scene{Title: v.say("redirecting")}, v.mainOrigin(r)+v.path("finish")+query))
	default:
		v.goTo(w, r, v.path("finish")+query)
	}
}

// mainOrigin is the base URL of the main server, as a page of the other one knows it.
func (v *variant) mainOrigin(r *http.Request) string {
	if !v.Topology.elsewhere() {
		return originOf(r)
	}
	v.lab.mu.Lock()
	defer v.lab.mu.Unlock()
	return v.lab.mainOrigin
}

// goTo leads a browser on: a script by JSON, a browser by a redirect.
func (v *variant) goTo(w http.ResponseWriter, r *http.Request, path string) {
	if fromScript(r) {
		writeJSON(w, http.StatusOK, fragment{Location: path})
		return
	}
	http.Redirect(w, r, path, http.StatusSeeOther)
}

func fromScript(r *http.Request) bool { return r.Header.Get("X-Requested-With") != "" }
