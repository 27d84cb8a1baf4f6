package login

import (
	"context"
	"net/url"
	"slices"

	"github.com/anteroom/anteroom/session"
)

// maxApprovals is how often a person is asked to act elsewhere in an attempt, also because the number changed.
const maxApprovals = 12

// awaitPerson asks the person to act elsewhere: to approve, or to open a link.
func (r *run) awaitPerson(ctx context.Context) (*Outcome, error) {
	if f := r.complaint(); f != nil && f.Class.OpensBreaker() {
		return ended(f), nil
	}
	r.progress.CodeSubmitted = true // what comes next may be past the login
	if r.seen.Link {
		return r.awaitLink(ctx)
	}
	if a := r.answer(session.AskApproval, ""); a != nil {
		r.answered(a)
		if changed, err := r.awaitChange(ctx, r.timing.Unchanged); changed || err != nil {
			return nil, err
		}
		r.again = &reason{kind: session.AskApproval, code: ReasonNotApproved}
		if !r.may("approval", maxTries) {
			return ended(r.failure(session.FailureNeedsUser, "not_approved", "The login was not approved.", r.seen.NewError())), nil
		}
	}
	q := Question{
		Kind: session.AskApproval, Message: "The site waits for the login to be approved on another device.",
		DisplayCode: r.seen.DisplayCode, Medium: r.seen.Medium, MaskedTarget: r.redact(r.seen.MaskedTarget),
		Attempt: r.progress.Counts["approval"] + 1,
	}
	if q.DisplayCode != "" {
		q.Message = "The site waits for the login to be approved on another device, with the number " + q.DisplayCode + "."
	}
	return r.askElsewhere(q), nil
}

func (r *run) askElsewhere(q Question) *Outcome {
	if !r.may("ask/"+string(q.Kind), maxApprovals) {
		return ended(r.failure(session.FailureNeedsUser, "not_approved", "The login was not approved.", r.seen.NewError()))
	}
	if e := r.seen.NewError(); e != nil && r.again == nil {
		r.again = &reason{kind: q.Kind, code: ReasonNotApproved, siteError: r.redact(e.Text)}
	}
	return r.ask(q, "")
}

// awaitLink asks for the link that the site sent, and opens it where the project's secrets may be.
func (r *run) awaitLink(ctx context.Context) (*Outcome, error) {
	a := r.answer(session.AskLink, "")
	if a != nil {
		r.answered(a)
		link, _ := a.Values.Get(FieldLink)
		if target, ok := r.openable(link); ok {
			return nil, r.openLink(ctx, target, a.QuestionID)
		}
		r.again = &reason{kind: session.AskLink, code: ReasonLinkRefused}
		if !r.may("link", maxTries) {
			return ended(session.NewFailure(session.FailureBlocked, "origin_not_allowed",
				"The link leads to a host that may not see this project's secrets; it was not opened. If it is right, add the host to the project's allowedHosts.")), nil
		}
	}
	return r.askElsewhere(Question{
		Kind: session.AskLink, Message: "The site sent a link that must be opened.",
		Fields: []session.Field{{Name: FieldLink, Type: "url", Label: "Link", Secret: true}},
		Medium: r.seen.Medium, MaskedTarget: r.redact(r.seen.MaskedTarget), Attempt: r.progress.Counts["link"] + 1,
	}), nil
}

// openable returns the link's URL if it may be opened: a link is as good as a password, so it goes only where those do.
func (r *run) openable(link session.Secret) (string, bool) {
	u, err := url.Parse(link.Reveal())
	if err != nil || u.User != nil || u.Scheme != "http" && u.Scheme != "https" {
		return "", false
	}
	return u.String(), r.in.Project.SecretOrigins().Allows(u.Scheme + "://" + u.Host)
}

// openLink opens the link once.
func (r *run) openLink(ctx context.Context, target, question string) error {
	r.acts++
	r.typed = append(r.typed, session.NewSecret(target))
	won, err := r.claim(ctx, claim{ClaimEnterCode, question})
	if err != nil {
		return err
	}
	if !won {
		_, err := r.awaitChange(ctx, r.timing.Unchanged)
		return err
	}
	since := r.page.Mark()
	r.actedAt = r.clock.Now()
	r.report.Step(session.StepNavigating)
	if err := r.page.OpenBeside(ctx, target); err != nil {
		return err
	}
	r.opened = true
	return r.look(ctx, since)
}

// returnFromLink closes a link's window that only says that it was opened, or that leads to another login: the page that
// waited for it goes on by itself. One that does not is left for the login, which knows by now.
func (r *run) returnFromLink(ctx context.Context) (bool, error) {
	if !r.opened || !r.seen.Class.endsLink() {
		return false, nil
	}
	r.opened = false
	refused := r.seen.NewError() != nil || r.seen.Class == ClassErrorPage
	if err := r.page.CloseBeside(ctx); err != nil {
		return false, err
	}
	if err := r.read(ctx); err != nil {
		return false, err
	}
	if r.seen.Class != ClassExternalWait || refused {
		return true, nil
	}
	if changed, err := r.awaitChange(ctx, r.timing.Unchanged); changed || err != nil {
		return true, err
	}
	if !r.may("return", 1) {
		r.again = &reason{kind: session.AskLink, code: ReasonNoEffect}
		if !r.may("link", maxTries) {
			return false, r.failure(session.FailureNeedsUser, "not_approved", "The links that were opened did not lead on.", nil)
		}
		return true, nil
	}
	return true, r.navigate(ctx, r.in.Project.LoginURL)
}

// loading reports whether the page says that it is on its way to another.
func (r *run) loading() bool {
	return slices.ContainsFunc(r.seen.Evidence, func(e session.Evidence) bool { return e.Rule == "on_its_way" })
}

// endsLink reports whether a link's window with a page of the class leads nowhere: the login goes on where it was.
func (c Class) endsLink() bool {
	switch c { //nolint:exhaustive // the others are steps of the login
	case ClassUnknown, ClassExternalWait, ClassErrorPage, ClassLoginEntry, ClassSSOOnly, ClassIdentifier, ClassPassword,
		ClassIdentifierPassword, ClassCodeInForm, ClassRegistration, ClassAmbiguous:
		return true
	}
	return false
}
