//go:build browser

package browser_test

import (
	"crypto/md5"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/browser"
	"github.com/anteroom/anteroom/login"
	"github.com/anteroom/anteroom/session"
)

// guarded asks for HTTP authentication, and remembers what it was given.
type guarded struct {
	scheme string
	mu     sync.Mutex // guards given
	given  []string
}

func md5hex(parts ...string) string {
	sum := md5.Sum([]byte(strings.Join(parts, ":")))
	return hex.EncodeToString(sum[:])
}

func (g *guarded) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/html")
	switch r.URL.Path {
	case "/start":
		_, _ = io.WriteString(w, "<!doctype html><h1>Start</h1><a id=a href=/in>In</a>")
		return
	case "/away":
		http.Redirect(w, r, r.URL.RawQuery, http.StatusFound)
		return
	}
	auth := r.Header.Get("Authorization")
	if auth != "" {
		g.mu.Lock()
		g.given = append(g.given, r.Host+" "+auth)
		g.mu.Unlock()
	}
	if g.accepts(r, auth) {
		_, _ = io.WriteString(w, `<!doctype html><h1>Inside</h1><img src="/other.gif">`)
		return
	}
	w.Header()["Www-Authenticate"] = map[string][]string{
		"basic": {`Basic realm="staff"`}, "digest": {`Digest realm="staff", qop="auth", algorithm=MD5, nonce="abc", opaque="x"`},
		"both": {"Negotiate", `Basic realm="staff", charset="UTF-8"`},
	}[g.scheme]
	w.WriteHeader(http.StatusUnauthorized)
	_, _ = io.WriteString(w, "<!doctype html><h1>Refused</h1>")
}

func (g *guarded) accepts(r *http.Request, auth string) bool {
	if g.scheme != "digest" {
		name, password, ok := r.BasicAuth()
		return ok && name == "ada" && password == canary
	}
	fields := map[string]string{}
	for part := range strings.SplitSeq(strings.TrimPrefix(auth, "Digest "), ",") {
		k, v, _ := strings.Cut(strings.TrimSpace(part), "=")
		fields[k] = strings.Trim(v, `"`)
	}
	a1, a2 := md5hex("ada", "staff", "digest-password"), md5hex(r.Method, fields["uri"])
	return fields["response"] == md5hex(a1, fields["nonce"], fields["nc"], fields["cnonce"], fields["qop"], a2)
}

func (g *guarded) answers() []string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return append([]string{}, g.given...)
}

func authenticate(t *testing.T, p *browser.Page, target, password string, allowed session.Origins) error {
	t.Helper()
	err := p.Authenticate(testContext(t), target, session.NewSecret("ada"), session.NewSecret(password), allowed)
	if err != nil {
		require.NotContains(t, err.Error(), password)
	}
	return err
}

func TestAuthenticate_BasicAndDigest_OpenThePage(t *testing.T) {
	t.Parallel()
	for scheme, password := range map[string]string{"basic": canary, "both": canary, "digest": "digest-password"} {
		t.Run(scheme, func(t *testing.T) {
			t.Parallel()
			p := newPage(t)
			g := &guarded{scheme: scheme}
			at := serve(t, g)
			m := open(t, p, at("a.test", "/in"))
			require.Equal(t, http.StatusUnauthorized, m.Status)
			require.Equal(t, strings.Replace(scheme, "both", "basic", 1), m.Challenge)
			require.Empty(t, g.answers())

			require.NoError(t, authenticate(t, p, at("a.test", "/in"), password, origins(at("a.test", "/"))))

			m = settle(t, p, p.Mark())
			require.Equal(t, []string{"Inside"}, m.Headings)
			require.Equal(t, http.StatusOK, m.Status)
			require.Equal(t, http.StatusOK, m.SubmitStatus)
			require.Empty(t, m.Challenge)
			require.Equal(t, []string{"Inside"}, open(t, p, at("a.test", "/in?again")).Headings, "the browser remembers it")
		})
	}
}

func TestAuthenticate_WithAWrongPassword_AnswersOnce(t *testing.T) {
	t.Parallel()
	p := newPage(t)
	g := &guarded{scheme: "basic"}
	at := serve(t, g)

	require.NoError(t, authenticate(t, p, at("a.test", "/in"), "wrong", origins(at("a.test", "/"))))

	m := settle(t, p, p.Mark())
	require.Equal(t, http.StatusUnauthorized, m.Status)
	require.Equal(t, "basic", m.Challenge)
	require.Len(t, g.answers(), 1)
	require.Equal(t, []string{"Start"}, open(t, p, at("a.test", "/start")).Headings, "nothing is paused afterwards")
}

func TestAuthenticate_WhenAnotherOriginAsks_GivesItNothing(t *testing.T) {
	t.Parallel()
	p := newPage(t)
	evil := &guarded{scheme: "basic"}
	atEvil := serve(t, evil)
	at := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/framed" {
			w.Header().Set("Content-Type", "text/html")
			_, _ = io.WriteString(w, `<!doctype html><h1>Frames</h1><iframe src="`+atEvil("evil.test", "/in")+`"></iframe><iframe src="/own"></iframe>`)
			return
		}
		if r.URL.Path == "/own" {
			(&guarded{scheme: "basic"}).ServeHTTP(w, r)
			return
		}
		http.Redirect(w, r, atEvil("evil.test", "/in"), http.StatusFound)
	}))
	allowed := origins(at("bank.test", "/"))

	require.ErrorIs(t, authenticate(t, p, at("bank.test", "/"), canary, allowed), login.ErrOriginNotAllowed)
	require.NoError(t, authenticate(t, p, at("bank.test", "/framed"), canary, allowed))

	require.Equal(t, "Frames", settle(t, p, p.Mark()).Headings[0])
	require.Empty(t, evil.answers())
	load := &login.LoadError{}
	require.ErrorAs(t, authenticate(t, p, "http://127.0.0.1:1/", canary, allowed), &load)
	require.NotEmpty(t, fmt.Sprint(load))
}
