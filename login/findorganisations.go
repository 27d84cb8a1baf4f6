package login

import (
	"net/url"
	"slices"
	"strings"

	"github.com/anteroom/anteroom/login/words"
)

// offersOrganisations: a company or workspace is to be chosen.
func (p *page) offersOrganisations() bool {
	// Who can log out is in, or has one question left: then the page asks it.
	if p.canLogOut() && (!p.short() || !p.asksForOrganisation()) {
		return false
	}
	listed := slices.ContainsFunc(p.selects, func(s toggle) bool { return s.says.Or(s.dev).Has(words.Organisation) && len(s.Options) > 1 })
	if listed && p.can(words.Next, words.Confirm, words.Login) {
		return true
	}
	if len(p.namedOrganisations()) >= 2 {
		return true
	}
	return p.organisationTopic() && len(p.organisationOptions()) >= 2
}

// organisationTopic reports whether the page is about the company to go on with. An application's own page speaks of its
// workspace, too, and asks nothing.
func (p *page) organisationTopic() bool {
	said := p.headings
	if p.short() {
		said = said.Or(p.text)
	}
	if !said.Has(words.Organisation) {
		return false
	}
	if p.past.credentialsSubmitted() {
		return p.asksForOrganisation()
	}
	return p.headline().Has(words.Choose, words.Login) || p.past.submitted() || p.path.Has(words.Login)
}

// asksForOrganisation reports whether a heading, or a line of a short page, asks for a company: it speaks of one, and of
// choosing or of signing in, or it is a question.
func (p *page) asksForOrganisation() bool {
	asks := func(text string, says words.Set) bool {
		return says.Has(words.Organisation) && (says.Has(words.Choose, words.Login) || question(text))
	}
	for _, text := range append(slices.Clone(p.m.Headings), p.m.Title) {
		if asks(text, words.Find(text)) {
			return true
		}
	}
	return p.short() && slices.ContainsFunc(p.lines, func(l line) bool { return asks(l.text, l.says) })
}

// organisationOptions returns the companies of the page: the entries of a list, else radio buttons, buttons and links.
func (p *page) organisationOptions() []Option {
	for i := range p.selects {
		if s := &p.selects[i]; s.says.Or(s.dev).Has(words.Organisation) || len(p.selects) == 1 {
			if options := listOptions(s, OptionOrganisation); len(options) > 0 {
				return options
			}
		}
	}
	if options := p.namedOrganisations(); len(options) >= 2 {
		return options
	}
	options := slices.DeleteFunc(p.plainOptions(OptionOrganisation), func(o Option) bool {
		says := words.Find(o.Label)
		return o.Control.Kind != ControlToggle && (says.Has(words.Login, words.Confirm, words.SSO) || p.leadsHome(&o.Control))
	})
	return inForms(options)
}

// inForms returns the options that are buttons of a form, where there are at least two of those: what stands outside is the
// page's own navigation.
func inForms(options []Option) []Option {
	var inside []Option
	for _, o := range options {
		if o.Control.Kind == ControlToggle {
			return options
		}
		if o.Control.Kind == ControlButton && o.Control.Form != 0 {
			inside = append(inside, o)
		}
	}
	if len(inside) >= 2 {
		return inside
	}
	return options
}

// leadsHome reports whether a link leads to the site's first page or to this very page: a site's own name in its head does.
func (p *page) leadsHome(c *Control) bool {
	if c.Kind != ControlLink {
		return false
	}
	u, err := url.Parse(c.Href)
	if err != nil || c.Href == "" || u.RawQuery != "" {
		return false
	}
	return strings.Trim(u.Path, "/") == "" && hostOf(c.Href) == hostOf(p.m.URL) || samePath(c.Href, p.m.URL)
}

// namedOrganisations returns the buttons that their names say to be of companies.
func (p *page) namedOrganisations() []Option {
	var options []Option
	for i := range p.actions {
		a := &p.actions[i]
		if a.Kind == ControlButton && words.FindIdentifier(a.Name).Has(words.Organisation) && !a.says.Has(words.Next, words.Confirm) {
			options = append(options, newOption(OptionOrganisation, a.Control, a.says))
		}
	}
	return options
}
