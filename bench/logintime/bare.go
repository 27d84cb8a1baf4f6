package main

import (
	"context"
	"encoding/base32"
	"time"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/storage"
	"github.com/chromedp/chromedp"
)

func base32Of(key []byte) string {
	return base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(key)
}

// bare is a script as somebody writes it who knows the site: the fastest way that chromedp offers, without any check.
type bare struct{ browser context.Context }

func startBare(ctx context.Context, executable string) (*bare, func(), error) {
	allocator, cancel := chromedp.NewExecAllocator(ctx, append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(executable))...)
	browser, end := chromedp.NewContext(allocator)
	stop := func() { end(); cancel() }
	if err := chromedp.Do(browser); err != nil {
		stop()
		return nil, nil, err
	}
	return &bare{browser: browser}, stop, nil
}

func (b *bare) name() string { return "bare chromedp" }

// login logs an account in, in a new browser context and reads the state, as the engine does.
func (b *bare) login(_ context.Context, a account) (sample, error) {
	began := time.Now()
	page, cancel := chromedp.NewContext(b.browser, chromedp.WithNewBrowserContext())
	defer cancel()
	page, stop := context.WithTimeout(page, time.Minute)
	defer stop()
	err := chromedp.Do(page,
		chromedp.Navigate(a.LoginURL),
		insert(userField, a.User),
		insert(passwordField, a.Password),
		chromedp.Click(chromedp.CSS(submitButton)),
		chromedp.WaitVisible(chromedp.CSS(codeField)),
		insert(codeField, a.Code),
		chromedp.Click(chromedp.CSS(submitButton)),
		chromedp.WaitNotPresent(chromedp.CSS(codeField)),
		chromedp.WaitReady(chromedp.CSS("h1")),
	)
	if err != nil {
		return sample{}, err
	}
	if _, err := chromedp.Run(page, chromedp.Evaluate[string](`JSON.stringify(localStorage)`)); err != nil {
		return sample{}, err
	}
	_, err = chromedp.CallBrowser(page, storage.GetCookies, storage.GetCookiesParams{
		BrowserContextID: chromedp.FromContext(page).BrowserContextID,
	})
	return sample{total: time.Since(began)}, err
}

// insert focuses a field and inserts the text at once.
func insert(selector, text string) chromedp.Action[chromedp.Void] {
	return chromedp.Steps(
		chromedp.Focus(chromedp.CSS(selector)),
		chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
			_, err := chromedp.Call(ctx, input.InsertText, input.InsertTextParams{Text: text})
			return err
		}),
	)
}
