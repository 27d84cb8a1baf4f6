package web_test

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/html"

	"github.com/anteroom/anteroom/api"
	"github.com/anteroom/anteroom/api/apitest"
	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/web"
)

// object is a JSON object.
type object = map[string]any

// site is an API with the pages.
type site struct {
	*apitest.Fixture

	t *testing.T
}

func newSite(t *testing.T, options ...apitest.Option) *site {
	t.Helper()
	return &site{apitest.New(t, append([]apitest.Option{withPages}, options...)...), t}
}

func withPages(d *api.Deps) { d.Pages = web.Pages{Logger: d.Logger, Clock: d.Clock}.Register }

// login starts a login of ada.
func (s *site) login() string {
	s.t.Helper()
	return s.Start(s.t, object{"id": "ada", "authSessionDisplayName": "Ada's account", "parameters": object{"username": "ada", "password": "canary-of-the-password"}})
}

// ask asks and returns the path of the link that the API's caller gets.
func (s *site) ask(operation string, q session.InfoRequest) (link string) {
	s.t.Helper()
	s.Ask(operation, q)
	return s.link(operation)
}

func (s *site) link(operation string) string {
	s.t.Helper()
	details, _ := s.Result(s.t, operation)["details"].(object)
	text, _ := details["answerUrl"].(string)
	require.NotEmpty(s.t, text)
	path, ok := strings.CutPrefix(text, s.URL)
	require.True(s.t, ok, text)
	return path
}

// page is an answer, looked at as a person does.
type page struct {
	apitest.Response

	t    *testing.T
	root *html.Node
}

func (s *site) open(path string) page {
	s.t.Helper()
	return s.read(s.Call(s.t, http.MethodGet, path, nil, apitest.Header{"X-Api-Key", ""}))
}

// send posts a form as a browser does.
func (s *site) send(path string, values url.Values, headers ...apitest.Header) page {
	s.t.Helper()
	headers = append([]apitest.Header{{"X-Api-Key", ""}, {"Content-Type", "application/x-www-form-urlencoded"}, {"Sec-Fetch-Site", "same-origin"}}, headers...)
	return s.read(s.Call(s.t, http.MethodPost, path, values.Encode(), headers...))
}

func (s *site) read(r apitest.Response) page {
	s.t.Helper()
	root, err := html.Parse(strings.NewReader(r.Body))
	require.NoError(s.t, err)
	return page{r, s.t, root}
}

// code is the form of a code, as shown on the page.
func (p page) code(value string) url.Values {
	p.t.Helper()
	return url.Values{"form": {p.formID()}, "v.code": {value}}
}

func (p page) formID() string {
	p.t.Helper()
	for n := range p.all("input") {
		if attr(n, "name") == "form" {
			return attr(n, "value")
		}
	}
	p.t.Fatal("the page has no form")
	return ""
}

// all are the elements of a kind.
func (p page) all(tag string) func(yield func(*html.Node) bool) {
	return func(yield func(*html.Node) bool) {
		for n := range p.root.Descendants() {
			if n.Type == html.ElementNode && n.Data == tag && !yield(n) {
				return
			}
		}
	}
}

func attr(n *html.Node, name string) string {
	i := slices.IndexFunc(n.Attr, func(a html.Attribute) bool { return a.Key == name })
	if i < 0 {
		return ""
	}
	return n.Attr[i].Val
}

func has(n *html.Node, name string) bool {
	return slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == name })
}

func textOf(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode && d.Parent.Data != "style" {
			b.WriteString(d.Data + " ")
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// text is what the person reads.
func (p page) text() string { return textOf(p.root) }

// says requires status and words of a page.
func (p page) says(status int, words ...string) page {
	p.t.Helper()
	require.Equal(p.t, status, p.Status, p.text())
	require.Equal(p.t, "text/html; charset=utf-8", p.Header.Get("Content-Type"))
	for _, w := range words {
		require.Contains(p.t, p.text(), w)
	}
	return p
}

// leads follows the redirect after a form.
func (s *site) leads(p page) string {
	s.t.Helper()
	require.Equal(s.t, http.StatusSeeOther, p.Status, p.text())
	require.Regexp(s.t, `^[a-z2-7]{26}-\d+-[a-z0-9]+$`, p.Header.Get("Location"))
	return "/a/" + p.Header.Get("Location")
}

var refreshForm = regexp.MustCompile(`^(\d+); url=(.*)$`)

// refreshes returns where the page goes by itself; "" for nowhere.
func (p page) refreshes() string {
	p.t.Helper()
	for n := range p.all("meta") {
		if attr(n, "http-equiv") == "refresh" {
			parts := refreshForm.FindStringSubmatch(attr(n, "content"))
			require.NotNil(p.t, parts)
			return parts[2]
		}
	}
	return ""
}
