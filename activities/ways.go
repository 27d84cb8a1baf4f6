package activities

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"

	"github.com/anteroom/anteroom/login"
	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
)

// way returns how the project's last login went, or nil. It is a hint: one that cannot be read is none.
func (p *Pages) way(ctx context.Context, op *session.Operation) *login.Way {
	saved, err := p.Store.Way(ctx, op.Workspace, op.Project)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	way := &login.Way{}
	if err == nil {
		err = json.Unmarshal(saved, way)
	}
	if err != nil {
		p.Logger.WarnContext(ctx, "the way of the last login cannot be read", "project", op.Project, "error", err)
		return nil
	}
	return way
}

// keepWay remembers how a proven login went.
func (p *Pages) keepWay(ctx context.Context, op *session.Operation, way json.RawMessage) {
	if len(way) == 0 {
		return
	}
	saved, err := p.Store.Way(ctx, op.Workspace, op.Project)
	if err == nil && bytes.Equal(saved, way) {
		return
	}
	if err := p.Store.SaveWay(ctx, op.Workspace, op.Project, way, p.Now()); err != nil {
		p.Logger.WarnContext(ctx, "the way of this login is not remembered", "project", op.Project, "error", err)
	}
}
