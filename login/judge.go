package login

import (
	"slices"

	"github.com/anteroom/anteroom/session"
)

// HTTP statuses that decide; login sees the world through its Page and so knows no net/http.
const (
	statusUnauthorized = 401
	statusForbidden    = 403
	statusNotFound     = 404
	statusGone         = 410
	statusTooMany      = 429
	statusServerError  = 500
)

// judge returns the failure that the last act led to; nil when the login goes on, also when only a code was refused.
func (r *run) judge() *session.Failure {
	if r.effect() == effectForward {
		return nil
	}
	if f := r.plainFailure(max(r.model.Status, r.model.SubmitStatus)); f != nil {
		return f
	}
	p := r.pending
	switch {
	case p.click:
		return nil // the bound of the step decides
	case p.class == ClassIdentifier:
		if e := r.answerTo(p); e != nil {
			return r.failure(session.FailureCredential, "unknown_user", "The site does not accept the user name.", e)
		}
		return nil // the guard against acting twice decides
	case p.class == ClassOrganisation:
		if e := r.answerTo(p); e != nil {
			return r.failure(session.FailureCredential, "unknown_organisation", "The site does not accept the organisation.", e)
		}
		return nil
	case p.password:
		if p.code != nil && r.blamesCode() && r.seen.Class == p.class {
			r.refused = p
			return nil
		}
		return r.rejected()
	case p.class.challenges():
		return r.judgeCode()
	}
	return nil
}

// plainFailure returns the failure that the page names whatever was submitted: a lockout, an expired password, a
// fault of the site.
func (r *run) plainFailure(status int) *session.Failure {
	lockout := r.seen.NewError(ErrorLockout)
	// Too many codes lock nobody out who has the password: the person must act, not wait.
	onlyCode := lockout == nil && r.pending != nil && r.pending.class.challenges() && r.blamesCode()
	switch {
	case lockout != nil:
		return r.failure(session.FailureLockout, "account_locked", "The site refuses further tries for now.", lockout)
	case onlyCode:
		return nil
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

// judgeCode judges a code or an answer that was submitted without the password and did not lead on.
func (r *run) judgeCode() *session.Failure {
	if r.pending.barred && r.untouched() {
		return r.failure(session.FailureUnsupported, "submit_not_usable",
			"The form has no button that could be clicked, and nothing was sent.", r.seen.NewError())
	}
	if r.seen.Class == r.pending.class {
		r.refused = r.pending
		return nil
	}
	if r.blamesCode() {
		return r.failure(session.FailureNeedsUser, ReasonCodeRejected,
			"The site refused the code and wants the whole login again; it is not repeated by itself.", r.seen.NewError())
	}
	return r.rejected()
}

// blamesCode reports whether the site complains about the code and about nothing else.
func (r *run) blamesCode() bool {
	return r.seen.NewError(ErrorCode, ErrorCodeExpired) != nil &&
		r.seen.NewError(ErrorCredentials, ErrorUnknownUser, ErrorRejected) == nil
}

// rejected is the end after credentials were submitted and the login form came again. Any doubt counts as credential, but
// where no button could be clicked and the page stayed as it was, with nothing sent.
func (r *run) rejected() *session.Failure {
	e := r.seen.NewError(ErrorUnknownUser, ErrorCredentials, ErrorRejected)
	p := r.pending
	switch {
	case p.barred && r.untouched():
		return r.failure(session.FailureUnsupported, "submit_not_usable",
			"The login form has no button that could be clicked, and nothing was sent.", r.seen.NewError())
	case e == nil && p.uncertain:
		return r.outcomeUnknown()
	case e != nil && e.Class == ErrorUnknownUser:
		return r.failure(session.FailureCredential, "unknown_user", "The site does not know the account, or has disabled it.", e)
	case e == nil:
		said := r.answerTo(p)
		return r.failure(session.FailureCredential, "wrong_password", "The site asked for the login again without saying why.", said)
	}
	return r.failure(session.FailureCredential, "wrong_password", "The site refused the user name or the password.", e)
}

// untouched reports whether a submit had no effect at all: no request, no message, the same form with what was filled in.
func (r *run) untouched() bool {
	p := r.pending
	f := r.seen.Field(p.role)
	return !p.uncertain && r.model.SubmitStatus == 0 && r.document(p.field.Frame) == p.document && r.seen.NewError() == nil &&
		r.seen.Signature == p.signature && f != nil && f.Control.Filled
}

func (r *run) outcomeUnknown() *session.Failure {
	return r.failure(session.FailureCredential, "submit_outcome_unknown",
		"The password was or may have been submitted, and the outcome of the submit is not known.", nil)
}

// complaint returns the failure that a page without a form of a login shows; nil when it shows none.
func (r *run) complaint() *session.Failure {
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
		return r.outcomeUnknown()
	}
	return nil
}

// ending is the end on a page that the engine cannot do anything with.
func (r *run) ending() *session.Failure {
	if f := r.complaint(); f != nil {
		return f
	}
	message, ok := unsupported[r.seen.Class]
	if !ok {
		message = "The page was understood, but it offers nothing that leads on."
	}
	code := string(r.seen.Class)
	if r.seen.Class == ClassUnknown {
		code = "unknown_page"
	}
	return r.failure(session.FailureUnsupported, code, message, r.seen.NewError())
}

// unsupported says, for people, what stands in the way.
var unsupported = map[Class]string{
	ClassRegistration: "The page makes a new account; it is not filled in.",
	ClassPasskey:      "The site wants a passkey, there is none that it accepts, and it offers no other way.",
	ClassAmbiguous:    "Two forms or fields are as likely to be the login as each other.",
	ClassUnknown:      "The page was not understood.",
	ClassLoginEntry:   "The way to the login form leads back to the same page.",
}

func (r *run) stuck() *session.Failure {
	return r.failure(session.FailureUnsupported, "stuck", "The same page came again without a new message.", nil)
}

func (r *run) failure(class session.FailureClass, code, message string, e *PageError) *session.Failure {
	f := session.NewFailure(class, code, message)
	f.Evidence = slices.Clone(r.seen.Evidence)
	if e != nil {
		f.SiteError = r.redact(e.Text)
		if e.Evidence.Rule != "" {
			f.Evidence = append(f.Evidence, e.Evidence)
		}
	}
	return f
}
