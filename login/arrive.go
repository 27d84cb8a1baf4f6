package login

import (
	"context"
	"slices"

	"github.com/anteroom/anteroom/session"
)

// arrived returns the outcome when the page is a logged-in one, after the recipe's last steps; nil otherwise.
func (r *run) arrived(ctx context.Context) (*Outcome, error) {
	verdict, err := r.loggedIn(ctx)
	if err != nil || verdict == nil {
		return nil, err
	}
	after := r.recipe().After
	if len(after) > 0 {
		if q := r.askForSteps(after); q != nil {
			return q, nil
		}
		if err := r.perform(ctx, after); err != nil {
			return nil, err
		}
	}
	return &Outcome{LoggedIn: &LoggedIn{LandingURL: r.model.URL, Verdict: *verdict}}, nil
}

// loggedIn returns the verdict when the page is a logged-in one, and nil otherwise. A mark is trusted on every page but one
// that asks for something a login needs.
func (r *run) loggedIn(ctx context.Context) (*session.Verdict, error) {
	evidence := r.seen.Evidence
	if !r.seen.Class.asks() {
		rule, err := r.markOf(ctx)
		if err != nil {
			return nil, err
		}
		if rule != "" {
			evidence = append([]session.Evidence{{Rule: rule, Weight: MarkWeight, Where: "page"}}, evidence...)
			return &session.Verdict{LoggedIn: true, Confidence: confidence(evidence), Evidence: evidence}, nil
		}
	}
	if r.seen.Class != ClassLoggedIn {
		return nil, nil //nolint:nilnil // no verdict is no error
	}
	return &session.Verdict{LoggedIn: true, Confidence: confidence(evidence), Evidence: slices.Clone(evidence)}, nil
}

// markOf names the mark of a logged-in page that the page shows: the project's or the recipe's; empty for none.
func (r *run) markOf(ctx context.Context) (string, error) {
	if mark := r.in.Project.LoggedIn; mark != "" {
		if found, err := r.page.Matches(ctx, mark); found || err != nil {
			return "project_mark", err
		}
	}
	for _, mark := range r.recipe().Success {
		if found, err := r.page.Matches(ctx, mark); found || err != nil {
			return "recipe_mark", err
		}
	}
	return "", nil
}

// marked returns the failure that the recipe names for something that the page shows after a submit, or that the page is by
// itself: a download.
func (r *run) marked(ctx context.Context) (*session.Failure, error) {
	if r.model.Downloaded {
		return r.failure(session.FailureSite, "download", "The site sent a file instead of a page.", nil), nil
	}
	if !r.history().submitted() {
		return nil, nil //nolint:nilnil // nothing can have failed yet
	}
	for _, f := range r.recipe().Failures {
		found, err := r.page.Matches(ctx, f.Mark)
		if err != nil {
			return nil, err
		}
		if !found {
			continue
		}
		message := f.Message
		if message == "" {
			message = "The page shows what the recipe names as a failed login."
		}
		return r.failure(f.Class, "recipe_mark", message, r.seen.NewError()), nil
	}
	return nil, nil //nolint:nilnil // no failure is no error
}

// asks reports whether a page of this class asks for something that only a login does, so that no mark can be right.
func (c Class) asks() bool {
	return slices.Contains([]Class{
		ClassIdentifier, ClassPassword, ClassIdentifierPassword, ClassCode, ClassCodeSplit, ClassCodeInForm, ClassBackupCode,
		ClassSecurityQuestion, ClassOrganisation, ClassCaptcha, ClassHTTPAuth, ClassErrorPage, ClassExternalWait,
		ClassMethodChoice, ClassAccountChoice, ClassSSOOnly, ClassLoginEntry, ClassSendCode, ClassPasskey, ClassConsent,
	}, c)
}

// confidence turns evidence into 0 to 99: nothing is certain before the proof.
func confidence(evidence []session.Evidence) int {
	sum := 0
	for _, e := range evidence {
		sum += e.Weight
	}
	return max(0, min(sum, 99))
}
