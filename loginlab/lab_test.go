package loginlab_test

import (
	"html"
	"io"
	"maps"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/loginlab"
)

// testBundle is a lab behind two real servers, and a clock that stands still.
type testBundle struct {
	t     *testing.T
	lab   *loginlab.Lab
	base  string
	other string
	clock *clock
}

func setup(t *testing.T, changes ...func(*loginlab.Options)) *testBundle {
	t.Helper()
	server, other := httptest.NewUnstartedServer(nil), httptest.NewUnstartedServer(nil)
	b := &testBundle{
		t: t, base: "http://" + server.Listener.Addr().String(), other: "http://" + other.Listener.Addr().String(),
		clock: &clock{now: time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)},
	}
	options := loginlab.Options{OtherOrigin: b.other, Now: b.clock.Now}
	for _, change := range changes {
		change(&options)
	}
	b.lab = loginlab.New(options)
	server.Config.Handler, other.Config.Handler = b.lab, b.lab.OtherHandler()
	for _, s := range []*httptest.Server{server, other} {
		s.Start()
		t.Cleanup(s.Close)
	}
	return b
}

// clock is a clock that tests move.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// visitor is a browser without scripts.
type visitor struct {
	*testBundle
	client *http.Client
}

func (b *testBundle) visitor() *visitor {
	jar, err := cookiejar.New(nil)
	require.NoError(b.t, err)
	return &visitor{testBundle: b, client: &http.Client{Jar: jar, Timeout: 10 * time.Second}}
}

// page is what a visitor sees after all redirects.
type page struct {
	*visitor
	status int
	url    *url.URL
	body   string
}

// open gets an address: a whole one, or a path of the lab.
func (v *visitor) open(address string) *page {
	v.t.Helper()
	if strings.HasPrefix(address, "/") {
		address = v.base + address
	}
	request, err := http.NewRequestWithContext(v.t.Context(), http.MethodGet, address, nil)
	require.NoError(v.t, err)
	return v.do(request)
}

func (v *visitor) do(request *http.Request) *page {
	v.t.Helper()
	response, err := v.client.Do(request)
	require.NoError(v.t, err)
	defer func() { require.NoError(v.t, response.Body.Close()) }()
	body, err := io.ReadAll(response.Body)
	require.NoError(v.t, err)
	return &page{visitor: v, status: response.StatusCode, url: response.Request.URL, body: string(body)}
}

func (v *visitor) postForm(address string, values url.Values) *page {
	v.t.Helper()
	if strings.HasPrefix(address, "/") {
		address = v.base + address
	}
	request, err := http.NewRequestWithContext(v.t.Context(), http.MethodPost, address, strings.NewReader(values.Encode()))
	require.NoError(v.t, err)
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return v.do(request)
}

var (
	formAction  = regexp.MustCompile(`<form method="post" action="([^"]+)">`)
	hiddenInput = regexp.MustCompile(`<input type="(?:hidden|text)" name="([^"]+)" value="([^"]*)"`)
	alertText   = regexp.MustCompile(`role="alert">([^<]+)<`)
)

// submit fills in the form of the page, with the hidden inputs it has, and sends it.
func (p *page) submit(filled url.Values) *page {
	p.t.Helper()
	action := formAction.FindStringSubmatch(p.body)
	require.NotNil(p.t, action, "the page has a form: %s", p.body)
	target, err := p.url.Parse(html.UnescapeString(action[1]))
	require.NoError(p.t, err)
	values := url.Values{}
	for _, hidden := range hiddenInput.FindAllStringSubmatch(p.body, -1) {
		values.Set(hidden[1], html.UnescapeString(hidden[2]))
	}
	maps.Copy(values, filled)
	return p.postForm(target.String(), values)
}

func (p *page) alert() string {
	found := alertText.FindStringSubmatch(p.body)
	if found == nil {
		return ""
	}
	return html.UnescapeString(found[1])
}

// requireAccount checks that the page is the account of the user.
func (p *page) requireAccount(site, user string) {
	p.t.Helper()
	require.Equal(p.t, http.StatusOK, p.status)
	require.Equal(p.t, "/s/"+site+"/account", p.url.Path)
	require.Contains(p.t, p.body, `data-testid="account"`)
	require.Regexp(p.t, `Signed in as <strong[^>]*>`+regexp.QuoteMeta(user)+`</strong>`, p.body)
}

func (p *page) requireAt(path string) {
	p.t.Helper()
	require.Equal(p.t, path, p.url.Path)
}

// credentials is a filled-in form of user name and password.
func (b *testBundle) credentials(user string) url.Values {
	return url.Values{"username": {user}, "password": {b.lab.Password()}}
}

func code(value string) url.Values { return url.Values{"code": {value}} }

// requireCount checks how many events there are.
func (b *testBundle) requireCount(want int, kind loginlab.Kind, site, user string) {
	b.t.Helper()
	require.Equal(b.t, want, b.lab.Count(kind, site, user), "%s events in %+v", kind, b.lab.Events())
}

// outcomes lists the outcomes of one kind at a site, oldest first.
func (b *testBundle) outcomes(kind loginlab.Kind, site string) []loginlab.Outcome {
	var outcomes []loginlab.Outcome
	for _, e := range b.lab.Events() {
		if e.Kind == kind && e.Site == site {
			outcomes = append(outcomes, e.Outcome)
		}
	}
	return outcomes
}

// leaks lists the leak events.
func (b *testBundle) leaks() []loginlab.Event {
	var leaks []loginlab.Event
	for _, e := range b.lab.Events() {
		if e.Kind == loginlab.KindLeak {
			leaks = append(leaks, e)
		}
	}
	return leaks
}
