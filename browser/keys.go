package browser

import (
	"context"
	"errors"
	"fmt"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp/kb"

	"github.com/anteroom/anteroom/login"
	"github.com/anteroom/anteroom/session"
)

// typeKeys replaces the content of a field by key events. The page may move the focus between two of them: where it
// is, is checked again before each.
func (t *tab) typeKeys(ctx context.Context, c login.Control, value session.Secret, allowed session.Origins) error {
	const what = "type into a field"
	g, err := t.aim(c, allowed)
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	t.acted(g.world.frame)
	if err := t.do(ctx, what, g.world, "takeUp", g.ref, g.origins); err != nil {
		return err
	}
	keys := []rune(value.Reveal())
	if len(keys) == 0 {
		keys = []rune{'\b'}
	}
	for _, r := range keys {
		if err := t.do(ctx, what, g.world, "holds", g.ref, g.origins); err != nil {
			return err
		}
		if err := t.pressKey(ctx, r); err != nil {
			return fmt.Errorf("%s: %w", what, err)
		}
	}
	// A page that went on with the last character took the value.
	return ignoreDocumentChange(t.do(ctx, what, g.world, "kept", g.ref, value.Reveal()))
}

// pressKey presses and releases the key of a character. A character that no key has is entered as by a keyboard of
// another layout.
func (t *tab) pressKey(ctx context.Context, r rune) error {
	down := input.DispatchKeyEventParams{Type: input.DispatchKeyEventTypeKeyDown, Key: string(r), Text: string(r), UnmodifiedText: string(r)}
	if k, ok := kb.Keys[r]; ok {
		down.Key, down.Code, down.Text, down.UnmodifiedText = k.Key, k.Code, k.Text, k.Unmodified
		down.WindowsVirtualKeyCode, down.NativeVirtualKeyCode = k.Windows, k.Native
		if k.Shift {
			down.Modifiers = kb.ModifierShift.Int64()
		}
	}
	up := down
	up.Type, up.Text, up.UnmodifiedText = input.DispatchKeyEventTypeKeyUp, "", ""
	for _, ev := range []input.DispatchKeyEventParams{down, up} {
		if _, err := call(ctx, t, input.DispatchKeyEvent, ev); err != nil {
			return err
		}
	}
	return nil
}

// fillBoxes distributes value over boxes: by a paste, else by key events.
func (t *tab) fillBoxes(ctx context.Context, boxes []login.Control, value session.Secret, allowed session.Origins) error {
	const what = "fill split boxes"
	goals, err := t.aimAll(boxes, allowed)
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	characters := []rune(value.Reveal())
	if len(characters) != len(goals) || len(goals) == 0 {
		return fmt.Errorf("%s: %w: the value has %d characters for %d boxes", what, login.ErrNotInteractable, len(characters), len(goals))
	}
	first, refs, letters := goals[0], make([]int, 0, len(goals)), make([]string, 0, len(goals))
	for i, g := range goals {
		refs, letters = append(refs, g.ref), append(letters, string(characters[i]))
	}
	t.acted(first.world.frame)
	fault, err := invoke[string](ctx, t, first.world, "paste", refs, letters, first.origins)
	if errors.Is(err, login.ErrDocumentChanged) {
		return nil // the page took the code and went on
	}
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	if fault != "keys" {
		return faultError(what, fault)
	}
	return t.typeBoxes(ctx, what, first, refs, letters)
}

// aimAll is aim for boxes, which all stand in one document.
func (t *tab) aimAll(boxes []login.Control, allowed session.Origins) ([]goal, error) {
	goals := make([]goal, 0, len(boxes))
	for _, c := range boxes {
		g, err := t.aim(c, allowed)
		if err != nil {
			return nil, err
		}
		if g.world != goals0(goals, g).world {
			return nil, fmt.Errorf("%w: the boxes are not in one document", login.ErrNotInteractable)
		}
		goals = append(goals, g)
	}
	return goals, nil
}

func goals0(goals []goal, otherwise goal) goal {
	if len(goals) > 0 {
		return goals[0]
	}
	return otherwise
}

// typeBoxes types one character into each box.
func (t *tab) typeBoxes(ctx context.Context, what string, g goal, refs []int, letters []string) error {
	for i, letter := range letters {
		if err := t.do(ctx, what, g.world, "box", refs, i, g.origins); err != nil {
			return err
		}
		for _, r := range letter {
			if err := t.pressKey(ctx, r); err != nil {
				return fmt.Errorf("%s: %w", what, err)
			}
		}
	}
	return ignoreDocumentChange(t.do(ctx, what, g.world, "boxesHold", refs, letters))
}
