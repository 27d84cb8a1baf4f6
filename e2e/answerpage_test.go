//go:build e2e

package e2e

import (
	"encoding/json"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/loginlab"
	"github.com/anteroom/anteroom/session"
)

// seenPage is what a person sees once a page stands still.
type seenPage struct {
	URL     string `json:"url"`
	Status  int    `json:"status"`
	Text    string `json:"text"`
	Focused string `json:"focused"`
	// Overflow is how many pixels of the page lie beside the screen.
	Overflow int `json:"overflow"`
}

// visit opens a link in a browser of its own, types the answers one after the other, and returns what was seen first and after each.
func visit(t *testing.T, link string, answers ...string) []seenPage {
	t.Helper()
	dir := installPlaywright(t)
	browser, err := findChromium()
	require.NoError(t, err)
	out := command(t, dir, "node", append([]string{"answer.mjs", browser, link}, answers...)...)
	var seen []seenPage
	require.NoError(t, json.Unmarshal([]byte(out), &seen), out)
	require.Len(t, seen, len(answers)+1)
	for _, p := range seen {
		require.LessOrEqual(t, p.Overflow, 0, "%s scrolls sideways", p.Text)
	}
	return seen
}

func TestAnswerPage_WrongCodeThenRight_ByKeyboardOnANarrowScreen(t *testing.T) {
	t.Parallel()
	srv, l := sharedServer(t), newLab(t, loginlab.Options{})
	a := onSite(t, srv, l, "code")
	op := a.startAs("ada", l.Password())
	link := a.asked(op).AnswerURL
	code := l.code(t, "code", "ada")

	seen := visit(t, link, wrongCode(code, 0)[:5], wrongCode(code, 0), code)

	require.Equal(t, http.StatusOK, seen[0].Status)
	require.Contains(t, seen[0].Text, "Enter the code")
	require.Equal(t, "v.code", seen[0].Focused)
	require.Equal(t, http.StatusBadRequest, seen[1].Status)
	require.Contains(t, seen[1].Text, "Code has 5 characters; it must have 6.")
	require.Equal(t, link, seen[1].URL)
	require.Contains(t, seen[2].Text, "The site refused the code.")
	require.NotEqual(t, link, seen[2].URL, "the next question has a link of its own")
	require.Equal(t, "v.code", seen[2].Focused)
	require.Contains(t, seen[3].Text, "Logged in")
	a.done(op)
	require.Equal(t, 1, l.submits("code", "ada"))
	require.Equal(t, 2, l.Count(loginlab.KindCodeSubmit, "code", "ada"))

	for _, used := range []string{link, seen[2].URL} {
		again := visit(t, used)[0]
		require.Equal(t, http.StatusGone, again.Status)
		require.Contains(t, again.Text, "was answered at")
		require.NotContains(t, again.Text, "Logged in")
	}
	log, err := os.ReadFile(srv.stderr)
	require.NoError(t, err)
	require.NotEmpty(t, log)
	for _, p := range seen {
		require.NotContains(t, string(log), p.URL[strings.LastIndex(p.URL, "/")+1:], "a link is a secret")
	}
}

func TestAnswerPage_WhenTimeWasUp_SaysSince(t *testing.T) {
	t.Parallel()
	srv, l := sharedServer(t), newLab(t, loginlab.Options{})
	a := newApp(t, srv, session.Project{LoginURL: l.loginURL("code"), OTP: session.OTPSettings{Wait: "1s"}})
	op := a.startAs("ada", l.Password())
	link := a.asked(op).AnswerURL
	a.state(op, session.OperationExpired)
	p := visit(t, link)[0]
	require.Equal(t, http.StatusGone, p.Status)
	require.Contains(t, p.Text, "was up at")
	require.Zero(t, l.Count(loginlab.KindCodeSubmit, "code", ""))
}
