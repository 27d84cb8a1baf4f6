package login

import (
	"context"
	"errors"
	"maps"
	"slices"

	"github.com/anteroom/anteroom/session"
)

// typingKeys is the recipe's word for one key event per character.
const typingKeys = "keys"

// recipe returns the project's recipe; an empty one when there is none.
func (r *run) recipe() *session.Recipe {
	if r.in.Project.Recipe == nil {
		return &session.Recipe{}
	}
	return r.in.Project.Recipe
}

// typesKeys reports whether a field is typed into by key events.
func (r *run) typesKeys(role Role) bool {
	typing := r.recipe().Typing
	if f, ok := r.recipe().Fields[string(role)]; ok && f.Typing != "" {
		typing = f.Typing
	}
	return typing == typingKeys
}

// applyRecipe lets the recipe overrule what the page was found to be, in what it names and the page has.
func (r *run) applyRecipe(ctx context.Context) error {
	recipe := r.recipe()
	if len(recipe.Fields) == 0 && recipe.Submit == "" || !r.seen.Class.recipable() {
		return nil
	}
	named := false
	for _, role := range slices.Sorted(maps.Keys(recipe.Fields)) {
		c, ok, err := r.find(ctx, recipe.Fields[role].Target)
		if err != nil {
			return err
		}
		if ok {
			r.seen.setField(Role(role), c)
			named = true
		}
	}
	if named {
		r.seen.Class = classOf(&r.seen)
	}
	if recipe.Submit != "" && len(r.seen.Fields) > 0 {
		c, ok, err := r.find(ctx, recipe.Submit)
		if err != nil {
			return err
		}
		r.seen.Submit = nil
		if ok {
			r.seen.Submit = &c
		}
	}
	if named {
		r.seen.Signature = signature(r.model, &r.seen)
	}
	return nil
}

// recipable reports whether a recipe's fields may stand on a page of this class.
func (c Class) recipable() bool {
	return !slices.Contains([]Class{ClassLoggedIn, ClassErrorPage, ClassHTTPAuth, ClassCaptcha}, c)
}

// setField gives a control a role, and takes it every other.
func (c *Classification) setField(role Role, control Control) {
	c.Fields = slices.DeleteFunc(slices.Clone(c.Fields), func(f FieldRole) bool {
		return f.Role == role || f.Control.Ref == control.Ref && f.Control.Frame == control.Frame
	})
	c.Fields = append(c.Fields, FieldRole{
		Role: role, Control: control, Score: MarkWeight, Margin: MarkWeight,
		Evidence: []session.Evidence{{Rule: "recipe", Weight: MarkWeight, Where: "recipe"}},
	})
	if role == RoleCode {
		c.Boxes = nil
	}
}

// classOf names a page by the fields that it has.
func classOf(c *Classification) Class {
	has := func(role Role) bool { return c.Field(role) != nil }
	switch {
	case has(RolePassword) && has(RoleCode):
		return ClassCodeInForm
	case has(RolePassword) && has(RoleIdentifier):
		return ClassIdentifierPassword
	case has(RolePassword):
		return ClassPassword
	case has(RoleCode):
		return ClassCode
	case has(RoleIdentifier):
		return ClassIdentifier
	case has(RoleOrganisation):
		return ClassOrganisation
	}
	return c.Class
}

// find looks for a recipe's target on the page.
func (r *run) find(ctx context.Context, target session.Target) (Control, bool, error) {
	c, ok, err := r.page.Find(ctx, target)
	switch {
	case err == nil:
		return c, ok, nil
	case errors.Is(err, ErrDocumentChanged), errors.Is(err, ErrNotInteractable):
		return Control{}, false, nil
	case errors.Is(err, ErrPageLost), ctx.Err() != nil, errors.Is(err, context.DeadlineExceeded):
		return Control{}, false, err
	}
	return Control{}, false, r.failure(session.FailureUnsupported, "recipe_target", "The recipe names an element that cannot be looked for: its selector is none.", nil)
}
