package login

import (
	"context"

	"github.com/anteroom/anteroom/session"
)

// termsAccepted counts that a person accepted the site's terms in this attempt.
const termsAccepted = "accepted/terms"

// permission is a question whether something may be accepted.
type permission struct {
	// choiceType is the type of its choices.
	choiceType, message string
	// accepted is the name under which it is counted that it was.
	accepted string
	// declined and code are of the failure of a person who declines.
	declined, code string
}

// permit returns the question, or the failure when a person declined; nil once it was accepted.
func (r *run) permit(p permission) *Outcome {
	if r.progress.Counts[p.accepted] > 0 {
		return nil
	}
	accept, decline := p.choiceType+"-accept", p.choiceType+"-decline"
	if a := r.answer(session.AskChoice, p.choiceType); a != nil {
		switch a.Choice {
		case accept:
			r.answered(a)
			r.progress.Counts[p.accepted]++
			return nil
		case decline:
			r.answered(a)
			return ended(r.failure(session.FailureNeedsUser, p.code, p.declined, nil))
		}
	}
	return r.ask(Question{Kind: session.AskChoice, Message: p.message, Choices: []session.Choice{
		{ID: accept, Type: p.choiceType, Label: "Accept"}, {ID: decline, Type: p.choiceType, Label: "Decline"},
	}}, p.choiceType)
}

// giveConsent lets the site pass data on to the application, as the project wants it.
func (r *run) giveConsent(ctx context.Context) (*Outcome, error) {
	if r.in.Project.Consent == session.PolicyAsk {
		if out := r.permit(permission{
			choiceType: "consent", message: "The site asks whether data about the account may be passed on.",
			accepted: r.here("accepted/consent"), declined: "The consent that the site asked for was declined.", code: "consent_declined",
		}); out != nil {
			return out, nil
		}
	}
	return r.follow(ctx, ActionAccept, ActionConfirm)
}

// acceptTerms accepts the site's terms where the project or a person allows it.
func (r *run) acceptTerms(ctx context.Context) (*Outcome, error) {
	if r.in.Project.Terms != session.PolicyAccept {
		if out := r.permit(permission{
			choiceType: "terms", message: "The site wants its terms to be accepted.", accepted: termsAccepted,
			declined: "The site's terms were not accepted.", code: "terms_declined",
		}); out != nil {
			return out, nil
		}
	}
	ticked := len(r.ticked)
	if ok, err := r.tick(ctx); err != nil || !ok {
		return nil, err
	}
	if len(r.ticked) > ticked { // the button may have come alive
		if err := r.settle(ctx, r.readAt, 0); err != nil {
			return nil, err
		}
		if same, err := r.refresh(ctx); err != nil || !same {
			return nil, err
		}
	}
	return r.follow(ctx, ActionAccept, ActionConfirm)
}

// staySignedIn answers "stay signed in?" as the project wants it.
func (r *run) staySignedIn(ctx context.Context) (*Outcome, error) {
	if r.in.Project.Remember == session.PolicyDecline {
		return r.follow(ctx, ActionDecline, ActionAccept)
	}
	return r.follow(ctx, ActionAccept, ActionConfirm, ActionDecline)
}

// declineOffer leaves what the site offers: a passkey, a telephone number, a tour.
func (r *run) declineOffer(ctx context.Context) (*Outcome, error) {
	return r.follow(ctx, ActionDecline)
}

// declineEnrolment leaves the set-up of a second factor where the site lets it.
func (r *run) declineEnrolment(ctx context.Context) (*Outcome, error) {
	if r.seen.Action(ActionDecline) != nil {
		return r.follow(ctx, ActionDecline)
	}
	return ended(r.failure(session.FailureNeedsUser, "enrolment",
		"The site wants a second factor to be set up; somebody must do that at the site.", r.seen.NewError())), nil
}

// declineNewPassword leaves a form for a new password where the site lets it. It is never filled in.
func (r *run) declineNewPassword(ctx context.Context) (*Outcome, error) {
	if r.seen.Action(ActionDecline) != nil {
		return r.follow(ctx, ActionDecline)
	}
	return ended(r.failure(session.FailureNeedsUser, "password_expired",
		"The site wants a new password; somebody must set it at the site.", r.seen.NewError())), nil
}

// follow clicks the first of the actions that the page has, at most twice on the same page.
func (r *run) follow(ctx context.Context, kinds ...ActionKind) (*Outcome, error) {
	for _, kind := range kinds {
		c := r.seen.Action(kind)
		if c == nil {
			continue
		}
		if !r.may(r.here("follow/"+string(kind)), maxSame) {
			return ended(r.stuck()), nil
		}
		return nil, r.click(ctx, *c)
	}
	if c := r.seen.Submit; c != nil && r.may(r.here("follow/submit"), maxSame) && kinds[0] != ActionDecline {
		return nil, r.click(ctx, *c)
	}
	return ended(r.ending()), nil
}
