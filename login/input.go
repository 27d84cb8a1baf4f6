package login

import (
	"context"
	"time"

	"github.com/anteroom/anteroom/session"
)

// Names of the parameters and answer values that the engine knows.
const (
	ParameterUsername = "username"
	ParameterPassword = "password"
	// ParameterTOTPSecret is base32, or an otpauth URI: otpauth://totp/ or otpauth://hotp/.
	ParameterTOTPSecret = "totpSecret"
	// ParameterBackupCodes holds codes that are used once each, separated by white space, commas or semicolons.
	ParameterBackupCodes = "backupCodes"
	// ParameterPasskey is a passkey as session.ParsePasskey reads it. The caller of Run puts it into the browser.
	ParameterPasskey = "passkey"
	// ParameterOrganisation is the company, tenant or workspace.
	ParameterOrganisation = "organisation"
	// FieldCode is the answer's value of a code question.
	FieldCode = "code"
	// FieldAnswer is the answer's value of a security question and of a captcha, FieldLink of a link.
	FieldAnswer = "answer"
	FieldLink   = "link"
)

// Parameters are the account's secrets: what the caller gave at the start and what people answered to questions of
// kind credentials since then.
type Parameters interface {
	// Get returns the parameter, and false when there is none.
	Get(name string) (session.Secret, bool)
	// Names lists the parameters there are.
	Names() []string
}

// Values are Parameters held in a map.
type Values map[string]session.Secret

// Get returns the value; an empty one counts as none.
func (v Values) Get(name string) (session.Secret, bool) {
	value, ok := v[name]
	return value, ok && !value.IsZero()
}

// Names lists the names in no order.
func (v Values) Names() []string {
	names := make([]string, 0, len(v))
	for name := range v {
		names = append(names, name)
	}
	return names
}

// Answer is what a person answered to the question that Run returned last.
type Answer struct {
	QuestionID string
	Kind       session.InfoRequestKind
	// Values holds the answer by the names of the question's fields.
	Values Values
	// Choice is the id of the choice that was made; Action what else was asked for: resend or tryAnotherWay.
	Choice string
	Action session.Action
}

// Input is what one run of the engine works from.
type Input struct {
	Project    session.Project
	Parameters Parameters
	// Answer answers the last question; nil on the first run and when a run is repeated.
	Answer *Answer
	// Resumed is true on every run but an attempt's first: the page is where an earlier run left it, and Run reads
	// it instead of opening the login URL.
	Resumed bool
	// UntouchedSince is not zero on a resumed run when no earlier one came to its end, and none claimed or used a secret of the
	// account: what the page shows is not what comes after a login, and since then it had time to show it.
	UntouchedSince time.Time
	// ClaimedAt is when the attempt last won a claim; zero for never, or unknown. The site has had since then to answer what an
	// earlier run submitted, so that a run that takes its place waits for no more than the rest.
	ClaimedAt time.Time
	// Progress is what the last run returned; the zero Progress on the first, and when it was lost.
	Progress Progress
	// Way is how the last login of the project went; nil when there is none. It is a hint.
	Way *Way
	// Clock is the system's unless a test says otherwise.
	Clock Clock
	// Timing holds the bounds of every wait; zero fields are DefaultTiming's.
	Timing Timing
}

// Clock tells the time and waits.
type Clock interface {
	Now() time.Time
	// Sleep returns after d, or ctx's error when ctx ends before.
	Sleep(ctx context.Context, d time.Duration) error
}

// Timing bounds the engine's waits.
type Timing struct {
	// Grace is how long an act may go without any effect before the page counts as quiet.
	Grace time.Duration
	// Settle is the longest wait for a page to become quiet.
	Settle time.Duration
	// Unchanged is the longest wait for a form to react to a submit.
	Unchanged time.Duration
	// Unknown is the longest wait for a page to become something that we know.
	Unknown time.Duration
}

// DefaultTiming is used where Input.Timing is zero. Login-detection §7 and the measurements in lessons.md: slow
// sites answer a submit within 8 s; a page that says nothing for 15 s says nothing later.
func DefaultTiming() Timing {
	return Timing{Grace: time.Second, Settle: 15 * time.Second, Unchanged: 8 * time.Second, Unknown: 15 * time.Second}
}

// maxWait bounds the waits that a recipe names.
const maxWait = 2 * time.Minute

// timing returns the bounds: the recipe's, else the caller's, else the defaults.
func (in *Input) timing() Timing {
	t, d := in.Timing, DefaultTiming()
	waits := session.RecipeWaits{}
	if in.Project.Recipe != nil {
		waits = in.Project.Recipe.Waits
	}
	for _, x := range []struct {
		have, def *time.Duration
		recipe    string
	}{
		{&t.Grace, &d.Grace, ""},
		{&t.Settle, &d.Settle, waits.Settle},
		{&t.Unchanged, &d.Unchanged, waits.Unchanged},
		{&t.Unknown, &d.Unknown, waits.Unknown},
	} {
		if wait, err := time.ParseDuration(x.recipe); err == nil && wait > 0 {
			*x.have = min(wait, maxWait)
		}
		if *x.have <= 0 {
			*x.have = *x.def
		}
	}
	return t
}

// systemClock is the machine's clock.
type systemClock struct{}

func (systemClock) Now() time.Time { return time.Now() }

func (systemClock) Sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
