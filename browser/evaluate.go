package browser

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"

	"github.com/anteroom/anteroom/login"
)

// errScript: our script threw. What it threw is not kept: it could quote the page.
var errScript = errors.New("the page script failed")

// invoke calls a function of our script in one document, and decodes what it returns. Arguments travel as arguments of
// the call, never as source; they appear in no error.
func invoke[T any](ctx context.Context, t *tab, w world, function string, args ...any) (T, error) {
	var out T
	params := runtime.CallFunctionOnParams{
		FunctionDeclaration: "function([, ...a]) { return anteroom." + function + "(...a) }",
		UniqueContextID:     w.unique,
		ReturnByValue:       new(true),
		AwaitPromise:        new(true),
		Silent:              new(true),
	}
	// One array that is never empty: cdproto leaves out empty strings and arrays.
	raw, err := json.Marshal(append([]any{0}, args...))
	if err != nil {
		return out, fmt.Errorf("call %s in the page: %w", function, errScript)
	}
	params.Arguments = []*runtime.CallArgument{{Value: raw}}
	res, err := callOn(ctx, t, w.link, runtime.CallFunctionOn, params, DefaultCallTimeout)
	if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
		// A script of the page never ends, or opens dialogs for ever. Stopped, the page may still be read.
		t.interrupt(w.link) //nolint:contextcheck // the caller is not to be kept by it
		return out, fmt.Errorf("call %s in the page: a script of the page does not end: %w", function, &login.LoadError{Reason: reasonTimedOut})
	}
	if isDocumentGone(err) {
		return out, fmt.Errorf("call %s in the page: %w", function, login.ErrDocumentChanged)
	}
	if err != nil {
		return out, fmt.Errorf("call %s in the page: %w", function, err)
	}
	if res.ExceptionDetails != nil || res.Result == nil {
		return out, fmt.Errorf("call %s in the page: %w", function, errScript)
	}
	if err := json.Unmarshal(res.Result.Value, &out); err != nil {
		return out, fmt.Errorf("call %s in the page: unexpected result: %w", function, errScript)
	}
	return out, nil
}

// worldTimeout is how long a method waits for the script to arrive in a document that just began.
const worldTimeout = 2 * time.Second

// worldOf returns our world in the frame's present document. A document that our script did not reach at its start (it
// existed before) gets it now.
func (t *tab) worldOf(ctx context.Context, frame cdp.FrameID) (world, error) {
	if w, ok := t.knownWorld(frame); ok {
		return w, nil
	}
	l := t.linkOf(frame)
	made, err := callOn(ctx, t, l, page.CreateIsolatedWorld,
		page.CreateIsolatedWorldParams{FrameID: frame, WorldName: worldName}, DefaultCallTimeout)
	if err != nil {
		return world{}, err
	}
	_, err = callOn(ctx, t, l, runtime.Evaluate,
		runtime.EvaluateParams{Expression: pageScript, ContextID: made.ExecutionContextID, Silent: new(true)}, DefaultCallTimeout)
	if err != nil {
		return world{}, err
	}
	for deadline := time.Now().Add(worldTimeout); ; {
		if w, ok := t.knownWorld(frame); ok {
			return w, nil
		}
		left := time.Until(deadline)
		if left <= 0 {
			return world{}, fmt.Errorf("wait for the page's script: %w", login.ErrDocumentChanged)
		}
		if err := t.awaitChange(ctx, left); err != nil {
			return world{}, err
		}
	}
}

func (t *tab) knownWorld(frame cdp.FrameID) (world, bool) {
	t.activity.mu.Lock()
	defer t.activity.mu.Unlock()
	w, ok := t.activity.worlds[frame]
	return w, ok
}

// linkOf is the session that the frame belongs to.
func (t *tab) linkOf(frame cdp.FrameID) *link {
	t.activity.mu.Lock()
	defer t.activity.mu.Unlock()
	if f, ok := t.activity.frames[frame]; ok && f.link != nil {
		return f.link
	}
	return t.own
}

// awaitChange returns nil when an event came or limit passed, ctx's error, or login.ErrPageLost.
func (t *tab) awaitChange(ctx context.Context, limit time.Duration) error {
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case <-t.activity.wake:
		return nil
	case <-timer.C:
		return nil
	case <-t.life.Done():
		return t.lostError("wait for the page")
	case <-ctx.Done():
		return fmt.Errorf("wait for the page: %w", ctx.Err())
	}
}
