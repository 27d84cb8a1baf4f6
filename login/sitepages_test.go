package login_test

import "github.com/anteroom/anteroom/login"

// ask returns a page with fields and a button "go".
func ask(heading string, fields ...login.Control) login.PageModel {
	m := login.PageModel{URL: "https://app.example/login", Status: 200, Title: "Example", Headings: []string{heading}}
	m.Controls = append(m.Controls, fields...)
	return addButton(m, "go", "Sign in")
}

func addButton(m login.PageModel, ref, text string) login.PageModel {
	m.Controls = append(m.Controls, login.Control{
		Ref: ref, Frame: "main", Kind: login.ControlButton, Type: "submit", Text: text, Form: 1, Visible: true,
	})
	return m
}

func addLink(m login.PageModel, text, href string) login.PageModel {
	m.Controls = append(m.Controls, login.Control{
		Ref: "link " + text, Frame: "main", Kind: login.ControlLink, Text: text, Href: href, Visible: true,
	})
	return m
}

func say(m login.PageModel, alert string) login.PageModel {
	m.Alerts = []string{alert}
	return m
}

func textField(ref, fieldType, label string) login.Control {
	return login.Control{Ref: ref, Frame: "main", Kind: login.ControlField, Type: fieldType, Label: label, Form: 1, Visible: true}
}

func identifierForm() login.PageModel { return ask("Sign in", textField("user", "text", "Username")) }

func passwordForm() login.PageModel {
	return ask("Sign in", textField("pass", "password", "Password"))
}

func loginForm() login.PageModel {
	return ask("Sign in", textField("user", "text", "Username"), textField("pass", "password", "Password"))
}

func codeForm() login.PageModel {
	code := textField("code", "text", "Verification code")
	code.InputMode, code.MaxLength = "numeric", 6
	m := ask("Two-factor authentication", code)
	m.URL, m.Text = "https://app.example/code", "Enter the code that we sent to •••• 42."
	return m
}

func loginFormWithCode() login.PageModel {
	return ask("Sign in", textField("user", "text", "Username"), textField("pass", "password", "Password"),
		textField("code", "text", "One-time code"))
}

func home() login.PageModel {
	m := login.PageModel{URL: "https://app.example/home", Status: 200, Title: "Home", Headings: []string{"Hello"}}
	m = addLink(m, "Projects", "https://app.example/projects")
	return addLink(m, "Log out", "https://app.example/logout")
}

func loading() login.PageModel {
	return login.PageModel{URL: "https://app.example/login", Status: 200, Text: "Loading"}
}

// rightPassword leads to next when the right user name and password were typed, and to otherwise else.
func rightPassword(next, otherwise string) func(map[string]string) string {
	return func(typed map[string]string) string {
		if typed["user"] == testUser && typed["pass"] == testPassword {
			return next
		}
		return otherwise
	}
}

// plainSite asks for both at once.
func plainSite() *site {
	return &site{start: "login", pages: map[string]*sitePage{
		"login": {model: loginForm(), submit: rightPassword("home", "wrong")},
		"wrong": {model: say(loginForm(), "Incorrect username or password, "+testUser), submit: rightPassword("home", "wrong")},
		"home":  {model: home(), marks: []string{"#me"}},
	}}
}

// codeSite asks for a code on a second page.
func codeSite() *site {
	check := func(typed map[string]string) string {
		if typed["code"] == testCode {
			return "home"
		}
		return "wrong code"
	}
	return &site{start: "login", pages: map[string]*sitePage{
		"login":      {model: loginForm(), submit: rightPassword("code", "wrong")},
		"wrong":      {model: say(loginForm(), "Wrong password")},
		"code":       {model: codeForm(), submit: check},
		"wrong code": {model: say(codeForm(), "The code is not valid."), submit: check},
		"home":       {model: home()},
	}}
}

// codeInFormSite asks for all three at once.
func codeInFormSite() *site {
	check := func(typed map[string]string) string {
		switch {
		case typed["pass"] != testPassword:
			return "wrong password"
		case typed["code"] != testCode:
			return "wrong code"
		}
		return "home"
	}
	return &site{start: "login", pages: map[string]*sitePage{
		"login":          {model: loginFormWithCode(), submit: check},
		"wrong password": {model: say(loginFormWithCode(), "Wrong password"), submit: check},
		"wrong code":     {model: say(loginFormWithCode(), "Invalid token. Please make sure you have entered it correctly."), submit: check},
		"home":           {model: home()},
	}}
}
