package activities

import (
	"context"
	"errors"

	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
	"github.com/anteroom/anteroom/vault"
	"github.com/anteroom/anteroom/workflows"
)

// Capture seals the state of the logged-in page and keeps it as the candidate for the session's storage state. It runs where
// Advance did not get as far as that.
func (p *Pages) Capture(ctx context.Context, in *workflows.CaptureInput) error {
	_, err := step(ctx, "capture the session", func(ctx context.Context) (struct{}, error) { return struct{}{}, p.capture(ctx, in) })
	return err
}

func (p *Pages) capture(ctx context.Context, in *workflows.CaptureInput) error {
	op, _, err := p.target(ctx, refOf(in.Page))
	if err != nil {
		return err
	}
	held, err := p.attach(ctx, in.Page)
	if err != nil {
		return err
	}
	defer held.leave()
	return p.captureHeld(ctx, held, &op)
}

func (p *Pages) captureHeld(ctx context.Context, held *heldPage, op *session.Operation) error {
	state, err := held.lent.page.Capture(ctx)
	if err != nil {
		return err
	}
	sealed, err := p.Vault.SealJSON(state, vault.StorageStateOf(op.Workspace, op.Project, op.SessionID))
	if err != nil {
		return err
	}
	return p.Store.SaveCapture(ctx, held.lease.Ref, sealed, p.Now())
}

// captured opens the candidate again.
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
