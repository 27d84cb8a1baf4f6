package recording

import (
	"fmt"
	"slices"

	"github.com/anteroom/anteroom/login"
	"github.com/anteroom/anteroom/session"
)

// Recording is a recipe and what could not be put into it.
type Recording struct {
	Recipe session.Recipe
	// Notes are sentences for the person who looks the recipe through.
	Notes []string
}

// Recording makes a recipe of what was done. It names the clicks before the first field, where each value went, and the
// button, where one button submitted every form. What came between and after is left to detection, as a recipe cannot name
// it.
func (p *Page) Recording() Recording {
	r := &recorder{fields: map[string]session.RecipeField{}}
	for i := range p.acts {
		r.take(&p.acts[i])
	}
	return r.recording()
}

// recorder turns acts into a recipe.
type recorder struct {
	before []session.RecipeStep
	fields map[string]session.RecipeField
	// submits are the buttons that were clicked after a field, each once.
	submits []session.Target
	notes   []string
	// typed is true once a field was filled, open while its form was not submitted.
	typed, open bool
}

func (r *recorder) note(format string, args ...any) {
	r.notes = append(r.notes, fmt.Sprintf(format, args...))
}

func (r *recorder) take(a *act) {
	switch {
	case a.kind == actFill:
		r.typed, r.open = true, true
		r.fill(a)
	case a.kind == actBoxes:
		r.typed, r.open = true, true
		r.note("The code has a box per character; the boxes are left to detection.")
	case a.kind == actEnter:
		r.open = false
	case a.control.Kind == login.ControlToggle: // detection ticks what the project's settings say
	case !r.typed:
		r.clickBefore(a)
	case r.open:
		r.open = false
		r.submit(a)
	default:
		r.note("A click between the forms was left to detection: %s.", describe(&a.control))
	}
}

func (r *recorder) fill(a *act) {
	role := string(a.role)
	switch known, again := r.fields[role]; {
	case a.target == "":
		r.note("Nothing names the field for %q alone; it is left to detection.", role)
	case again && known.Target != a.target:
		r.note("The %s was typed into a second field, %s; it is left to detection.", role, a.target)
	default:
		r.fields[role] = session.RecipeField{Target: a.target}
	}
}

func (r *recorder) clickBefore(a *act) {
	if a.target == "" {
		r.note("Nothing names what was clicked first alone: %s. It is left to detection.", describe(&a.control))
		return
	}
	r.before = append(r.before, session.RecipeStep{Click: a.target, Optional: true})
}

func (r *recorder) submit(a *act) {
	if a.target == "" {
		r.note("Nothing names a button alone: %s. It is left to detection.", describe(&a.control))
		return
	}
	if !slices.Contains(r.submits, a.target) {
		r.submits = append(r.submits, a.target)
	}
}

func (r *recorder) recording() Recording {
	out := Recording{Recipe: session.Recipe{Before: r.before, Fields: r.fields}, Notes: r.notes}
	switch len(r.submits) {
	case 0:
	case 1:
		out.Recipe.Submit = r.submits[0]
	default:
		out.Notes = append(out.Notes, fmt.Sprintf("The forms have buttons of their own, %v; they are left to detection.", r.submits))
	}
	return out
}

// describe names a control for people.
func describe(c *login.Control) string {
	for _, text := range []string{c.Text, c.Label, c.ElementID, c.Name} {
		if text != "" {
			return fmt.Sprintf("%s %q", c.Kind, text)
		}
	}
	return string(c.Kind)
}
