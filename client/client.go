package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/anteroom/anteroom/session"
)

// DefaultWorkspace is the workspace that a new installation has.
const DefaultWorkspace = "default"

const (
	// callTimeout bounds a call, besides what a long poll waits.
	callTimeout = 30 * time.Second
	// maxAnswer bounds an answer: a storage state of a heavy application has a few MiB.
	maxAnswer = 64 << 20
)

// Client calls the API of one workspace. It is safe for concurrent use.
type Client struct {
	base      string
	workspace string
	key       session.Secret
	http      *http.Client
	patience  time.Duration
}

// New returns a client of the workspace "default" (see [Client.In]) at baseURL, such as "http://127.0.0.1:8080". A nil
// httpClient means one of its own. Redirects are not followed: they would carry the key to another host.
func New(baseURL string, apiKey session.Secret, httpClient *http.Client) (*Client, error) {
	u, err := url.Parse(baseURL)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || u.User != nil {
		return nil, errors.New("new client: the base URL must have the form http://host:port")
	}
	if apiKey.IsZero() {
		return nil, errors.New("new client: the API key is empty")
	}
	if httpClient == nil {
		httpClient = &http.Client{}
	}
	own := *httpClient
	own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &Client{base: strings.TrimRight(u.String(), "/"), workspace: DefaultWorkspace, key: apiKey, http: &own, patience: DefaultPatience}, nil
}

// In returns a client of another workspace.
func (c *Client) In(workspace string) *Client {
	other := *c
	other.workspace = workspace
	return &other
}

// call is one request.
type call struct {
	method string
	path   []string // segments, not escaped
	query  url.Values
	body   any           // sent as JSON; nil for none
	wait   time.Duration // of a long poll
	into   any           // where the JSON answer goes; a *[]byte takes any answer as it is; nil for nowhere
	again  repetition    // when it may be repeated
	key    string        // names the request, so that a repeat is known; may be empty
	gone   string        // the code of an error that says, to a repeat, that a try whose answer got lost did it; may be empty
}

// workspacePath puts segments under the client's workspace.
func (c *Client) workspacePath(segments ...string) []string {
	return append([]string{"api", "v1", "workspace", c.workspace}, segments...)
}

// do makes the call, again where it may, and returns the status of a good answer (2xx). Any other is an *Error.
func (c *Client) do(ctx context.Context, k call) (status int, err error) {
	patience := c.patience
	if k.again == patient {
		patience = restartPatience
	}
	err = repeat(ctx, patience, k.again, func(again bool) error {
		status, err = c.try(ctx, k)
		if again && k.gone != "" && errors.Is(err, &Error{Code: k.gone}) {
			return nil
		}
		return err
	})
	return status, err
}

// try makes the call once.
func (c *Client) try(ctx context.Context, k call) (int, error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout+k.wait)
	defer cancel()
	req, err := c.request(ctx, k)
	if err != nil {
		return 0, err
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return 0, fmt.Errorf("call anteroom: %w", err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return 0, fmt.Errorf("read anteroom's answer: %w", err)
	}
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		return resp.StatusCode, errorOf(resp, body)
	}
	if k.into == nil {
		return resp.StatusCode, nil
	}
	if raw, ok := k.into.(*[]byte); ok {
		*raw = body
		return resp.StatusCode, nil
	}
	if err := json.Unmarshal(body, k.into); err != nil {
		return resp.StatusCode, fmt.Errorf("read anteroom's answer to %s: it is not the JSON that was expected", k.method)
	}
	return resp.StatusCode, nil
}

func (c *Client) request(ctx context.Context, k call) (*http.Request, error) {
	var target strings.Builder
	target.WriteString(c.base)
	for _, segment := range k.path {
		target.WriteString("/" + url.PathEscape(segment))
	}
	if len(k.query) > 0 {
		target.WriteString("?" + k.query.Encode())
	}
	var body io.Reader
	if k.body != nil {
		encoded, err := json.Marshal(k.body)
		if err != nil {
			return nil, fmt.Errorf("encode the request: %w", err)
		}
		body = bytes.NewReader(encoded)
	}
	req, err := http.NewRequestWithContext(ctx, k.method, target.String(), body)
	if err != nil {
		return nil, fmt.Errorf("make the request: %w", err)
	}
	if k.body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	req.Header.Set("Accept", "application/json, application/problem+json")
	if k.key != "" {
		req.Header.Set("Idempotency-Key", k.key)
	}
	req.Header.Set("X-Api-Key", c.key.Reveal())
	return req, nil
}

// Ready returns nil when the service and what it needs can be used. It is never repeated.
func (c *Client) Ready(ctx context.Context) error {
	_, err := c.do(ctx, call{method: http.MethodGet, path: []string{"readyz"}, again: once})
	return err
}

// Version returns the version of the service.
func (c *Client) Version(ctx context.Context) (string, error) {
	var out struct{ Version string }
	_, err := c.do(ctx, call{method: http.MethodGet, path: []string{"version"}, into: &out})
	return out.Version, err
}
