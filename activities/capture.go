package activities

import (
	"context"
	"errors"
	"fmt"

	"go.temporal.io/sdk/activity"

	"github.com/anteroom/anteroom/browser"
	"github.com/anteroom/anteroom/login"
	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
	"github.com/anteroom/anteroom/vault"
	"github.com/anteroom/anteroom/workflows"
)

// Capture seals the state of the logged-in page and keeps it as the candidate for the session's storage state.
func (p *Pages) Capture(ctx context.Context, in *workflows.CaptureInput) error {
	stop := heartbeat(ctx)
	defer stop()
	return whenStopped(ctx, translate("capture the session", p.capture(ctx, in)))
}

func (p *Pages) capture(ctx context.Context, in *workflows.CaptureInput) error {
	ref := refOf(in.Page)
	op, _, err := p.target(ctx, ref)
	if err != nil {
		return err
	}
	held, err := p.attach(ctx, in.Page)
	if err != nil {
		return err
	}
	defer held.leave()
	state, err := held.lent.page.Capture(ctx)
	if err != nil {
		return err
	}
	sealed, err := p.Vault.SealJSON(state, vault.StorageStateOf(op.Workspace, op.Project, op.SessionID))
	if err != nil {
		return err
	}
	return p.Store.SaveCapture(ctx, ref, sealed, p.Now())
}

// Prove restores the captured state into a fresh browser context and looks whether it is logged in, and whether an
// anonymous context is not.
func (p *Pages) Prove(ctx context.Context, in *workflows.ProveInput) (*workflows.ProveOutput, error) {
	stop := heartbeat(ctx)
	defer stop()
	out, err := p.prove(ctx, in)
	return out, whenStopped(ctx, translate("prove the session", err))
}

func (p *Pages) prove(ctx context.Context, in *workflows.ProveInput) (*workflows.ProveOutput, error) {
	op, project, err := p.target(ctx, refOf(in.Page))
	if err != nil {
		return nil, err
	}
	lent := p.lent.get(in.Page.Operation, in.Page.Attempt)
	if lent == nil {
		return nil, fmt.Errorf("prove: this process has no such page: %w", login.ErrPageLost)
	}
	state, err := p.captured(ctx, op)
	if err != nil {
		return nil, err
	}
	restored, err := look(ctx, lent, project, in.Landing, &state)
	if err != nil {
		return unreachable(ctx, err)
	}
	anonymous, err := look(ctx, lent, project, in.Landing, nil)
	if err != nil {
		return unreachable(ctx, err)
	}
	verdict, failure := login.Discriminates(restored, anonymous)
	return &workflows.ProveOutput{Verdict: &verdict, Failure: failure}, nil
}

// unreachable is the site's failure when the proof's page does not load, the last time that it is tried.
func unreachable(ctx context.Context, err error) (*workflows.ProveOutput, error) {
	var load *login.LoadError
	if errors.As(err, &load) && (load.Refused || activity.GetInfo(ctx).Attempt >= workflows.StepTries) {
		return &workflows.ProveOutput{Failure: load.Failure()}, nil
	}
	return nil, err
}

func (p *Pages) captured(ctx context.Context, op session.Operation) (session.StorageState, error) {
	var state session.StorageState
	sealed, err := p.Store.Capture(ctx, store.Ref{Workspace: op.Workspace, Operation: op.ID})
	if errors.Is(err, store.ErrNotFound) {
		return state, errors.New("the operation has no capture") // a fault of ours: the operation is not over
	}
	if err != nil {
		return state, err
	}
	return state, p.Vault.OpenJSON(sealed, vault.StorageStateOf(op.Workspace, op.Project, op.SessionID), &state)
}

// look opens the proof's page in a fresh browser context, with state or anonymously, and says what it sees.
func look(ctx context.Context, lent *lentPage, project session.Project, landing string, state *session.StorageState) (login.Observation, error) {
	options := browser.PageOptions{ProxyURL: lent.proxyURL}
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
	seen, err := login.CheckLoggedIn(ctx, page, project, landing)
	return seen, errors.Join(err, page.Close(context.WithoutCancel(ctx)))
}
