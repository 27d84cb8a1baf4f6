package loginlab

import (
	"net/http"
	"strings"
)

// site is one site at work: what the manifest says of it, and the lab that serves it.
type site struct {
	Site
	lab *Lab
}

func (s *site) words() wording { return words(s.Language) }

// path returns the path of one of the site's pages.
func (s *site) path(name string) string { return "/s/" + s.Name + "/" + name }

// otherURL returns the address of a page of the site's hostile side.
func (s *site) otherURL(name string) string { return s.lab.options.OtherOrigin + s.path(name) }

func (s *site) record(r *http.Request, kind Kind, outcome Outcome, user string) {
	s.lab.record(r, kind, outcome, user)
}

// install serves the site's pages: topology first, as it decides which pages there are.
func (s *site) install() {
	switch {
	case s.Nuisance == NuisanceServerError:
		s.installBroken()
	case s.Nuisance == NuisancePuzzle:
		s.installPuzzle()
	case s.Topology == TopologySPA:
		s.installSPA()
	case s.Hostile:
		s.installHostile()
	default:
		s.installPages()
	}
}

// installPages serves a login that navigates from page to page.
func (s *site) installPages() {
	s.get("login", s.showLogin)
	s.get("account", s.showAccount)
	s.get("forgot", s.showNothingHere)
	s.get("register", s.showNothingHere)
	s.post("logout", nil, s.logOut)
	switch {
	case s.Topology == TopologyIdentifierFirst:
		s.post("login", nil, s.submitIdentifier)
		s.get("password", s.showPassword)
		s.post("password", accepts{SecretPassword: fieldPassword}, s.submitPassword)
	case s.Factor == FactorTOTPInForm:
		s.post("login", accepts{SecretPassword: fieldPassword, SecretTOTPCode: fieldCode}, s.submitLoginWithCode)
	default:
		s.post("login", accepts{SecretPassword: fieldPassword}, s.submitLogin)
	}
	if kind, ok := s.codeKind(); ok {
		s.get("code", s.showCode)
		s.post("code", accepts{kind: fieldCode}, s.submitCode)
	}
}

// codeKind says which code the site asks for on a page of its own.
func (s *site) codeKind() (SecretKind, bool) {
	switch s.Factor {
	case FactorTextedCode:
		return SecretTextedCode, true
	case FactorTOTP:
		return SecretTOTPCode, true
	default:
		return "", false
	}
}

func (s *site) get(name string, h http.HandlerFunc) {
	s.serve(s.lab.main, http.MethodGet, name, nil, h)
}

func (s *site) post(name string, a accepts, h http.HandlerFunc) {
	s.serve(s.lab.main, http.MethodPost, name, a, h)
}

func (s *site) serve(on *surface, method, name string, a accepts, h http.HandlerFunc) {
	if s.Nuisance == NuisanceSlow {
		h = s.delayed(h)
	}
	on.handle(method, route{site: s.Name, path: s.path(name), accepts: a}, h)
}

func (s *site) redirect(w http.ResponseWriter, r *http.Request, name string) {
	// After a POST the browser must come with GET; after a GET both mean the same.
	status := http.StatusFound
	if r.Method == http.MethodPost {
		status = http.StatusSeeOther
	}
	http.Redirect(w, r, s.path(name), status)
}

// showNothingHere is behind the links that a login must not follow.
func (s *site) showNothingHere(w http.ResponseWriter, r *http.Request) {
	s.record(r, KindPageView, OutcomeOK, "")
	s.showMessage(w, http.StatusOK, s.words().NothingHeading, s.words().NothingText)
}

// refuseForgery answers a form without its CSRF token; it reports whether it did.
func (s *site) refuseForgery(w http.ResponseWriter, r *http.Request, kind Kind) bool {
	if csrfHolds(r, r.PostFormValue(fieldCSRF)) {
		return false
	}
	s.record(r, kind, OutcomeForbidden, "")
	s.showMessage(w, http.StatusForbidden, s.words().ErrorHeading, s.words().FormExpired)
	return true
}

// maxUsername bounds user names, in bytes; a longer one is nobody's.
const maxUsername = 128

// username returns the account that a form or script names; empty when it is nobody's.
func username(text string) string {
	text = strings.TrimSpace(text)
	if len(text) > maxUsername {
		return ""
	}
	return text
}
