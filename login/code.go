package login

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/anteroom/anteroom/session"
)

// Reasons for asking a question again.
const (
	// ReasonCodeRejected: the site refused the code.
	ReasonCodeRejected = "code_rejected"
	// ReasonCodeUnknown: whether the code was entered is not known, and the site still asks.
	ReasonCodeUnknown = "code_outcome_unknown"
)

// oneTimeCode is a code to be typed, and the key that claims it.
type oneTimeCode struct {
	value session.Secret
	key   string
	// step is the time step of a computed code; 0 for a person's.
	step int64
	// question is the id of the question that a person answered; empty for a computed code.
	question string
}

// nextCode returns the code to type now: computed, or a person's answer. Otherwise it returns the question or the
// failure that ends the run.
func (r *run) nextCode(ctx context.Context) (oneTimeCode, *Outcome, error) {
	if f := r.countRefusal(); f != nil {
		return oneTimeCode{}, ended(f), nil
	}
	if r.progress.CodesEntered >= maxCodes {
		return oneTimeCode{}, &Outcome{Failed: r.stuck()}, nil
	}
	if r.totp != nil {
		step, value, err := r.nextTOTP(ctx)
		return oneTimeCode{value: value, key: "totp:" + strconv.FormatInt(step, 10), step: step}, nil, err
	}
	if a := r.in.Answer; a != nil && a.Kind == session.AskCode && a.QuestionID != r.progress.UsedAnswer {
		if value, ok := a.Values.Get(FieldCode); ok {
			return oneTimeCode{value: r.tidy(value), key: a.QuestionID, question: a.QuestionID}, nil, nil
		}
	}
	return oneTimeCode{}, &Outcome{Question: r.askCode()}, nil
}

// use records that the code is about to be typed: before it is, so that no code is typed twice.
func (r *run) use(code oneTimeCode) {
	r.typed = append(r.typed, code.value)
	r.progress.CodesEntered++
	if code.step != 0 {
		r.progress.LastTOTPStep = code.step
		return
	}
	r.progress.UsedAnswer = code.question
}

// unuse takes use back for a code of a person that was certainly not typed. A time step is not worth the risk.
func (r *run) unuse(code oneTimeCode) {
	r.pending = nil
	if code.step == 0 {
		r.progress.UsedAnswer = ""
	}
}

// countRefusal counts a code that the site refused, and returns the failure when it was the last one allowed.
func (r *run) countRefusal() *session.Failure {
	if r.refused == nil {
		return nil
	}
	uncertain := r.refused.uncertain
	r.refused = nil
	e := r.seen.NewError()
	r.again = &reason{code: ReasonCodeRejected}
	if uncertain && e == nil {
		r.again.code = ReasonCodeUnknown
	}
	if e != nil {
		r.again.siteError = r.redact(e.Text)
	}
	if r.totp != nil {
		if r.progress.TOTPRefusals++; r.progress.TOTPRefusals >= maxTOTPTries {
			return r.failure(session.FailureCredential, "totp_rejected",
				"The site refused the codes that were computed from totpSecret.", e)
		}
		return nil
	}
	if r.progress.CodeRefusals++; r.progress.CodeRefusals >= maxCodeTries {
		return r.failure(session.FailureNeedsUser, ReasonCodeRejected, "The site refused the code three times.", e)
	}
	return nil
}

// reason says why a question is asked again.
type reason struct {
	code      string
	siteError string
}

func (r *run) askCode() *Question {
	field := session.Field{Name: FieldCode, Type: "code", Label: "Code", Secret: true, Length: r.seen.CodeLength}
	if f := r.seen.Field(RoleCode); f != nil && numericControl(&f.Control) && field.Length > 0 {
		field.Pattern = fmt.Sprintf("[0-9]{%d}", field.Length)
	}
	q := &Question{
		Kind: session.AskCode, Message: "The site asks for a one-time code.", Fields: []session.Field{field},
		MaskedTarget: r.redact(r.seen.MaskedTarget), Length: r.seen.CodeLength, Attempt: r.progress.CodeRefusals + 1,
	}
	if q.MaskedTarget != "" {
		q.Message = "The site asks for a one-time code, which it sent to " + q.MaskedTarget + "."
	}
	if r.again != nil {
		q.Reason, q.SiteError = r.again.code, r.again.siteError
	}
	return q
}

// tidy takes the spaces out of a code that people copied in groups.
func (r *run) tidy(value session.Secret) session.Secret {
	return session.NewSecret(strings.Join(strings.Fields(value.Reveal()), ""))
}

func numericControl(c *Control) bool { return (&field{Control: c}).numeric() }
