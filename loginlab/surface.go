package loginlab

import (
	"bytes"
	"cmp"
	"context"
	"io"
	"net/http"
	"slices"
	"strings"
)

// maxBody bounds what a request may send, in bytes.
const maxBody = 1 << 20

// route is what a page may be sent.
type route struct {
	site string
	path string
	// accepts names the one field that may carry a kind of secret.
	accepts accepts
	// variant is true for a page of every variant: what it accepts depends on the step of the login.
	variant bool
}

type accepts map[SecretKind]string

// surface is one of the lab's two servers: it searches each request for secrets before the
// page sees it.
type surface struct {
	lab    *Lab
	origin Origin
	mux    *http.ServeMux
	// routes is written while the lab is made, and only read afterwards.
	routes map[string]route
}

func newSurface(l *Lab, origin Origin) *surface {
	return &surface{lab: l, origin: origin, mux: http.NewServeMux(), routes: make(map[string]route)}
}

// handle serves "METHOD /path".
func (s *surface) handle(method string, rt route, h http.HandlerFunc) {
	pattern := method + " " + rt.path
	s.routes[pattern] = rt
	s.mux.HandleFunc(pattern, h)
}

func (s *surface) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		http.Error(w, "the request's body is too large or broke off", http.StatusRequestEntityTooLarge)
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	_, pattern := s.mux.Handler(r)
	v := s.look(r, s.routes[pattern], body)
	for _, leak := range v.leaks() {
		s.lab.add(leak)
	}
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	s.mux.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), visitKey{}, v)))
}

// look searches a request for secrets.
func (s *surface) look(r *http.Request, rt route, body []byte) *visit {
	l := s.lab
	if rt.site == "" {
		rt.site = l.siteOfPath(r.URL.Path)
	}
	described, _ := l.site(rt.site)
	l.mu.Lock()
	known := l.knownSecrets(described.Factor)
	f, _ := l.flows.get(cookie(r, flowCookie))
	l.mu.Unlock()
	carriers := carriersOf(r, body)
	user := submittedUser(carriers)
	if rt.variant {
		user = l.describe(r, s.origin, &rt, carriers)
	}
	return &visit{origin: s.origin, route: rt, known: known, flow: f, user: user, seen: sightings(known, carriers)}
}

// describe completes the route of a variant's page by the login that a request belongs to, and returns its user.
func (l *Lab) describe(r *http.Request, on Origin, rt *route, carriers []carrier) string {
	described, ok := l.site(rt.site)
	rt.path = r.URL.Path
	if !ok {
		return ""
	}
	v := &variant{Site: described, lab: l}
	if v.Hostile {
		return v.describeHostile(on, rt, carriers)
	}
	if v.Topology == TopologyHTTPBasic {
		rt.accepts = accepts{SecretPassword: basicCarrier}
	}
	id := ""
	for _, c := range carriers {
		if c.isField && c.name == keyFlow {
			id = c.text
		}
	}
	p, ok := l.passageOf(id, v.Name)
	if !ok {
		return ""
	}
	for kind, field := range v.accepts(&p) {
		if rt.accepts == nil {
			rt.accepts = accepts{}
		}
		rt.accepts[kind] = field
	}
	for _, c := range carriers {
		if c.isField && c.name == v.fieldName(keyUsername, p.salt) {
			return username(c.text)
		}
	}
	return p.user
}

// basicCarrier is where HTTP basic authentication has the password.
const basicCarrier = "header authorization"

// siteOfPath names the site even where it has no such page.
func (l *Lab) siteOfPath(path string) string {
	rest, ok := strings.CutPrefix(path, "/s/")
	name, _, _ := strings.Cut(rest, "/")
	if _, known := l.byName[name]; ok && known {
		return name
	}
	return ""
}

// visit is what the lab knows of a request before the page sees it.
type visit struct {
	origin Origin
	route  route
	known  knownSecrets
	// flow is the unfinished login the browser has a cookie of; zero when it has none.
	flow flow
	// user is the user name in the request's body; empty when there is none.
	user string
	seen []sighting
}

type visitKey struct{}

// visitOf returns the visit of a request that came through a surface.
func visitOf(r *http.Request) *visit {
	if v, ok := r.Context().Value(visitKey{}).(*visit); ok {
		return v
	}
	return &visit{}
}

// event makes an event of the request. Where a secret was sent as the user name, the name
// is left out: events are shown to anybody who asks.
func (v *visit) event(kind Kind, outcome Outcome, user string) Event {
	if len(v.known.find(user)) > 0 {
		user = ""
	}
	var fields []string
	for _, s := range v.seen {
		fields = append(fields, v.shownName(s.carrier))
	}
	return Event{
		Site: v.route.site, Origin: v.origin, User: user, Kind: kind, Outcome: outcome,
		Path: v.route.path, Fields: slices.Compact(fields),
	}
}

// leaks makes one event for each secret at each wrong place.
func (v *visit) leaks() []Event {
	var leaks []Event
	for _, s := range v.seen {
		if v.permits(s) {
			continue
		}
		e := v.event(KindLeak, OutcomeCaptured, cmp.Or(v.user, v.flow.user))
		e.Secret, e.Fields = s.secret.kind, []string{v.shownName(s.carrier)}
		leaks = append(leaks, e)
	}
	return leaks
}

// permits reports whether a secret is where it belongs: in the field that the page has for
// it, and for a texted code, at the site and in the login that it was sent for.
func (v *visit) permits(s sighting) bool {
	if !s.carrier.isField && s.carrier.name != basicCarrier || v.route.accepts[s.secret.kind] != s.carrier.name {
		return false
	}
	if len(s.secret.owners) == 0 {
		return true
	}
	return slices.ContainsFunc(s.secret.owners, func(a account) bool {
		return a.site == v.route.site && (v.flow.user == "" || v.flow.site != a.site || v.flow.user == a.user)
	})
}

// maxFieldName bounds what an event keeps of a name that the sender chose, in bytes.
const maxFieldName = 64

// shownName is the carrier's name, unless the name itself is what must not be shown.
func (v *visit) shownName(c carrier) string {
	if len(c.name) > maxFieldName || len(v.known.find(c.name)) > 0 {
		return "(name withheld)"
	}
	return c.name
}
