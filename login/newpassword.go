package login

import (
	"slices"

	"github.com/anteroom/anteroom/login/words"
	"github.com/anteroom/anteroom/session"
)

// setsPassword recognises forms that make an account or change a password. They are named and never filled in.
func (p *page) setsPassword(r *reading) bool {
	f := r.form
	i := slices.IndexFunc(f.fields, func(x *field) bool { return x.newPassword() && !x.trap() })
	if i < 0 && f.passwords < 2 {
		return false
	}
	rule := "two_passwords"
	if i >= 0 {
		rule = "new_password_field"
		r.fields = []FieldRole{{Role: RoleNewPassword, Control: *f.fields[i].Control, Score: 100, Margin: 100}}
	}
	r.evidence = []session.Evidence{{Rule: rule, Weight: 100, Where: p.where(f.fields[0].Control)}}
	r.class = ClassRegistration
	if p.changesPassword(f) {
		r.class = ClassChangePassword
	}
	return true
}

func (p *page) changesPassword(f *form) bool {
	if f.name.Or(f.buttons, p.headings, p.title, p.path).Has(words.ChangePassword) {
		return true
	}
	for _, x := range f.fields {
		if x.auto == "current-password" || x.says(words.OldPassword) {
			return true
		}
		if x.auto == "username" || x.auto == "email" || x.says(words.Username, words.Email, words.PersonName) {
			return false
		}
	}
	return true // two passwords and nobody named: the account is known
}

// registers reports whether a form with one password makes an account: its own words say so, and none says sign in.
func (p *page) registers(f *form) bool {
	if f.passwords == 0 && !f.name.Has(words.Register) && !p.headings.Has(words.Register) {
		return false
	}
	submits := words.Set{}
	for i := range p.actions {
		if a := &p.actions[i]; a.form == f && (a.Type != "button" || f.number == 0) {
			submits = submits.Or(a.says)
		}
	}
	own := f.name.Or(submits)
	if own.Has(words.Register) && !own.Has(words.Login) {
		return true
	}
	if own.Has(words.Login) || !p.headings.Has(words.Register) || p.headings.Has(words.Login) {
		return false
	}
	// A heading says "create an account" over one of several forms: the one that wants to know who you are.
	named := slices.ContainsFunc(f.fields, func(x *field) bool { return x.says(words.PersonName) })
	return named || len(p.forms) == 1 && !f.buttons.Has(words.Login)
}
