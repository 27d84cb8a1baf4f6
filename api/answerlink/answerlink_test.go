package answerlink_test

import (
	"crypto/tls"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/api/answerlink"
	"github.com/anteroom/anteroom/session"
)

func linkOf(l *answerlink.Links, r *http.Request) string {
	asking := session.Operation{ID: "op_1", Question: &session.InfoRequest{Number: 3}}
	return l.AddTo(r, asking).Question.AnswerURL
}

func links(base string) *answerlink.Links {
	return &answerlink.Links{
		Base: base, TrustedProxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")},
		Token: func(operation string, number int) string { return operation + "+" + string(rune('0'+number)) },
	}
}

func request(t *testing.T, from string, header http.Header) *http.Request {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "http://api.internal:8080/x", nil)
	r.RemoteAddr = from
	r.Header = header
	return r
}

func TestAddTo_WithAPublicURL_StartsThere(t *testing.T) {
	t.Parallel()
	r := request(t, "10.0.0.1:1", http.Header{"X-Forwarded-Host": {"evil.example"}})
	for _, base := range []string{"https://people.example/rooms", "https://people.example/rooms/"} {
		require.Equal(t, "https://people.example/rooms/a/op_1+3", linkOf(links(base), r))
	}
}

func TestAddTo_WithoutOne_StartsWhereTheCallerWas(t *testing.T) {
	t.Parallel()
	r := request(t, "192.0.2.1:1", nil)
	require.Equal(t, "http://api.internal:8080/a/op_1+3", linkOf(links(""), r))
	r.TLS = &tls.ConnectionState{}
	require.Equal(t, "https://api.internal:8080/a/op_1+3", linkOf(links(""), r))
}

func TestAddTo_BehindAProxy_BelievesOnlyTrustedOnesAndTheNearest(t *testing.T) {
	t.Parallel()
	forwarded := http.Header{"X-Forwarded-Proto": {"https"}, "X-Forwarded-Host": {"evil.example, people.example"}}
	const own, theirs = "http://api.internal:8080/a/op_1+3", "https://people.example/a/op_1+3"
	require.Equal(t, theirs, linkOf(links(""), request(t, "10.9.8.7:1", forwarded)))
	require.Equal(t, theirs, linkOf(links(""), request(t, "[::ffff:10.9.8.7]:1", forwarded)))
	for _, stranger := range []string{"192.0.2.1:1", "[2001:db8::1]:1", "", "@"} {
		require.Equal(t, own, linkOf(links(""), request(t, stranger, forwarded)), stranger)
	}
	for _, odd := range []string{"", "evil.example/x", "u@evil.example", "evil.example?x", "evil.example:port", "a b", "evil.example:1:2"} {
		got := linkOf(links(""), request(t, "10.0.0.1:1", http.Header{"X-Forwarded-Proto": {"javascript"}, "X-Forwarded-Host": {odd}}))
		require.Equal(t, own, got, odd)
	}
}

func TestAddTo_WhereNothingIsAskedOrNobodyServesPages_AddsNothing(t *testing.T) {
	t.Parallel()
	r := request(t, "192.0.2.1:1", nil)
	require.Empty(t, linkOf(nil, r))
	require.Nil(t, links("").AddTo(r, session.Operation{ID: "op_1"}).Question)
	r.Host = ""
	require.Empty(t, linkOf(links(""), r))
	q := &session.InfoRequest{Number: 1}
	links("https://people.example").AddTo(r, session.Operation{ID: "op_1", Question: q})
	require.Empty(t, q.AnswerURL, "the question given is not changed")
}
