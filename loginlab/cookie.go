package loginlab

import (
	"crypto/rand"
	"net/http"
)

// The cookies of a site. They are bound to the site's path, so that sites of one origin do
// not see each other's.
const (
	sessionCookie = "lab_session"
	flowCookie    = "lab_flow"
	csrfCookie    = "lab_csrf"
)

func (s *site) setCookie(w http.ResponseWriter, r *http.Request, name, value string) {
	http.SetCookie(w, &http.Cookie{
		Name: name, Value: value, Path: s.path(""),
		HttpOnly: true, Secure: r.TLS != nil, SameSite: http.SameSiteLaxMode,
	})
}

func (s *site) dropCookie(w http.ResponseWriter, r *http.Request, name string) {
	http.SetCookie(w, &http.Cookie{
		Name: name, Path: s.path(""), MaxAge: -1,
		HttpOnly: true, Secure: r.TLS != nil, SameSite: http.SameSiteLaxMode,
	})
}

func cookie(r *http.Request, name string) string {
	c, err := r.Cookie(name)
	if err != nil {
		return ""
	}
	return c.Value
}

// csrfToken returns the visitor's token, and gives a new visitor one.
func (s *site) csrfToken(w http.ResponseWriter, r *http.Request) string {
	if token := cookie(r, csrfCookie); token != "" {
		return token
	}
	token := rand.Text()
	s.setCookie(w, r, csrfCookie, token)
	return token
}

// csrfHolds reports whether a request carries the token of its cookie once more.
func csrfHolds(r *http.Request, again string) bool {
	token := cookie(r, csrfCookie)
	return token != "" && equal(token, again)
}
