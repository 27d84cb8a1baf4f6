package login

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/anteroom/anteroom/session"
)

// oneTimeCode is a code to be typed, and the key that claims it.
type oneTimeCode struct {
	value session.Secret
	key   string
	// role is the field that it was meant for.
	role Role
	// step is the time step of a computed code; 0 for any other.
	step int64
	// computed is true for a code that was computed from totpSecret.
	computed bool
	// question is the id of the question that a person answered; empty for every other code.
	question string
}

// giveCode enters a one-time code that stands alone.
func (r *run) giveCode(ctx context.Context) (*Outcome, error) {
	if out := r.ready(); out != nil {
		return out, nil
	}
	code, out, err := r.nextCode(ctx)
	if err != nil || out != nil || code == nil {
		return out, err
	}
	code.role = RoleCode
	if ok, err := r.tick(ctx); err != nil || !ok {
		r.unuse(*code)
		return nil, err
	}
	return nil, r.enterCode(ctx, RoleCode, *code, nil)
}

// nextCode returns the code to type now: computed, or a person's answer. Otherwise it returns the question or the
// failure that ends the run, or nothing at all when the page became another while it waited.
func (r *run) nextCode(ctx context.Context) (*oneTimeCode, *Outcome, error) {
	if f := r.countRefusal(); f != nil {
		return nil, ended(f), nil
	}
	if r.progress.CodesEntered >= maxCodes {
		return nil, ended(r.stuck()), nil
	}
	if code := r.takeSpare(RoleCode); code != nil {
		return code, nil, nil
	}
	if r.otp != nil && !r.sentElsewhere() {
		code, err := r.computeCode(ctx)
		return code, nil, err
	}
	if a := r.answer(session.AskCode, codeAlone); a != nil {
		if value, ok := a.Values.Get(FieldCode); ok {
			return &oneTimeCode{value: tidy(value), key: a.QuestionID, question: a.QuestionID}, nil, nil
		}
	}
	return nil, r.askCode("The site asks for a one-time code", codeAlone), nil
}

// What a question for a code is about.
const (
	codeAlone  = ""
	codeBackup = "backup"
)

// sentElsewhere reports whether the code is one that the site sent: a computed one would be wrong. A site that does not know
// the account yet sent nothing, whatever the page speaks of.
func (r *run) sentElsewhere() bool {
	if !r.progress.IdentifierSubmitted && !r.progress.PasswordSubmitted && r.seen.Field(RoleIdentifier) != nil {
		return false
	}
	switch r.seen.Medium { //nolint:exhaustive // only these carry a code
	case session.MediumSMS, session.MediumEmail, session.MediumVoice:
		return true
	}
	return false
}

// enterCode claims the code, types it and submits. A form that goes off by itself is not submitted again.
func (r *run) enterCode(ctx context.Context, role Role, code oneTimeCode, credentials *claim) error {
	code.role = role
	f := r.seen.Field(role)
	if f == nil { // what was ticked or typed before changed the page
		r.unuse(code)
		return nil
	}
	field := f.Control
	won, err := r.claim(ctx, claim{ClaimEnterCode, code.key})
	if err != nil {
		return err
	}
	r.spend(code)
	if won && credentials != nil { // the form may go off by itself once the code stands in it
		won, err = r.claim(ctx, *credentials)
		if err != nil {
			return err
		}
	}
	if !won {
		return r.lookAtOthersWork(ctx, field, role)
	}
	since := r.page.Mark()
	r.entering = &code
	defer func() { r.entering = nil }()
	r.expect(field, role)
	r.pending.claim = credentials
	ok, err := r.fill(ctx, entry{role, code.value})
	if err != nil {
		return err
	}
	if !ok {
		r.pending = nil
		r.unuse(code)
		return nil
	}
	return r.submitCode(ctx, role, since, credentials)
}

// submitCode reads the page again, since many forms go off by themselves, and submits the one that did not.
func (r *run) submitCode(ctx context.Context, role Role, since Mark, credentials *claim) error {
	password := r.pending.password
	r.actedAt = r.clock.Now()
	if err := r.awaitBoxes(ctx); err != nil {
		return err
	}
	same, err := r.refresh(ctx)
	if err != nil {
		return err
	}
	if same && !r.gone(role) {
		return r.submitFilled(ctx, role, credentials)
	}
	r.progress.CodeSubmitted = true
	if password {
		r.progress.PasswordSubmitted = true
		r.progress.CredentialAttempts++
	}
	return r.look(ctx, since)
}

// boxesGrace is the part of Timing.Grace in which boxes that go off by themselves do so.
const boxesGrace = 2

// awaitBoxes gives a code in boxes the moment that its script needs to send it off: a click as well would send it twice.
func (r *run) awaitBoxes(ctx context.Context) error {
	if len(r.seen.Boxes) == 0 {
		return nil
	}
	return r.settle(ctx, r.page.Mark(), r.timing.Grace/boxesGrace)
}

// gone reports whether the field cannot be typed into any more.
func (r *run) gone(role Role) bool {
	f := r.seen.Field(role)
	return f == nil || f.Control.Disabled || f.Control.ReadOnly
}

// codeRole returns the role of the field that takes a code or an answer; empty when there is none.
func codeRole(c *Classification) Role {
	for _, role := range []Role{RoleCode, RoleBackupCode, RoleSecurityAnswer} {
		if c.Field(role) != nil {
			return role
		}
	}
	return ""
}

// spend records that the code is about to be typed: before it is, so that no code is typed twice.
func (r *run) spend(code oneTimeCode) {
	r.typed = append(r.typed, code.value)
	r.progress.CodesEntered++
	if code.step != 0 {
		r.progress.LastTOTPStep = code.step
	}
	if code.question != "" {
		r.progress.UsedAnswer = code.question
	}
}

// unuse keeps a code that was certainly not typed.
func (r *run) unuse(code oneTimeCode) { r.spare = &code }

// takeSpare returns the code for role that was spent and not typed, if it is still good.
func (r *run) takeSpare(role Role) *oneTimeCode {
	code := r.spare
	r.spare = nil
	if code == nil || code.role != role || code.computed && r.sentElsewhere() {
		return nil
	}
	if code.step == 0 {
		return code
	}
	if step, left := r.otp.step(r.clock.Now()); step != code.step || left < r.otp.reserve() {
		return nil
	}
	return code
}

// countRefusal counts a code or an answer that the site refused, and returns the failure when it was the last one allowed.
func (r *run) countRefusal() *session.Failure {
	p := r.refused
	if p == nil {
		return nil
	}
	r.refused = nil
	e := r.seen.NewError()
	r.again = refusalOf(p)
	if p.uncertain && e == nil {
		r.again.code = ReasonCodeUnknown
	}
	if said := r.answerTo(p); said != nil {
		r.again.siteError = r.redact(said.Text)
	}
	if p.code != nil && p.code.computed {
		if r.progress.TOTPRefusals++; r.progress.TOTPRefusals >= maxTOTPTries {
			return r.failure(session.FailureCredential, "totp_rejected",
				"The site refused the codes that were computed from totpSecret.", e)
		}
		return nil
	}
	if r.again.code == ReasonCodeUnknown { // the site may have seen none; how often a person is asked is bounded elsewhere
		r.progress.CodeUnknowns++
		return nil
	}
	if r.progress.CodeRefusals++; r.progress.CodeRefusals >= maxCodeTries {
		return r.failure(session.FailureNeedsUser, refusalOf(p).code, "The site refused the code or the answer three times.", e)
	}
	return nil
}

// refusalOf says why the question of a refused submit is asked again.
func refusalOf(p *submitted) *reason {
	switch {
	case p.role == RoleCaptcha:
		return &reason{kind: session.AskCaptcha, code: ReasonAnswerRejected}
	case p.class == ClassSecurityQuestion:
		return &reason{kind: session.AskSecurityQuestion, code: ReasonAnswerRejected}
	}
	return &reason{kind: session.AskCode, code: ReasonCodeRejected}
}

// askCode asks for a code; message is the beginning of its sentence.
func (r *run) askCode(message, about string) *Outcome {
	q := Question{
		Kind: session.AskCode, Message: message + ".", Fields: []session.Field{r.codeField()}, Medium: r.seen.Medium,
		MaskedTarget: r.redact(r.seen.MaskedTarget), Length: r.seen.CodeLength, Attempt: r.progress.codeTries() + 1,
	}
	if q.MaskedTarget != "" {
		q.Message = message + ", which it sent to " + q.MaskedTarget + "."
	}
	if c := r.seen.Countdown; c > 0 {
		q.Message += " It is valid for " + c.Round(time.Second).String() + "."
	}
	return r.ask(q, about)
}

// codeField is the field of a question that takes the code.
func (r *run) codeField() session.Field {
	field := session.Field{Name: FieldCode, Type: "code", Label: "Code", Secret: true, Length: r.seen.CodeLength}
	if f := r.seen.Field(RoleCode); f != nil && numericControl(&f.Control) && field.Length > 0 {
		field.Pattern = fmt.Sprintf("[0-9]{%d}", field.Length)
	}
	return field
}

// tidy takes the spaces out of a code that people copied in groups.
func tidy(value session.Secret) session.Secret {
	return session.NewSecret(strings.Join(strings.Fields(value.Reveal()), ""))
}

func numericControl(c *Control) bool { return (&field{Control: c}).numeric() }
