package browser

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"github.com/chromedp/cdproto/network"
	"golang.org/x/net/publicsuffix"
)

// answersAct: what may carry the site's answer to something that was submitted. Only the page's own site counts, or a
// busy analytics service would look like a lockout; and the site of the frame in which something was done.
func answersAct(t network.ResourceType) bool {
	return t == network.ResourceTypeDocument || t == network.ResourceTypeXHR || t == network.ResourceTypeFetch
}

// sameSite compares by registrable domain, and by host where there is none (addresses, local names).
func sameSite(a, b string) bool {
	left, err := url.Parse(a)
	if err != nil {
		return false
	}
	right, err := url.Parse(b)
	if err != nil {
		return false
	}
	if left.Hostname() == right.Hostname() {
		return true
	}
	l, err := publicsuffix.EffectiveTLDPlusOne(left.Hostname())
	if err != nil {
		return false
	}
	r, err := publicsuffix.EffectiveTLDPlusOne(right.Hostname())
	return err == nil && l == r
}

// faultFromResponse reads the proxy's headers. Only plain http can carry them: the proxy strips them from sites'
// answers there, and cannot look into TLS.
func faultFromResponse(r *network.Response) (Fault, bool) {
	if len(r.URL) < 5 || r.URL[:5] != "http:" {
		return Fault{}, false
	}
	reason := header(r.Headers, FaultHeader)
	return Fault{Reason: reason, Refused: header(r.Headers, RefusedHeader) != ""}, reason != ""
}

func header(h network.Headers, name string) string {
	for k, v := range h {
		if s, ok := v.(string); ok && http.CanonicalHeaderKey(k) == name {
			return s
		}
	}
	return ""
}

// quoted strings (RFC 9110 section 5.6.4) may hold anything.
var quoted = regexp.MustCompile(`"(?:[^"\\]|\\.)*"?`)

// challengeOf returns the scheme of a WWW-Authenticate header (RFC 9110 section 11.6.1) that a user name and a password
// answer: "digest" where it is offered, else "basic"; empty for none. Chromium joins several headers by line feeds.
func challengeOf(header string) string {
	basic, digest := false, false
	header = strings.ToLower(quoted.ReplaceAllString(header, ""))
	for _, part := range strings.FieldsFunc(header, func(r rune) bool { return r == ',' || r == '\n' }) {
		scheme, _, _ := strings.Cut(strings.TrimSpace(part), " ")
		basic, digest = basic || scheme == "basic", digest || scheme == "digest"
	}
	switch {
	case digest:
		return "digest"
	case basic:
		return "basic"
	}
	return ""
}
