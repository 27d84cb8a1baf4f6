package web_test

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/html"

	"github.com/anteroom/anteroom/api/apitest"
	"github.com/anteroom/anteroom/session"
)

// requireUsable requires what makes a page usable by everybody: a language, one heading, labels, ids that are unique and exist, at most
// one field with the focus, and nothing that the content policy would drop.
func requireUsable(t *testing.T, p page) {
	t.Helper()
	ids, headings, focused := map[string]bool{}, 0, 0
	labeled := map[string]bool{}
	for n := range p.root.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		if id := attr(n, "id"); id != "" {
			require.False(t, ids[id], id)
			ids[id] = true
		}
		require.NotEqual(t, "script", n.Data)
		for _, a := range n.Attr {
			require.False(t, a.Key == "style" || strings.HasPrefix(a.Key, "on"), "%s has %s", n.Data, a.Key)
		}
		switch n.Data {
		case "html":
			require.Equal(t, "en", attr(n, "lang"))
		case "h1":
			headings++
		case "label":
			labeled[attr(n, "for")] = true
		case "button":
			require.NotEmpty(t, textOf(n))
		}
		if has(n, "autofocus") {
			focused++
		}
	}
	require.Equal(t, 1, headings)
	require.LessOrEqual(t, focused, 1)
	for n := range p.all("input") {
		if attr(n, "type") == "hidden" {
			continue
		}
		require.True(t, labeled[attr(n, "id")], attr(n, "name"))
		for id := range strings.FieldsSeq(attr(n, "aria-describedby")) {
			require.True(t, ids[id], id)
		}
	}
}

func TestEveryPage_TellsBrowsersAndRobotsToKeepNothing(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	link := s.ask(s.login(), apitest.CodeQuestion(1))
	open := s.open(link)
	sent := s.send(link, open.code("123456"))
	for _, p := range []page{open, sent, s.open("/a/" + sent.Header.Get("Location")), s.open(link), s.open("/a/none"), s.open(link + "/picture")} {
		require.Equal(t, "no-store", p.Header.Get("Cache-Control"))
		require.Contains(t, p.Header.Get("X-Robots-Tag"), "noindex")
		require.Equal(t, "same-origin", p.Header.Get("Referrer-Policy"))
		require.Equal(t, "nosniff", p.Header.Get("X-Content-Type-Options"))
		policy := p.Header.Get("Content-Security-Policy")
		require.NotContains(t, policy, "unsafe")
		require.NotContains(t, policy, "script-src")
		for _, directive := range []string{"default-src 'none'", "form-action 'self'", "frame-ancestors 'none'", "base-uri 'none'"} {
			require.Contains(t, policy, directive)
		}
		for n := range p.all("style") {
			sum := sha256.Sum256([]byte(n.FirstChild.Data))
			require.Contains(t, policy, "'sha256-"+base64.StdEncoding.EncodeToString(sum[:])+"'")
		}
		if p.Body != "" {
			requireUsable(t, p)
		}
	}
}

func TestPages_NeverShowOrLogSecrets(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	operation := s.login()
	link := s.ask(operation, apitest.CodeQuestion(1))
	p := s.open(link)
	wrong := s.send(link, p.code("canary-of-a-code"))
	receipt := s.leads(s.send(link, p.code("987654")))
	s.open(receipt)
	for _, shown := range []string{p.Body, wrong.says(http.StatusBadRequest).Body, s.open(receipt).Body} {
		require.NotContains(t, shown, "canary-of-the-password")
		require.NotContains(t, shown, "987654")
	}
	log := s.Log.String()
	require.Contains(t, log, "/a/:token")
	for _, secret := range []string{"canary", "987654", strings.TrimPrefix(link, "/a/"), strings.TrimPrefix(receipt, "/a/"), p.formID()} {
		require.NotContains(t, log, secret)
	}
}

func TestAnswerURL_StandsWhereverAQuestionIsServed(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	operation := s.login()
	link := s.URL + s.ask(operation, apitest.CodeQuestion(1))
	const operations = "/api/v1/workspace/" + apitest.Workspace + "/operations"
	details := s.Result(t, operation)["details"].(object)
	require.Equal(t, link, details["answerUrl"])
	require.Equal(t, link, details["infoRequest"].(object)["answerUrl"])
	one := s.Call(t, http.MethodGet, operations+"/"+operation, nil).JSON(t)
	require.Equal(t, link, one["question"].(object)["answerUrl"])
	list := s.Call(t, http.MethodGet, operations, nil).JSON(t)["operations"].([]any)
	require.Equal(t, link, list[0].(object)["question"].(object)["answerUrl"])
	asked, err := s.Store.QuestionByNumber(t.Context(), operation, 1)
	require.NoError(t, err)
	require.Empty(t, asked.Question.AnswerURL, "nothing of it is stored")
}

func FuzzTokens_NeverPanicAndOpenNothing(f *testing.F) {
	for _, seed := range []string{"", "x", strings.Repeat("a", 26) + "-1-" + strings.Repeat("b", 26), "-1-", "%00", "../.."} {
		f.Add(seed)
	}
	handler := apitest.New(f, withPages).Handler
	f.Fuzz(func(t *testing.T, token string) {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/a/"+url.PathEscape(token), nil)
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		require.Equal(t, http.StatusNotFound, w.Code)
	})
}

func FuzzForms_AreTakenOnlyWhereTheServiceWould(f *testing.F) {
	for _, seed := range []string{"v.code=123456", "v.code=1&v.code=2", "choice=c1", "action=cancel&action=x", "form=%00", "v.=&=&", "v.code=%F0%9F"} {
		f.Add(seed, 0)
	}
	f.Fuzz(func(t *testing.T, body string, kind int) {
		kinds := session.InfoRequestKinds()
		q, _, _ := sample(kinds[uint(kind)%uint(len(kinds))])
		s := newSite(t)
		link := s.ask(s.login(), q)
		r := s.Call(t, http.MethodPost, link, body, apitest.Header{"Content-Type", "application/x-www-form-urlencoded"}, apitest.Header{"X-Api-Key", ""})
		require.Contains(t, []int{http.StatusSeeOther, http.StatusBadRequest, http.StatusRequestEntityTooLarge}, r.Status, r.Body)
	})
}
