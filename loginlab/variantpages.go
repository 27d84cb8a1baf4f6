package loginlab

import (
	"net/http"
	"strings"
)

// variantPages are the pages of every variant. Where the form is served elsewhere, the main origin has only what leads
// there and back.
func (l *Lab) variantPages() pageTable {
	return pageTable{
		patternLogin:      (*variant).showLogin,
		"GET start":       (*variant).showStart,
		"POST start":      (*variant).showStart,
		"GET step":        (*variant).showStep,
		patternStep:       (*variant).takeStep,
		"GET poll":        (*variant).poll,
		"GET resend":      (*variant).resend,
		"GET link":        (*variant).openLink,
		"GET captcha.svg": (*variant).showCaptcha,
		"GET variant.js":  func(_ *variant, w http.ResponseWriter, _ *http.Request) { writeScript(w, "variant.js") },
		"GET finish":      (*variant).finish,
		"POST finish":     (*variant).finish,
		"GET account":     (*variant).showAccount,
		"POST logout":     (*variant).logOut,
		"GET public":      (*variant).showPublic,
		"GET forgot":      (*variant).showNothing,
		"GET register":    (*variant).showNothing,
		"POST other":      (*variant).takeOther,
		"GET search":      (*variant).takeOther,
		"POST misplaced":  (*variant).takeMisplaced,
	}
}

// Patterns of pages that groups replace.
const (
	patternLogin = "GET login"
	patternStep  = "POST step"
)

// pageTable holds the handlers of a group's sites, by method and page.
type pageTable map[string]func(*variant, http.ResponseWriter, *http.Request)

// installVariants serves all sites that are data with one handler per page: what a page does depends on its site's group.
func (l *Lab) installVariants() {
	tables := map[Group]pageTable{
		GroupCorpus: l.variantPages(), GroupRefusal: refusalPages(l.variantPages()), GroupHostile: hostilePages(),
		GroupNasty: nastyPages(l.variantPages()),
	}
	patterns := make(map[string]bool)
	for _, table := range tables {
		for pattern := range table {
			patterns[pattern] = true
		}
	}
	for _, on := range []*surface{l.main, l.other} {
		for pattern := range patterns {
			method, page, _ := strings.Cut(pattern, " ")
			on.handle(method, route{path: "/s/{site}/" + page, variant: true}, l.dispatch(tables, pattern, on.origin))
		}
	}
}

// dispatch serves one page of every site.
func (l *Lab) dispatch(tables map[Group]pageTable, pattern string, on Origin) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		s, ok := l.site(r.PathValue("site"))
		serve := tables[s.Group][pattern]
		if !ok || serve == nil {
			http.NotFound(w, r)
			return
		}
		v := &variant{Site: s, lab: l}
		if v.Topology == TopologyHTTPBasic && s.Group == GroupCorpus && on == OriginLab && !v.basicHolds(w, r) {
			return
		}
		serve(v, w, r)
	}
}
