package login

import (
	"slices"
	"strconv"

	"github.com/anteroom/anteroom/login/words"
	"github.com/anteroom/anteroom/session"
)

// roles holds, for each role that is typed into, its rules and vetoes.
var roles = []struct {
	role   Role
	rules  []rule
	vetoes []rule
}{
	{RoleIdentifier, identifierRules, identifierVetoes},
	{RolePassword, passwordRules, passwordVetoes},
	{RoleCode, codeRules, codeVetoes},
}

// reading is what a form was found to be.
type reading struct {
	form     *form
	class    Class
	fields   []FieldRole
	evidence []session.Evidence
	// strength orders forms of one page: the better login form wins.
	strength int
}

// Strength of a reading: its fields' scores, each capped at 100, and these.
const (
	strengthPassword = 100 // a form with a password before a form without
	strengthCode     = 100 // a form with a code before a form without
	strengthFocused  = 15  // the site put the cursor there
	strengthLogin    = 20  // its own names or buttons say sign in
)

// classifyForms decides by the forms of the page; it leaves c.Class empty when none is of a login.
func (p *page) classifyForms(c *Classification) {
	var login, other []reading
	for _, f := range p.forms {
		switch r := p.readForm(f); r.class {
		case "":
		case ClassRegistration, ClassChangePassword:
			other = append(other, r)
		default:
			login = append(login, r)
		}
	}
	byStrength := func(a, b reading) int { return b.strength - a.strength }
	slices.SortStableFunc(login, byStrength)
	switch {
	case len(login) == 0 && len(other) == 0:
	case len(login) == 0:
		c.Class, c.Fields, c.Evidence = other[0].class, other[0].fields, other[0].evidence
	case len(login) > 1 && login[0].strength-login[1].strength < MinMargin:
		c.Class = ClassAmbiguous
		c.Evidence = append(c.Evidence, session.Evidence{Rule: "two_login_forms", Weight: login[1].strength})
	default:
		best := login[0]
		c.Class, c.Fields, c.Evidence = best.class, best.fields, best.evidence
		c.Submit = p.chooseSubmit(best)
		if p.hasChallenge() {
			c.Class = ClassCaptcha
			c.Evidence = append(c.Evidence, session.Evidence{Rule: "challenge_beside_form", Weight: MinScore})
		}
	}
}

func (p *page) readForm(f *form) reading {
	r := reading{form: f}
	if len(f.fields) == 0 {
		return r
	}
	if p.setsPassword(&r) {
		return r
	}
	if n := splitBoxes(f.fields); n > 0 {
		return p.readSplitBoxes(r, n)
	}
	ambiguous := false
	for _, x := range roles {
		best, ok := p.best(f, x.role, x.rules, x.vetoes)
		if !ok {
			continue
		}
		if best.Margin < MinMargin {
			ambiguous = true
		}
		r.fields = append(r.fields, best)
	}
	p.weigh(&r)
	r.class = p.classOf(&r)
	if ambiguous && r.class != "" {
		r.class = ClassAmbiguous
		r.evidence = append(r.evidence, session.Evidence{Rule: "two_fields_for_one_role"})
	}
	return r
}

// best returns the field of the form that is most likely to have the role, and false when none is likely enough.
func (p *page) best(f *form, role Role, rules, vetoes []rule) (FieldRole, bool) {
	best, second := FieldRole{Role: role}, 0
	for _, x := range f.fields {
		score, evidence := p.score(x, rules, vetoes)
		if score > best.Score {
			second = best.Score
			best.Control, best.Score, best.Evidence = *x.Control, score, evidence
		} else if score > second {
			second = score
		}
	}
	best.Margin = best.Score - second
	return best, best.Score >= MinScore
}

func (p *page) score(f *field, rules, vetoes []rule) (int, []session.Evidence) {
	for _, v := range vetoes {
		if v.holds(p, f) {
			return 0, nil
		}
	}
	score := 0
	var evidence []session.Evidence
	for _, r := range rules {
		if r.holds(p, f) {
			score += r.weight
			evidence = append(evidence, session.Evidence{Rule: r.name, Weight: r.weight, Where: p.where(f.Control)})
		}
	}
	return score, evidence
}

func (p *page) weigh(r *reading) {
	for i := range r.fields {
		f := &r.fields[i]
		r.strength += min(f.Score, 100)
		switch f.Role { //nolint:exhaustive // the other roles add nothing
		case RolePassword:
			r.strength += strengthPassword
		case RoleCode:
			r.strength += strengthCode
		}
		if f.Control.Focused {
			r.strength += strengthFocused
		}
		r.evidence = append(r.evidence, session.Evidence{Rule: string(f.Role) + "_field", Weight: f.Score, Where: p.where(&f.Control)})
	}
	if (r.form.name | r.form.buttons).Has(words.Login) {
		r.strength += strengthLogin
	}
	slices.SortFunc(r.fields, func(a, b FieldRole) int { return p.indexOf(&a.Control) - p.indexOf(&b.Control) })
}

func (p *page) indexOf(c *Control) int {
	return slices.IndexFunc(p.m.Controls, func(x Control) bool { return x.Ref == c.Ref && x.Frame == c.Frame })
}

// classOf names the class of a form by the roles of its fields; empty when it is no form of a login.
func (p *page) classOf(r *reading) Class {
	has := func(role Role) bool {
		return slices.ContainsFunc(r.fields, func(f FieldRole) bool { return f.Role == role })
	}
	id, password, code := has(RoleIdentifier), has(RolePassword), has(RoleCode)
	if (id || password) && p.registers(r.form) {
		return ClassRegistration
	}
	if class := p.wantsMore(r, id || password, code); class != "" {
		return class
	}
	switch {
	case password && code:
		return ClassCodeInForm
	case code:
		return ClassCode
	case id && password:
		return ClassIdentifierPassword
	case password:
		return ClassPassword
	case id && r.form.passwords > 0:
		return ClassAmbiguous // a password field that we do not understand would stay empty
	case id:
		return ClassIdentifier
	}
	return ""
}

// wantsMore names the class of a form with a field that we cannot fill.
func (p *page) wantsMore(r *reading, login, code bool) Class {
	for _, f := range r.form.fields {
		switch {
		case f.says(words.Captcha):
			return p.extra(r, f, RoleCaptcha, ClassCaptcha)
		case f.says(words.Recovery) && !code && !login && p.past.submitted():
			return p.extra(r, f, RoleBackupCode, ClassBackupCode)
		case f.organisation() && !f.site && !code && (login || p.loginContext(r.form) && f.Required):
			return p.extra(r, f, RoleOrganisation, ClassOrganisation)
		case !code && p.securityAnswer(f):
			return p.extra(r, f, RoleSecurityAnswer, ClassSecurityQuestion)
		}
	}
	return ""
}

func (p *page) extra(r *reading, f *field, role Role, class Class) Class {
	r.fields = append(r.fields, FieldRole{Role: role, Control: *f.Control, Score: MinScore, Margin: MinScore})
	r.evidence = append(r.evidence, session.Evidence{Rule: string(role) + "_field", Weight: MinScore, Where: p.where(f.Control)})
	r.strength += MinScore
	return class
}

func (p *page) securityAnswer(f *field) bool {
	if f.says(words.SecurityQuestion) {
		return true
	}
	n := len(f.Label)
	return p.past.PasswordSubmitted && len(f.form.fields) == 1 && n > 0 && f.Label[n-1] == '?'
}

func itoa(n int) string { return strconv.Itoa(n) }
