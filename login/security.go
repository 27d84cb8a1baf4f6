package login

import (
	"cmp"
	"context"
	"strings"

	"github.com/anteroom/anteroom/session"
)

// answerField returns the role of the field that an answer goes into, once the page may be filled in and what was refused before
// is counted; else how the run ends.
func (r *run) answerField() (Role, *Outcome) {
	if out := r.ready(); out != nil {
		return "", out
	}
	role := codeRole(&r.seen)
	if role == "" {
		return "", ended(r.ending())
	}
	if f := r.countRefusal(); f != nil {
		return "", ended(f)
	}
	return role, nil
}

// answerSecurityQuestion enters what the person answers to the site's question.
func (r *run) answerSecurityQuestion(ctx context.Context) (*Outcome, error) {
	role, out := r.answerField()
	if out != nil {
		return out, nil
	}
	question := r.redact(strings.TrimSpace(cmp.Or(r.seen.Question, r.seen.Field(role).Control.Label)))
	if spare := r.takeSpare(role); spare != nil {
		return nil, r.enterCode(ctx, role, *spare, nil)
	}
	if a := r.answer(session.AskSecurityQuestion, question); a != nil {
		if value, ok := a.Values.Get(FieldAnswer); ok {
			return nil, r.enterCode(ctx, role, oneTimeCode{value: value, key: a.QuestionID, question: a.QuestionID}, nil)
		}
	}
	return r.ask(Question{
		Kind: session.AskSecurityQuestion, Message: "The site asks: " + cmp.Or(question, "a security question"),
		Fields:  []session.Field{{Name: FieldAnswer, Type: "text", Label: cmp.Or(question, "Answer"), Secret: true}},
		Attempt: r.progress.codeTries() + 1,
	}, question), nil
}
