package login

import (
	"slices"
	"time"

	"github.com/anteroom/anteroom/login/words"
	"github.com/anteroom/anteroom/session"
)

// Role is what a field is for.
type Role string

// The field roles. Only the first three are ever typed into.
const (
	RoleIdentifier     Role = "identifier"
	RolePassword       Role = "password"
	RoleCode           Role = "code"
	RoleNewPassword    Role = "new_password"
	RoleOrganisation   Role = "organisation"
	RoleCaptcha        Role = "captcha"
	RoleSecurityAnswer Role = "security_answer"
	RoleBackupCode     Role = "backup_code"
)

// Thresholds of login-detection §7: a role is decided when its best field has at least MinScore points and is at
// least MinMargin ahead of the next.
const (
	MinScore  = 60
	MinMargin = 15
)

// FieldRole is a field with the role it was found to have.
type FieldRole struct {
	Role    Role    `json:"role"`
	Control Control `json:"control"`
	// Score is the sum of the weights of Evidence, in points.
	Score int `json:"score"`
	// Margin is how far the next best field for the role is behind, in points.
	Margin   int                `json:"margin"`
	Evidence []session.Evidence `json:"evidence"`
}

// ErrorClass says what a site's message complains about.
type ErrorClass string

// The error classes.
const (
	// ErrorCredentials: user name or password are wrong.
	ErrorCredentials ErrorClass = "bad_credentials"
	// ErrorUnknownUser: there is no such account, or it is disabled.
	ErrorUnknownUser ErrorClass = "unknown_user"
	// ErrorCode: the one-time code is wrong.
	ErrorCode ErrorClass = "bad_code"
	// ErrorCodeExpired: the one-time code came too late.
	ErrorCodeExpired ErrorClass = "code_expired"
	// ErrorLockout: too many tries, or the account is locked.
	ErrorLockout ErrorClass = "locked"
	// ErrorPasswordExpired: a new password must be set.
	ErrorPasswordExpired ErrorClass = "password_expired"
	// ErrorSite: the site itself has a problem.
	ErrorSite ErrorClass = "site_error"
	// ErrorRejected: something is wrong, and the message does not say what.
	ErrorRejected ErrorClass = "rejected"
)

// PageError is a message of the site that something is wrong.
type PageError struct {
	Class ErrorClass `json:"class"`
	// Text is what the site says, at most 200 characters.
	Text string `json:"text"`
	// New is false when the page said so before anything was submitted.
	New      bool             `json:"new"`
	Evidence session.Evidence `json:"evidence"`
}

// History is what a classification may know of the pages before.
type History struct {
	// IdentifierSubmitted, PasswordSubmitted and CodeSubmitted say what the site was given.
	IdentifierSubmitted bool `json:"identifierSubmitted,omitempty"`
	PasswordSubmitted   bool `json:"passwordSubmitted,omitempty"`
	CodeSubmitted       bool `json:"codeSubmitted,omitempty"`
	// Resumed is true when an earlier execution may have acted on the page without leaving a record.
	Resumed bool `json:"resumed,omitempty"`
	// IdentifierShown is true when the page's text holds the account's identifier, which Classify does not know.
	IdentifierShown bool `json:"identifierShown,omitempty"`
	// LoginPath is the path of the first page.
	LoginPath string `json:"loginPath,omitempty"`
	// Typed names the fields that the engine typed into, as TypedKey does.
	Typed []string `json:"typed,omitempty"`
	// Baseline holds the fingerprints of the messages that stood there before anything was submitted.
	Baseline []string `json:"baseline,omitempty"`
	// Lines holds the fingerprints of the lines of text that stood on the page that was submitted last.
	Lines []string `json:"lines,omitempty"`
	// Way is how the last login went: among fields and buttons that are as likely as each other, the one that was used
	// then wins. Nil when nothing is remembered.
	Way *Way `json:"way,omitempty"`
}

// TypedKey names a field for History.Typed: by its document, so that a field of a new one is another.
func (m *PageModel) TypedKey(c *Control) string {
	for _, f := range m.Frames {
		if f.ID == c.Frame {
			return f.Document + "/" + c.Ref
		}
	}
	return "/" + c.Ref
}

func (h *History) submitted() bool { return h.IdentifierSubmitted || h.credentialsSubmitted() }

func (h *History) credentialsSubmitted() bool {
	return h.PasswordSubmitted || h.CodeSubmitted || h.Resumed
}

// Classification is what a page was found to be, and on what evidence.
type Classification struct {
	Class Class `json:"class"`
	// Fields are the fields with a decided role, in document order.
	Fields []FieldRole `json:"fields"`
	// Submit is the button that submits Fields; nil when none was found: press Enter then.
	Submit *Control `json:"submit,omitempty"`
	// Errors are the site's messages, worst first.
	Errors []PageError `json:"errors"`
	// Boxes are the fields of a code in a box per character, in order; none for a single field.
	Boxes []Control `json:"boxes,omitempty"`
	// Options are the alternatives of a page that wants a choice, and the buttons of other ways to sign in beside a form.
	Options []Option `json:"options,omitempty"`
	// Actions are the page's other controls that the engine may use, by what they do; see ActionKind.
	Actions []PageAction `json:"actions,omitempty"`
	// Toggles are the page's checkboxes and switches of known meaning.
	Toggles []Toggle `json:"toggles,omitempty"`
	// Cover is what lies over the page and must go before anything else: a cookie wall, a newsletter.
	Cover *Cover `json:"cover,omitempty"`
	// DisplayCode is the number that an external wait shows to be matched.
	DisplayCode string `json:"displayCode,omitempty"`
	// Medium is how the page says it reaches the person.
	Medium session.Medium `json:"medium,omitempty"`
	// Question is the text of a security question, at most 200 characters.
	Question string `json:"question,omitempty"`
	// Countdown is how long the page says a code stays valid; 0 when it does not say.
	Countdown time.Duration `json:"countdown,omitempty"`
	// Link is true when an external wait is for a link that was sent, not for an approval.
	Link bool `json:"link,omitempty"`
	// Vendor names the maker of a captcha, as far as it is known: "recaptcha", "image".
	Vendor string `json:"vendor,omitempty"`
	// MaskedTarget is where the page says it sent a code: "•••• 42".
	MaskedTarget string `json:"maskedTarget,omitempty"`
	// CodeLength is the number of characters of the code; 0 when the page does not say.
	CodeLength int                `json:"codeLength,omitempty"`
	Evidence   []session.Evidence `json:"evidence"`
	// Signature names the class and its fields; equal signatures are the same step of a login.
	Signature string `json:"signature"`
	// ModelHash changes with everything that people see on the page, but digits and values.
	ModelHash string `json:"modelHash"`
}

// Field returns the field with role; nil when there is none.
func (c *Classification) Field(role Role) *FieldRole {
	for i := range c.Fields {
		if c.Fields[i].Role == role {
			return &c.Fields[i]
		}
	}
	return nil
}

// NewError returns the first new message of one of classes, or of any without classes; nil when there is none.
func (c *Classification) NewError(classes ...ErrorClass) *PageError {
	for i := range c.Errors {
		e := &c.Errors[i]
		if e.New && (len(classes) == 0 || slices.Contains(classes, e.Class)) {
			return e
		}
	}
	return nil
}

// Prepare makes ready what the first Classify would wait some 50 ms for. A process that will log in calls it when it starts.
func Prepare() { words.Load() }

// Classify says what the page is. It is a pure function of its arguments, and changes neither.
func Classify(m *PageModel, past History) Classification {
	p := readPage(m, past)
	c := Classification{Fields: []FieldRole{}, Evidence: []session.Evidence{}, ModelHash: modelHash(m)}
	c.Errors = p.errors()
	p.classifyForms(&c)
	if c.Class == "" {
		p.classifyRest(&c)
	}
	if past.submitted() && c.Class != ClassLoggedIn {
		c.Errors = append(c.Errors, p.errorLines(c.Errors)...)
		sortErrors(c.Errors)
	}
	p.addOptions(&c)
	p.addActions(&c)
	p.addToggles(&c)
	p.addHints(&c)
	if p.covers(&c) {
		c.Cover = p.cover
	}
	c.Signature = signature(m, &c)
	return c
}
