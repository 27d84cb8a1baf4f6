package browser

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/fetch"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
)

const (
	// maxOrigins bounds the origins whose storage is captured, in the order they were visited.
	maxOrigins = 64
	// storageTimeout bounds the capture or the restoring of all storage.
	storageTimeout = 20 * time.Second
)

func isWebOrigin(origin string) bool {
	return strings.HasPrefix(origin, "http://") || strings.HasPrefix(origin, "https://")
}

// emptyDocument stands in for an origin's page while its storage is read or written, as in Playwright.
const emptyDocument = "<!doctype html><title></title>"

// impersonate opens an empty document of each origin in the page, without asking any site, and calls visit in it.
// The page must be an empty one of ours.
func (t *tab) impersonate(ctx context.Context, origins []string, visit func(context.Context, string, world) error) error {
	// A service worker of the origin would answer before us.
	_, err := call(ctx, t, network.SetBypassServiceWorker, network.SetBypassServiceWorkerParams{Bypass: true})
	if err != nil {
		return err
	}
	if _, err := call(ctx, t, fetch.Enable, fetch.EnableParams{}); err != nil {
		return err
	}
	stop := t.answerRequests(ctx)
	for _, origin := range origins {
		if err = t.visitEmpty(ctx, origin, visit); err != nil {
			break
		}
	}
	stop()
	if err != nil {
		return err
	}
	if _, err := call(ctx, t, fetch.Disable, cdp.Empty{}); err != nil {
		return err
	}
	_, err = call(ctx, t, network.SetBypassServiceWorker, network.SetBypassServiceWorkerParams{Bypass: false})
	return err
}

func (t *tab) visitEmpty(ctx context.Context, origin string, visit func(context.Context, string, world) error) error {
	res, err := call(ctx, t, page.Navigate, page.NavigateParams{URL: origin + "/"})
	if err != nil {
		return err
	}
	if res.ErrorText != "" {
		return fmt.Errorf("open an empty page of %s: %s", origin, res.ErrorText)
	}
	if err := t.awaitDocument(ctx, res.LoaderID); err != nil {
		return err
	}
	w, err := t.worldOf(ctx, t.activity.main)
	if err != nil {
		return err
	}
	return visit(ctx, origin, w)
}

// answerRequests gives the empty document to every request of the page, until the returned function is called.
func (t *tab) answerRequests(ctx context.Context) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	paused, unsubscribe := t.own.target.Subscribe(fetch.RequestPaused.Method)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			select {
			case <-ctx.Done():
				return
			case <-t.life.Done():
				return
			case raw, ok := <-paused:
				if !ok {
					return
				}
				t.answerEmpty(ctx, raw)
			}
		}
	}()
	return func() { cancel(); unsubscribe(); <-done }
}

// answerEmpty fulfils one paused request.
func (t *tab) answerEmpty(ctx context.Context, raw []byte) {
	var ev struct {
		RequestID fetch.RequestID `json:"requestId"`
	}
	if json.Unmarshal(raw, &ev) != nil {
		return
	}
	_, err := call(ctx, t, fetch.FulfillRequest, fetch.FulfillRequestParams{
		RequestID: ev.RequestID, ResponseCode: 200, Body: []byte(emptyDocument),
		ResponseHeaders: []*fetch.HeaderEntry{{Name: "Content-Type", Value: "text/html; charset=utf-8"}},
	})
	if err != nil {
		t.browser.opts.Logger.Debug("an empty page was not delivered", "browser", t.browser.id, "error", err)
	}
}
