package login

import (
	"context"
	"strings"
)

// giveOrganisation fills in the company, tenant or workspace, or chooses it from a list.
func (r *run) giveOrganisation(ctx context.Context) (*Outcome, error) {
	if r.seen.Field(RoleOrganisation) != nil {
		return r.giveName(ctx, RoleOrganisation)
	}
	options := r.options(OptionOrganisation)
	if len(options) == 0 {
		return ended(r.ending()), nil
	}
	chosen := calledSo(options, r.value(ParameterOrganisation).Reveal())
	return r.choose(ctx, options, chosen, "The site asks for the organisation.")
}

// calledSo returns the option that is called so, else the only one that holds the name; nil when there is none.
func calledSo(options []Option, name string) *Option {
	if o := matching(options, func(o *Option) bool { return name != "" && strings.EqualFold(strings.TrimSpace(o.Label), name) }); o != nil {
		return o
	}
	return matching(options, func(o *Option) bool { return holdsWord(o.Label, name) || holdsWord(o.Control.Context, name) })
}

// chooseAccount takes the account of the user name; without one the way to another account.
func (r *run) chooseAccount(ctx context.Context) (*Outcome, error) {
	options := r.options(OptionAccount)
	user := r.value(ParameterUsername).Reveal()
	chosen := matching(options, func(o *Option) bool {
		return !o.Another && (holdsWord(o.Label, user) || holdsWord(o.Control.Text, user) || holdsWord(o.Control.Context, user))
	})
	if chosen == nil && user != "" && !contains(options, user) {
		chosen = matching(options, func(o *Option) bool { return o.Another })
	}
	return r.choose(ctx, options, chosen, "The site asks which account to go on with.")
}

// contains reports whether any of the options holds the user name, so that several do where none was chosen.
func contains(options []Option, user string) bool {
	for i := range options {
		if holdsWord(options[i].Label, user) {
			return true
		}
	}
	return false
}

// chooseProvider takes the provider that the project names, or the only one there is.
func (r *run) chooseProvider(ctx context.Context) (*Outcome, error) {
	if f := r.complaint(); f != nil {
		return ended(f), nil
	}
	options := r.options(OptionSignInWith)
	chosen := r.provider(r.in.Project.SignInWith)
	if chosen == nil && len(options) == 1 && r.in.Project.SignInWith == "" {
		chosen = &options[0]
	}
	return r.choose(ctx, options, chosen, "The site asks with which account to sign in.")
}

// provider returns the option of the page that signs in with name; nil when there is none, or more than one.
func (r *run) provider(name string) *Option {
	if name == "" {
		return nil
	}
	options := r.options(OptionSignInWith)
	if o := matching(options, func(o *Option) bool { return strings.EqualFold(o.Provider, name) }); o != nil {
		return o
	}
	return matching(options, func(o *Option) bool { return holdsWord(o.Label, name) })
}

// submittedAnything reports whether this attempt is known to have given the site anything.
func (r *run) submittedAnything() bool {
	return r.progress.IdentifierSubmitted || r.progress.PasswordSubmitted || r.progress.CodeSubmitted
}

// viaProvider signs in with the provider that the project names, where the page offers it beside a form.
func (r *run) viaProvider(ctx context.Context) (bool, error) {
	if r.in.Project.SignInWith == "" || r.submittedAnything() || r.seen.Class == ClassSSOOnly {
		return false, nil
	}
	o := r.provider(r.in.Project.SignInWith)
	if o == nil || !r.may(r.here("provider"), 1) {
		return false, nil
	}
	return true, r.click(ctx, o.Control)
}
