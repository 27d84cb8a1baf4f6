package loginlab

import (
	"net/http"
	"strings"
)

// basicHolds asks for HTTP basic authentication (RFC 7617) until the visitor has a session or an unfinished login.
func (v *variant) basicHolds(w http.ResponseWriter, r *http.Request) bool {
	if _, ok := v.sessionUser(r); ok || r.URL.Query().Get(keyFlow) != "" || r.Method == http.MethodPost ||
		strings.HasSuffix(r.URL.Path, ".js") || strings.HasSuffix(r.URL.Path, ".svg") || strings.HasSuffix(r.URL.Path, "/link") ||
		strings.HasSuffix(r.URL.Path, "/finish") {
		return true
	}
	user, password, ok := r.BasicAuth()
	if !ok {
		w.Header().Set("WWW-Authenticate", `Basic realm="`+brand+`", charset="UTF-8"`)
		http.Error(w, v.say("signInHeading"), http.StatusUnauthorized)
		return false
	}
	user = username(user)
	if user == "" || !v.lab.passwordIs(password) {
		v.record(r, KindPasswordSubmit, OutcomeWrong, user)
		w.Header().Set("WWW-Authenticate", `Basic realm="`+brand+`", charset="UTF-8"`)
		http.Error(w, v.say("wrongPassword"), http.StatusUnauthorized)
		return false
	}
	v.record(r, KindPasswordSubmit, OutcomeOK, user)
	id := v.lab.newPassage(v.plain())
	p, _ := v.lab.passageOf(id, v.Name)
	p.user = user
	v.lab.keepPassage(id, p)
	v.arrive(r, id)
	http.Redirect(w, r, v.path("step")+"?flow="+id, http.StatusSeeOther)
	return false
}
