package login

import (
	"slices"
	"strings"

	"github.com/anteroom/anteroom/session"
)

// HTTP statuses that decide; login sees the world through its Page and so knows no net/http.
const (
	statusTooMany     = 429
	statusServerError = 500
)

// judge returns the failure that the last submit led to; nil when the login goes on, also when only a code was refused.
func (r *run) judge() *session.Failure {
	if r.effect() == effectForward {
		return nil
	}
	if f := r.plainFailure(max(r.model.Status, r.model.SubmitStatus)); f != nil {
		return f
	}
	switch r.pending.class { //nolint:exhaustive // only these are ever submitted
	case ClassIdentifier:
		if e := r.seen.NewError(); e != nil {
			return r.failure(session.FailureCredential, "unknown_user", "The site does not accept the user name.", e)
		}
		return nil // the guard against acting twice decides
	case ClassCode:
		return r.judgeCode()
	case ClassCodeInForm:
		if r.blamesCode() && r.seen.Class == ClassCodeInForm {
			r.refused = r.pending
			return nil
		}
	}
	return r.rejected()
}

// plainFailure returns the failure that the page names whatever was submitted: a lockout, an expired password, a
// fault of the site.
func (r *run) plainFailure(status int) *session.Failure {
	lockout := r.seen.NewError(ErrorLockout)
	switch {
	case lockout != nil:
		return r.failure(session.FailureLockout, "account_locked", "The site refuses further tries for now.", lockout)
	case status == statusTooMany || r.model.SubmitStatus == statusTooMany:
		return r.failure(session.FailureLockout, "too_many_requests", "The site says that there were too many tries.", r.seen.NewError())
	case r.seen.NewError(ErrorPasswordExpired) != nil:
		return r.failure(session.FailureNeedsUser, "password_expired",
			"The password has expired; somebody must set a new one at the site.", r.seen.NewError(ErrorPasswordExpired))
	case status >= statusServerError && r.seen.NewError(ErrorCredentials, ErrorUnknownUser) == nil:
		return r.failure(session.FailureSite, "server_error", "The site answered with an internal error.", r.seen.NewError())
	case r.seen.NewError() != nil && r.seen.NewError().Class == ErrorSite:
		return r.failure(session.FailureSite, "server_error", "The site says that it has a problem.", r.seen.NewError())
	}
	return nil
}

// judgeCode judges a code that was submitted alone and did not lead on.
func (r *run) judgeCode() *session.Failure {
	if r.seen.Class == ClassCode {
		r.refused = r.pending
		return nil
	}
	if r.blamesCode() {
		return r.failure(session.FailureNeedsUser, "code_rejected",
			"The site refused the code and wants the whole login again; it is not repeated by itself.", r.seen.NewError())
	}
	return r.rejected()
}

// blamesCode reports whether the site complains about the code and about nothing else.
func (r *run) blamesCode() bool {
	return r.seen.NewError(ErrorCode, ErrorCodeExpired) != nil &&
		r.seen.NewError(ErrorCredentials, ErrorUnknownUser, ErrorRejected) == nil
}

// rejected is the end after credentials were submitted and the login form came again. Any doubt counts as credential.
func (r *run) rejected() *session.Failure {
	e := r.seen.NewError(ErrorUnknownUser, ErrorCredentials, ErrorRejected)
	switch {
	case e == nil && r.pending.uncertain:
		return r.failure(session.FailureCredential, "submit_outcome_unknown",
			"The password was or may have been submitted, and the outcome of the submit is not known.", nil)
	case e != nil && e.Class == ErrorUnknownUser:
		return r.failure(session.FailureCredential, "unknown_user", "The site does not know the account, or has disabled it.", e)
	case e == nil:
		return r.failure(session.FailureCredential, "wrong_password", "The site asked for the login again without saying why.", r.seen.NewError())
	}
	return r.failure(session.FailureCredential, "wrong_password", "The site refused the user name or the password.", e)
}

// ending is the end on a page that the engine does not act upon.
func (r *run) ending() *session.Failure {
	submitted := r.history().submitted()
	if submitted || r.seen.Class == ClassErrorPage {
		if f := r.plainFailure(r.model.Status); f != nil {
			return f
		}
	}
	if e := r.seen.NewError(ErrorUnknownUser, ErrorCredentials); submitted && e != nil {
		return r.failure(session.FailureCredential, "wrong_password", "The site refused the user name or the password.", e)
	}
	if r.uncertain {
		return r.failure(session.FailureCredential, "submit_outcome_unknown",
			"The password was or may have been submitted, and the outcome of the submit is not known.", nil)
	}
	if r.seen.Class == ClassCaptcha {
		return r.failure(session.FailureBlocked, "captcha", "The site wants proof of being human.", nil)
	}
	message, ok := unsupported[r.seen.Class]
	if !ok {
		message = "The page was not understood."
	}
	code := string(r.seen.Class)
	if r.seen.Class == ClassUnknown {
		code = "unknown_page"
	}
	return r.failure(session.FailureUnsupported, code, message, r.seen.NewError())
}

// unsupported says, for people, what stands in the way.
var unsupported = map[Class]string{
	ClassCodeSplit:        "The site asks for a code in one box per character, which is not supported yet.",
	ClassErrorPage:        "The site shows an error page.",
	ClassMethodChoice:     "The site asks how to verify, which is not supported yet.",
	ClassAccountChoice:    "The site asks which account to use, which is not supported yet.",
	ClassConsent:          "The site asks for consent, which is not supported yet.",
	ClassStaySignedIn:     "The site asks whether to stay signed in, which is not supported yet.",
	ClassRegistration:     "The page makes a new account; it is not filled in.",
	ClassChangePassword:   "The site wants a new password; it is not filled in.",
	ClassEnrolment:        "The site wants a second factor to be set up.",
	ClassExternalWait:     "The site waits for an approval or a link elsewhere, which is not supported yet.",
	ClassOrganisation:     "The site asks for a company or workspace, which is not supported yet.",
	ClassSecurityQuestion: "The site asks a security question, which is not supported yet.",
	ClassBackupCode:       "The site asks for a backup code, which is not supported yet.",
	ClassSSOOnly:          "The site only offers to sign in with other accounts, which is not supported yet.",
	ClassAmbiguous:        "Two forms or fields are as likely to be the login as each other.",
	ClassUnknown:          "The page was not understood.",
}

func (r *run) stuck() *session.Failure {
	return r.failure(session.FailureUnsupported, "stuck", "The same page came again without a new message.", nil)
}

func (r *run) failure(class session.FailureClass, code, message string, e *PageError) *session.Failure {
	f := session.NewFailure(class, code, message)
	f.Evidence = slices.Clone(r.seen.Evidence)
	if e != nil {
		f.SiteError = r.redact(e.Text)
		f.Evidence = append(f.Evidence, e.Evidence)
	}
	return f
}

// minRedacted is the length from which a value is looked for in a site's message: shorter ones are in too many words.
const minRedacted = 3

// redact takes every value that we know out of a text of the site.
func (r *run) redact(text string) string {
	known := r.known()
	for _, value := range known {
		text = without(text, value)
	}
	for _, value := range known {
		text = withoutHalf(text, value)
	}
	return cut(text, maxErrorText)
}

// known lists the values that may stand in a text of the site, the longest first: one may be part of another.
func (r *run) known() []string {
	var known []string
	for _, name := range r.in.Parameters.Names() {
		if value, ok := r.in.Parameters.Get(name); ok {
			known = append(known, value.Reveal())
		}
	}
	if r.in.Answer != nil {
		for _, value := range r.in.Answer.Values {
			known = append(known, value.Reveal())
		}
	}
	for _, value := range r.typed {
		known = append(known, value.Reveal())
	}
	slices.SortFunc(known, func(a, b string) int { return len(b) - len(a) })
	return known
}

func without(text, value string) string {
	if len(value) < minRedacted {
		return text
	}
	return strings.ReplaceAll(text, value, session.Redacted)
}

// withoutHalf takes the beginning of a value off the end of a text: the text was cut, perhaps in the middle of the value.
func withoutHalf(text, value string) string {
	for n := len(value) - 1; n >= minRedacted; n-- {
		if rest, ok := strings.CutSuffix(text, value[:n]); ok {
			return rest + session.Redacted
		}
	}
	return text
}
