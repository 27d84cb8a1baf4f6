package loginlab

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	dom "golang.org/x/net/html"
)

// walkedLab is a lab behind two servers whose clock moves when a test says so.
type walkedLab struct {
	*Lab
	base, other string
	seconds     atomic.Int64
}

func newWalkedLab(t *testing.T) *walkedLab {
	t.Helper()
	main, other := httptest.NewUnstartedServer(nil), httptest.NewUnstartedServer(nil)
	_, port, _ := strings.Cut(main.Listener.Addr().String(), ":")
	w := &walkedLab{base: "http://localhost:" + port, other: "http://" + other.Listener.Addr().String()}
	w.seconds.Store(time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC).Unix())
	w.Lab = New(Options{OtherOrigin: w.other, Now: func() time.Time { return time.Unix(w.seconds.Load(), 0).UTC() }})
	w.lateness = time.Millisecond
	main.Config.Handler, other.Config.Handler = w.Lab, w.OtherHandler()
	for _, s := range []*httptest.Server{main, other} {
		s.Start()
		t.Cleanup(s.Close)
	}
	return w
}

// walker is a visitor that does what a variant's script does.
type walker struct {
	*walkedLab
	t      *testing.T
	site   Site
	user   string
	client *http.Client
	// address is where the page came from, body what it says; status is that of its answer.
	address *url.URL
	body    string
	status  int
	// scripted is true once pages come as fragments.
	scripted bool
	// said collects what pages and fragments said beside their HTML: titles, dialogs, toasts.
	said string
}

// walk opens a site's login and goes to its first form.
func (l *walkedLab) walk(t *testing.T, name, user string) *walker {
	t.Helper()
	s, ok := l.site(name)
	require.True(t, ok, name)
	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	w := &walker{t: t, walkedLab: l, site: s, user: user, client: &http.Client{Jar: jar, Timeout: 20 * time.Second}}
	if s.Topology == TopologyHTTPBasic {
		w.request(http.MethodGet, s.LoginURL, nil)
		require.Equal(t, http.StatusUnauthorized, w.status, name)
	} else {
		w.open(s.LoginURL)
	}
	return w
}

// basic sends user name and password by HTTP basic authentication.
func (w *walker) basic(password string) {
	w.t.Helper()
	r := w.newRequest(http.MethodGet, w.base+w.site.LoginURL, nil)
	r.SetBasicAuth(w.user, password)
	w.do(r)
	w.settle()
}

func (w *walker) newRequest(method, address string, form url.Values) *http.Request {
	w.t.Helper()
	if strings.HasPrefix(address, "/") {
		origin := w.base
		if w.address != nil {
			origin = w.address.Scheme + "://" + w.address.Host
		}
		address = origin + address
	}
	r, err := http.NewRequestWithContext(w.t.Context(), method, address, strings.NewReader(form.Encode()))
	require.NoError(w.t, err)
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if w.scripted {
		r.Header.Set("X-Requested-With", "fetch")
	}
	return r
}

func (w *walker) request(method, address string, form url.Values) {
	w.t.Helper()
	w.do(w.newRequest(method, address, form))
}

func (w *walker) do(r *http.Request) {
	w.t.Helper()
	response, err := w.client.Do(r)
	require.NoError(w.t, err)
	body, err := io.ReadAll(response.Body)
	require.NoError(w.t, err)
	require.NoError(w.t, response.Body.Close())
	w.address, w.body, w.status = response.Request.URL, string(body), response.StatusCode
	if !strings.HasPrefix(response.Header.Get("Content-Type"), "application/json") {
		return
	}
	var f fragment
	require.NoError(w.t, json.Unmarshal(body, &f))
	w.body, w.said = f.HTML, f.Title+" "+f.Dialog+" "+f.Toast
	if f.Location != "" {
		w.scripted = false
		w.request(http.MethodGet, f.Location, nil)
	}
}

func (w *walker) open(address string) {
	w.t.Helper()
	w.request(http.MethodGet, address, nil)
	w.settle()
}

// settle goes on where a browser would by itself.
func (w *walker) settle() {
	w.t.Helper()
	for range 8 {
		page := w.parse()
		switch {
		case page.attribute("data-self") != nil:
			form := page.attribute("data-self")
			w.request(http.MethodPost, attributeOf(form, "action"), hiddenIn(form))
		case page.value("data-leave") != "":
			w.request(http.MethodGet, page.value("data-leave"), nil)
		case page.value("data-leave-popup") != "":
			w.request(http.MethodGet, page.value("data-leave-popup"), nil)
		case w.site.Topology.framed() && page.element("iframe") != nil:
			w.request(http.MethodGet, attributeOf(page.element("iframe"), "src"), nil)
		case page.value("data-popup") != "":
			w.request(http.MethodGet, page.value("data-popup"), nil)
		case page.value("data-open") != "" || page.value("data-load") != "":
			w.scripted = true
			w.request(http.MethodGet, page.value("data-open")+page.value("data-load"), nil)
		default:
			if w.site.Topology == TopologySPA && page.value("data-app") == "" && page.attribute("data-app") != nil {
				w.scripted = true
			}
			return
		}
	}
	w.t.Fatalf("%s: the pages lead on for ever: %s", w.site.Name, w.body)
}

func (w *walker) parse() node {
	w.t.Helper()
	root, err := dom.Parse(strings.NewReader(w.body))
	require.NoError(w.t, err)
	return node{root}
}

// flow is the id of the passage that the page belongs to.
func (w *walker) flow() string {
	if page := w.parse(); page.input(keyFlow) != nil {
		return attributeOf(page.input(keyFlow), "value")
	}
	return ""
}

// at returns the passage and the step of the page.
func (w *walker) at() (passage, step) {
	w.t.Helper()
	p, ok := w.passageOf(w.flow(), w.site.Name)
	require.True(w.t, ok, "%s: the page %s belongs to no login: %s", w.site.Name, w.address, w.body)
	return p, w.variant().step(&p)
}

func (w *walker) variant() *variant { return &variant{Site: w.site, lab: w.Lab} }

// send fills in the fields of the page, by key, and submits it. Every field must be there.
func (w *walker) send(filled map[string]string) {
	w.t.Helper()
	p, _ := w.at()
	page := w.parse()
	values := url.Values{keyFlow: {w.flow()}}
	for key, value := range filled {
		name := w.variant().fieldName(key, p.salt)
		if key == keyChoice || key == keyAction || key == keyOrganisation && page.button(keyOrganisation, value) != nil || key == keyAssertion {
			name = key
		}
		if key == keyChoice || key == keyAction || key == keyOrganisation && name == keyOrganisation {
			require.NotNil(w.t, page.button(name, value), "%s: a button %s=%s in %s", w.site.Name, name, value, w.body)
		} else {
			require.NotNil(w.t, page.input(name), "%s: a field %s in %s", w.site.Name, name, w.body)
		}
		values.Set(name, value)
	}
	w.request(http.MethodPost, "/s/"+w.site.Name+"/step", values)
	w.settle()
}

// goOn asks for the current step again, as a waiting page does.
func (w *walker) goOn() {
	w.t.Helper()
	w.open("/s/" + w.site.Name + "/step?flow=" + w.flow())
}

func (w *walker) isIn() bool {
	return w.address.Path == w.site.AccountURL && w.address.Host == strings.TrimPrefix(w.base, "http://")
}

// node is a parsed page.
type node struct{ root *dom.Node }

func (n node) find(match func(*dom.Node) bool) *dom.Node {
	for d := range n.root.Descendants() {
		if d.Type == dom.ElementNode && match(d) {
			return d
		}
	}
	return nil
}

func (n node) element(name string) *dom.Node {
	return n.find(func(d *dom.Node) bool { return d.Data == name })
}

func (n node) attribute(key string) *dom.Node {
	return n.find(func(d *dom.Node) bool { return hasAttribute(d, key) })
}

func (n node) value(key string) string {
	if d := n.attribute(key); d != nil {
		return attributeOf(d, key)
	}
	return ""
}

func (n node) input(name string) *dom.Node {
	return n.find(func(d *dom.Node) bool { return d.Data == "input" && attributeOf(d, "name") == name })
}

// button finds what submits a value: a button, or what looks like one.
func (n node) button(name, value string) *dom.Node {
	return n.find(func(d *dom.Node) bool {
		return hasAttribute(d, "data-submit") && attributeOf(d, "name") == name && attributeOf(d, "value") == value
	})
}

func hasAttribute(d *dom.Node, key string) bool {
	for _, a := range d.Attr {
		if a.Key == key {
			return true
		}
	}
	return false
}

func attributeOf(d *dom.Node, key string) string {
	for _, a := range d.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

func hiddenIn(form *dom.Node) url.Values {
	values := url.Values{}
	for d := range form.Descendants() {
		if d.Data == "input" && attributeOf(d, "type") == "hidden" {
			values.Set(attributeOf(d, "name"), attributeOf(d, "value"))
		}
	}
	return values
}

// number is what a page shows to be matched.
func (w *walker) number() string {
	p, _ := w.at()
	if p.number == "" {
		return ""
	}
	require.Contains(w.t, w.body, ">"+p.number+"<", "%s shows its number", w.site.Name)
	n, err := strconv.Atoi(p.number)
	require.NoError(w.t, err)
	require.GreaterOrEqual(w.t, n, 10)
	return p.number
}
