package browser

import (
	"context"
	"strings"
	"time"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
)

// Bounds on dialogs.
const (
	// maxDialogs is how many dialogs a document may open before it is silenced: it would do so for ever.
	maxDialogs = 20
	// dialogTimeout bounds the answer to one dialog.
	dialogTimeout = 2 * time.Second
	// dialogPause is the time between two tries.
	dialogPause = 5 * time.Millisecond
)

// answerDialogs dismisses what a page asks; it lets the page go when it asks whether to leave.
func (t *tab) answerDialogs() {
	for {
		select {
		case <-t.life.Done():
			return
		case kind := <-t.dialogs:
			if t.activity.dialogCount()%maxDialogs == 0 {
				t.workers.Go(t.silence) // not here: the script stops only once its dialog is answered
			}
			t.answerDialog(kind == page.DialogTypeBeforeunload)
		}
	}
}

// answerDialog answers the open dialog. While a document replaces another, Chromium shows the dialog of the old one but
// takes no answer; and a dialog without one holds up the process.
func (t *tab) answerDialog(accept bool) {
	ctx, cancel := context.WithTimeout(t.life, dialogTimeout)
	defer cancel()
	for {
		_, err := callOn(ctx, t, t.own, page.HandleJavaScriptDialog, page.HandleJavaScriptDialogParams{Accept: accept}, dialogTimeout)
		if err == nil || strings.Contains(err.Error(), "No dialog is showing") {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(dialogPause):
		}
	}
}

// silence stops the script that opens one dialog after another, and lets the document open no more.
func (t *tab) silence() {
	t.interrupt(t.own)
	t.mute(t.life)
}

// mute lets the document open no more dialogs. A document that is replaced while it shows one would keep the process of
// both waiting for an answer that Chromium does not take any more.
func (t *tab) mute(ctx context.Context) {
	_, err := callOn(ctx, t, t.own, runtime.Evaluate, runtime.EvaluateParams{
		Expression: "alert = confirm = prompt = () => null", Silent: new(true),
	}, dialogTimeout)
	if err != nil {
		t.browser.opts.Logger.Debug("did not mute a page", "browser", t.browser.id, "error", err)
	}
}

// muteAt is how many dialogs make a document talkative: one that is left is muted first.
const muteAt = 3

// maxMessage and maxMessages bound what is kept of dialogs.
const (
	maxMessage  = 200
	maxMessages = 5
)

// dialogOpened notes a dialog. What it says is a message of the site about the last act. Call it with mu held.
func (a *activity) dialogOpened(ev *page.EventJavascriptDialogOpening) {
	a.dialogs++
	a.happened()
	text := strings.Join(strings.Fields(cut(ev.Message, 10*maxMessage)), " ")
	if text != "" && ev.Type != page.DialogTypeBeforeunload && len(a.messages) < maxMessages {
		a.messages = append(a.messages, cut(text, maxMessage))
	}
}

// dialogCount counts the dialogs of the present document.
func (a *activity) dialogCount() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.dialogs
}
