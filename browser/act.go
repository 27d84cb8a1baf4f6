package browser

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/input"

	"github.com/anteroom/anteroom/login"
	"github.com/anteroom/anteroom/session"
)

// find returns the world of the control's document, if that is still the frame's document, and the element's number.
func (t *tab) find(c login.Control) (world, int, error) {
	document, number, ok := strings.Cut(c.Ref, ".")
	ref, err := strconv.Atoi(number)
	if !ok || err != nil {
		return world{}, 0, fmt.Errorf("find the control: %w: its reference is not one of this page", login.ErrDocumentChanged)
	}
	w, known := t.knownWorld(cdp.FrameID(c.Frame))
	if !known || w.name() != document {
		if t.life.Err() != nil {
			return world{}, 0, t.lostError("find the control")
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
		"focus": "not taking the focus", "stuck": "not keeping the value", "covered": "covered by something else", "option": "without that option",
	}[fault])
}

// goal is a control that a secret may be typed into: the origins of its frame and of every frame above it are allowed.
// The script compares them again in the very step that types.
type goal struct {
	world   world
	ref     int
	origins []string
}

// aim checks where a secret would go.
func (t *tab) aim(c login.Control, allowed session.Origins) (goal, error) {
	w, ref, err := t.find(c)
	if err != nil {
		return goal{}, err
	}
	origins := t.chains[w.name()]
	if len(origins) == 0 {
		return goal{}, fmt.Errorf("%w: it was not modelled", login.ErrDocumentChanged)
	}
	for _, origin := range origins {
		if !allowed.Allows(origin) {
			return goal{}, fmt.Errorf("%w: %s", login.ErrOriginNotAllowed, origin)
		}
	}
	return goal{world: w, ref: ref, origins: origins}, nil
}

// fill replaces the content of a field.
func (t *tab) fill(ctx context.Context, c login.Control, value session.Secret, allowed session.Origins) error {
	g, err := t.aim(c, allowed)
	if err != nil {
		return fmt.Errorf("fill a field: %w", err)
	}
	return t.do(ctx, "fill a field", g.world, "fill", g.ref, value.Reveal(), g.origins)
}

// choose chooses an option of a select.
func (t *tab) choose(ctx context.Context, c login.Control, option string) error {
	w, ref, err := t.find(c)
	if err != nil {
		return fmt.Errorf("choose an option: %w", err)
	}
	t.acted(w.frame)
	return t.do(ctx, "choose an option", w, "choose", ref, option)
}

// do calls a function of our script that returns "ok" or what is wrong with a control.
func (t *tab) do(ctx context.Context, what string, w world, function string, args ...any) error {
	fault, err := invoke[string](ctx, t, w, function, args...)
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return faultError(what, fault)
}

// place is the point of a control in its frame's viewport, or why it has none.
type place struct {
	Fault string  `json:"fault"`
	X     float64 `json:"x"`
	Y     float64 `json:"y"`
}

// click scrolls to the control and clicks it with trusted mouse events.
func (t *tab) click(ctx context.Context, c login.Control) error {
	w, ref, err := t.find(c)
	if err != nil {
		return fmt.Errorf("click a control: %w", err)
	}
	at, err := invoke[place](ctx, t, w, "locate", ref)
	if err != nil {
		return fmt.Errorf("click a control: %w", err)
	}
	if err := faultError("click a control", at.Fault); err != nil {
		return err
	}
	if w.frame != t.activity.main {
		box, shown, err := t.frameBox(ctx, w.frame)
		if err != nil {
			return fmt.Errorf("click a control: %w", err)
		}
		if !shown {
			return faultError("click a control", "hidden")
		}
		at.X, at.Y = at.X+box.X, at.Y+box.Y
	}
	t.acted(w.frame)
	return t.clickAt(ctx, at)
}

func (t *tab) clickAt(ctx context.Context, at place) error {
	move := input.DispatchMouseEventParams{Type: input.DispatchMouseEventTypeMouseMoved, X: at.X, Y: at.Y}
	press := move
	press.Type, press.Button, press.Buttons, press.ClickCount = input.DispatchMouseEventTypeMousePressed, input.MouseButtonLeft, 1, 1
	release := press
	release.Type, release.Buttons = input.DispatchMouseEventTypeMouseReleased, 0
	for _, ev := range []input.DispatchMouseEventParams{move, press, release} {
		if _, err := call(ctx, t, input.DispatchMouseEvent, ev); err != nil {
			return fmt.Errorf("click a control: %w", err)
		}
	}
	return nil
}

// pressEnter presses Enter in a field, with trusted key events.
func (t *tab) pressEnter(ctx context.Context, c login.Control) error {
	w, ref, err := t.find(c)
	if err != nil {
		return fmt.Errorf("press Enter: %w", err)
	}
	if err := t.do(ctx, "press Enter", w, "focus", ref); err != nil {
		return err
	}
	t.acted(w.frame)
	if err := t.pressKey(ctx, '\r'); err != nil {
		return fmt.Errorf("press Enter: %w", err)
	}
	return nil
}
