package browser

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/input"

	"github.com/anteroom/anteroom/login"
	"github.com/anteroom/anteroom/session"
)

// find returns the world of the control's document, if that is still the frame's document, and the element's number.
func (p *Page) find(c login.Control) (world, int, error) {
	document, number, ok := strings.Cut(c.Ref, ".")
	ref, err := strconv.Atoi(number)
	if !ok || err != nil {
		return world{}, 0, fmt.Errorf("find the control: %w: its reference is not one of this page", login.ErrDocumentChanged)
	}
	w, known := p.knownWorld(cdp.FrameID(c.Frame))
	if !known || w.name() != document {
		if p.life.Err() != nil {
			return world{}, 0, p.lostError("find the control")
		}
		return world{}, 0, fmt.Errorf("find the control: %w", login.ErrDocumentChanged)
	}
	return w, ref, nil
}

// faultError translates what the script says about a control.
func faultError(what, fault string) error {
	switch fault {
	case "ok", "":
		return nil
	case "origin":
		return fmt.Errorf("%s: %w", what, login.ErrOriginNotAllowed)
	}
	return fmt.Errorf("%s: %w: it is %s", what, login.ErrNotInteractable, map[string]string{
		"gone": "no longer in the document", "disabled": "disabled", "readonly": "read-only", "hidden": "hidden",
		"focus": "not taking the focus", "stuck": "not keeping the value", "covered": "covered by something else",
	}[fault])
}

// Fill replaces the content of a field; see login.Page. The origins of the frame and of every frame above it are
// checked here, and compared again by the script in the very step that types.
func (p *Page) Fill(ctx context.Context, c login.Control, value session.Secret, allowed session.Origins) error {
	w, ref, err := p.find(c)
	if err != nil {
		return fmt.Errorf("fill a field: %w", err)
	}
	origins := p.chains[w.name()]
	if len(origins) == 0 {
		return fmt.Errorf("fill a field: %w: it was not modelled", login.ErrDocumentChanged)
	}
	for _, origin := range origins {
		if !allowed.Allows(origin) {
			return fmt.Errorf("fill a field: %w: %s", login.ErrOriginNotAllowed, origin)
		}
	}
	fault, err := invoke[string](ctx, p, w, "fill", ref, value.Reveal(), origins)
	if err != nil {
		return fmt.Errorf("fill a field: %w", err)
	}
	return faultError("fill a field", fault)
}

// place is the point of a control in its frame's viewport, or why it has none.
type place struct {
	Fault string  `json:"fault"`
	X     float64 `json:"x"`
	Y     float64 `json:"y"`
}

// Click scrolls to the control and clicks it with trusted mouse events; see login.Page.
func (p *Page) Click(ctx context.Context, c login.Control) error {
	w, ref, err := p.find(c)
	if err != nil {
		return fmt.Errorf("click a control: %w", err)
	}
	at, err := invoke[place](ctx, p, w, "locate", ref)
	if err != nil {
		return fmt.Errorf("click a control: %w", err)
	}
	if err := faultError("click a control", at.Fault); err != nil {
		return err
	}
	if w.frame != p.activity.main {
		box, shown, err := p.frameBox(ctx, w.frame)
		if err != nil {
			return fmt.Errorf("click a control: %w", err)
		}
		if !shown {
			return faultError("click a control", "hidden")
		}
		at.X, at.Y = at.X+box.X, at.Y+box.Y
	}
	p.acted()
	return p.clickAt(ctx, at)
}

func (p *Page) clickAt(ctx context.Context, at place) error {
	move := input.DispatchMouseEventParams{Type: input.DispatchMouseEventTypeMouseMoved, X: at.X, Y: at.Y}
	press := move
	press.Type, press.Button, press.Buttons, press.ClickCount = input.DispatchMouseEventTypeMousePressed, input.MouseButtonLeft, 1, 1
	release := press
	release.Type, release.Buttons = input.DispatchMouseEventTypeMouseReleased, 0
	for _, ev := range []input.DispatchMouseEventParams{move, press, release} {
		if _, err := call(ctx, p, input.DispatchMouseEvent, ev); err != nil {
			return fmt.Errorf("click a control: %w", err)
		}
	}
	return nil
}

// PressEnter presses Enter in a field, with trusted key events; see login.Page.
func (p *Page) PressEnter(ctx context.Context, c login.Control) error {
	w, ref, err := p.find(c)
	if err != nil {
		return fmt.Errorf("press Enter: %w", err)
	}
	fault, err := invoke[string](ctx, p, w, "focus", ref)
	if err != nil {
		return fmt.Errorf("press Enter: %w", err)
	}
	if err := faultError("press Enter", fault); err != nil {
		return err
	}
	p.acted()
	const enter = 13 // the virtual key code
	down := input.DispatchKeyEventParams{
		Type: input.DispatchKeyEventTypeKeyDown, Key: "Enter", Code: "Enter", Text: "\r", UnmodifiedText: "\r",
		WindowsVirtualKeyCode: enter, NativeVirtualKeyCode: enter,
	}
	up := down
	up.Type, up.Text, up.UnmodifiedText = input.DispatchKeyEventTypeKeyUp, "", ""
	for _, ev := range []input.DispatchKeyEventParams{down, up} {
		if _, err := call(ctx, p, input.DispatchKeyEvent, ev); err != nil {
			return fmt.Errorf("press Enter: %w", err)
		}
	}
	return nil
}

// ErrBadMark: the selector of a mark is not valid CSS.
var ErrBadMark = errors.New("the mark is not a valid CSS selector")

// Matches reports whether any frame shows mark: a CSS selector of a visible element, or "text=" and visible text,
// whatever its case and spacing. The error is ErrBadMark for a selector that is none.
func (p *Page) Matches(ctx context.Context, mark string) (bool, error) {
	text, isText := strings.CutPrefix(mark, "text=")
	selector := mark
	if isText {
		selector, text = "", strings.ToLower(strings.Join(strings.Fields(text), " "))
	} else {
		text = ""
	}
	p.activity.mu.Lock()
	worlds := make([]world, 0, len(p.activity.worlds))
	for _, w := range p.activity.worlds {
		worlds = append(worlds, w)
	}
	p.activity.mu.Unlock()
	for _, w := range worlds {
		found, err := invoke[bool](ctx, p, w, "matches", selector, text)
		switch {
		case errors.Is(err, errScript):
			return false, fmt.Errorf("look for %q: %w", mark, ErrBadMark)
		case ignoreDocumentChange(err) != nil:
			return false, fmt.Errorf("look for a mark: %w", err)
		case found:
			return true, nil
		}
	}
	return false, nil
}
