package browser

import (
	"context"
	"encoding/json"
	"fmt"
	"sync/atomic"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/fetch"
	"github.com/chromedp/cdproto/network"

	"github.com/anteroom/anteroom/login"
	"github.com/anteroom/anteroom/session"
)

// Authenticate opens url and answers the HTTP authentication challenge (RFC 7617, RFC 7616) of its main document, once,
// if the challenging origin is allowed; see login.Page. Every other challenge is cancelled. Chromium remembers what
// was accepted for as long as the browser context lives.
func (p *Page) Authenticate(ctx context.Context, url string, username, password session.Secret, allowed session.Origins) error {
	p.closePopups(ctx)
	t := p.own
	t.acted("")
	a := &authentication{tab: t, username: username, password: password, allowed: allowed}
	// Only documents are paused: what else the page loads is none of this.
	err := do(ctx, t, t.own, fetch.Enable, fetch.EnableParams{
		HandleAuthRequests: new(true),
		Patterns:           []*fetch.RequestPattern{{ResourceType: network.ResourceTypeDocument}},
	})
	if err != nil {
		return fmt.Errorf("answer an HTTP authentication: %w", err)
	}
	stop := a.start(ctx)
	err = t.navigate(ctx, url)
	stop()
	if disableErr := do(context.WithoutCancel(ctx), t, t.own, fetch.Disable, cdp.Empty{}); err == nil {
		err = disableErr
	}
	if refused := a.refused.Load(); refused != nil {
		return fmt.Errorf("answer an HTTP authentication: %w: %s", login.ErrOriginNotAllowed, *refused)
	}
	return err
}

// authentication is one answer to one challenge.
type authentication struct {
	tab                *tab
	username, password session.Secret
	allowed            session.Origins
	// given is true once the answer was given; refused is the origin of the main document that may not have it.
	given   bool
	refused atomic.Pointer[string]
}

// start serves paused requests and challenges until the returned function is called.
func (a *authentication) start(ctx context.Context) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	session := a.tab.own.target
	paused, endPaused := session.Subscribe(fetch.RequestPaused.Method)
	asked, endAsked := session.Subscribe(fetch.AuthRequired.Method)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			select {
			case <-ctx.Done():
				return
			case <-a.tab.life.Done():
				return
			case raw, ok := <-paused:
				if !ok {
					return
				}
				a.resume(ctx, raw)
			case raw, ok := <-asked:
				if !ok {
					return
				}
				a.answer(ctx, raw)
			}
		}
	}()
	return func() { cancel(); endPaused(); endAsked(); <-done }
}

// resume lets a paused request go on.
func (a *authentication) resume(ctx context.Context, raw []byte) {
	var ev fetch.EventRequestPaused
	if json.Unmarshal(raw, &ev) != nil {
		return
	}
	a.note(do(ctx, a.tab, a.tab.own, fetch.ContinueRequest, fetch.ContinueRequestParams{RequestID: ev.RequestID}))
}

// answer gives the credentials to the main document of an allowed origin, once, and cancels everything else.
func (a *authentication) answer(ctx context.Context, raw []byte) {
	var ev fetch.EventAuthRequired
	if json.Unmarshal(raw, &ev) != nil || ev.AuthChallenge == nil {
		return
	}
	response := &fetch.AuthChallengeResponse{Response: fetch.AuthChallengeResponseResponseCancelAuth}
	main := ev.FrameID == a.tab.activity.main && ev.ResourceType == network.ResourceTypeDocument &&
		ev.AuthChallenge.Source != fetch.AuthChallengeSourceProxy
	switch {
	case !main || a.given:
	case !a.allowed.Allows(ev.AuthChallenge.Origin):
		a.refused.Store(&ev.AuthChallenge.Origin)
	default:
		a.given = true
		response = &fetch.AuthChallengeResponse{
			Response: fetch.AuthChallengeResponseResponseProvideCredentials,
			Username: a.username.Reveal(), Password: a.password.Reveal(),
		}
	}
	a.note(do(ctx, a.tab, a.tab.own, fetch.ContinueWithAuth,
		fetch.ContinueWithAuthParams{RequestID: ev.RequestID, AuthChallengeResponse: response}))
}

func (a *authentication) note(err error) {
	if err != nil {
		a.tab.browser.opts.Logger.Debug("a paused request did not go on", "browser", a.tab.browser.id, "error", err)
	}
}
