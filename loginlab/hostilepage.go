package loginlab

import (
	"encoding/json"
	"html/template"
	"net/http"
	"net/url"
	"strings"
)

// What a page of a hostile site asks for.
const (
	pleaIdentifier  = "identifier"
	pleaCredentials = "credentials"
	pleaPassword    = "password"
	pleaCode        = "code"
	// pleaBare is a password field and nothing else.
	pleaBare = "bare"
)

// hostilePages are the pages of the hostile sites that are data. Both origins serve them: what the second one is sent is
// captured, whatever it is.
func hostilePages() pageTable {
	return pageTable{
		patternLogin:       func(v *variant, w http.ResponseWriter, r *http.Request) { v.trickOf().show(v, w, r) },
		patternStep:        (*variant).takeTrick,
		"GET inner":        (*variant).showInner,
		"GET wrap":         (*variant).showWrap,
		"GET lure":         (*variant).showLure,
		"GET basic":        (*variant).askBasic,
		"GET go":           (*variant).openRedirect,
		"POST take":        (*variant).take,
		"POST keystroke":   (*variant).takeKeystroke,
		"GET keystroke.js": func(_ *variant, w http.ResponseWriter, r *http.Request) { serveKeystrokeScript(w, r) },
		"GET hostile.js":   func(_ *variant, w http.ResponseWriter, _ *http.Request) { writeScript(w, "hostile.js") },
		"GET variant.js":   func(_ *variant, w http.ResponseWriter, _ *http.Request) { writeScript(w, "variant.js") },
		"GET account":      (*variant).showAccount,
		"POST logout":      (*variant).logOut,
		"GET public":       (*variant).showPublic,
		"GET forgot":       (*variant).showNothing,
		"GET register":     (*variant).showNothing,
	}
}

// describeHostile completes the route of a hostile site's page, and returns the user that the request names. Only the
// step that is the site's own may be sent a password.
func (v *variant) describeHostile(on Origin, rt *route, carriers []carrier) string {
	if v.PasswordFirst && on == OriginLab && rt.path == v.path("step") {
		rt.accepts = accepts{SecretPassword: v.fieldName(keyPassword, "")}
	}
	for _, c := range carriers {
		if c.isField && c.name == v.fieldName(keyUsername, "") {
			return username(c.text)
		}
	}
	return ""
}

// lure is the address of a page of the second origin that asks for something; user is the name that it knows already.
func (v *variant) lure(what, user string) string {
	return v.lab.options.OtherOrigin + v.lurePath(what, user)
}

func (v *variant) lurePath(what, user string) string {
	return v.path("lure") + "?" + url.Values{"as": {what}, "u": {user}}.Encode()
}

// through leads to an address by way of the site's own open redirect.
func (v *variant) through(address string) string {
	return v.path("go") + "?" + url.Values{"to": {address}}.Encode()
}

// plea is a page that asks for something and sends it to an address.
func (v *variant) plea(what, user, action string) scene {
	sc, p := scene{Action: action}, &passage{account: account{v.Name, user}}
	switch what {
	case pleaIdentifier:
		v.identifier(&sc, p)
	case pleaPassword:
		v.password(&sc, p)
	case pleaCode:
		v.code(&sc, p)
	default:
		v.credentials(&sc, p)
	}
	sc.Title = sc.Heading
	v.nameFields(&sc, p)
	return sc
}

// watch is a script that reports every input to the site, or to the same page at another origin.
func (v *variant) watch(origin string) template.HTML {
	return tag("script", "src", origin+v.path("keystroke.js"), "data-watch", origin+v.path("keystroke")) + "</script>"
}

// showOwn shows a page of the site itself, which sends what it is given to its own origin.
func showOwn(what string) func(*variant, http.ResponseWriter, *http.Request) {
	return func(v *variant, w http.ResponseWriter, r *http.Request) { v.showPlea(w, r, what, v.path("step"), "") }
}

// showPlea shows a page that asks for something, with what a trick adds to it.
func (v *variant) showPlea(w http.ResponseWriter, r *http.Request, what, action string, raw template.HTML) {
	v.record(r, KindPageView, OutcomeOK, "")
	sc := v.plea(what, "", action)
	sc.Raw = raw + v.tricksScript()
	v.showHostile(w, sc)
}

func (v *variant) tricksScript() template.HTML {
	return tag("script", "src", v.path("hostile.js")) + "</script>"
}

// showRaw shows a page without a form of its own.
func (v *variant) showRaw(w http.ResponseWriter, r *http.Request, heading string, raw template.HTML) {
	v.record(r, KindPageView, OutcomeOK, "")
	sc := scene{Title: heading, Heading: heading, Raw: raw + v.tricksScript()}
	v.write(w, http.StatusOK, "bare", pageOf(v, sc, ""))
}

func (v *variant) showHostile(w http.ResponseWriter, sc scene) {
	p := pageOf(v, sc, "")
	p.Body = p.execute(v.Skin + "-fragment")
	v.write(w, http.StatusOK, "page", p)
}

// showInner is the page of the site that some tricks have in a frame.
func (v *variant) showInner(w http.ResponseWriter, r *http.Request) {
	if v.trickOf().name == "nested-frame" {
		v.showRaw(w, r, "", frame(v.lure(pleaCredentials, "")))
		return
	}
	raw := template.HTML("")
	if !v.PasswordFirst {
		raw = v.watch("")
	}
	v.showPlea(w, r, pleaCredentials, v.path("step"), raw)
}

// showWrap has the site's own form in a frame of a page of the second origin.
func (v *variant) showWrap(w http.ResponseWriter, r *http.Request) {
	v.lab.mu.Lock()
	inner := v.lab.mainOrigin + v.path("inner")
	v.lab.mu.Unlock()
	v.showRaw(w, r, v.say("signInHeading"), frame(inner))
}

// showLure is the look-alike. Nothing that it gets is where it belongs.
func (v *variant) showLure(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	user := username(q.Get("u"))
	v.record(r, KindPageView, OutcomeOK, user)
	if q.Get("as") == pleaBare {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write([]byte(`<!doctype html><title>` + brand + `</title><style>*{margin:0;width:100%;height:100%;box-sizing:border-box}</style>` +
			string(tag("input", "type", "password", "name", fieldPassword, "aria-label", v.say("password"))+v.watch("")))) // a client that went away is its own affair
		return
	}
	sc := v.plea(q.Get("as"), user, v.path("take"))
	sc.Raw = v.watch("")
	v.showHostile(w, sc)
}

// foreignPage is a look-alike that is no page of any server: all its addresses are the second origin's.
func (v *variant) foreignPage() string {
	other := v.lab.options.OtherOrigin
	sc := v.plea(pleaCredentials, "", other+v.path("take"))
	sc.Raw, sc.Links = v.watch(other), nil
	p := pageOf(v, sc, "")
	p.Body = p.execute(v.Skin + "-fragment")
	return string(p.execute(v.Skin + "-layout"))
}

// openRedirect leads anywhere, as too many sites do.
func (v *variant) openRedirect(w http.ResponseWriter, r *http.Request) {
	v.record(r, KindPageView, OutcomeRedirected, "")
	http.Redirect(w, r, r.URL.Query().Get("to"), http.StatusFound) //nolint:gosec // it is one, on purpose
}

// askBasic wants HTTP basic authentication, and is never content.
func (v *variant) askBasic(w http.ResponseWriter, r *http.Request) {
	v.record(r, KindPageView, OutcomeOK, "")
	if _, _, ok := r.BasicAuth(); ok {
		v.record(r, KindPasswordSubmit, OutcomeCaptured, "")
	}
	w.Header().Set("WWW-Authenticate", `Basic realm="`+brand+`", charset="UTF-8"`)
	http.Error(w, v.say("signInHeading"), http.StatusUnauthorized)
}

// leadTo redirects a browser, after a POST with GET.
func (v *variant) leadTo(w http.ResponseWriter, r *http.Request, address string) {
	v.lab.mu.Lock()
	v.lab.mainOrigin = originOf(r)
	v.lab.mu.Unlock()
	w.Header().Set("Location", address)
	w.WriteHeader(http.StatusSeeOther)
}

// takeTrick takes what a page of the site sends to its own origin.
func (v *variant) takeTrick(w http.ResponseWriter, r *http.Request) {
	if taken := v.trickOf().taken; taken != nil {
		taken(v, w, r)
		return
	}
	v.take(w, r)
}

func (v *variant) takenUser(r *http.Request) string {
	return username(r.PostFormValue(v.fieldName(keyUsername, "")))
}

// takenPassword records the password that the site's own page was given.
func (v *variant) takenPassword(r *http.Request) (user string, right bool) {
	user = v.takenUser(r)
	right = user != "" && v.lab.passwordIs(r.PostFormValue(v.fieldName(keyPassword, "")))
	v.record(r, KindPasswordSubmit, outcomeOf(right), user)
	return user, right
}

// takeAndLogIn is a login that works.
func (v *variant) takeAndLogIn(w http.ResponseWriter, r *http.Request) {
	user, right := v.takenPassword(r)
	if !right {
		sc := v.plea(pleaCredentials, user, v.path("step"))
		sc.Alert = v.say("wrongPassword")
		v.showHostile(w, sc)
		return
	}
	s := v.plain()
	s.setCookie(w, r, sessionCookie, s.startSession(r, user))
	http.Redirect(w, r, v.path("account"), http.StatusSeeOther)
}

// takeAndRefuse lets nobody in.
func (v *variant) takeAndRefuse(w http.ResponseWriter, r *http.Request) {
	v.takenPassword(r)
	v.showNothing(w, r)
}

// take is where a hostile form goes. Its answer is what victims see.
func (v *variant) take(w http.ResponseWriter, r *http.Request) {
	v.record(r, KindPasswordSubmit, OutcomeCaptured, v.takenUser(r))
	v.showNothing(w, r)
}

// takeKeystroke records that something was typed; the search for secrets has happened.
func (v *variant) takeKeystroke(w http.ResponseWriter, r *http.Request) {
	var typed map[string]string
	if err := json.NewDecoder(r.Body).Decode(&typed); err != nil {
		http.Error(w, "the body is not a JSON object of strings", http.StatusBadRequest)
		return
	}
	v.record(r, KindKeystroke, OutcomeCaptured, username(typed[v.fieldName(keyUsername, "")]))
	w.WriteHeader(http.StatusNoContent)
}

// tag is the start tag of an element, with attributes and values in turn.
func tag(name string, attributes ...string) template.HTML {
	var b strings.Builder
	b.WriteString("<" + name)
	for i := 0; i+1 < len(attributes); i += 2 {
		b.WriteString(" " + attributes[i] + `="` + template.HTMLEscapeString(attributes[i+1]) + `"`)
	}
	b.WriteString(">")
	return html(b.String())
}
