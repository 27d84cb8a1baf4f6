package login

import "github.com/anteroom/anteroom/login/words"

// addToggles adds the checkboxes and switches of known meaning.
func (p *page) addToggles(c *Classification) {
	for i := range p.toggles {
		t := &p.toggles[i]
		if t.Type == "radio" || t.Role == "radio" || t.Role == "menuitemradio" || t.Disabled {
			continue
		}
		if kind := toggleKind(t, c.Class); kind != "" {
			c.Toggles = append(c.Toggles, Toggle{Kind: kind, Control: *t.Control})
		}
	}
}

// toggleKind says what a checkbox is for; empty when it is not known. Where a second factor is asked for, to be
// remembered means that the device is.
func toggleKind(t *toggle, class Class) ToggleKind {
	says := t.says
	if says.Empty() {
		says = t.dev
	}
	secondFactor := class == ClassCode || class == ClassCodeSplit || class == ClassBackupCode || class == ClassExternalWait ||
		class == ClassMethodChoice || class == ClassSendCode || class == ClassSecurityQuestion
	switch {
	case says.Has(words.Newsletter, words.Show, words.Captcha):
		return ""
	case says.Has(words.Trust):
		return ToggleTrust
	case says.Has(words.Remember):
		if says.Has(words.Username, words.Email) {
			return "" // keeps the name in the form, nothing else
		}
		if secondFactor {
			return ToggleTrust
		}
		return ToggleRemember
	case says.Has(words.Terms), says.Has(words.Accept) && class == ClassTerms:
		return ToggleTerms
	}
	return ""
}
