package login

import (
	"net/url"
	"slices"

	"github.com/anteroom/anteroom/login/words"
)

// passage is a page, or a dialog, between the credentials and the application that wants nothing but a yes or a no. Its
// shape says so in any language: no field, one button that agrees, one that does not. What it is about then needs to be
// said in far fewer words than on a page of any shape.
type passage struct {
	yes, no *action
	// ways is how many links lead elsewhere from a page that can be left by logging out.
	ways int
}

// passage returns the answers of a page that is one.
func (p *page) passage() (passage, bool) {
	if !p.past.credentialsSubmitted() || !p.short() || len(p.selects) > 0 {
		return passage{}, false
	}
	no := p.refusal()
	if no == nil || p.takesText(no) {
		return passage{}, false
	}
	x := passage{no: no, ways: p.waysOut()}
	for i := range p.actions {
		a := &p.actions[i]
		switch {
		case aside(a), refuses(a), a.index == no.index, no.Form != 0 && (a.Form != no.Form || a.Frame != no.Frame):
		case a.says.Meets(ofOtherPages) && !a.says.Has(words.Accept, words.Remember), x.yes != nil:
			return passage{}, false
		default:
			x.yes = a
		}
	}
	return x, x.yes != nil && (x.ways <= passing || x.ways <= inside && x.yes.says.Has(words.Accept, words.Confirm))
}

// refusal returns the control that says no most plainly; nil when none does. Beside a plain yes, the only other button of
// the form is the no, whatever it says.
func (p *page) refusal() *action {
	var no *action
	for i := range p.actions {
		if a := &p.actions[i]; !aside(a) && refuses(a) {
			no = moreOf(no, a)
		}
	}
	if no == nil {
		no = p.otherThanYes()
	}
	return no
}

func (p *page) otherThanYes() *action {
	var yes, other *action
	for i := range p.actions {
		a := &p.actions[i]
		switch {
		case aside(a):
		case a.says.Has(words.Accept) && yes == nil && a.Form != 0:
			yes = a
		case a.says.Empty() && other == nil:
			other = a
		default:
			return nil
		}
	}
	if yes == nil || other == nil || yes.Form != other.Form || yes.Frame != other.Frame {
		return nil
	}
	return other
}

// waysOut counts the links of a page that can be left by logging out: it may be one of the application's own. Of others
// it is 0.
func (p *page) waysOut() int {
	ways, out := 0, false
	for i := range p.actions {
		a := &p.actions[i]
		out = out || p.logsOut(*a)
		if aside(a) && !a.says.Has(words.Legal, words.Search) {
			ways++
		}
	}
	if !out {
		return 0
	}
	return ways
}

// How many links a page may have that asks something and can be left by logging out: with any two buttons, and with one
// that says yes.
const (
	passing = 3
	inside  = 6
)

// takesText reports whether there is a field for anything but a search, or for an account that somebody else may make in
// another form than that of the answer.
func (p *page) takesText(no *action) bool {
	return slices.ContainsFunc(p.forms, func(f *form) bool {
		if no.Form != 0 && (f.number != no.Form || f.frame != no.Frame) && p.readForm(f).class == ClassRegistration {
			return false
		}
		return slices.ContainsFunc(f.fields, func(x *field) bool { return !x.searches() })
	})
}

// aside reports whether a stands on every page of a site and answers nothing.
func aside(a *action) bool {
	if a.says.Has(words.Accept, words.Decline, words.Later) {
		return false
	}
	return a.Kind == ControlLink || a.Type == "link" || a.says.Has(words.Legal, words.Search) || squeeze(a.Text+a.Label) == "" || a.dev.Has(words.Search)
}

func refuses(a *action) bool {
	return a.says.Has(words.Decline, words.Later, words.CookieReject, words.Back) || closes(a)
}

// moreOf returns which of two says no more plainly.
func moreOf(no, a *action) *action {
	if no == nil || a.says.Has(words.Later) && !no.says.Has(words.Later) || a.says.Has(words.Decline) && !no.says.Has(words.Decline, words.Later) {
		return a
	}
	return no
}

// ofOtherPages are the words of buttons that no passage has.
var ofOtherPages = words.Of(words.Login, words.Logout, words.SSO, words.Resend, words.SendCode, words.AnotherWay, words.UsePassword,
	words.Recovery, words.Forgot, words.Method, words.MagicLink)

// passes reports whether the page is a passage of the class.
func (p *page) passes(class Class) bool {
	x, ok := p.passage()
	return ok && p.about(&x) == class
}

// about names what a passage wants to know; empty where nothing tells. What is said loudest decides.
func (p *page) about(x *passage) Class {
	loud := p.headline()
	if loud.Or(p.text).Meets(ofSteps) {
		return ""
	}
	if class := answerTo(loud, &x.yes.says); class != "" {
		return class
	}
	switch {
	case p.coversApplication() && !p.text.Has(words.Terms): // a tour, statistics, a new feature
		return ClassOffer
	case p.text.Has(words.Terms):
		return ClassTerms
	case p.text.Has(words.Remember, words.Trust):
		return ClassStaySignedIn
	case p.text.Has(words.Consent), p.namesData():
		return ClassConsent
	case x.ways > passing:
		return ""
	case p.asksAboutLogin() && !x.yes.says.Has(words.Next):
		return ClassStaySignedIn
	case p.text.Meets(making), x.no.says.Has(words.Later):
		return ClassOffer
	case x.no.says.Has(words.Decline) && (x.yes.says.Has(words.Accept, words.Next)) && p.authorises():
		return ClassConsent
	}
	return ""
}

// answerTo names what a heading and the button that agrees with it are about.
func answerTo(loud words.Set, yes *words.Set) Class {
	switch {
	case loud.Has(words.Terms):
		return ClassTerms
	case loud.Has(words.Remember, words.Trust), yes.Has(words.Remember, words.Trust):
		return ClassStaySignedIn
	case loud.Has(words.Consent):
		return ClassConsent
	case loud.Or(*yes).Meets(making), loud.Has(words.Passkey) && !yes.Has(words.Next, words.Accept):
		return ClassOffer
	}
	return ""
}

// ofSteps are the words of pages that are a step of the login by themselves, or an end.
var ofSteps = words.Of(words.Wrong, words.Lockout, words.TooMany, words.UnknownUser, words.ExternalWait, words.LinkSent, words.NumberMatch,
	words.Push, words.PasswordExpired, words.ErrorPage, words.SiteError, words.SessionExpired)

// coversApplication reports whether a page of the application lies beneath: something to log out with, or a good part of
// a navigation.
func (p *page) coversApplication() bool {
	if p.coversLogout() {
		return true
	}
	beneath := 0
	for i := range p.beneath {
		if !p.beneath[i].says.Meets(ofLogin) {
			beneath++
		}
	}
	return beneath >= application
}

// application is how many controls beneath a dialog make an application.
const application = 5

// namesData reports whether the page lists what it knows of a person: what it lists is about to be passed on.
func (p *page) namesData() bool {
	return slices.ContainsFunc(p.lines, func(l line) bool { return l.says.Has(words.Email) && l.says.Has(words.PersonName) }) ||
		p.text.Has(words.Email) && p.text.Has(words.PersonName) && !p.headline().Meets(making)
}

// asksAboutLogin reports whether a heading asks about being logged in, or out.
func (p *page) asksAboutLogin() bool {
	return slices.ContainsFunc(append([]string{p.m.Title}, p.m.Headings...), func(text string) bool {
		return question(text) && words.Find(text).Has(words.Login, words.Logout, words.SignedInAs)
	})
}

// authorises reports whether the address is one at which applications are let in, or the page speaks of signing in to one.
func (p *page) authorises() bool {
	if p.path.Has(words.Consent, words.Accept) || p.headings.Has(words.Login, words.Accept) {
		return true
	}
	u, err := url.Parse(p.m.URL)
	if err != nil {
		return false
	}
	query := u.Query()
	return query.Has("client_id") || query.Has("redirect_uri") || query.Has("scope") || query.Has("SAMLRequest")
}
