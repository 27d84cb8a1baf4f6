package login

import (
	"slices"
	"unicode/utf8"

	"github.com/anteroom/anteroom/login/words"
)

// Scores of actions: how plainly a control says what it does.
const (
	actionPlain  = 80 // in so many words
	actionLikely = 60 // in words that may mean something else elsewhere
	actionWeak   = 40 // in words that mean it where nothing else does
	// actionShort is what a control gains that says nothing else, actionButton what a button has ahead of a link.
	actionShort  = 8
	actionButton = 5
	// actionDisabled is what a control loses that cannot be used yet.
	actionDisabled = 30
	// shortLabel is the length up to which a label says one thing, in characters.
	shortLabel = 24
)

// meaning is an action that words have on every page.
type meaning struct {
	kind   ActionKind
	score  int
	says   words.Set
	unless words.Set
}

// making are the words of controls that set something up instead of using it.
var making = words.Of(words.Offer, words.Enrolment, words.Register)

// meanings hold whatever the page is.
var meanings = []meaning{
	{ActionResend, actionPlain, words.Of(words.Resend), words.Set{}},
	{ActionSend, actionPlain, words.Of(words.SendCode), words.Of(words.Resend)},
	{ActionSend, actionLikely, words.Of(words.MagicLink), words.Of(words.Resend, words.AnotherWay)},
	{ActionAnotherWay, actionPlain, words.Of(words.AnotherWay), words.Of(words.UsePassword)},
	{ActionAnotherWay, actionLikely, words.Of(words.Method), words.Of(words.AnotherWay)},
	{ActionUsePassword, actionPlain, words.Of(words.UsePassword), words.Set{}},
	{ActionUsePasskey, actionPlain, words.Of(words.Passkey), making},
	{ActionUsePasskey, actionLikely, words.Of(words.SecurityKey), making.Or(words.Of(words.Passkey))},
	{ActionUseBackupCode, actionPlain, words.Of(words.Recovery), making},
}

// addActions adds what the page's controls do, as far as it is of use on a page of c's class.
func (p *page) addActions(c *Classification) {
	options := map[int]bool{}
	for i := range c.Options {
		options[p.indexOf(&c.Options[i].Control)] = true
	}
	for i := range p.actions {
		a := &p.actions[i]
		if a.says.Has(words.Logout) || c.Submit != nil && a.Ref == c.Submit.Ref && a.Frame == c.Submit.Frame {
			continue
		}
		chooses := options[a.index] && c.Class == ClassMethodChoice
		for _, m := range meanings {
			if !chooses && a.says.Meets(m.says) && !a.says.Meets(m.unless) {
				c.addAction(m.kind, a, m.score)
			}
		}
		if !options[a.index] {
			p.addAnswer(c, a)
		}
	}
	p.adjustActions(c)
}

// addAnswer adds what a control answers to a page of c's class.
func (p *page) addAnswer(c *Classification, a *action) {
	if score := p.entry(a); score > 0 && c.Class.entered() && !p.besideFields(a) { // a form's own button submits it
		c.addAction(ActionEnter, a, score)
	}
	if c.Class == ClassUnknown && p.leadsToAccount(a) {
		c.addAction(ActionEnter, a, actionWeak)
	}
	if score := declines(c.Class, a); score > 0 {
		c.addAction(ActionDecline, a, score)
		return
	}
	if score := accepts(c.Class, a); score > 0 {
		c.addAction(ActionAccept, a, score)
	}
	if a.says.Has(words.Next, words.Confirm) && !a.says.Meets(notConfirming) && !c.Class.asksForPassword() {
		c.addAction(ActionConfirm, a, actionLikely)
	}
}

var notConfirming = words.Of(words.SSO, words.Forgot, words.Show, words.Register, words.Resend, words.SendCode, words.Newsletter,
	words.Search, words.AnotherWay, words.Legal, words.UsePassword, words.AnotherAccount)

// enters scores a control that leads to the login form.
func enters(a *action) int {
	if a.says.Meets(notEntering) {
		return 0
	}
	switch {
	case a.says.Has(words.Login):
		return actionPlain
	case a.says.Empty() && a.Text == "" && a.dev.Has(words.Login) && !a.dev.Meets(notEntering):
		return actionLikely
	case a.Href != "" && a.says.Without(words.Of(words.Account, words.Next)).Empty() && pathWords(a.Href).Has(words.Login) && !pathWords(a.Href).Meets(notEntering):
		return actionWeak
	}
	return 0
}

var notEntering = words.Of(words.Register, words.SSO, words.Provider, words.Logout, words.Forgot, words.Passkey, words.SecurityKey,
	words.MagicLink, words.Newsletter, words.Offer)

// entered reports whether pages of the class lead to a login form.
func (c Class) entered() bool {
	return c == ClassLoginEntry || c == ClassRegistration || c == ClassUnknown || c == ClassErrorPage || c == ClassSSOOnly
}

// leadsHere reports whether a links to the page that it stands on.
func (p *page) leadsHere(a *action) bool {
	return a.Kind == ControlLink && a.Href != "" && samePath(a.Href, p.m.URL) && p.path.Has(words.Login)
}

// declines scores a control that says no on a page of the class.
func declines(class Class, a *action) int {
	switch class { //nolint:exhaustive // nothing is declined on the others
	case ClassConsent, ClassTerms, ClassStaySignedIn:
		switch {
		case a.says.Has(words.Decline, words.CookieReject):
			return actionPlain
		case a.says.Has(words.Later):
			return actionLikely
		case a.says.Has(words.Back, words.Close) && !a.says.Has(words.Accept, words.Next):
			return actionWeak
		}
	case ClassOffer, ClassEnrolment, ClassPasskey:
		switch {
		case a.says.Has(words.Later):
			return actionPlain
		case a.says.Has(words.Decline):
			return actionLikely
		case closes(a) && class == ClassOffer:
			return actionWeak
		}
	case ClassChangePassword:
		if a.says.Has(words.Later) {
			return actionPlain
		}
	}
	return 0
}

// accepts scores a control that says yes on a page of the class.
func accepts(class Class, a *action) int {
	if class != ClassConsent && class != ClassTerms && class != ClassStaySignedIn {
		return 0
	}
	switch {
	case a.says.Has(words.Accept, words.CookieAccept):
		return actionPlain
	case class == ClassStaySignedIn && a.says.Has(words.Remember, words.Trust):
		return actionPlain
	case a.says.Has(words.Next, words.Confirm, words.Login) && !a.says.Has(words.Legal, words.SSO):
		return actionLikely
	}
	return 0
}

// adjustActions settles what a control does that depends on the others.
func (p *page) adjustActions(c *Classification) {
	p.answerPassage(c)
	switch c.Class { //nolint:exhaustive // nothing depends on the other classes
	case ClassSendCode:
		if a := p.onlySender(); a != nil && c.Action(ActionSend) == nil {
			c.addAction(ActionSend, a, actionWeak)
		}
	case ClassCode, ClassCodeSplit, ClassCodeInForm, ClassExternalWait, ClassBackupCode:
		// Beside the field for a code, "send code" sends another one.
		for i := range c.Actions {
			if a := &c.Actions[i]; a.Kind == ActionSend {
				a.Kind, a.Score = ActionResend, a.Score-actionShort
			}
		}
	case ClassOffer:
		if c.Action(ActionDecline) == nil { // a notice that only wants to be read
			for _, a := range p.waysOn() {
				c.addAction(ActionDecline, a, actionWeak)
			}
		}
	case ClassPasskey:
		if c.Action(ActionUsePasskey) == nil {
			p.addPasskeyButton(c)
		}
	}
}

// addPasskeyButton adds what asks for the passkey where no control says so: a button that leads on, else the only button of
// the page, which may be nothing but an icon.
func (p *page) addPasskeyButton(c *Classification) {
	for i := range p.actions {
		if a := &p.actions[i]; a.Kind == ControlButton && a.says.Has(words.Next, words.Confirm, words.Back) && !a.says.Has(words.Decline, words.Later) {
			c.addAction(ActionUsePasskey, a, actionWeak)
		}
	}
	if c.Action(ActionUsePasskey) != nil || !p.idle() {
		return
	}
	if buttons := p.pressable(); len(buttons) == 1 && buttons[0].says.Empty() && len(c.Actions) == 0 {
		c.addAction(ActionUsePasskey, buttons[0], actionWeak)
	}
}

// answerPassage adds the answers of a page whose shape tells them, where words did not.
func (p *page) answerPassage(c *Classification) {
	switch c.Class { //nolint:exhaustive // the others are no passages
	case ClassConsent, ClassTerms, ClassStaySignedIn, ClassOffer:
		x, ok := p.passage()
		if !ok {
			return
		}
		if c.Class != ClassOffer {
			c.addAction(ActionAccept, x.yes, actionLikely)
		}
		c.addAction(ActionDecline, x.no, actionLikely)
	}
}

func (c *Classification) addAction(kind ActionKind, a *action, score int) {
	if utf8.RuneCountInString(a.Text) <= shortLabel {
		score += actionShort
	}
	if a.Kind == ControlButton {
		score += actionButton
	}
	if a.Disabled {
		score -= actionDisabled
	}
	i := slices.IndexFunc(c.Actions, func(x PageAction) bool {
		return x.Kind == kind && x.Control.Ref == a.Ref && x.Control.Frame == a.Frame
	})
	if i >= 0 {
		c.Actions[i].Score = max(c.Actions[i].Score, score)
		return
	}
	c.Actions = append(c.Actions, PageAction{Kind: kind, Control: *a.Control, Score: score})
}
