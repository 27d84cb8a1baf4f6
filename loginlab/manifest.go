package loginlab

import (
	"net"
	"net/http"
	"net/url"
)

// Manifest is the body of /lab/manifest: all that a tool needs to log in to every site, over HTTP alone. Fields are
// only ever added.
type Manifest struct {
	Sites []ManifestSite `json:"sites"`
	// OtherOrigin is where the lab's second server is; empty without one.
	OtherOrigin string `json:"otherOrigin,omitempty"`
}

// ManifestSite is a site with the account of DefaultUser.
type ManifestSite struct {
	Site

	// AllowedHosts are the hosts, with port, that may see the account's secrets beside the lab's own.
	AllowedHosts []string `json:"allowedHosts,omitempty"`
	Account      Account  `json:"account"`
}

// Manifest describes the corpus for a tool that opens the lab by host, a name or address without port.
func (l *Lab) Manifest(host string) Manifest {
	m := Manifest{OtherOrigin: l.options.OtherOrigin, Sites: make([]ManifestSite, 0, len(l.sites))}
	for _, s := range l.sites {
		m.Sites = append(m.Sites, ManifestSite{
			Site: s, AllowedHosts: l.AllowedHosts(s), Account: l.account(s.Name, DefaultUser, host),
		})
	}
	return m
}

// AllowedHosts returns the hosts, with port, that may see a site's secrets beside the lab's own.
func (l *Lab) AllowedHosts(s Site) []string {
	u, err := url.Parse(l.options.OtherOrigin)
	if !s.TrustsOtherOrigin || err != nil || u.Host == "" {
		return nil
	}
	return []string{u.Host}
}

// hostOf returns the host of a request without its port.
func hostOf(r *http.Request) string {
	if host, _, err := net.SplitHostPort(r.Host); err == nil {
		return host
	}
	return r.Host
}

func (l *Lab) showManifest(w http.ResponseWriter, r *http.Request) {
	writeJSON(w, http.StatusOK, l.Manifest(hostOf(r)))
}

func (l *Lab) showIndex(w http.ResponseWriter, _ *http.Request) {
	writePage(w, http.StatusOK, "index", page{Language: "en", Brand: "Login lab", Title: "Login lab", Content: l.sites})
}
