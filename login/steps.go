package login

import (
	"context"
	"slices"
	"strings"

	"github.com/anteroom/anteroom/session"
)

// claimPassword is the key of the first submit of the password in an attempt; further ones name the code's question.
const claimPassword = "password"

// maxCredentials is how often the password is submitted in an attempt: once, and once per answered question where the site
// blamed nothing but the code.
const maxCredentials = 4

// giveIdentifier fills in the user name and submits it. It needs no claim: it holds no secret that can be wrong.
func (r *run) giveIdentifier(ctx context.Context) (*Outcome, error) {
	return r.giveName(ctx, RoleIdentifier)
}

// giveName fills in and submits what only names the account, once per page.
func (r *run) giveName(ctx context.Context, last Role) (*Outcome, error) {
	if r.seen.Field(RoleCaptcha) != nil {
		return r.faceCaptcha(ctx)
	}
	if slices.Contains(r.progress.Acted, r.seen.Signature) {
		return ended(r.stuck()), nil
	}
	if out := r.ready(); out != nil {
		return out, nil
	}
	ok, err := r.fillForm(ctx, r.credentials()...)
	if err != nil || !ok {
		return nil, err
	}
	return nil, r.submitFilled(ctx, last, nil)
}

// givePassword fills in the password, with the user name where the form wants it, and submits once per attempt.
func (r *run) givePassword(ctx context.Context) (*Outcome, error) {
	captcha := r.seen.Field(RoleCaptcha) != nil
	// A captcha that was blamed alone is the one reason to submit the form again.
	blamed := captcha && (r.refused != nil || r.spare != nil || r.stands(session.AskCaptcha))
	if r.progress.PasswordSubmitted && !blamed {
		return ended(r.loginExpired()), nil
	}
	if captcha {
		return r.faceCaptcha(ctx)
	}
	if out := r.ready(); out != nil {
		return out, nil
	}
	ok, err := r.fillForm(ctx, r.credentials()...)
	if err != nil || !ok {
		return nil, err
	}
	return nil, r.submitFilled(ctx, RolePassword, &claim{ClaimSubmitCredentials, r.firstSubmit()})
}

func (r *run) loginExpired() *session.Failure {
	return r.failure(session.FailureSite, "login_expired",
		"The site went back to the login form while the login was under way.", r.seen.NewError())
}

// givePasswordAndCode fills in a form that wants both. The code is asked for before anything is submitted, and each
// further submit needs a code of its own.
func (r *run) givePasswordAndCode(ctx context.Context) (*Outcome, error) {
	if !r.mayRepeat() {
		return ended(r.loginExpired()), nil
	}
	if out := r.ready(); out != nil {
		return out, nil
	}
	if r.seen.Field(RoleCaptcha) != nil {
		return r.faceCaptcha(ctx)
	}
	code, out, err := r.nextCode(ctx)
	if err != nil || out != nil || code == nil {
		return out, err
	}
	code.role = RoleCode
	if r.progress.CredentialAttempts >= maxCredentials {
		return ended(r.stuck()), nil
	}
	ok, err := r.fillForm(ctx, r.credentials()...)
	if err != nil || !ok {
		r.unuse(*code)
		return nil, err
	}
	return nil, r.enterCode(ctx, RoleCode, *code, r.credentialClaim(code.key))
}

// mayRepeat reports whether a form with password and code may be submitted: nothing of it was before, or the site only
// wants the code besides, or it blamed the code.
func (r *run) mayRepeat() bool {
	p := &r.progress
	asked := r.stands(session.AskCode) || r.seen.Field(RoleCaptcha) != nil && r.stands(session.AskCaptcha)
	return !p.PasswordSubmitted || !p.CodeSubmitted || r.refused != nil || r.spare != nil || asked
}

// stands reports whether the last question was of this kind and is answered just now, or still open.
func (r *run) stands(kind session.InfoRequestKind) bool {
	return r.progress.Asked == subject(kind, "") && (r.in.Answer == nil || r.answer(kind, "") != nil)
}

// firstSubmit is the key of the first submit of the password: the attempt's, or that after a person had the login begin again.
func (r *run) firstSubmit() string {
	if r.progress.Begun != "" {
		return claimPassword + ":" + r.progress.Begun
	}
	return claimPassword
}

// credentialClaim claims a submit of the password: the attempt's only one, or one more for an answered question.
func (r *run) credentialClaim(question string) *claim {
	key := r.firstSubmit()
	if r.progress.PasswordSubmitted {
		key += ":" + question
	}
	return &claim{ClaimSubmitCredentials, key}
}

// ready returns what stands in the way of filling in the page: an origin that may see nothing, terms that nobody
// accepted, a parameter that nobody gave; nil when nothing does.
func (r *run) ready() *Outcome {
	r.filled = nil
	if !r.allowed() {
		return ended(originNotAllowed())
	}
	if out := r.askRequiredTerms(); out != nil {
		return out
	}
	return r.askMissing(r.wanted()...)
}

// allowed reports whether every field that is to be filled in stands where secrets may be typed: it saves a person a
// question. The Page decides again at the moment of typing.
func (r *run) allowed() bool {
	origins := r.in.Project.SecretOrigins()
	for i, f := range r.model.Frames {
		holds := slices.ContainsFunc(r.seen.Fields, func(x FieldRole) bool { return x.Control.Frame == f.ID })
		if (i == 0 || holds) && !origins.Allows(f.Origin) {
			return false
		}
	}
	return !slices.ContainsFunc(r.targets(), func(origin string) bool { return origin != "" && !origins.Allows(origin) })
}

// targets lists the origins to which the form sends what is filled in: its own, and that of the button which submits it.
func (r *run) targets() []string {
	var origins []string
	for i := range r.seen.Fields {
		field := &r.seen.Fields[i].Control
		origins = append(origins, field.FormAction)
		for j := range r.model.Controls {
			c := &r.model.Controls[j]
			// Enter takes the form's first button, whichever that is.
			mayBeDefault := r.seen.Submit == nil && c.Type == "submit" && c.Frame == field.Frame && c.Form == field.Form
			if mayBeDefault && c.Kind == ControlButton && field.Form != 0 {
				origins = append(origins, c.FormAction)
			}
		}
	}
	if r.seen.Submit != nil {
		origins = append(origins, r.seen.Submit.FormAction)
	}
	return origins
}

// fillForm ticks what belongs to the form, and fills it in.
func (r *run) fillForm(ctx context.Context, entries ...entry) (bool, error) {
	if ok, err := r.tick(ctx); err != nil || !ok {
		return false, err
	}
	return r.fill(ctx, entries...)
}

// credentials are the values of the page's fields that name the account, and the password.
func (r *run) credentials() []entry {
	return []entry{
		{RoleOrganisation, r.value(ParameterOrganisation)},
		{RoleIdentifier, r.value(ParameterUsername)},
		{RolePassword, r.value(ParameterPassword)},
	}
}

// wanted lists the parameters that the page's fields take.
func (r *run) wanted() []string {
	var names []string
	for _, x := range []struct {
		role Role
		name string
	}{{RoleOrganisation, ParameterOrganisation}, {RoleIdentifier, ParameterUsername}, {RolePassword, ParameterPassword}} {
		if r.seen.Field(x.role) != nil {
			names = append(names, x.name)
		}
	}
	return names
}

// value returns a parameter, or what a person answered for it.
func (r *run) value(name string) session.Secret {
	if a := r.in.Answer; a != nil && a.Kind == session.AskCredentials {
		if value, ok := a.Values.Get(name); ok {
			return value
		}
	}
	value, _ := r.in.Parameters.Get(name)
	return value
}

// parameterFields are the fields of a question for parameters that the engine knows; others are plain secrets.
var parameterFields = map[string]session.Field{
	ParameterUsername:     {Name: ParameterUsername, Type: "text", Label: "User name"},
	ParameterPassword:     {Name: ParameterPassword, Type: "password", Label: "Password", Secret: true},
	ParameterOrganisation: {Name: ParameterOrganisation, Type: "text", Label: "Organisation"},
}

// askMissing asks for the parameters of names that there are none of; nil when nothing is missing.
func (r *run) askMissing(names ...string) *Outcome {
	var fields []session.Field
	var labels []string
	for _, name := range names {
		if !r.value(name).IsZero() {
			continue
		}
		f, known := parameterFields[name]
		if !known {
			f = session.Field{Name: name, Type: "password", Label: name, Secret: true}
		}
		fields = append(fields, f)
		labels = append(labels, strings.ToLower(f.Label))
	}
	if len(fields) == 0 {
		return nil
	}
	return r.ask(Question{
		Kind: session.AskCredentials, Fields: fields, Message: "The site asks for the " + strings.Join(labels, " and the ") + ".",
	}, strings.Join(labels, ","))
}
