package login

import (
	"context"
	"errors"
	"net/url"
	"strconv"

	"github.com/anteroom/anteroom/session"
)

// optionalPatience is how long an optional element of a recipe is waited for, in times of Timing.Grace.
const optionalPatience = 2

// askForSteps asks for the parameters that the steps of a recipe type and that nobody gave.
func (r *run) askForSteps(steps []session.RecipeStep) *Outcome {
	var names []string
	for i := range steps {
		if fill := steps[i].Fill; fill != nil {
			names = append(names, fill.Parameter)
		}
	}
	return r.askMissing(names...)
}

// perform does the steps of a recipe and reads the page that they lead to.
func (r *run) perform(ctx context.Context, steps []session.RecipeStep) error {
	if len(steps) == 0 {
		return nil
	}
	password := false
	for i := range steps {
		s := &steps[i]
		// What follows a password that was typed may submit it.
		if password && s.Click != "" {
			won, err := r.claim(ctx, *r.credentialClaim("recipe"))
			if err != nil {
				return err
			}
			password = false
			r.progress.IdentifierSubmitted, r.progress.PasswordSubmitted = true, true
			if !won {
				r.uncertain = true
				return r.afterStep(ctx, r.page.Mark())
			}
			r.progress.CredentialAttempts++
		}
		since := r.page.Mark()
		done, err := r.performStep(ctx, s)
		if err != nil {
			return err
		}
		if !done && !s.Optional {
			return r.failure(session.FailureUnsupported, "recipe_step", "Step "+strconv.Itoa(i+1)+" of the recipe did not find its element.", nil)
		}
		password = password || done && s.Fill != nil && s.Fill.Parameter == ParameterPassword
		if err := r.afterStep(ctx, since); err != nil {
			return err
		}
	}
	return nil
}

// afterStep lets the page settle and reads it.
func (r *run) afterStep(ctx context.Context, since Mark) error {
	if err := r.settle(ctx, since, 0); err != nil {
		return err
	}
	return r.read(ctx)
}

// performStep does one step. It returns false when its element did not come.
func (r *run) performStep(ctx context.Context, s *session.RecipeStep) (bool, error) {
	r.acts++
	r.actedAt = r.clock.Now()
	switch {
	case s.Click != "":
		return r.onTarget(ctx, s.Click, s.Optional, func(c Control) error { return r.page.Click(ctx, c) })
	case s.WaitFor != "":
		return r.onTarget(ctx, s.WaitFor, s.Optional, func(Control) error { return nil })
	case s.Open != "":
		target, err := r.relative(s.Open)
		if err != nil {
			return false, err
		}
		return true, r.page.Navigate(ctx, target)
	case s.Fill != nil:
		value, err := r.fillable(s.Fill.Parameter)
		if err != nil {
			return false, err
		}
		return r.onTarget(ctx, s.Fill.Target, s.Optional, func(c Control) error {
			r.noteTyped(&c)
			if r.recipe().Typing == typingKeys {
				return r.page.Type(ctx, c, value, r.in.Project.SecretOrigins())
			}
			return r.page.Fill(ctx, c, value, r.in.Project.SecretOrigins())
		})
	}
	return true, nil
}

// onTarget acts upon the element once it is there.
func (r *run) onTarget(ctx context.Context, target session.Target, optional bool, act func(Control) error) (bool, error) {
	limit := r.timing.Unknown
	if optional {
		limit = optionalPatience * r.timing.Grace
	}
	deadline := r.clock.Now().Add(limit)
	for range maxLooks {
		mark := r.page.Mark()
		c, ok, err := r.find(ctx, target)
		if err != nil {
			return false, err
		}
		if ok {
			if err := act(c); !slipped(err) {
				return err == nil, err
			}
		}
		left := deadline.Sub(r.clock.Now())
		if left <= 0 {
			return false, nil
		}
		if err := r.page.Settle(ctx, mark, left, left); err != nil {
			return false, err
		}
	}
	return false, nil
}

// slipped reports whether a control went away or could not be used.
func slipped(err error) bool {
	return errors.Is(err, ErrDocumentChanged) || errors.Is(err, ErrNotInteractable)
}

// fillable returns the parameter's value. What others are computed from is never typed itself.
func (r *run) fillable(parameter string) (session.Secret, error) {
	switch parameter {
	case ParameterTOTPSecret, ParameterPasskey, ParameterBackupCodes:
		return session.Secret{}, r.failure(session.FailureUnsupported, "recipe_step", "A step of the recipe would type "+parameter+", which is never typed.", nil)
	}
	return r.value(parameter), nil
}

// relative resolves a recipe's URL against the page's.
func (r *run) relative(raw string) (string, error) {
	base, baseErr := url.Parse(r.model.URL)
	u, err := url.Parse(raw)
	if err != nil || baseErr != nil {
		return "", r.failure(session.FailureUnsupported, "recipe_step", "A step of the recipe opens what is no URL.", nil)
	}
	u = base.ResolveReference(u)
	if u.Scheme != "http" && u.Scheme != "https" {
		return "", r.failure(session.FailureUnsupported, "recipe_step", "A step of the recipe opens what is no page of the web.", nil)
	}
	return u.String(), nil
}
