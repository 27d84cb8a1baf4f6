package login

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/anteroom/anteroom/session"
)

// Bounds of one run and one attempt.
const (
	// maxActs is how often a run fills in and submits.
	maxActs = 12
	// maxCodeTries is how often a person is asked for a code.
	maxCodeTries = 3
	// maxCodes is how many codes are typed in an attempt, on whatever pages.
	maxCodes = 6
	// maxTOTPTries is how many computed codes are tried.
	maxTOTPTries = 2
)

// run is one execution of the engine on one page.
type run struct {
	page   Page
	gate   Gate
	report Reporter
	in     Input
	clock  Clock
	timing Timing
	totp   *totpKey

	progress Progress
	model    *PageModel
	seen     Classification
	// pending is the submit whose effect is not judged yet; nil when there is none.
	pending *submitted
	acts    int
	// claimed holds claims that this run won and has not used, because nothing was typed after all.
	claimed map[string]bool
	// actedAt is when the last act was made, readAt the mark before the last reading.
	actedAt time.Time
	// lines are the fingerprints of the lines of the page that was submitted last.
	lines  []string
	readAt Mark
	misses int
	// refused is set when the site refused a code and that was not counted yet; again says why a question is asked
	// again; uncertain is true when the password may have been submitted by somebody else.
	refused   *submitted
	again     *reason
	uncertain bool
	// typed holds the codes that this run typed, so that no message repeats them.
	typed []session.Secret
}

// submitted is a submit and the page as it was at that moment.
type submitted struct {
	class     Class
	signature string
	modelHash string
	document  string
	field     Control
	// uncertain is true when somebody else may have made the submit, or nobody.
	uncertain bool
}

// Run goes on with the login on page until it is logged in, must ask, or has failed. It starts by reading the page,
// whatever Progress says. The caller runs it again with the answer to a Question, on the same page.
//
// The error is ErrPageLost, ctx's when it was cancelled, or an engine fault, wrapped; Outcome then holds the progress
// so far and nothing else. Everything that the site or the account is to blame for is an Outcome.
func Run(ctx context.Context, page Page, gate Gate, report Reporter, in Input) (Outcome, error) {
	r := &run{
		page: page, gate: gate, report: report, in: in, clock: in.Clock, timing: in.Timing.withDefaults(),
		progress: in.Progress.clone(), claimed: map[string]bool{},
	}
	if r.clock == nil {
		r.clock = systemClock{}
	}
	if r.in.Parameters == nil {
		r.in.Parameters = Values{}
	}
	out, err := r.login(ctx)
	if err != nil {
		out.Failed, err = asFailure(ctx, err)
	}
	r.progress.LastClass, r.progress.LastSignature = r.seen.Class, r.seen.Signature
	out.Progress, out.CredentialAttempts, out.Class = r.progress, r.progress.CredentialAttempts, r.seen.Class
	return out, err
}

func (r *run) login(ctx context.Context) (Outcome, error) {
	if f := r.readTOTP(); f != nil {
		return failed(f), nil
	}
	if err := r.open(ctx); err != nil {
		return Outcome{}, err
	}
	for r.acts <= maxActs {
		out, err := r.step(ctx)
		if out != nil || err != nil {
			return deref(out), err
		}
	}
	return failed(r.stuck()), nil
}

// open brings the page to where it can be read: a first run opens the login URL, a later one takes the page as it is.
func (r *run) open(ctx context.Context) error {
	since := r.page.Mark()
	r.actedAt = r.clock.Now()
	if r.in.Resumed {
		r.report.Step(session.StepDetecting)
		if err := r.settle(ctx, since, 0); err != nil {
			return err
		}
		if err := r.read(ctx); err != nil || !blank(r.model.URL) {
			return err
		}
	}
	r.in.Resumed = false // nothing was done on this page yet
	r.report.Step(session.StepNavigating)
	if err := r.page.Navigate(ctx, r.in.Project.LoginURL); err != nil {
		return err
	}
	r.report.Step(session.StepDetecting)
	if err := r.settle(ctx, since, 0); err != nil {
		return err
	}
	return r.read(ctx)
}

func (r *run) settle(ctx context.Context, since Mark, grace time.Duration) error {
	return r.page.Settle(ctx, since, grace, r.timing.Settle)
}

// read models and classifies the page.
func (r *run) read(ctx context.Context) error {
	m, err := r.modelPage(ctx)
	if err != nil {
		return err
	}
	if !r.history().submitted() && r.pending == nil {
		r.progress.Baseline = baseline(m)
		if r.progress.LoginPath == "" {
			r.progress.LoginPath = pathOf(m.URL)
		}
	}
	past := r.history()
	past.IdentifierShown = r.shows(m)
	r.model, r.seen = m, Classify(m, *past)
	return nil
}

// minShown is the shortest identifier that is looked for in a page's text.
const minShown = 3

// shows reports whether the page's text holds the user name.
func (r *run) shows(m *PageModel) bool {
	user := strings.ToLower(r.value(ParameterUsername).Reveal())
	if len(user) < minShown {
		return false
	}
	texts := append([]string{m.Text}, m.Headings...)
	return slices.ContainsFunc(texts, func(text string) bool { return strings.Contains(strings.ToLower(text), user) })
}

// modelPage models the page. A page that goes elsewhere meanwhile is given time to arrive.
func (r *run) modelPage(ctx context.Context) (*PageModel, error) {
	var m *PageModel
	var err error
	for range maxMisses {
		r.readAt = r.page.Mark()
		if m, err = r.page.Model(ctx); !errors.Is(err, ErrDocumentChanged) {
			return m, err
		}
		if err := r.settle(ctx, r.readAt, 0); err != nil {
			return nil, err
		}
	}
	return nil, err
}

func (r *run) history() *History {
	return &History{
		IdentifierSubmitted: r.progress.IdentifierSubmitted,
		PasswordSubmitted:   r.progress.PasswordSubmitted,
		CodeSubmitted:       r.progress.CodeSubmitted,
		Resumed:             r.in.Resumed,
		LoginPath:           cmp.Or(r.progress.LoginPath, pathOf(r.in.Project.LoginURL)),
		Typed:               r.progress.Typed,
		Baseline:            r.progress.Baseline,
		Lines:               r.lines,
	}
}

// step judges what the last submit did and does the next thing. It returns nil, nil to go on.
func (r *run) step(ctx context.Context) (*Outcome, error) {
	if verdict, err := r.loggedIn(ctx); err != nil || verdict != nil {
		return r.landed(verdict), err
	}
	if wait, limit := r.mayChange(); wait {
		changed, err := r.awaitChange(ctx, limit)
		if err != nil || changed {
			return nil, err
		}
	}
	if f := r.judge(); f != nil {
		return ended(f), nil
	}
	r.pending = nil
	switch r.seen.Class { //nolint:exhaustive // every other class ends the run
	case ClassIdentifier:
		return r.giveIdentifier(ctx)
	case ClassPassword, ClassIdentifierPassword:
		return r.givePassword(ctx)
	case ClassCode:
		return r.giveCode(ctx)
	case ClassCodeInForm:
		return r.givePasswordAndCode(ctx)
	}
	return &Outcome{Failed: r.ending()}, nil
}

// loggedIn returns the verdict when the page is a logged-in one, and nil otherwise.
func (r *run) loggedIn(ctx context.Context) (*session.Verdict, error) {
	if r.seen.Class.vetoesSuccess() {
		return nil, nil //nolint:nilnil // no verdict is no error
	}
	evidence := r.seen.Evidence
	if mark := r.in.Project.LoggedIn; mark != "" {
		found, err := r.page.Matches(ctx, mark)
		if err != nil {
			return nil, err
		}
		if found {
			evidence = append([]session.Evidence{{Rule: "project_mark", Weight: MarkWeight, Where: "page"}}, evidence...)
			return &session.Verdict{LoggedIn: true, Confidence: confidence(evidence), Evidence: evidence}, nil
		}
	}
	if r.seen.Class != ClassLoggedIn {
		return nil, nil //nolint:nilnil // no verdict is no error
	}
	return &session.Verdict{LoggedIn: true, Confidence: confidence(evidence), Evidence: evidence}, nil
}

func (r *run) landed(v *session.Verdict) *Outcome {
	if v == nil {
		return nil
	}
	return &Outcome{LoggedIn: &LoggedIn{LandingURL: r.model.URL, Verdict: *v}}
}

// confidence turns evidence into 0 to 99: nothing is certain before the proof.
func confidence(evidence []session.Evidence) int {
	sum := 0
	for _, e := range evidence {
		sum += e.Weight
	}
	return max(0, min(sum, 99))
}

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
		return session.NewFailure(session.FailureBlocked, "origin_not_allowed",
			"The login form is on a host that may not see this project's secrets; nothing was typed there. If it is right, add the host to the project's allowedHosts."), nil
	case errors.As(err, &load):
		return load.Failure(), nil
	case errors.Is(err, context.DeadlineExceeded), errors.Is(ctx.Err(), context.DeadlineExceeded):
		return session.NewFailure(session.FailureSite, "timeout", "The site did not answer in time."), nil
	}
	return nil, fmt.Errorf("log in: %w", err)
}

// Failure is what the error means to the person who must act.
func (e *LoadError) Failure() *session.Failure {
	if e.Refused {
		return session.NewFailure(session.FailureBlocked, "address_not_allowed",
			"The site's address may not be reached from here: it is private, or a port of our own. An operator can allow it in the setting network.allow.")
	}
	return session.NewFailure(session.FailureSite, "unreachable", "The site could not be reached: "+e.Reason+".")
}

func failed(f *session.Failure) Outcome { return Outcome{Failed: f} }

func ended(f *session.Failure) *Outcome { return &Outcome{Failed: f} }

func deref(out *Outcome) Outcome {
	if out == nil {
		return Outcome{}
	}
	return *out
}

func blank(pageURL string) bool { return pageURL == "" || strings.HasPrefix(pageURL, "about:") }

func pathOf(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return ""
	}
	return u.Path
}
