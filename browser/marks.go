package browser

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/anteroom/anteroom/login"
	"github.com/anteroom/anteroom/session"
)

// ErrBadMark: the selector of a mark is not valid CSS.
var ErrBadMark = errors.New("the mark is not a valid CSS selector")

// matches reports whether any frame shows mark.
func (t *tab) matches(ctx context.Context, mark string) (bool, error) {
	text, isText := strings.CutPrefix(mark, "text=")
	selector := mark
	if isText {
		selector, text = "", strings.ToLower(strings.Join(strings.Fields(text), " "))
	} else {
		text = ""
	}
	for _, w := range t.allWorlds() {
		found, err := invoke[bool](ctx, t, w, "matches", selector, text)
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

// allWorlds lists our worlds in the window, the top document's first.
func (t *tab) allWorlds() []world {
	a := t.activity
	a.mu.Lock()
	defer a.mu.Unlock()
	worlds := make([]world, 0, len(a.worlds))
	for _, w := range a.worlds {
		worlds = append(worlds, w)
	}
	order := func(w world) int {
		f, ok := a.frames[w.frame]
		if w.frame == a.main || !ok {
			return 0
		}
		return f.order
	}
	slices.SortFunc(worlds, func(x, y world) int { return cmp.Compare(order(x), order(y)) })
	return worlds
}

// foundControl is what the script says about a target.
type foundControl struct {
	Chain   []string      `json:"chain"`
	Control login.Control `json:"control"`
}

// targetKinds are the prefixes of session.Target.
var targetKinds = []string{"css", "label", "text"}

// splitTarget takes the prefix off a target; without one it is a selector.
func splitTargetKind(target session.Target) (kind, words string) {
	for _, k := range targetKinds {
		if rest, ok := strings.CutPrefix(string(target), k+"="); ok {
			return k, rest
		}
	}
	return "css", string(target)
}

// findTarget returns the first control in any frame that the target names.
func (t *tab) findTarget(ctx context.Context, target session.Target) (login.Control, bool, error) {
	kind, words := splitTargetKind(target)
	if strings.TrimSpace(words) == "" {
		return login.Control{}, false, nil
	}
	for _, w := range t.allWorlds() {
		place, shown, err := t.placeOf(ctx, w.frame)
		if err != nil {
			return login.Control{}, false, fmt.Errorf("look for %q: %w", target, err)
		}
		if !shown {
			continue
		}
		text, err := invoke[string](ctx, t, w, "find", kind, words)
		switch {
		case errors.Is(err, errScript):
			return login.Control{}, false, fmt.Errorf("look for %q: %w", target, ErrBadMark)
		case ignoreDocumentChange(err) != nil:
			return login.Control{}, false, fmt.Errorf("look for %q: %w", target, err)
		case text == "" || err != nil:
			continue
		}
		var f foundControl
		if err := json.Unmarshal([]byte(text), &f); err != nil {
			return login.Control{}, false, fmt.Errorf("look for %q: unexpected result: %w", target, errScript)
		}
		t.chains[w.name()] = f.Chain
		return placed(f.Control, w, place), true, nil
	}
	return login.Control{}, false, nil
}
