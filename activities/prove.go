package activities

import (
	"context"
	"errors"
	"slices"
	"sync"

	"github.com/anteroom/anteroom/browser"
	"github.com/anteroom/anteroom/login"
	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/workflows"
)

// Prove restores the captured state into a fresh browser context and looks whether it is logged in, and whether an
// anonymous context is not.
func (p *Pages) Prove(ctx context.Context, in *workflows.ProveInput) (*workflows.ProveOutput, error) {
	return step(ctx, "prove the session", func(ctx context.Context) (*workflows.ProveOutput, error) { return p.prove(ctx, in) })
}

func (p *Pages) prove(ctx context.Context, in *workflows.ProveInput) (*workflows.ProveOutput, error) {
	op, project, err := p.target(ctx, refOf(in.Page))
	if err != nil {
		return nil, err
	}
	lease, err := p.Store.GetLease(ctx, refOf(in.Page), in.Page.Attempt)
	if err != nil {
		return nil, err
	}
	lent, err := p.found(ctx, lease)
	if err != nil {
		return nil, err
	}
	reporter := p.report(ctx, refOf(in.Page), in.Page.Attempt, in.Seq, in.RunID)
	defer reporter.close()
	out, err := p.proveHeld(ctx, lent, op, project, reporter, in)
	if err != nil {
		return unreachable(ctx, err)
	}
	return out, nil
}

// proveHeld proves the captured state of a page's login.
func (p *Pages) proveHeld(
	ctx context.Context, lent *lentPage, op session.Operation, project session.Project, reporter *stepReporter, in *workflows.ProveInput,
) (*workflows.ProveOutput, error) {
	reporter.Step(session.StepVerifying)
	state, err := p.captured(ctx, op)
	if err != nil {
		return nil, err
	}
	done, err := p.proofRoom(ctx)
	if err != nil {
		return nil, err
	}
	verdict, failure, err := p.compare(ctx, lent, project, p.landing(ctx, lent, in), state)
	done()
	if err != nil {
		return nil, err
	}
	failure = login.Uncaptured(failure, state)
	if in.Verdict != nil { // what the engine saw is part of the evidence
		verdict.Evidence = slices.Concat(in.Verdict.Evidence, verdict.Evidence)
	}
	if failure == nil {
		p.keepWay(ctx, &op, in.Way)
	}
	return &workflows.ProveOutput{Verdict: &verdict, Failure: failure}, nil
}

// landing is where the login ended: the page's own address, as long as it is still there. Many applications say in the query
// or the fragment what they show, which the workflow's history does not keep.
func (p *Pages) landing(ctx context.Context, lent *lentPage, in *workflows.ProveInput) string {
	location, err := lent.page.Location(ctx)
	if err != nil {
		p.Logger.WarnContext(ctx, "the landing page's address is not known in full", "operation", in.Page.Operation, "error", err)
		return in.Landing
	}
	return login.Landing(location, in.Landing)
}

// unreachable is the site's failure when the proof's page does not load, the last time that it is tried.
func unreachable(ctx context.Context, err error) (*workflows.ProveOutput, error) {
	var load *login.LoadError
	if errors.As(err, &load) && (load.Refused || lastTry(ctx)) {
		return &workflows.ProveOutput{Failure: load.Failure()}, nil
	}
	return nil, err
}

// lookBoth looks at the proof's page with the captured state and anonymously, side by side: neither browser context knows
// of the other. The first error ends both.
func lookBoth(ctx context.Context, lent *lentPage, project session.Project, landing string, state session.StorageState) (restored, anonymous login.Observation, err error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	keep := func(into *login.Observation, state *session.StorageState) {
		seen, err := look(ctx, lent, project, landing, state)
		if err != nil {
			cancel(err)
		}
		*into = seen
	}
	var wg sync.WaitGroup
	wg.Go(func() { keep(&anonymous, nil) })
	keep(&restored, &state)
	wg.Wait()
	return restored, anonymous, context.Cause(ctx)
}

// look opens the proof's page in a fresh browser context, with state or anonymously, and says what it sees. Its page is closed
// with the lent one.
func look(ctx context.Context, lent *lentPage, project session.Project, landing string, state *session.StorageState) (login.Observation, error) {
	options := browser.PageOptions{ProxyURL: lent.proxyURL, LoadMedia: project.LoadMedia, Passing: true}
	var page Page
	var err error
	if state != nil {
		page, err = lent.browser.NewRestoredPage(ctx, options, *state)
	} else {
		page, err = lent.browser.NewPage(ctx, options)
	}
	if err != nil {
		return login.Observation{}, err
	}
	check := login.CheckStranger
	if state != nil {
		check = login.CheckLoggedIn
	}
	seen, err := check(ctx, page, project, landing)
	return seen, errors.Join(err, lent.closeLater(context.WithoutCancel(ctx), page))
}
