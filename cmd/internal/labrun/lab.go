package labrun

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/anteroom/anteroom/loginlab"
	"github.com/anteroom/anteroom/session"
)

// Lab is a login lab, over HTTP: what any other tool could use as well.
type Lab struct {
	origin string
	http   *http.Client
}

// NewLab speaks to the lab at origin ("http://localhost:8082"). Each call is bounded by its context only. Error: origin is no
// address.
func NewLab(origin string, c *http.Client) (*Lab, error) {
	origin = strings.TrimRight(origin, "/")
	u, err := url.Parse(origin)
	if err != nil || u.Host == "" || u.Path != "" || (u.Scheme != "http" && u.Scheme != "https") {
		return nil, fmt.Errorf("%q is no address of a lab: it looks like http://localhost:8082", origin)
	}
	return &Lab{origin: origin, http: c}, nil
}

// Origin is where the lab is.
func (l *Lab) Origin() string { return l.origin }

// Manifest returns what the lab serves.
func (l *Lab) Manifest(ctx context.Context) (loginlab.Manifest, error) {
	var m loginlab.Manifest
	err := l.do(ctx, http.MethodGet, "manifest", nil, &m)
	return m, err
}

// Account returns what logs user in at a site.
func (l *Lab) Account(ctx context.Context, site, user string) (loginlab.Account, error) {
	var a loginlab.Account
	err := l.do(ctx, http.MethodGet, "account", url.Values{"site": {site}, "user": {user}}, &a)
	return a, err
}

// Events returns what was recorded of a site, oldest first.
func (l *Lab) Events(ctx context.Context, site string) ([]loginlab.Event, error) {
	var list struct{ Events []loginlab.Event }
	err := l.do(ctx, http.MethodGet, "events", url.Values{"site": {site}}, &list)
	return list.Events, err
}

// Message returns the newest message to a user of a site; false when there is none.
func (l *Lab) Message(ctx context.Context, site, user string) (loginlab.Message, bool, error) {
	var m loginlab.Message
	err := l.do(ctx, http.MethodGet, "messages", url.Values{"site": {site}, "user": {user}}, &m)
	var status *statusError
	if errors.As(err, &status) && status.status == http.StatusNotFound {
		return m, false, nil
	}
	return m, err == nil, err
}

// Approve approves the request that waits for a user of a site, with the number that the page shows, if any.
func (l *Lab) Approve(ctx context.Context, site, user, number string) error {
	return l.do(ctx, http.MethodPost, "approve", url.Values{"site": {site}, "user": {user}, "number": {number}}, nil)
}

// Cases makes a case of each site, with an account of its own: run makes the user names unlike those of other runs.
func (l *Lab) Cases(ctx context.Context, sites []loginlab.ManifestSite, run string) ([]*Case, error) {
	cases := make([]*Case, 0, len(sites))
	for i, s := range sites {
		user := run + strconv.Itoa(i) + userDomain
		account, err := l.Account(ctx, s.Name, user)
		if err != nil {
			return nil, fmt.Errorf("ask the lab for the account of %s: %w", s.Name, err)
		}
		cases = append(cases, &Case{Site: s.Site, Account: account, Project: session.Project{
			Name: "lab-" + s.Name, LoginURL: l.origin + s.LoginURL, AllowedHosts: s.AllowedHosts,
		}})
	}
	return cases, nil
}

// userDomain makes user names e-mail addresses: some sites check the form. It is short, as WebAuthn bounds user handles.
const userDomain = "@fernwood.example"

// statusError is an answer of the lab other than 2xx.
type statusError struct {
	status int
	text   string
}

func (e *statusError) Error() string { return fmt.Sprintf("the lab answered %d: %s", e.status, e.text) }

// maxLabBody bounds what is read of the lab, in bytes: 100,000 events.
const maxLabBody = 64 << 20

func (l *Lab) do(ctx context.Context, method, name string, query url.Values, into any) error {
	r, err := http.NewRequestWithContext(ctx, method, l.origin+"/lab/"+name+"?"+query.Encode(), nil)
	if err != nil {
		return fmt.Errorf("ask the lab: %w", err)
	}
	resp, err := l.http.Do(r)
	if err != nil {
		return fmt.Errorf("ask the lab: %w", err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxLabBody))
	if err != nil {
		return fmt.Errorf("read the lab's answer: %w", err)
	}
	if resp.StatusCode/100 != 2 {
		return &statusError{status: resp.StatusCode, text: firstLine(body)}
	}
	if into == nil {
		return nil
	}
	if err := json.Unmarshal(body, into); err != nil {
		return fmt.Errorf("read the lab's answer: %w", err)
	}
	return nil
}

// firstLine is the start of a text that is no document.
func firstLine(body []byte) string {
	line, _, _ := strings.Cut(strings.TrimSpace(string(body)), "\n")
	return line[:min(len(line), 200)]
}
