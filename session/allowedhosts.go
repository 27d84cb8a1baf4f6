package session

import (
	"errors"
	"net"
	"net/url"
	"strings"
)

// Origins decides where a project's secrets may be typed. It grants no network access. The zero Origins allows nothing.
type Origins struct {
	login url.URL
	hosts []string
	// providers allows the well-known identity providers.
	providers bool
}

// SecretOrigins returns where the secrets of p may be typed: the origin of LoginURL, hosts that AllowedHosts name, and, with
// IdentityProviders, the well-known identity providers.
func (p *Project) SecretOrigins() Origins {
	u, err := url.Parse(p.LoginURL)
	if err != nil { // Validate refuses such a project
		return Origins{}
	}
	return Origins{login: *u, hosts: p.AllowedHosts, providers: p.IdentityProviders}
}

// Allows reports whether secrets may be typed into a document of origin ("https://host:port"). A project whose login
// is https allows no http origin. Opaque origins ("null", data:, about:) are never allowed.
func (o Origins) Allows(origin string) bool {
	u, err := url.Parse(origin)
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
		return false
	}
	if o.login.Scheme == "https" && u.Scheme != "https" {
		return false
	}
	if sameOrigin(&o.login, u) {
		return true
	}
	for _, h := range o.hosts {
		if hostMatches(h, u) {
			return true
		}
	}
	return o.providers && isIdentityProvider(u)
}

func sameOrigin(a, b *url.URL) bool {
	return a.Scheme == b.Scheme && strings.EqualFold(a.Hostname(), b.Hostname()) && portOf(a) == portOf(b)
}

func portOf(u *url.URL) string {
	switch {
	case u.Port() != "":
		return u.Port()
	case u.Scheme == "https":
		return "443"
	}
	return "80"
}

// hostMatches matches "host" (any port), "host:port" and "*.suffix" (any port, not the suffix itself).
func hostMatches(entry string, u *url.URL) bool {
	host := strings.ToLower(strings.TrimSuffix(u.Hostname(), "."))
	entry = strings.ToLower(entry)
	if suffix, ok := strings.CutPrefix(entry, "*."); ok {
		return strings.HasSuffix(host, "."+suffix)
	}
	if h, port, err := net.SplitHostPort(entry); err == nil {
		return h == host && port == portOf(u)
	}
	return strings.Trim(entry, "[]") == host
}

// CheckAllowedHost reports what is wrong with an entry of allowedHosts.
func CheckAllowedHost(entry string) error {
	rest, wild := strings.CutPrefix(entry, "*.")
	switch {
	case entry == "":
		return errors.New("is empty")
	case strings.ContainsAny(rest, "/@*? #"):
		return errors.New(`is "host", "host:port" or "*.suffix", without scheme and path`)
	case wild && (strings.HasPrefix(rest, ".") || strings.Contains(rest, ":")):
		return errors.New(`is "*.suffix", without a port`)
	case wild && !strings.Contains(strings.Trim(rest, "."), "."):
		return errors.New("would allow a whole top-level domain")
	}
	return nil
}
