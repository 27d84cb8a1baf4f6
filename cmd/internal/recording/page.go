package recording

import (
	"context"

	"github.com/anteroom/anteroom/login"
	"github.com/anteroom/anteroom/session"
)

// act is one thing that was done on a page.
type act struct {
	kind actKind
	// role is what a filled field was for; empty for clicks.
	role    login.Role
	control login.Control
	// target names the control alone; empty when nothing does.
	target session.Target
}

type actKind int

const (
	actFill actKind = iota
	// actBoxes filled a box per character.
	actBoxes
	actClick
	actEnter
)

// Page is a login.Page that notes what is done on it. As every login.Page it is used by one goroutine.
type Page struct {
	login.Page

	parameter func(name string) session.Secret
	model     *login.PageModel
	acts      []act
}

// New notes what is done on page. parameter returns the login's parameters, the zero Secret for none: they tell which value
// belongs to which role, and are compared, never kept.
func New(page login.Page, parameter func(name string) session.Secret) *Page {
	return &Page{Page: page, parameter: parameter}
}

// Model reads the page and remembers what stands on it.
func (p *Page) Model(ctx context.Context) (*login.PageModel, error) {
	m, err := p.Page.Model(ctx)
	if err == nil {
		p.model = m
	}
	return m, err
}

// Fill notes where the value went.
func (p *Page) Fill(ctx context.Context, c login.Control, value session.Secret, allowed session.Origins) error {
	return p.filled(ctx, c, value, func() error { return p.Page.Fill(ctx, c, value, allowed) })
}

// Type notes where the value went.
func (p *Page) Type(ctx context.Context, c login.Control, value session.Secret, allowed session.Origins) error {
	return p.filled(ctx, c, value, func() error { return p.Page.Type(ctx, c, value, allowed) })
}

// Select notes which list was used.
func (p *Page) Select(ctx context.Context, c login.Control, option string) error {
	return p.filled(ctx, c, session.NewSecret(option), func() error { return p.Page.Select(ctx, c, option) })
}

// FillBoxes notes that a code was typed into boxes.
func (p *Page) FillBoxes(ctx context.Context, boxes []login.Control, value session.Secret, allowed session.Origins) error {
	err := p.Page.FillBoxes(ctx, boxes, value, allowed)
	if err == nil {
		p.acts = append(p.acts, act{kind: actBoxes, role: login.RoleCode})
	}
	return err
}

// Click notes the control.
func (p *Page) Click(ctx context.Context, c login.Control) error {
	a := act{kind: actClick, control: c, target: p.target(ctx, &c)}
	err := p.Page.Click(ctx, c)
	if err == nil {
		p.acts = append(p.acts, a)
	}
	return err
}

// PressEnter notes that a form was submitted without a button.
func (p *Page) PressEnter(ctx context.Context, c login.Control) error {
	err := p.Page.PressEnter(ctx, c)
	if err == nil {
		p.acts = append(p.acts, act{kind: actEnter, control: c})
	}
	return err
}

// filled does the act, and notes it when it worked. The target is found before: the page may be another one afterwards.
func (p *Page) filled(ctx context.Context, c login.Control, value session.Secret, do func() error) error {
	a := act{kind: actFill, role: p.roleOf(value), control: c, target: p.target(ctx, &c)}
	err := do()
	if err == nil {
		p.acts = append(p.acts, a)
	}
	return err
}

// roleOf tells a value's role by the parameter that it is; anything else that is typed is a code.
func (p *Page) roleOf(value session.Secret) login.Role {
	for _, known := range []struct {
		parameter string
		role      login.Role
	}{
		{login.ParameterUsername, login.RoleIdentifier}, {login.ParameterPassword, login.RolePassword},
		{login.ParameterOrganisation, login.RoleOrganisation},
	} {
		if v := p.parameter(known.parameter); !v.IsZero() && v.Reveal() == value.Reveal() {
			return known.role
		}
	}
	return login.RoleCode
}
