// Package answerlink writes the links to the pages on which people answer questions.
//
// It imports session; nothing else of ours.
package answerlink

import (
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"

	"github.com/anteroom/anteroom/session"
)

// Path is below what a token stands in a link.
const Path = "/a/"

// Links writes links. A nil *Links writes none: nobody serves the pages.
type Links struct {
	// Base is where people reach the pages; empty for where the caller reached the API.
	Base string
	// TrustedProxies are believed when they say where that was.
	TrustedProxies []netip.Prefix
	// Token is the secret part of the link to a question.
	Token func(operationID string, number int) string
}

// AddTo adds the link to the question that op asks, as r's caller gets to see it.
func (l *Links) AddTo(r *http.Request, op session.Operation) session.Operation {
	if l == nil || op.Question == nil {
		return op
	}
	base := l.base(r)
	if base == "" {
		return op
	}
	q := *op.Question // the operation may be shared
	q.AnswerURL = base + Path + l.Token(op.ID, q.Number)
	op.Question = &q
	return op
}

// base is empty where nobody said where the API is: HTTP/1.0 without a host.
func (l *Links) base(r *http.Request) string {
	if l.Base != "" {
		return strings.TrimSuffix(l.Base, "/")
	}
	u := url.URL{Scheme: "http", Host: r.Host}
	if r.TLS != nil {
		u.Scheme = "https"
	}
	if l.trusts(r.RemoteAddr) {
		if scheme := nearest(r.Header["X-Forwarded-Proto"]); scheme == "http" || scheme == "https" {
			u.Scheme = scheme
		}
		if host := nearest(r.Header["X-Forwarded-Host"]); isHost(host) {
			u.Host = host
		}
	}
	if !isHost(u.Host) {
		return ""
	}
	return u.String()
}

func (l *Links) trusts(remote string) bool {
	from, err := netip.ParseAddrPort(remote)
	if err != nil {
		return false
	}
	for _, p := range l.TrustedProxies {
		if p.Contains(from.Addr().Unmap()) {
			return true
		}
	}
	return false
}

// nearest is what the nearest proxy said: those before it may have been the caller.
func nearest(values []string) string {
	if len(values) == 0 {
		return ""
	}
	list := strings.Split(values[len(values)-1], ",")
	return strings.TrimSpace(list[len(list)-1])
}

// isHost reports whether host is a host with or without a port, and nothing that would end it in a URL.
func isHost(host string) bool {
	u, err := url.Parse("//" + host)
	if err != nil || host == "" || u.Host != host || u.Hostname() == "" {
		return false
	}
	if u.Port() == "" {
		return true
	}
	_, _, err = net.SplitHostPort(host)
	return err == nil
}
