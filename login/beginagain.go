package login

import (
	"cmp"
	"context"
	"slices"

	"github.com/anteroom/anteroom/session"
)

// beginAgain is the choice to begin the login again, and what a question about that is about.
const beginAgain = "begin_again"

// maxBegins is how often a person is asked that in an attempt.
const maxBegins = 2

// explainUnused says in the next question that a code or an answer was not typed, because the page does not ask for it any more:
// it expired, or another page took its place while the person looked for it. Where the site leads nowhere from there, the person is
// asked whether to begin again instead of a failure: the password is not submitted once more by itself.
func (r *run) explainUnused(ctx context.Context, out *Outcome) error {
	a := r.in.Answer
	if out.LoggedIn != nil || a == nil || a.QuestionID == r.progress.UsedAnswer || !answersField(a) {
		return nil
	}
	if f := out.Failed; f != nil && f.Class != session.FailureSite && f.Class != session.FailureUnsupported {
		return nil // the account, or the person, must do something else first
	}
	untyped, err := r.claim(ctx, claim{ClaimEnterCode, a.QuestionID}) // an execution that died may have typed it
	if err != nil || !untyped {
		return err
	}
	r.answered(a)
	if out.Failed != nil && !r.offerToBegin(out) {
		return nil
	}
	q := out.Question
	q.Reason = cmp.Or(q.Reason, ReasonNotTyped)
	q.Message = "The page does not ask for what you gave any more, so it was not typed. " + q.Message
	return nil
}

// answersField reports whether the answer is to be typed into a field that is on the page already.
func answersField(a *Answer) bool {
	acts := a.Action != "" && a.Action != session.ActionAnswer
	return !acts && (a.Kind == session.AskCode || a.Kind == session.AskSecurityQuestion)
}

// offerToBegin makes a question of a failure; false when that was done too often.
func (r *run) offerToBegin(out *Outcome) bool {
	if r.progress.CredentialAttempts >= maxCredentials || !r.may(beginAgain, maxBegins) {
		return false
	}
	failure := out.Failed
	asked := r.ask(Question{
		Kind:      session.AskChoice,
		Message:   failure.Message + " If the login begins again, the password is submitted once more, and a new code comes.",
		Choices:   []session.Choice{{ID: beginAgain, Type: beginAgain, Label: "Begin the login again"}},
		SiteError: failure.SiteError,
	}, beginAgain)
	out.Question, out.Failed = asked.Question, nil
	return true
}

// begunAgain does what a person chose who was asked that: it forgets the login so far and opens the login page. An execution
// that died may have done so: then the page is taken as it is.
func (r *run) begunAgain(ctx context.Context) (begun bool, err error) {
	a := r.answer(session.AskChoice, beginAgain)
	if a == nil || a.Choice != beginAgain {
		return false, nil
	}
	first, err := r.claim(ctx, claim{ClaimAct, a.QuestionID})
	if err != nil {
		return false, err
	}
	p := &r.progress
	r.progress = Progress{
		CredentialAttempts: p.CredentialAttempts, CodesEntered: p.CodesEntered, CodeRefusals: p.CodeRefusals, CodeUnknowns: p.CodeUnknowns, TOTPRefusals: p.TOTPRefusals,
		LastTOTPStep: p.LastTOTPStep, LoginPath: p.LoginPath, Baseline: slices.Clone(p.Baseline), UsedAnswer: a.QuestionID,
		Begun: a.QuestionID, Counts: map[string]int{beginAgain: p.Counts[beginAgain]},
	}
	return first, nil
}
