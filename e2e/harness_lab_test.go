//go:build e2e

package e2e

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/loginlab"
)

// lab is a loginlab of one test, at two origins on two host names.
type lab struct {
	*loginlab.Lab

	// url is the lab's origin, on 127.0.0.1; other the hostile one's, on localhost.
	url, other string
	codes      codeLog
}

// newLab serves a lab until the test ends, and then requires that no secret came where it must not.
func newLab(t *testing.T, options loginlab.Options) *lab {
	t.Helper()
	main, other := listen(t), listen(t)
	l := &lab{url: "http://" + main.Addr().String(), other: "http://localhost:" + port(other.Addr().String())}
	options.OtherOrigin = l.other
	l.Lab = loginlab.New(options)
	serve(t, main, l.codes.watch(l.Lab))
	serve(t, other, l.OtherHandler())
	t.Cleanup(func() {
		for _, e := range l.Events() {
			require.NotEqual(t, loginlab.KindLeak, e.Kind, "a secret leaked: %+v", e)
		}
	})
	return l
}

func listen(t *testing.T) net.Listener {
	t.Helper()
	var lc net.ListenConfig
	l, err := lc.Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	return l
}

func port(address string) string {
	_, p, _ := net.SplitHostPort(address)
	return p
}

// serve serves h on l until the test ends.
func serve(t *testing.T, l net.Listener, h http.Handler) {
	t.Helper()
	server := httptest.NewUnstartedServer(h)
	_ = server.Listener.Close()
	server.Listener = l
	server.Start()
	t.Cleanup(func() {
		server.CloseClientConnections() // a browser may hold some open
		server.Close()
	})
}

// loginURL is where the login of a site of the lab begins.
func (l *lab) loginURL(site string) string { return l.url + "/s/" + site + "/login" }

// code waits for the code that the lab texts to a user after those that are known.
func (l *lab) code(t *testing.T, site, user string, known ...string) string {
	t.Helper()
	var code string
	require.Eventually(t, func() bool {
		code, _ = l.LastCode(site, user)
		return code != "" && !strings.Contains(strings.Join(known, " "), code)
	}, 30*time.Second, pause, "no new code was texted to %s", user)
	return code
}

// wrongCode is a code of the right form that is not the right one.
func wrongCode(right string, n int) string {
	wrong := []byte(right)
	wrong[n%len(wrong)] = '0' + (wrong[n%len(wrong)]-'0'+1)%10
	return string(wrong)
}

// submits counts the passwords that arrived for a user.
func (l *lab) submits(site, user string) int { return l.Count(loginlab.KindPasswordSubmit, site, user) }

// quiet waits until nothing has arrived at the lab for a while: what was under way has ended.
func (l *lab) quiet(t *testing.T) {
	t.Helper()
	const calm = time.Second
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	for {
		before := len(l.Events())
		select {
		case <-time.After(calm):
		case <-ctx.Done():
			t.Fatal("the lab did not become quiet")
		}
		if len(l.Events()) == before {
			return
		}
	}
}
