package activities

import (
	"context"
	"fmt"

	"github.com/anteroom/anteroom/login"
	"github.com/anteroom/anteroom/store"
	"github.com/anteroom/anteroom/vault"
)

// Media types of the two parts of an artefact.
const (
	modelMedia   = "application/json"
	pictureMedia = "image/png"
)

// saveArtefact seals and keeps a page for people, named after the question that it belongs to or would have led to: a
// repeat replaces it. It returns the picture's name, or "" when there is none.
func (p *Pages) saveArtefact(ctx context.Context, j *job, number int, a *login.Artefact) (string, error) {
	if a == nil {
		return "", nil
	}
	model := fmt.Sprintf("page-%d.json", number)
	sealed, err := p.Vault.SealJSON(a, vault.ArtefactOf(j.op.Workspace, j.op.ID, model))
	if err != nil {
		return "", err
	}
	if err := p.putArtefact(ctx, j, model, modelMedia, sealed); err != nil || len(a.Picture) == 0 {
		return "", err
	}
	picture := fmt.Sprintf("page-%d.png", number)
	sealed, err = p.Vault.Seal(a.Picture, vault.ArtefactOf(j.op.Workspace, j.op.ID, picture))
	if err != nil {
		return "", err
	}
	return picture, p.putArtefact(ctx, j, picture, pictureMedia, sealed)
}

func (p *Pages) putArtefact(ctx context.Context, j *job, name, mediaType string, sealed []byte) error {
	return p.Store.SaveArtefact(ctx, store.Artefact{
		Ref: store.Ref{Workspace: j.op.Workspace, Operation: j.op.ID}, Name: name, MediaType: mediaType, Data: sealed, At: p.Now(),
	})
}
