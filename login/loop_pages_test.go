package login_test

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/anteroom/anteroom/login"
	"github.com/anteroom/anteroom/session"
)

// classify says what the page is: by its script, so that a test of the loop does not rest on words; else by its model.
func (p *fakePage) classify(m *login.PageModel, past login.History) login.Classification {
	if p.at == "" || p.current().seen == nil {
		return login.Classify(m, past)
	}
	page := p.current()
	c := *page.seen
	c.Signature = cmp.Or(c.Signature, p.at)
	c.ModelHash = cmp.Or(c.ModelHash, p.at)
	c.Fields = slices.Clone(c.Fields)
	for i := range c.Fields {
		f := &c.Fields[i].Control
		f.Filled = p.typed[f.Ref] != ""
	}
	if c.Submit != nil {
		submit := *c.Submit
		submit.Disabled = submit.Disabled || p.unready()
		c.Submit = &submit
	}
	return c
}

// unready reports whether the page's button still waits for something to be typed.
func (p *fakePage) unready() bool {
	missing := func(ref string) bool { return p.typed[ref] == "" }
	unheard := func(ref string) bool { return !p.heard[ref] }
	return slices.ContainsFunc(p.current().needs, missing) || slices.ContainsFunc(p.current().needsKeys, unheard)
}

// as scripts what a page is.
func as(class login.Class, with ...func(*login.Classification)) *login.Classification {
	c := &login.Classification{Class: class, Fields: []login.FieldRole{}, Evidence: []session.Evidence{{Rule: "script", Weight: 80}}}
	for _, change := range with {
		change(c)
	}
	return c
}

func control(ref string, kind login.ControlKind) login.Control {
	return login.Control{Ref: ref, Frame: "main", Kind: kind, Form: 1, Label: ref, Text: ref, Visible: true}
}

func withField(role login.Role, ref string) func(*login.Classification) {
	return func(c *login.Classification) {
		x := control(ref, login.ControlField)
		x.Type = "text"
		if role == login.RolePassword {
			x.Type = "password"
		}
		c.Fields = append(c.Fields, login.FieldRole{Role: role, Control: x, Score: 100, Margin: 100})
	}
}

func withSubmit(ref string) func(*login.Classification) {
	return func(c *login.Classification) {
		x := control(ref, login.ControlButton)
		c.Submit = &x
	}
}

func withAction(kind login.ActionKind, ref string) func(*login.Classification) {
	return func(c *login.Classification) {
		c.Actions = append(c.Actions, login.PageAction{Kind: kind, Control: control(ref, login.ControlButton), Score: 100})
	}
}

func withOption(o login.Option, ref string) func(*login.Classification) {
	return func(c *login.Classification) {
		x := o
		x.Control = control(ref, cmp.Or(o.Control.Kind, login.ControlButton))
		x.Label = cmp.Or(o.Label, ref)
		c.Options = append(c.Options, x)
	}
}

func withMethod(m login.Method, ref string) func(*login.Classification) {
	return withOption(login.Option{Kind: login.OptionMethod, Method: m}, ref)
}

func withToggle(kind login.ToggleKind, ref string, change ...func(*login.Control)) func(*login.Classification) {
	return func(c *login.Classification) {
		x := control(ref, login.ControlToggle)
		for _, f := range change {
			f(&x)
		}
		c.Toggles = append(c.Toggles, login.Toggle{Kind: kind, Control: x})
	}
}

func withError(class login.ErrorClass, text string) func(*login.Classification) {
	return func(c *login.Classification) {
		c.Errors = append(c.Errors, login.PageError{Class: class, Text: text, New: true})
	}
}

func signed(signature string) func(*login.Classification) {
	return func(c *login.Classification) { c.Signature = signature }
}

// at is a page's model: nothing but where it is.
func at(path string) login.PageModel {
	return login.PageModel{URL: "https://app.example" + path, Status: 200}
}

// page is a page of a scripted class; whatever submits it leads to next.
func page(next string, seen *login.Classification) *sitePage {
	return &sitePage{model: at("/" + string(seen.Class)), seen: seen, submit: func(map[string]string) string { return next }}
}

// arrivedPage is a page that shows to be logged in.
func arrivedPage() *sitePage { return &sitePage{model: at("/home"), seen: as(login.ClassLoggedIn)} }

// signIn is a form with user name and password.
func signIn(next string) *sitePage {
	return page(next, as(login.ClassIdentifierPassword, withField(login.RoleIdentifier, "user"),
		withField(login.RolePassword, "pass"), withSubmit("go")))
}

// after is a site that shows a page after the password; "home" is where it ends.
func after(seen *login.Classification) *site {
	return &site{start: "login", pages: map[string]*sitePage{
		"login": signIn("page"), "page": page("home", seen), "home": arrivedPage(),
	}}
}

// before is a site that shows a page first, then the form.
func before(seen *login.Classification) *site {
	return &site{start: "page", pages: map[string]*sitePage{
		"page": page("login", seen), "login": signIn("home"), "home": arrivedPage(),
	}}
}

func askedAgain(n int) string { return fmt.Sprint("ask_", n) }

func answerWith(id string, kind session.InfoRequestKind, values map[string]string) *login.Answer {
	a := &login.Answer{QuestionID: id, Kind: kind, Values: login.Values{}}
	for name, value := range values {
		a.Values[name] = session.NewSecret(value)
	}
	return a
}

func choiceOf(id, choice string) *login.Answer {
	return &login.Answer{QuestionID: id, Kind: session.AskChoice, Choice: choice}
}

func actionOf(id string, kind session.InfoRequestKind, action session.Action) *login.Answer {
	return &login.Answer{QuestionID: id, Kind: kind, Action: action}
}
