package login

import (
	"slices"
	"strings"

	"github.com/anteroom/anteroom/login/words"
	"github.com/anteroom/anteroom/session"
)

// wantsMore names the class of a form with a field that is no part of every login.
func (p *page) wantsMore(r *reading, login, code bool) Class {
	for _, f := range r.form.fields {
		switch {
		case f.trap():
		case p.pictured(f):
			return p.extra(r, f, RoleCaptcha, ClassCaptcha)
		case p.recovery(f) && !code && !login && (p.past.submitted() || p.headings.Has(words.Recovery)):
			return p.extra(r, f, RoleBackupCode, ClassBackupCode)
		case f.organisation() && !f.site && !code && f.Type != "password" && p.wantsOrganisation(f, login):
			p.extra(r, f, RoleOrganisation, "")
			if r.form.passwords == 0 {
				return ClassOrganisation
			}
		case !code && !login && p.securityAnswer(f):
			return p.extra(r, f, RoleSecurityAnswer, ClassSecurityQuestion)
		}
	}
	return ""
}

func (p *page) extra(r *reading, f *field, role Role, class Class) Class {
	r.fields = slices.DeleteFunc(r.fields, func(x FieldRole) bool { return x.Control.Ref == f.Ref && x.Control.Frame == f.Frame })
	r.fields = append(r.fields, FieldRole{Role: role, Control: *f.Control, Score: MinScore, Margin: MinScore})
	slices.SortFunc(r.fields, func(a, b FieldRole) int { return p.indexOf(&a.Control) - p.indexOf(&b.Control) })
	r.evidence = append(r.evidence, session.Evidence{Rule: string(role) + "_field", Weight: MinScore, Where: p.where(f.Control)})
	r.strength += MinScore
	return class
}

// wantsOrganisation reports whether a field for a company is part of the login: it stands in its form, or alone on a page
// that speaks of signing in or of the company itself.
func (p *page) wantsOrganisation(f *field, login bool) bool {
	if login {
		return true
	}
	if len(f.form.fields) > 1 || f.form.buttons.Has(words.Register, words.Newsletter, words.Search) {
		return false
	}
	goesOn := f.form.buttons.Has(words.Next, words.Login, words.Confirm)
	return p.loginContext(f.form) || goesOn && p.headings.Or(p.title).Has(words.Organisation) || suffixPattern.MatchString(f.Description)
}

// securityAnswer reports whether the field wants the answer to a question: it says so, or stands alone after the
// password under a question, or wants an address or number to be completed that the page shows in part.
func (p *page) securityAnswer(f *field) bool {
	if f.says(words.SecurityQuestion) && !f.says(words.Password, words.Username) {
		return true
	}
	if !p.past.PasswordSubmitted || len(f.form.fields) != 1 || f.searches() {
		return false
	}
	if question(f.Label) {
		return true
	}
	masked := p.maskedText() != "" && !p.headings.Or(p.title).Has(words.Login)
	return masked && (f.Type == "email" || f.Type == "tel" || f.says(words.Email, words.Phone))
}

// questionOf returns the text of the question that the field answers, at most 200 characters.
func (p *page) questionOf(c *Control) string {
	for _, text := range []string{c.Label, c.Placeholder, c.Description, c.Context, c.Group} {
		if question(text) {
			return cut(text, maxErrorText)
		}
	}
	for _, text := range p.m.Headings {
		if question(text) {
			return cut(text, maxErrorText)
		}
	}
	for _, l := range p.lines {
		if question(l.text) && !l.says.Has(words.Forgot, words.Register, words.Resend, words.AnotherWay) {
			return cut(l.text, maxErrorText)
		}
	}
	return cut(c.Label, maxErrorText)
}

// question reports whether text is a question, by its mark.
func question(text string) bool {
	text = strings.TrimRight(text, " *:\u00a0")
	return slices.ContainsFunc([]string{"?", "？", "؟"}, func(mark string) bool { return strings.HasSuffix(text, mark) })
}

// addOrganisationList adds a list of companies or domains of the same form, where its first entry asks to choose: most
// have the right one chosen already.
func (p *page) addOrganisationList(c *Classification, f *form) {
	for i := range p.selects {
		s := &p.selects[i]
		ours := s.says.Has(words.Organisation) || s.says.Empty() && s.dev.Has(words.Organisation)
		if s.Frame != f.frame || s.Form != f.number || !ours || s.Disabled || s.ReadOnly || len(s.Options) < 2 || !asksToChoose(s.Options[0]) {
			continue
		}
		c.Fields = append(c.Fields, FieldRole{Role: RoleOrganisation, Control: *s.Control, Score: MinScore, Margin: MinScore})
		return
	}
}

// asksToChoose reports whether the first entry of a list is none: "Please choose", "---".
func asksToChoose(option string) bool {
	text := strings.TrimSpace(option)
	if strings.Trim(text, "-–—.… ") == "" || strings.HasSuffix(text, "…") || strings.HasSuffix(text, "...") || strings.HasPrefix(text, "--") {
		return true
	}
	return words.Find(text).Has(words.Choose)
}

// setsUp reports whether the page makes a second factor: a code typed there would confirm it.
func (p *page) setsUp() bool {
	if p.headline().Has(words.Enrolment) {
		return true
	}
	return p.text.Has(words.Enrolment) && slices.ContainsFunc(p.m.Images, func(i Image) bool {
		return strings.Contains(strings.ToLower(i.Alt), "qr") || i.Box.Width >= minQR && i.Box.Width == i.Box.Height
	})
}

// minQR is the width of the smallest picture that may be a QR code, in CSS pixels.
const minQR = 100
