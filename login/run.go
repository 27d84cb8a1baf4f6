package login

import (
	"context"
	"errors"
	"time"

	"github.com/anteroom/anteroom/session"
)

// Bounds of one run and one attempt.
const (
	// maxActs is how often a run fills in, clicks or chooses.
	maxActs = 40
	// maxLoops is how often a run looks at the page and decides, whether it acts or waits.
	maxLoops = 400
	// maxRun is how long a run goes on before it gives up; its last wait comes on top.
	maxRun = 4 * time.Minute
	// maxMisses is how often in a row something may slip away before the page is given up.
	maxMisses = 3
	// maxCodeTries is how often a person is asked for a code.
	maxCodeTries = 3
	// maxCodes is how many codes are typed in an attempt, on whatever pages.
	maxCodes = 6
	// maxSame is how often the same control of the same page is used.
	maxSame = 2
)

// run is one execution of the engine on one page.
type run struct {
	page   Page
	gate   Gate
	report Reporter
	in     Input
	clock  Clock
	timing Timing
	otp    *otpKey
	// deadline is when the run gives up.
	deadline time.Time

	// classifier is Classify, but in tests of the loop alone.
	classifier func(*PageModel, History) Classification

	progress Progress
	model    *PageModel
	seen     Classification
	// pending is the act whose effect is not judged yet, last the one that led to this page; nil when there is none.
	pending, last *submitted
	acts          int
	// claimed holds claims that this run won and has not used, because nothing was typed after all.
	claimed map[string]bool
	// actedAt is when the last act was made, readAt the mark before the last reading.
	actedAt time.Time
	readAt  Mark
	// lines are the fingerprints of the complaints on the page that was submitted last, texts those of all it said.
	lines, texts []string
	misses       int
	// refused is set when the site refused a code or an answer and that was not counted yet; again says why a question
	// is asked again; uncertain is true when the password may have been submitted by somebody else.
	refused   *submitted
	again     *reason
	uncertain bool
	// leftUnsent is the document in which an earlier execution filled in the password and provably did not submit it; empty when there
	// is none.
	leftUnsent string
	// filled holds what was typed into the present page; typed every code that this run typed, so that no message
	// repeats them; spare a code that was spent and certainly not typed.
	filled []entry
	typed  []session.Secret
	spare  *oneTimeCode
	// entering is the code that is being entered.
	entering *oneTimeCode
	// opened is true when this run opened a link that a person gave.
	opened bool
	// ticked names the toggles that were clicked: each is clicked once.
	ticked map[string]bool
}

// Run goes on with the login on page until it is logged in, must ask, or has failed. It starts by reading the page,
// whatever Progress says. The caller runs it again with the answer to a Question, on the same page.
//
// The error is ErrPageLost, ctx's when it was cancelled, or an engine fault, wrapped; Outcome then holds the progress
// so far and nothing else. Everything that the site or the account is to blame for is an Outcome.
func Run(ctx context.Context, page Page, gate Gate, report Reporter, in Input) (Outcome, error) {
	return newRun(page, gate, report, in).run(ctx)
}

func (r *run) run(ctx context.Context) (Outcome, error) {
	out, err := r.login(ctx)
	if err != nil {
		out = Outcome{}
		out.Failed, err = asFailure(ctx, err)
	}
	if err == nil {
		r.conclude(ctx, &out)
		if err = r.explainUnused(ctx, &out); err != nil {
			out = Outcome{}
			out.Failed, err = asFailure(ctx, err)
		}
	}
	r.progress.LastClass, r.progress.LastSignature, r.progress.LastShown = r.seen.Class, r.seen.Signature, r.shown()
	out.Progress, out.CredentialAttempts, out.Class = r.progress, r.progress.CredentialAttempts, r.seen.Class
	out.Way = r.progress.Way
	return out, err
}

func newRun(page Page, gate Gate, report Reporter, in Input) *run {
	r := &run{
		page: page, gate: gate, report: report, in: in, clock: in.Clock, timing: in.timing(),
		progress: in.Progress.clone(), claimed: map[string]bool{}, ticked: map[string]bool{}, classifier: Classify,
	}
	if r.clock == nil {
		r.clock = systemClock{}
	}
	if r.in.Parameters == nil {
		r.in.Parameters = Values{}
	}
	r.deadline = r.clock.Now().Add(maxRun)
	return r
}

func (r *run) login(ctx context.Context) (Outcome, error) {
	if f := r.readOTP(); f != nil {
		return failed(f), nil
	}
	if out, err := r.open(ctx); out != nil || err != nil {
		return deref(out), err
	}
	for steps := 0; steps < maxLoops && r.acts <= maxActs; steps++ {
		if r.clock.Now().After(r.deadline) {
			return failed(r.failure(session.FailureSite, "timeout", "The login did not come to an end in time.", nil)), nil
		}
		if out, err := r.step(ctx); out != nil || err != nil {
			return deref(out), err
		}
	}
	return failed(r.stuck()), nil
}

// open brings the page to where it can be read: a first run opens the login URL, a later one takes the page as it is.
func (r *run) open(ctx context.Context) (*Outcome, error) {
	begun, err := r.begunAgain(ctx)
	if err != nil {
		return nil, err
	}
	if r.in.Resumed && !begun {
		r.report.Step(session.StepDetecting)
		r.actedAt = r.before(r.in.UntouchedSince, r.timing.Unknown)
		if err := r.settle(ctx, r.page.Mark(), 0); err != nil {
			return nil, err
		}
		if err := r.read(ctx); err != nil || !blank(r.model.URL) {
			r.noteUnsent()
			return nil, err
		}
	}
	r.in.Resumed = false // nothing was done on this page yet
	if q := r.askForSteps(r.recipe().Before); q != nil {
		return q, nil
	}
	if err := r.navigate(ctx, r.in.Project.LoginURL); err != nil {
		return nil, err
	}
	return nil, r.perform(ctx, r.recipe().Before)
}

// navigate opens a URL and reads what it shows.
func (r *run) navigate(ctx context.Context, target string) error {
	since := r.page.Mark()
	r.actedAt = r.clock.Now()
	r.report.Step(session.StepNavigating)
	if err := r.page.Navigate(ctx, target); err != nil {
		return err
	}
	r.report.Step(session.StepDetecting)
	if err := r.settle(ctx, since, 0); err != nil {
		return err
	}
	return r.read(ctx)
}

// step judges what the last act did and does the next thing. It returns nil, nil to go on.
func (r *run) step(ctx context.Context) (*Outcome, error) {
	if out, err := r.arrived(ctx); out != nil || err != nil {
		return out, err
	}
	if f, err := r.marked(ctx); f != nil || err != nil {
		return ended(f), err
	}
	if r.covered() && r.effect() == effectForward {
		return nil, r.uncover(ctx)
	}
	if changed, err := r.awaitMore(ctx); changed || err != nil {
		return nil, err
	}
	if r.unsent() {
		return nil, r.typeAndSubmit(ctx)
	}
	if f := r.judge(); f != nil {
		return ended(f), nil
	}
	if r.pending != nil && r.effect() == effectForward {
		r.again = nil
	}
	r.pending, r.last = nil, r.pending
	if r.covered() {
		return nil, r.uncover(ctx)
	}
	for _, detour := range detours {
		if taken, err := detour(r, ctx); taken || err != nil {
			return nil, err
		}
	}
	act, ok := steps[r.seen.Class]
	if !ok {
		return ended(r.ending()), nil
	}
	return act(r, ctx)
}

// steps says what is done on a page of each class. A step returns how the run ends, or nil to go on with what the page
// has become. A logged-in page never comes here.
var steps = map[Class]func(*run, context.Context) (*Outcome, error){
	ClassIdentifier:         (*run).giveIdentifier,
	ClassPassword:           (*run).givePassword,
	ClassIdentifierPassword: (*run).givePassword,
	ClassCode:               (*run).giveCode,
	ClassCodeSplit:          (*run).giveCode,
	ClassCodeInForm:         (*run).givePasswordAndCode,
	ClassBackupCode:         (*run).giveBackupCode,
	ClassOrganisation:       (*run).giveOrganisation,
	ClassSecurityQuestion:   (*run).answerSecurityQuestion,
	ClassMethodChoice:       (*run).chooseMethod,
	ClassAccountChoice:      (*run).chooseAccount,
	ClassSSOOnly:            (*run).chooseProvider,
	ClassLoginEntry:         (*run).enterLogin,
	ClassSendCode:           (*run).sendCode,
	ClassPasskey:            (*run).usePasskey,
	ClassExternalWait:       (*run).awaitPerson,
	ClassCaptcha:            (*run).faceCaptcha,
	ClassConsent:            (*run).giveConsent,
	ClassTerms:              (*run).acceptTerms,
	ClassStaySignedIn:       (*run).staySignedIn,
	ClassOffer:              (*run).declineOffer,
	ClassEnrolment:          (*run).declineEnrolment,
	ClassChangePassword:     (*run).declineNewPassword,
	ClassRegistration:       (*run).leaveRegistration,
	ClassHTTPAuth:           (*run).authenticate,
	ClassErrorPage:          (*run).faceErrorPage,
	ClassAmbiguous:          (*run).askUnknown,
	ClassUnknown:            (*run).askUnknown,
}

// detours lead away from a page before its own step: what a person asked for instead of an answer, the provider that the
// project names, a passkey, a method that needs no person. Each returns true when it did something.
var detours = []func(*run, context.Context) (bool, error){
	(*run).returnFromLink,
	(*run).requested,
	(*run).viaProvider,
	(*run).viaPasskey,
	(*run).viaAnotherWay,
}

func (r *run) settle(ctx context.Context, since Mark, grace time.Duration) error {
	return r.page.Settle(ctx, since, grace, r.timing.Settle)
}

// may counts an act by name and reports whether it was done less than limit times in this attempt.
func (r *run) may(what string, limit int) bool {
	if r.progress.Counts[what] >= limit {
		return false
	}
	r.progress.Counts[what]++
	return true
}

// here names an act on the page as it is, for may.
func (r *run) here(what string) string { return what + "/" + r.seen.Signature }

// asFailure splits what ends an operation with a failure from what the caller must handle.
func asFailure(ctx context.Context, err error) (*session.Failure, error) {
	var failure *session.Failure
	var load *LoadError
	switch {
	case errors.Is(err, ErrPageLost):
		return nil, err
	case errors.As(err, &failure):
		return failure, nil
	case errors.Is(ctx.Err(), context.Canceled):
		return nil, ctx.Err()
	case errors.Is(err, ErrOriginNotAllowed):
		return originNotAllowed(), nil
	case errors.As(err, &load):
		return load.Failure(), nil
	case errors.Is(err, context.DeadlineExceeded), errors.Is(ctx.Err(), context.DeadlineExceeded):
		return session.NewFailure(session.FailureSite, "timeout", "The site did not answer in time."), nil
	}
	return nil, engineFault(err)
}
