package login

import (
	"github.com/anteroom/anteroom/session"
)

// Reasons for asking a question again.
const (
	// ReasonCodeRejected: the site refused the code.
	ReasonCodeRejected = "code_rejected"
	// ReasonCodeUnknown: whether the code was entered is not known, and the site still asks.
	ReasonCodeUnknown = "code_outcome_unknown"
	// ReasonAnswerRejected: the site refused the answer to its question.
	ReasonAnswerRejected = "answer_rejected"
	// ReasonResent: the site was asked to send its code, link or push again.
	ReasonResent = "resent"
	// ReasonNotApproved: the person said that it was done, and the site still waits.
	ReasonNotApproved = "not_approved_yet"
	// ReasonLinkRefused: the link is none, or leads where the project's secrets may not be.
	ReasonLinkRefused = "link_not_allowed"
	// ReasonNotTyped: the page did not ask any more for what the person gave.
	ReasonNotTyped = "not_typed"
	// ReasonNoEffect: what was chosen led back to the same page.
	ReasonNoEffect = "no_effect"
)

// maxTries is how often a person is asked the same because the answer led nowhere.
const maxTries = 3

// reason says why a question of a kind is asked again.
type reason struct {
	kind      session.InfoRequestKind
	code      string
	siteError string
}

// ask makes the outcome of a question. about tells it apart from others of its kind: only an answer to the same one is used.
func (r *run) ask(q Question, about string) *Outcome {
	r.progress.Asked = subject(q.Kind, about)
	q.Attempt = max(q.Attempt, 1)
	if r.again != nil && r.again.kind == q.Kind {
		q.Reason, q.SiteError = r.again.code, r.again.siteError
	}
	if q.Fields == nil {
		q.Fields = []session.Field{}
	}
	if q.Choices == nil {
		q.Choices = []session.Choice{}
	}
	q.Allow = r.allow(q)
	return &Outcome{Question: &q}
}

// allow lists what may be done with a question: an answer or a choice, what the page offers besides, and to give up.
func (r *run) allow(q Question) []session.Action {
	var actions []session.Action
	switch {
	case q.Kind == session.AskUnknownPage && len(q.Fields) == 0, q.Kind == session.AskChoice:
	default:
		actions = append(actions, session.ActionAnswer)
	}
	if len(q.Choices) > 0 {
		actions = append(actions, session.ActionChoose)
	}
	if sends(q.Kind) && r.seen.Action(ActionResend) != nil {
		actions = append(actions, session.ActionResend)
	}
	if (sends(q.Kind) || q.Kind == session.AskSecurityQuestion) && r.anotherWay() != nil {
		actions = append(actions, session.ActionTryAnotherWay)
	}
	return append(actions, session.ActionCancel)
}

// sends reports whether a question of this kind is about something that the site sent.
func sends(kind session.InfoRequestKind) bool {
	return kind == session.AskCode || kind == session.AskApproval || kind == session.AskLink
}

func subject(kind session.InfoRequestKind, about string) string {
	if about == "" {
		return string(kind)
	}
	return string(kind) + "/" + fingerprint(about)
}

// answer returns what a person answered to the question of this kind about the same; nil when nobody did, when it was used
// already or when it answers something that the page does not ask any more.
func (r *run) answer(kind session.InfoRequestKind, about string) *Answer {
	a := r.in.Answer
	if a == nil || a.Kind != kind || a.QuestionID == r.progress.UsedAnswer {
		return nil
	}
	if r.progress.Asked != "" && r.progress.Asked != subject(kind, about) {
		return nil
	}
	return a
}

// answered notes that an answer is used up.
func (r *run) answered(a *Answer) { r.progress.UsedAnswer = a.QuestionID }
