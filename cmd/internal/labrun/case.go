package labrun

import (
	"cmp"
	"encoding/json"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/anteroom/anteroom/login"
	"github.com/anteroom/anteroom/loginlab"
	"github.com/anteroom/anteroom/session"
)

// Case is one site of a lab with everything that one login there needs.
type Case struct {
	loginlab.Site

	// Account is what logs in; its user name is this login's own.
	Account loginlab.Account
	// Project is what Anteroom is told of the site: where its login is, and which hosts may see its secrets. No more.
	Project session.Project
}

// Parameters are what a login of the account starts with in a mode.
func (c *Case) Parameters(mode Mode) (map[string]session.Secret, error) {
	a := c.Account
	parameters := map[string]string{
		login.ParameterUsername: a.Username, login.ParameterPassword: a.Password,
		login.ParameterOrganisation: a.Organisation, login.ParameterTOTPSecret: a.TOTPSecret,
		login.ParameterBackupCodes: strings.Join(a.BackupCodes, " "),
	}
	switch mode {
	case ModeWrongPassword:
		parameters[login.ParameterPassword] = wrongPassword
	case ModeWrongCode: // the code is asked for, so that it can be answered wrongly
		delete(parameters, login.ParameterTOTPSecret)
	case ModeRight:
	}
	if a.Passkey != nil {
		document, err := json.Marshal(a.Passkey) //nolint:gosec // the key is the lab's, and a parameter of the login
		if err != nil {
			return nil, fmt.Errorf("encode the passkey of %s: %w", c.Name, err)
		}
		parameters[login.ParameterPasskey] = string(document)
	}
	secrets := map[string]session.Secret{}
	for name, value := range parameters {
		if value != "" {
			secrets[name] = session.NewSecret(value)
		}
	}
	return secrets, nil
}

// wrongPassword is nobody's, and of a form that every site takes.
const wrongPassword = "Not-the-password-0"

// Fitting returns the cases that a mode makes sense for.
func Fitting(cases []*Case, mode Mode) []*Case {
	return slices.DeleteFunc(slices.Clone(cases), func(c *Case) bool { return !c.fits(mode) })
}

// fits reports whether a mode makes sense for the site: only a site that takes a password can refuse it, and only one
// that asks for a code can refuse that.
func (c *Case) fits(mode Mode) bool {
	switch mode {
	case ModeWrongPassword:
		return len(c.WrongPassword) > 0
	case ModeWrongCode:
		return slices.Contains(c.Expected, loginlab.ExpectLoggedIn) && c.asksForCode()
	case ModeRight:
	}
	return true
}

// asksForCode reports whether a person can be asked for the code: the site's question, or an authenticator's code.
func (c *Case) asksForCode() bool {
	if strings.HasPrefix(c.Account.TOTPSecret, "otpauth://totp/") {
		return true
	}
	return slices.ContainsFunc(c.Questions, func(q loginlab.Question) bool { return q.Kind == loginlab.QuestionCode })
}

// expected are the right outcomes in a mode: "logged_in", a failure class, or "question:" and the kind of one that nobody can
// answer.
func (c *Case) expected(mode Mode) []string {
	ends := c.Expected
	switch mode {
	case ModeWrongPassword:
		ends = c.WrongPassword
	case ModeWrongCode:
		ends = []loginlab.Expectation{loginlab.ExpectLoggedIn}
	case ModeRight:
	}
	var outcomes []string
	for _, e := range ends {
		outcomes = append(outcomes, string(e))
	}
	for _, q := range c.Questions {
		if unanswerable(q) {
			outcomes = append([]string{outcomeQuestion + string(q.Kind)}, outcomes...)
		}
	}
	return outcomes
}

// unanswerable reports whether the manifest has no answer to a question: that it is asked is all that can be wanted.
func unanswerable(q loginlab.Question) bool { return q.Answer == "" }

// Filter selects sites.
type Filter struct {
	// Sites is a pattern of path.Match for names; empty for all.
	Sites string
	// Part is loginlab.PartTuning or PartHeldOut; empty for both.
	Part loginlab.Part
	// Group leaves out all other groups, Without one; empty for none.
	Group, Without loginlab.Group
	// TLS and HostName say how the lab is opened, for sites that need it so.
	TLS, HostName bool
}

// Select returns the sites that the filter lets through, by name. The error is a pattern that is none.
func (f Filter) Select(sites []loginlab.ManifestSite) ([]loginlab.ManifestSite, error) {
	pattern := cmp.Or(f.Sites, "*")
	var out []loginlab.ManifestSite
	for _, s := range sites {
		ok, err := path.Match(pattern, s.Name)
		if err != nil {
			return nil, fmt.Errorf("the pattern %q: %w", pattern, err)
		}
		if ok && f.lets(&s.Site) {
			out = append(out, s)
		}
	}
	slices.SortFunc(out, func(a, b loginlab.ManifestSite) int { return cmp.Compare(a.Name, b.Name) })
	return out, nil
}

func (f Filter) lets(s *loginlab.Site) bool {
	possible := (f.TLS || !s.NeedsTLS) && (f.HostName || !s.NeedsHostName)
	group := (f.Group == "" || s.Group == f.Group) && (f.Without == "" || s.Group != f.Without)
	return possible && group && (f.Part == "" || s.Part == f.Part)
}
