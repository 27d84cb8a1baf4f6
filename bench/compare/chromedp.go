package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/network"
	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/storage"
	"github.com/chromedp/chromedp"

	"github.com/anteroom/anteroom/bench/internal/site"
)

// bare is a script as somebody writes it who knows the site: the fastest way that chromedp offers, without any check. It speaks
// the protocol of scripts/protocol.mjs.
type bare struct {
	http    *http.Client
	browser context.Context //nolint:containedctx // chromedp's browsers are contexts
	// proves has it do what Anteroom does besides: restore what it captured into a fresh browser context, and look.
	proves bool

	// mu guards what follows.
	mu     sync.Mutex
	out    *json.Encoder
	parked map[int]chan string
}

// runChromedp runs the script until in ends.
func runChromedp(ctx context.Context, executable string, proves bool, in io.Reader, out io.Writer) error {
	allocator, cancel := chromedp.NewExecAllocator(ctx, append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(executable))...)
	defer cancel()
	browser, end := chromedp.NewContext(allocator)
	defer end()
	if err := chromedp.Do(browser); err != nil {
		return err
	}
	b := &bare{
		http: &http.Client{Timeout: loginTimeout}, browser: browser, proves: proves,
		out: json.NewEncoder(out), parked: map[int]chan string{},
	}
	b.say(said{Ready: true})
	var logins sync.WaitGroup
	defer logins.Wait()
	lines := bufio.NewScanner(in)
	for lines.Scan() {
		var j job
		if err := json.Unmarshal(lines.Bytes(), &j); err != nil {
			return err
		}
		if j.Code != "" {
			b.answerTo(j.ID) <- j.Code
			continue
		}
		b.answerTo(j.ID) // before it says that it is parked
		logins.Go(func() {
			if err := b.login(ctx, j); err != nil {
				b.say(said{ID: j.ID, Error: err.Error()})
			}
		})
	}
	return lines.Err()
}

func (b *bare) say(s said) {
	b.mu.Lock()
	defer b.mu.Unlock()
	_ = b.out.Encode(s) //nolint:errchkjson // who reads it notices its end
}

func (b *bare) answerTo(id int) chan string {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.parked[id] == nil {
		b.parked[id] = make(chan string, 1)
	}
	return b.parked[id]
}

func (b *bare) code(ctx context.Context, j job) (string, error) {
	if j.Park {
		b.say(said{ID: j.ID, Parked: true})
		return <-b.answerTo(j.ID), nil
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, j.CodeURL, http.NoBody)
	if err != nil {
		return "", err
	}
	resp, err := b.http.Do(req)
	if err != nil {
		return "", err
	}
	defer func() { _ = resp.Body.Close() }()
	var message struct {
		Code string `json:"code"`
	}
	if err := json.NewDecoder(resp.Body).Decode(&message); err != nil {
		return "", fmt.Errorf("read the message: %w", err)
	}
	return message.Code, nil
}

// login logs an account in, in a new browser context, and reads the state.
func (b *bare) login(ctx context.Context, j job) error {
	page, cancel := chromedp.NewContext(b.browser, chromedp.WithNewBrowserContext())
	defer cancel()
	page, stop := context.WithTimeout(page, time.Hour)
	defer stop()
	err := chromedp.Do(page,
		chromedp.Navigate(j.LoginURL),
		insert(site.UserField, j.User),
		insert(site.PasswordField, j.Password),
		chromedp.Click(chromedp.CSS(site.SubmitButton)),
		chromedp.WaitVisible(chromedp.CSS(site.CodeField)),
	)
	if err != nil {
		return err
	}
	code, err := b.code(ctx, j)
	if err != nil {
		return err
	}
	err = chromedp.Do(page,
		insert(site.CodeField, code),
		chromedp.Click(chromedp.CSS(site.SubmitButton)),
		chromedp.WaitNotPresent(chromedp.CSS(site.CodeField)),
		chromedp.WaitReady(chromedp.CSS("h1")),
	)
	if err != nil {
		return err
	}
	items, err := chromedp.Run(page, chromedp.Evaluate[string](`JSON.stringify(localStorage)`))
	if err != nil {
		return err
	}
	cookies, err := chromedp.CallBrowser(page, storage.GetCookies, storage.GetCookiesParams{
		BrowserContextID: chromedp.FromContext(page).BrowserContextID,
	})
	if err != nil {
		return err
	}
	if b.proves {
		if err := b.prove(page, cookies.Cookies, items); err != nil {
			return fmt.Errorf("prove: %w", err)
		}
	}
	b.say(said{ID: j.ID, Done: true})
	return nil
}

// prove restores the state into a fresh browser context and waits for the heading that the login ended with.
func (b *bare) prove(page context.Context, cookies []*network.Cookie, items string) error {
	seen, err := chromedp.Run(page, chromedp.Evaluate[[2]string](`[location.href, document.querySelector('h1').textContent]`))
	if err != nil {
		return err
	}
	fresh, cancel := chromedp.NewContext(b.browser, chromedp.WithNewBrowserContext())
	defer cancel()
	if err := chromedp.Do(fresh); err != nil {
		return err
	}
	params := make([]*network.CookieParam, 0, len(cookies))
	for _, c := range cookies {
		params = append(params, &network.CookieParam{
			Name: c.Name, Value: c.Value, Domain: c.Domain, Path: c.Path, Secure: c.Secure, HTTPOnly: c.HTTPOnly, SameSite: c.SameSite,
		})
	}
	if _, err := chromedp.CallBrowser(fresh, storage.SetCookies, storage.SetCookiesParams{
		Cookies: params, BrowserContextID: chromedp.FromContext(fresh).BrowserContextID,
	}); err != nil {
		return err
	}
	script := cdppage.AddScriptToEvaluateOnNewDocumentParams{
		Source: fmt.Sprintf("for (const [k, v] of Object.entries(JSON.parse(%q))) localStorage.setItem(k, v)", items),
	}
	if _, err := chromedp.Call(fresh, cdppage.AddScriptToEvaluateOnNewDocument, script); err != nil {
		return err
	}
	if err := chromedp.Do(fresh, chromedp.Navigate(seen[0]), chromedp.WaitReady(chromedp.CSS("h1"))); err != nil {
		return err
	}
	again, err := chromedp.Run(fresh, chromedp.Evaluate[string](`document.querySelector('h1').textContent`))
	if err == nil && again != seen[1] {
		err = errors.New("the restored state is not logged in")
	}
	return err
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
