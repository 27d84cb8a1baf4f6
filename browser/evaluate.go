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
func invoke[T any](ctx context.Context, p *Page, w world, function string, args ...any) (T, error) {
	var out T
	params := runtime.CallFunctionOnParams{
		FunctionDeclaration: "function([, ...a]) { return anteroom." + function + "(...a) }",
		UniqueContextID:     w.unique,
		ReturnByValue:       new(true),
		Silent:              new(true),
	}
	// One array that is never empty: cdproto leaves out empty strings and arrays.
	raw, err := json.Marshal(append([]any{0}, args...))
	if err != nil {
		return out, fmt.Errorf("call %s in the page: %w", function, errScript)
	}
	params.Arguments = []*runtime.CallArgument{{Value: raw}}
	res, err := call(ctx, p, runtime.CallFunctionOn, params)
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
func (p *Page) worldOf(ctx context.Context, frame cdp.FrameID) (world, error) {
	if w, ok := p.knownWorld(frame); ok {
		return w, nil
	}
	made, err := call(ctx, p, page.CreateIsolatedWorld, page.CreateIsolatedWorldParams{FrameID: frame, WorldName: worldName})
	if err != nil {
		return world{}, err
	}
	_, err = call(ctx, p, runtime.Evaluate,
		runtime.EvaluateParams{Expression: pageScript, ContextID: made.ExecutionContextID, Silent: new(true)})
	if err != nil {
		return world{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, worldTimeout)
	defer cancel()
	for {
		if w, ok := p.knownWorld(frame); ok {
			return w, nil
		}
		if err := p.awaitChange(ctx, worldTimeout); err != nil {
			return world{}, err
		}
	}
}

func (p *Page) knownWorld(frame cdp.FrameID) (world, bool) {
	p.activity.mu.Lock()
	defer p.activity.mu.Unlock()
	w, ok := p.activity.worlds[frame]
	return w, ok
}

// awaitChange returns nil when an event came or limit passed, ctx's error, or login.ErrPageLost.
func (p *Page) awaitChange(ctx context.Context, limit time.Duration) error {
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case <-p.activity.wake:
		return nil
	case <-timer.C:
		return nil
	case <-p.life.Done():
		return p.lostError("wait for the page")
	case <-ctx.Done():
		return fmt.Errorf("wait for the page: %w", ctx.Err())
	}
}
