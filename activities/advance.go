package activities

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/anteroom/anteroom/login"
	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/workflows"
)

// answerMargin is what is left of an activity's time when the engine must have ended, so that its end is heard.
const answerMargin = 15 * time.Second

// proofTime is what is left of an activity's time when a proof may still begin in it.
const proofTime = 50 * time.Second

// Advance lets the login engine go on with the page until it is logged in, asks or gives up. A logged-in page is captured
// at once; see [Pages.Capture].
func (p *Pages) Advance(ctx context.Context, in *workflows.AdvanceInput) (*workflows.AdvanceOutput, error) {
	return step(ctx, "advance the login", func(ctx context.Context) (*workflows.AdvanceOutput, error) { return p.advance(ctx, in) })
}

func (p *Pages) advance(ctx context.Context, in *workflows.AdvanceInput) (*workflows.AdvanceOutput, error) {
	j, err := p.job(ctx, refOf(in.Page))
	if err != nil {
		return nil, err
	}
	held, err := p.attach(ctx, in.Page)
	if err != nil {
		return nil, err
	}
	defer held.leave()
	return p.goOn(ctx, held, j, in)
}

// goOn lets the engine go on with a page that is held, and keeps what it leaves behind.
func (p *Pages) goOn(ctx context.Context, held *heldPage, j *job, in *workflows.AdvanceInput) (*workflows.AdvanceOutput, error) {
	input, told, err := p.engineInput(ctx, j, in)
	if err != nil {
		return nil, err
	}
	if told {
		failure, err := p.bind(ctx, j, input.Parameters)
		if err != nil {
			return nil, err
		}
		if failure != nil {
			return &workflows.AdvanceOutput{Progress: in.Progress, Failure: failure, Rejected: failure.Class.OpensBreaker()}, nil
		}
	}
	reporter := p.report(ctx, refOf(in.Page), in.Page.Attempt, in.Seq, in.RunID)
	defer reporter.close()
	res, err := p.run(ctx, held, j, reporter, input)
	if err != nil {
		return nil, err
	}
	out, err := advanced(res)
	if err != nil {
		return nil, err
	}
	if err := p.leaveBehind(ctx, j, in.Number, res, out); err != nil {
		return nil, err
	}
	if out.Question != nil {
		p.parkedBy(held.lent, out.Question.Kind)
	}
	if out.LoggedIn {
		reporter.Step(session.StepCapturing)
		if out.Captured, err = p.captureAtOnce(ctx, held, j, res); out.Captured {
			out.Proof = p.proveAtOnce(ctx, held, j, in, out, reporter)
		}
	}
	return out, err
}

// run runs the engine, which ends before the activity's time is up, and remembers what the page's passkeys were used for.
func (p *Pages) run(ctx context.Context, held *heldPage, j *job, reporter login.Reporter, input login.Input) (login.Outcome, error) {
	limit := time.Now().Add(workflows.EngineTimeout)
	if deadline, ok := ctx.Deadline(); ok && deadline.Add(-answerMargin).Before(limit) {
		limit = deadline.Add(-answerMargin)
	}
	running, cancel := context.WithDeadline(ctx, limit)
	defer cancel()
	input.Resumed = held.lent.used.Swap(true)
	if input.Resumed {
		claimed, err := p.Store.LastClaim(running, held.lease.Ref, held.lease.Attempt)
		if err != nil {
			return login.Outcome{}, err
		}
		input.ClaimedAt = claimed
		if claimed.IsZero() && untouched(held, input) {
			input.UntouchedSince = held.lease.LentAt
		}
	}
	gate := &claimGate{held: held, store: p.Store, op: &j.op, now: p.Now}
	res, err := login.Run(running, held, gate, reporter, input)
	if errors.Is(err, login.ErrPageLost) {
		return res, &pageLostError{error: err, rejected: rejected(res)}
	}
	// Whatever became of the run, the site may have seen the counters.
	return res, errors.Join(err, p.rememberPasskeys(context.WithoutCancel(ctx), held.lent, &j.op))
}

// untouched reports that whoever had the page before, and claimed nothing, submitted nothing of the account; a passkey needs no
// claim.
func untouched(held *heldPage, input login.Input) bool {
	return input.Progress.LastClass == "" && !held.lent.hasPasskeys
}

// leaveBehind keeps what people, and the next login, may want to know of this go.
func (p *Pages) leaveBehind(ctx context.Context, j *job, number int, res login.Outcome, out *workflows.AdvanceOutput) error {
	picture, err := p.saveArtefact(ctx, j, number, res.Artefact)
	if err != nil {
		return err
	}
	if out.Question != nil {
		out.Question.Picture = picture
	}
	if res.Failed != nil && res.Failed.Class == session.FailureUnsupported {
		return p.Store.DropWay(ctx, j.op.Workspace, j.op.Project)
	}
	return nil
}

// captureAtOnce captures a logged-in page while it is held. What is not the page's fault is left to Capture and its tries.
func (p *Pages) captureAtOnce(ctx context.Context, held *heldPage, j *job, res login.Outcome) (bool, error) {
	err := p.captureHeld(ctx, held, &j.op)
	switch {
	case err == nil:
		return true, nil
	case errors.Is(err, login.ErrPageLost):
		return false, &pageLostError{error: err, rejected: rejected(res)}
	}
	p.Logger.WarnContext(ctx, "the session was not captured at once; it is tried again", "operation", j.op.ID, "error", err)
	return false, nil
}

// proveAtOnce proves a captured state while its page is held, which saves a round trip. Whatever goes wrong is left to Prove and its
// tries, and so is a proof that there may be no time for: the result is nil then.
func (p *Pages) proveAtOnce(
	ctx context.Context, held *heldPage, j *job, in *workflows.AdvanceInput, at *workflows.AdvanceOutput, reporter *stepReporter,
) *workflows.ProveOutput {
	if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) < proofTime {
		return nil
	}
	out, err := p.proveHeld(ctx, held.lent, j.op, j.project, reporter, &workflows.ProveInput{
		Page: in.Page, Seq: in.Seq, RunID: in.RunID, Landing: at.Landing, Verdict: at.Verdict, Way: at.Way,
	})
	if err != nil {
		p.Logger.WarnContext(ctx, "the session was not proven at once; it is tried again", "operation", j.op.ID, "error", err)
		return nil
	}
	return out
}

// pageLostError is the loss of a page on which the engine had got somewhere.
type pageLostError struct {
	error

	// rejected is true when the site had refused something: then nothing may be submitted anew.
	rejected bool
}

func (e *pageLostError) Unwrap() error { return e.error }

// advanced is the engine's outcome in the workflow's terms.
func advanced(res login.Outcome) (*workflows.AdvanceOutput, error) {
	progress, err := json.Marshal(res.Progress)
	if err != nil {
		return nil, fmt.Errorf("encode the engine's progress: %w", err)
	}
	out := &workflows.AdvanceOutput{Progress: progress, Failure: res.Failed, Rejected: rejected(res)}
	if res.LoggedIn != nil {
		out.LoggedIn, out.Landing, out.Verdict = true, res.LoggedIn.LandingURL, &res.LoggedIn.Verdict
		if out.Way, err = json.Marshal(res.Way); err != nil {
			return nil, fmt.Errorf("encode the way of the login: %w", err)
		}
	}
	if res.Question != nil {
		out.Question = infoRequest(res.Question)
	}
	return out, nil
}

// infoRequest is the engine's question as it is asked. The wire has lists, never null.
func infoRequest(q *login.Question) *session.InfoRequest {
	out := &session.InfoRequest{
		Kind: q.Kind, Message: q.Message, Fields: q.Fields, Choices: q.Choices, MaskedTarget: q.MaskedTarget,
		Medium: q.Medium, DisplayCode: q.DisplayCode,
		Attempt: q.Attempt, Reason: q.Reason, SiteError: q.SiteError, Allow: q.Allow,
	}
	if out.Fields == nil {
		out.Fields = []session.Field{}
	}
	if out.Choices == nil {
		out.Choices = []session.Choice{}
	}
	if len(out.Allow) == 0 {
		out.Allow = []session.Action{session.ActionAnswer, session.ActionCancel}
	}
	return out
}

// rejected reports that the site refused something, or may have, so that nothing is submitted anew after a lost browser.
func rejected(res login.Outcome) bool {
	refused := res.Progress.CodeRefusals > 0 || res.Progress.CodeUnknowns > 0 || res.Progress.TOTPRefusals > 0
	return refused || (res.Failed != nil && res.Failed.Class.OpensBreaker())
}
