package login

import (
	"regexp"
	"slices"
	"strings"

	"github.com/anteroom/anteroom/login/words"
)

// rule is one observation about a field and what it counts for a role.
type rule struct {
	name   string
	weight int
	holds  func(p *page, f *field) bool
}

// The weights follow login-detection §7: decisive 100, strong 40–60, weak 10–25; MinScore and MinMargin decide.

var identifierRules = []rule{
	{"autocomplete_username", 100, func(_ *page, f *field) bool { return f.auto == "username" }},
	{"autocomplete_email", 60, func(_ *page, f *field) bool { return f.auto == "email" }},
	{"label_username", 50, func(_ *page, f *field) bool { return f.user.Has(words.Username) }},
	{"name_username", 50, func(_ *page, f *field) bool { return f.dev.Has(words.Username) }},
	{"type_email", 45, func(_ *page, f *field) bool { return f.Type == "email" }},
	{"label_email", 40, func(_ *page, f *field) bool { return f.user.Has(words.Email) }},
	{"name_email", 30, func(_ *page, f *field) bool { return f.dev.Has(words.Email) }},
	{"text_before_password", 50, func(_ *page, f *field) bool { return f.beforePassword() }},
	{"alone_with_password", 15, func(_ *page, f *field) bool { return len(f.form.fields) == 2 && f.beforePassword() }},
	{"type_tel", 20, func(_ *page, f *field) bool { return f.Type == "tel" || strings.HasPrefix(f.auto, "tel") }},
	{"label_phone", 25, func(_ *page, f *field) bool { return f.user.Has(words.Phone) }},
	{"label_weak", 20, func(_ *page, f *field) bool { return f.user.Has(words.WeakIdentifier, words.Login) }},
	{"name_weak", 15, func(_ *page, f *field) bool { return f.dev.Has(words.WeakIdentifier, words.Login) }},
	{"login_context", 20, func(p *page, f *field) bool { return p.loginContext(f.form) }},
	// Some pages name their only field by nothing but their own heading or button.
	{"only_field_of_login", 45, func(p *page, f *field) bool {
		return len(f.form.fields) == 1 && !p.past.PasswordSubmitted && !f.numeric() && p.loginContext(f.form) &&
			f.user.Without(vague).Empty() && f.dev.Without(vague).Empty()
	}},
	// Beside a form that leads on, one whose button says something else is not the login's.
	{"button_of_another_purpose", -80, func(p *page, f *field) bool {
		return f.auto != "username" && f.form.passwords == 0 && p.otherPurpose(f.form) && p.leadsOn(f.form)
	}},
	// A lone e-mail field is in most cases a newsletter, a contact form or a search.
	{"no_login_context", -120, func(p *page, f *field) bool {
		return f.auto != "username" && f.form.passwords == 0 && !p.loginContext(f.form)
	}},
}

// vague are the words of a field that leave open what it is for.
var vague = words.Of(words.Login, words.WeakIdentifier, words.Username, words.Email, words.Confirm, words.Next)

var identifierVetoes = []rule{
	{"trap", 0, func(_ *page, f *field) bool { return f.trap() }},
	{"is_password", 0, func(_ *page, f *field) bool { return f.Type == "password" || f.WasPassword }},
	{"type_search", 0, func(_ *page, f *field) bool {
		return f.searchBox()
	}},
	{"other_autocomplete", 0, func(_ *page, f *field) bool { return f.autocompletesOther("username", "email", "tel", "tel-national") }},
	{"other_words", 0, func(_ *page, f *field) bool {
		return f.says(words.Search, words.Newsletter, words.Captcha, words.Card, words.OtherCode, words.Recovery,
			words.NewPassword, words.SecurityQuestion)
	}},
	{"name_of_a_person", 0, func(_ *page, f *field) bool {
		alone := f.beforePassword() && len(f.form.fields) == 2 // a nickname and a password
		return f.says(words.PersonName) && !f.says(words.Username, words.Email) && (!alone || f.form.buttons.Has(words.Register))
	}},
	{"code_words", 0, func(_ *page, f *field) bool {
		return f.code() || f.says(words.CodeWeak) && !f.says(words.Username, words.Email)
	}},
	{"password_words", 0, func(_ *page, f *field) bool { return f.user.Has(words.Password) || f.onlyDev(words.Password) }},
	{"organisation_words", 0, func(_ *page, f *field) bool { return f.organisation() }},
	{"newsletter_form", 0, func(_ *page, f *field) bool {
		return f.form.passwords == 0 && f.form.name.Or(f.form.buttons, f.hint).Has(words.Newsletter, words.Search) &&
			!f.form.buttons.Has(words.Login)
	}},
	{"newsletter_beside", 0, func(_ *page, f *field) bool {
		return f.form.passwords == 0 && f.auto != "username" && !f.says(words.Username) && f.form.subscribes()
	}},
	{"can_be_sent_away", 0, func(p *page, f *field) bool { return f.form.passwords == 0 && p.solicits(f.Control) }},
	// What the site filled in after we gave the identifier is its own; it must stay as it is.
	{"filled_by_site", 0, func(p *page, f *field) bool {
		return f.site && (p.past.IdentifierSubmitted && f.form.passwords > 0 || p.past.PasswordSubmitted)
	}},
	// A field of the site's own that is filled without saying that it names the account.
	{"filled_and_vague", 0, func(_ *page, f *field) bool {
		return f.site && f.auto != "username" && f.auto != "email" && f.Type != "email" && !f.says(words.Username, words.Email, words.Login)
	}},
}

var passwordRules = []rule{
	{"autocomplete_current_password", 60, func(_ *page, f *field) bool { return f.auto == "current-password" }},
	{"type_password", 45, func(_ *page, f *field) bool { return f.Type == "password" }},
	{"was_password", 40, func(_ *page, f *field) bool { return f.Type != "password" && f.WasPassword }},
	{"only_password", 40, func(_ *page, f *field) bool { return f.form.passwords <= 1 }},
	{"label_password", 25, func(_ *page, f *field) bool { return f.user.Has(words.Password) }},
	{"name_password", 20, func(_ *page, f *field) bool { return f.dev.Has(words.Password) }},
}

var passwordVetoes = []rule{
	{"trap", 0, func(_ *page, f *field) bool { return f.trap() }},
	// A text field that is called password is a trap or a mistake; the password would be seen.
	{"not_a_password_field", 0, func(_ *page, f *field) bool { return f.Type != "password" && !f.WasPassword }},
	{"other_autocomplete", 0, func(_ *page, f *field) bool {
		return f.autocompletesOther("current-password") && (f.auto != "new-password" || !f.guarded())
	}},
	{"new_password", 0, func(_ *page, f *field) bool { return f.newPassword() }},
	{"two_passwords", 0, func(_ *page, f *field) bool { return f.form.passwords > 1 }},
	{"code", 0, func(_ *page, f *field) bool { return f.code() }},
	{"code_after_password", 0, func(p *page, f *field) bool {
		return p.past.submitted() && f.user.Has(words.CodeWeak) && !f.user.Has(words.Password) || p.veiledCode(f)
	}},
	{"other_words", 0, func(_ *page, f *field) bool {
		return f.says(words.Card, words.Captcha, words.Recovery, words.OtherCode, words.SecurityQuestion, words.OldPassword)
	}},
}

var codeRules = []rule{
	{"autocomplete_one_time_code", 100, func(_ *page, f *field) bool { return f.auto == "one-time-code" }},
	{"label_code", 60, func(_ *page, f *field) bool { return f.user.Has(words.Code) }},
	{"name_code", 45, func(_ *page, f *field) bool { return f.dev.Has(words.Code) }},
	{"label_weak_code", 25, func(_ *page, f *field) bool { return f.user.Has(words.CodeWeak) }},
	{"name_weak_code", 20, func(_ *page, f *field) bool { return f.dev.Has(words.CodeWeak) }},
	{"weak_code_after_submit", 40, func(p *page, f *field) bool {
		return p.past.submitted() && f.says(words.CodeWeak) && f.form.passwords == f.ownPassword()
	}},
	{"lone_numeric_after_submit", 50, func(p *page, f *field) bool {
		return p.past.submitted() && len(f.form.fields) == 1 && f.numeric() && f.shortMax()
	}},
	{"page_speaks_of_code", 45, func(p *page, f *field) bool {
		return len(f.form.fields) == 1 && p.headings.Or(p.title, f.hint).Has(words.Code)
	}},
	{"text_speaks_of_code", 20, func(p *page, f *field) bool {
		return p.past.submitted() && len(f.form.fields) == 1 && p.text.Has(words.Code)
	}},
	{"veiled_code", 60, func(p *page, f *field) bool { return p.veiledCode(f) }},
	{"numeric", 15, func(_ *page, f *field) bool { return f.numeric() }},
	{"short", 10, func(_ *page, f *field) bool { return f.shortMax() }},
	{"beside_password", 15, func(_ *page, f *field) bool { return f.form.passwords > f.ownPassword() }},
}

var codeVetoes = []rule{
	{"trap", 0, func(_ *page, f *field) bool { return f.trap() }},
	{"characters_of_a_picture", 0, func(p *page, f *field) bool { return p.pictured(f) }},
	{"recovery", 0, func(p *page, f *field) bool { return p.recovery(f) }},
	{"type_email", 0, func(_ *page, f *field) bool { return f.Type == "email" || f.Type == "search" || f.InputMode == "email" }},
	{"other_autocomplete", 0, func(_ *page, f *field) bool { return f.autocompletesOther("one-time-code") }},
	{"other_words", 0, func(_ *page, f *field) bool {
		return f.says(words.OtherCode, words.Captcha, words.Card, words.Search, words.Newsletter, words.PersonName,
			words.SecurityQuestion)
	}},
	{"other_field", 0, func(_ *page, f *field) bool {
		return !f.code() && !f.user.Has(words.CodeWeak) && f.says(words.Username, words.Email, words.Password, words.NewPassword, words.Phone)
	}},
	{"filled_by_site", 0, func(_ *page, f *field) bool { return f.site && f.Type != "password" && !f.code() }},
	{"organisation_words", 0, func(_ *page, f *field) bool { return f.organisation() }},
}

// beforePassword reports whether f is the nearest text field before the only password field of its form.
func (f *field) beforePassword() bool {
	if f.form.passwords != 1 {
		return false
	}
	for i, x := range f.form.fields {
		if x.Type == "password" && !x.code() {
			return i > 0 && f.form.fields[i-1] == f
		}
	}
	return false
}

func (f *field) newPassword() bool {
	return (f.Type == "password" || f.WasPassword) && (f.auto == "new-password" && !f.guarded() || f.says(words.NewPassword))
}

// guarded reports whether new-password stands there only to keep browsers from filling the field in: it is the form's only
// password, and the form signs in.
func (f *field) guarded() bool {
	own := f.form.name.Or(f.form.buttons)
	return f.form.passwords <= 1 && own.Has(words.Login) && !own.Has(words.Register) && !f.says(words.NewPassword)
}

func (f *field) organisation() bool {
	return f.auto == "organization" || f.user.Has(words.Organisation) && !f.says(words.Username, words.Email) ||
		f.user.Empty() && f.dev.Has(words.Organisation) && !f.dev.Has(words.Username, words.Email) ||
		f.Type != "password" && suffixPattern.MatchString(f.Description) && !f.says(words.Email)
}

// suffixPattern matches what stands behind the field for a tenant: ".example.com".
var suffixPattern = regexp.MustCompile(`^\s*\.[\w-]+(?:\.[\w-]+)+/?\s*$`)

// trap reports whether the field must stay empty, because people cannot see it or are told so.
func (f *field) trap() bool {
	return f.says(words.Honeypot) || f.hint.Has(words.Honeypot) || tiny(f.Control)
}

// pictured reports whether the field is for characters that a picture shows. The Chinese word for a one-time code names
// those, too.
func (p *page) pictured(f *field) bool {
	if f.says(words.Captcha) {
		return true
	}
	return f.Type != "password" && f.says(words.CodeWeak, words.Code) && f.auto != "one-time-code" &&
		p.imageBeside(f, f.form.passwords > 0 && !f.code())
}

// recovery reports whether the field is for a backup code: it says so, or it says nothing better and the page does.
func (p *page) recovery(f *field) bool {
	if f.user.Has(words.Code) && f.user.Has(words.Recovery) {
		return false // takes either
	}
	said := !f.code() && len(f.form.fields) == 1 && p.headings.Or(p.title).Has(words.Recovery)
	return f.says(words.Recovery) || said && !f.searches() && !f.form.buttons.Has(words.Newsletter)
}

// onlyDev reports whether the developer's words speak of c and people's words say nothing.
func (f *field) onlyDev(c words.Concern) bool {
	return f.user.Empty() && f.dev.Has(c) && !f.dev.Has(words.Username, words.Email, words.Login)
}

// autocompletesOther reports whether autocomplete names a purpose, and none of wanted.
func (f *field) autocompletesOther(wanted ...string) bool {
	switch f.auto {
	case "", "on", "off", "nope", "false", "none", "disabled", "new":
		return false
	}
	return !slices.Contains(wanted, f.auto) && known(f.auto)
}

func known(auto string) bool {
	return knownAutocomplete[auto] || strings.HasPrefix(auto, "cc-") || strings.HasPrefix(auto, "address-")
}

// knownAutocomplete are the field names of the HTML standard that are no business of ours or another field's.
var knownAutocomplete = map[string]bool{
	"username": true, "email": true, "current-password": true, "new-password": true, "one-time-code": true,
	"name": true, "given-name": true, "family-name": true, "additional-name": true, "honorific-prefix": true,
	"nickname": true, "organization": true, "organization-title": true, "street-address": true, "country": true,
	"country-name": true, "postal-code": true, "bday": true, "sex": true, "url": true, "photo": true,
	"tel": true, "tel-national": true, "tel-country-code": true, "tel-area-code": true, "tel-local": true,
	"tel-extension": true, "transaction-amount": true, "language": true, "impp": true,
}

func (f *field) numeric() bool {
	return f.Type == "number" || f.Type == "tel" || f.InputMode == "numeric" || f.InputMode == "decimal" ||
		strings.Contains(f.Pattern, `\d`) || strings.Contains(f.Pattern, "0-9")
}

// shortMax reports whether the field is bounded to the length of a code: 4 to 10 characters.
func (f *field) shortMax() bool { return f.MaxLength >= 4 && f.MaxLength <= 10 }

// ownPassword is 1 when the form's count of passwords includes f.
func (f *field) ownPassword() int {
	if f.Type == "password" && !f.code() && !f.says(words.Card, words.Captcha, words.SecurityQuestion) {
		return 1
	}
	return 0
}

// loginContext reports whether the form, the page's headings, its title or its path speak of signing in.
func (p *page) loginContext(f *form) bool {
	own := f.name.Or(f.buttons)
	if own.Has(words.Register, words.Newsletter) && !own.Has(words.Login) {
		return false
	}
	return own.Or(p.headings, p.title, p.path).Has(words.Login) || p.helpsForgetful(f)
}

// helpsForgetful reports whether a control for a lost password belongs to the form: it stands in it, or on a page without
// another form.
func (p *page) helpsForgetful(f *form) bool {
	only := !slices.ContainsFunc(p.forms, func(x *form) bool { return x != f && !x.searching() })
	return slices.ContainsFunc(p.actions, func(a action) bool {
		return a.says.Has(words.Forgot) && a.Frame == f.frame && (only || f.number > 0 && a.Form == f.number)
	})
}

// otherPurpose reports whether the form's buttons can be read, and none of them signs in or leads on.
func (p *page) otherPurpose(f *form) bool {
	labelled := slices.ContainsFunc(p.actions, func(a action) bool { return a.form == f && strings.TrimSpace(a.Text) != "" })
	return labelled && !f.buttons.Meets(leading)
}

// leadsOn reports whether a form other than f has a button that signs in or leads on.
func (p *page) leadsOn(f *form) bool {
	return slices.ContainsFunc(p.forms, func(x *form) bool { return x != f && x.buttons.Meets(leading) && len(x.fields) > 0 })
}

// leading are the words of the buttons of a login form.
var leading = words.Of(words.Login, words.Next, words.Confirm, words.SSO, words.SendCode, words.MagicLink, words.Passkey)

// searchBox reports whether the markup says that the field is for searching.
func (f *field) searchBox() bool {
	return f.Type == "search" || f.Role == "searchbox" || f.Name == "q" || f.ElementID == "q"
}

// onlySearches reports whether the markup says that the field is for searching, and nothing says anything else: some sites
// call a field so to keep browsers from filling it in.
func (f *field) onlySearches() bool {
	return f.searchBox() && !known(f.auto) && !f.says(words.Username, words.Email, words.Phone, words.Password, words.Code,
		words.CodeWeak, words.Recovery, words.Organisation, words.SecurityQuestion)
}

// searches reports whether the field is for searching, by its markup or by words.
func (f *field) searches() bool {
	return f.searchBox() || f.says(words.Search) || f.form.name.Or(f.form.buttons).Has(words.Search)
}
