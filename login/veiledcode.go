package login

import (
	"slices"

	"github.com/anteroom/anteroom/login/words"
)

// veiledCode reports whether a field of type password takes a one-time code, which its own words leave open: the password was
// given, it is the only field that the site left open, and what stands around it speaks of a code. A login form that came
// again has none of this, and a way to a forgotten password.
func (p *page) veiledCode(f *field) bool {
	if !p.past.PasswordSubmitted || f.Type != "password" || f.auto == "current-password" || f.auto == "new-password" {
		return false
	}
	if f.user.Meets(otherSecrets) || f.dev.Meets(otherSecrets) && !f.dev.Has(words.Code, words.CodeWeak) || p.can(words.Forgot) {
		return false
	}
	alone := !slices.ContainsFunc(f.form.fields, func(x *field) bool { return x != f && !x.site && !x.trap() })
	return alone && p.speaksOfCode(f)
}

// otherSecrets are the words of fields that hide what is typed and take no one-time code.
var otherSecrets = words.Of(words.Password, words.NewPassword, words.OldPassword, words.Recovery, words.SecurityQuestion,
	words.Captcha, words.Card, words.OtherCode)

// speaksOfCode reports whether something around the field speaks of a code: the headings, a hint, where it was sent or how
// long it is.
func (p *page) speaksOfCode(f *field) bool {
	group := words.Find(f.Group)
	if p.headings.Or(p.title, f.hint, f.user, f.dev, group).Has(words.Code, words.CodeWeak) {
		return true
	}
	said := p.short() && p.text.Has(words.Code, words.CodeWeak, words.Sent)
	return said && (p.maskedText() != "" || p.can(words.Resend, words.SendCode) || lengthPatterns.MatchString(p.m.Text))
}
