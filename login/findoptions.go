package login

import (
	"slices"
	"strings"

	"github.com/anteroom/anteroom/login/words"
)

// maxOptionLabel is how much of an option's label is kept, in characters.
const maxOptionLabel = 100

// methodWords tell which way to verify a text names, the more special one first: a push comes to an app, a backup code is
// a code.
var methodWords = []struct {
	method Method
	says   words.Set
}{
	{MethodBackupCode, words.Of(words.Recovery)},
	{MethodSecurityKey, words.Of(words.SecurityKey)},
	{MethodPasskey, words.Of(words.Passkey)},
	{MethodPush, words.Of(words.Push)},
	{MethodLink, words.Of(words.MagicLink, words.LinkSent)},
	{MethodSMS, words.Of(words.SMS)},
	{MethodVoice, words.Of(words.Voice)},
	{MethodTOTP, words.Of(words.App)},
	{MethodQuestion, words.Of(words.SecurityQuestion)},
	{MethodEmail, words.Of(words.Email)},
	{MethodPassword, words.Of(words.UsePassword, words.Password)},
}

// methodOf names the way to verify that a text speaks of; empty for none.
func methodOf(text string, says words.Set) Method {
	for _, m := range methodWords {
		if says.Meets(m.says) {
			return m.method
		}
	}
	switch {
	case says.Has(words.Phone) && maskedTargetPattern.MatchString(text):
		return MethodSMS
	case says.Has(words.Code):
		return MethodOther
	}
	return ""
}

// notOption are the words of controls that are no alternative, whatever else stands on the page.
var notOption = words.Of(words.Back, words.Logout, words.Next, words.Forgot, words.Register, words.Legal, words.Resend, words.AnotherWay,
	words.Close, words.Search, words.Newsletter, words.CookieSettings, words.Show)

// methodOptions returns the ways to verify that the page offers: radio buttons, a list, or buttons and links.
func (p *page) methodOptions() []Option {
	if options := p.radioOptions(OptionMethod); knownMethods(options) >= 1 {
		return options
	}
	for i := range p.selects {
		if options := listOptions(&p.selects[i], OptionMethod); knownMethods(options) >= 1 {
			return options
		}
	}
	var options []Option
	for i := range p.actions {
		a := &p.actions[i]
		if a.says.Meets(notOption.Without(words.Of(words.Next))) && !a.says.Meets(ways) || p.isSSO(a) {
			continue
		}
		if o := newOption(OptionMethod, a.Control, a.says); o.Method != "" {
			options = append(options, o)
		}
	}
	return distinct(withoutShared(options))
}

// withoutShared drops the options that no word of their own makes a way to verify, but an address or a number that stands beside
// others as well: the name of who is logged in, beside the navigation of an application.
func withoutShared(options []Option) []Option {
	var beside []*Option
	for i := range options {
		label := options[i].Label
		if m := methodOf(label, words.Find(label)); (m == "" || m == MethodOther) && maskedIn(label) == "" {
			beside = append(beside, &options[i])
		}
	}
	var kept []Option
	for i := range options {
		o := &options[i]
		shared := slices.Contains(beside, o) && slices.ContainsFunc(beside, func(x *Option) bool {
			return x.Control.Ref != o.Control.Ref && x.Label != o.Label && x.Method == o.Method && x.MaskedTarget == o.MaskedTarget
		})
		if !shared {
			kept = append(kept, *o)
		}
	}
	return kept
}

// ways are the words that name a way to verify beyond doubt.
var ways = words.Of(words.SMS, words.Voice, words.App, words.Push, words.Passkey, words.SecurityKey, words.Recovery, words.MagicLink)

// knownMethods counts the options whose method is known.
func knownMethods(options []Option) int {
	count := 0
	for i := range options {
		if options[i].Method != "" && options[i].Method != MethodOther {
			count++
		}
	}
	return count
}

// distinct drops options that say the same: a tile and the link within it.
func distinct(options []Option) []Option {
	var kept []Option
	for _, o := range options {
		if !slices.ContainsFunc(kept, func(k Option) bool { return k.Label == o.Label && k.MaskedTarget == o.MaskedTarget }) {
			kept = append(kept, o)
		}
	}
	return kept
}

// radioOptions returns the radio buttons of the page.
func (p *page) radioOptions(kind OptionKind) []Option {
	var options []Option
	for i := range p.toggles {
		t := &p.toggles[i]
		if t.Type != "radio" && t.Role != "radio" && t.Role != "menuitemradio" || t.Disabled {
			continue
		}
		options = append(options, newOption(kind, t.Control, t.says))
	}
	return options
}

// listOptions returns the entries of a list.
func listOptions(s *toggle, kind OptionKind) []Option {
	var options []Option
	for i, text := range s.Options {
		if i == 0 && asksToChoose(text) || strings.TrimSpace(text) == "" {
			continue
		}
		o := newOption(kind, s.Control, words.Find(text))
		o.Label, o.MaskedTarget = cut(text, maxOptionLabel), maskedIn(text)
		if kind == OptionMethod {
			o.Method = methodOr(text, words.Find(text))
		}
		options = append(options, o)
	}
	return options
}

func newOption(kind OptionKind, c *Control, says words.Set) Option {
	label := c.Text
	if label == "" {
		label = c.Label
	}
	if label == "" {
		label = c.Context
	}
	o := Option{Kind: kind, Control: *c, Label: cut(squeeze(label), maxOptionLabel)}
	all := strings.Join([]string{label, c.Label, c.Context, c.Description}, "\n")
	o.MaskedTarget = maskedIn(all)
	switch kind { //nolint:exhaustive // the others have no details
	case OptionMethod:
		o.Method = methodOf(label, says)
		if o.Method == "" || o.Method == MethodOther {
			more := says.Or(words.Find(c.Context), words.Find(c.Description), words.FindIdentifier(c.ElementID), words.FindIdentifier(c.Name))
			if m := methodOf(all, more); m != "" {
				o.Method = m
			}
		}
		if o.Method == "" && c.Kind == ControlToggle {
			o.Method = MethodOther
		}
	case OptionAccount:
		o.Another = says.Has(words.AnotherAccount)
	}
	return o
}

func methodOr(text string, says words.Set) Method {
	if m := methodOf(text, says); m != "" {
		return m
	}
	return MethodOther
}

// plainOptions returns the controls of the page that may be alternatives: radio buttons, else buttons and links that do
// not lead away.
func (p *page) plainOptions(kind OptionKind) []Option {
	if options := p.radioOptions(kind); len(options) > 0 {
		return p.withAnother(options, kind)
	}
	var options []Option
	for i := range p.actions {
		a := &p.actions[i]
		another := kind == OptionAccount && a.says.Has(words.AnotherAccount)
		if !another && (a.says.Meets(notOption) || closes(a)) || squeeze(a.Text+a.Label) == "" {
			continue
		}
		options = append(options, newOption(kind, a.Control, a.says))
	}
	return distinct(options)
}

func (p *page) withAnother(options []Option, kind OptionKind) []Option {
	for i := range p.actions {
		if a := &p.actions[i]; kind == OptionAccount && a.says.Has(words.AnotherAccount) {
			options = append(options, newOption(kind, a.Control, a.says))
		}
	}
	return options
}

// addOptions adds the alternatives of a page that wants a choice, and the other ways to sign in beside a form.
func (p *page) addOptions(c *Classification) {
	switch c.Class { //nolint:exhaustive // the others offer no choice
	case ClassMethodChoice:
		c.Options = p.methodOptions()
	case ClassAccountChoice:
		c.Options = p.accountOptions()
	case ClassOrganisation:
		if c.Field(RoleOrganisation) == nil {
			c.Options = p.organisationOptions()
		}
	case ClassIdentifier, ClassPassword, ClassIdentifierPassword, ClassCodeInForm, ClassSSOOnly, ClassLoginEntry, ClassRegistration,
		ClassPasskey, ClassAmbiguous:
		c.Options = p.providerOptions()
	}
	if c.Class == ClassOrganisation {
		c.Options = append(c.Options, p.providerOptions()...)
	}
}
