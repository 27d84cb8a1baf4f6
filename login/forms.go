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
	boxes    []Control
	evidence []session.Evidence
	// strength orders forms of one page: the better login form wins.
	strength int
}

// Strength of a reading: its fields' scores, each capped at 100, and these.
const (
	strengthPassword = 100 // a form with a password before a form without
	strengthCode     = 100 // a form with a code before a form without
	strengthFocused  = 15  // the site put the cursor there
	strengthLogin    = 35  // its own names or buttons say sign in
	strengthGoesOn   = 15  // its button leads on, as that of a newsletter or a search does not
)

// classifyForms decides by the forms of the page; it leaves c.Class empty when none is of a login.
func (p *page) classifyForms(c *Classification) {
	var login, other []reading
	for _, f := range p.forms {
		switch r := p.readForm(f); r.class {
		case "":
		case ClassRegistration, ClassChangePassword:
			other = append(other, r)
		case ClassIdentifier:
			// Who can log out has been asked for a name: this field is for something else.
			if !p.past.credentialsSubmitted() || !p.canLogOut() {
				login = append(login, r)
			}
		default:
			login = append(login, r)
		}
	}
	slices.SortStableFunc(login, func(a, b reading) int { return b.strength - a.strength })
	switch {
	case len(login) == 0 && len(other) == 0:
	case len(login) == 0 && p.besideRegistration(c, &other[0]):
	case len(login) == 0:
		p.adopt(c, &other[0])
	case len(login) > 1 && login[0].strength-login[1].strength < MinMargin:
		p.breakTie(c, login)
	default:
		p.adopt(c, &login[0])
	}
}

// adopt takes what a form was found to be for the whole page.
func (p *page) adopt(c *Classification, r *reading) {
	c.Class, c.Fields, c.Boxes = r.class, r.fields, r.boxes
	c.Evidence = append(c.Evidence, r.evidence...)
	switch r.class { //nolint:exhaustive // the others are filled in
	case ClassRegistration, ClassChangePassword:
		return
	case ClassEnrolment:
		c.Fields, c.Boxes = []FieldRole{}, nil
		return
	}
	p.addOrganisationList(c, r.form)
	c.Submit = p.chooseSubmit(r)
	if p.hasChallenge() {
		c.Class = ClassCaptcha
		c.Evidence = append(c.Evidence, session.Evidence{Rule: "challenge_beside_form", Weight: MinScore})
	}
}

// breakTie chooses among forms that are as likely as each other: by the way that worked before; else the first, where
// they are the same form twice. Otherwise the page is ambiguous.
func (p *page) breakTie(c *Classification, login []reading) {
	tied := login[:1]
	for i := 1; i < len(login) && login[0].strength-login[i].strength < MinMargin; i++ {
		tied = login[:i+1]
	}
	remembered := -1
	for i := range tied {
		if p.remembers(&tied[i]) {
			if remembered >= 0 {
				remembered = -1
				break
			}
			remembered = i
		}
	}
	switch {
	case remembered >= 0:
		c.Evidence = append(c.Evidence, session.Evidence{Rule: "remembered_way", Weight: MinMargin})
		p.adopt(c, &tied[remembered])
	case alikeForms(tied):
		p.adopt(c, &tied[0])
	default:
		c.Class = ClassAmbiguous
		c.Evidence = append(c.Evidence, session.Evidence{Rule: "two_login_forms", Weight: login[1].strength})
	}
}

// alikeForms reports whether the readings are of one form that stands on the page twice: in its head and in the middle.
func alikeForms(rs []reading) bool {
	for i := 1; i < len(rs); i++ {
		if rs[i].class != rs[0].class || len(rs[i].fields) != len(rs[0].fields) {
			return false
		}
		for k := range rs[i].fields {
			a, b := &rs[0].fields[k].Control, &rs[i].fields[k].Control
			if a.Frame != b.Frame || a.FormAction != b.FormAction || a.Type != b.Type || a.Name == "" || a.Name != b.Name {
				return false
			}
		}
	}
	return true
}

func (p *page) readForm(f *form) reading {
	r := reading{form: f}
	if boxes := p.splitBoxes(f); len(boxes) > 0 {
		return p.readSplitBoxes(r, boxes)
	}
	if len(f.fields) == 0 || f.settings || p.setsPassword(&r) {
		return r
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
	r.fields = oneRoleEach(r.fields)
	p.weigh(&r)
	r.class = p.classOf(&r)
	if ambiguous && r.class != "" {
		r.class = ClassAmbiguous
		r.evidence = append(r.evidence, session.Evidence{Rule: "two_fields_for_one_role"})
	}
	return r
}

// oneRoleEach keeps for each control the role with the highest score.
func oneRoleEach(fields []FieldRole) []FieldRole {
	return slices.DeleteFunc(slices.Clone(fields), func(f FieldRole) bool {
		return slices.ContainsFunc(fields, func(x FieldRole) bool {
			return x.Role != f.Role && x.Control.Ref == f.Control.Ref && x.Control.Frame == f.Control.Frame && x.Score > f.Score
		})
	})
}

// best returns the field of the form that is most likely to have the role, and false when none is likely enough. Among
// fields that are as likely as each other, the one that was used before wins.
func (p *page) best(f *form, role Role, rules, vetoes []rule) (FieldRole, bool) {
	var found []FieldRole
	for _, x := range f.fields {
		if score, evidence := p.score(x, rules, vetoes); score > 0 {
			found = append(found, FieldRole{Role: role, Control: *x.Control, Score: score, Evidence: evidence})
		}
	}
	if len(found) == 0 {
		return FieldRole{}, false
	}
	slices.SortStableFunc(found, func(a, b FieldRole) int { return b.Score - a.Score })
	best := found[0]
	best.Margin = best.Score
	if len(found) > 1 {
		best.Margin = best.Score - found[1].Score
	}
	if best.Margin < MinMargin {
		if i := p.rememberedField(role, found); i >= 0 {
			best = found[i]
			best.Margin = MinMargin
			best.Evidence = append(best.Evidence, session.Evidence{Rule: "remembered_way", Weight: MinMargin, Where: p.where(&best.Control)})
		}
	}
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
	switch own := r.form.name.Or(r.form.buttons); {
	case own.Has(words.Login):
		r.strength += strengthLogin
	case own.Has(words.Next) && !own.Has(words.Register, words.Newsletter, words.Search):
		r.strength += strengthGoesOn
	}
	slices.SortFunc(r.fields, func(a, b FieldRole) int { return p.indexOf(&a.Control) - p.indexOf(&b.Control) })
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
	case code && p.setsUp():
		return ClassEnrolment
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

func itoa(n int) string { return strconv.Itoa(n) }
