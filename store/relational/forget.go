package relational

import (
	"context"

	"github.com/anteroom/anteroom/session"
)

const (
	ofSession         = "(SELECT id FROM operations WHERE workspace = ?1 AND project = ?2 AND session_id = ?3)"
	questionsOf       = "SELECT operation_id, document FROM questions WHERE operation_id IN " + ofSession
	blankQuestion     = "UPDATE questions SET document = ?3 WHERE operation_id = ?1 AND number = ?2"
	failuresOf        = "SELECT id, failure FROM operations WHERE failure IS NOT NULL AND id IN " + ofSession
	withoutSiteErrors = "UPDATE operations SET failure = ?2 WHERE id = ?1"
)

// forget removes what a session that is deleted leaves behind: its storage state, its pictures, what its questions said and
// what a site said of it.
func (t *tx) forget(ctx context.Context, workspace, project, id string) error {
	for _, statement := range []string{deleteStorageState, deleteArtefacts} {
		if err := t.run(ctx, statement, workspace, project, id); err != nil {
			return err
		}
	}
	if err := t.forgetQuestions(ctx, workspace, project, id); err != nil {
		return err
	}
	return t.forgetSiteErrors(ctx, workspace, project, id)
}

// owned is a document and the operation that it belongs to.
type owned[T any] struct {
	operation string
	document  *T
}

func scanOwned[T any](row Row) (o owned[T], err error) {
	err = row.Scan(&o.operation, document(&o.document))
	return o, err
}

// forgetQuestions leaves of a question that it was asked, not what it said: its choices may be a person's accounts.
func (t *tx) forgetQuestions(ctx context.Context, workspace, project, id string) error {
	asked, err := list(ctx, t, scanOwned[session.InfoRequest], questionsOf, workspace, project, id)
	if err != nil {
		return err
	}
	for _, o := range asked {
		q := o.document
		blank := &session.InfoRequest{
			ID: q.ID, Number: q.Number, Kind: q.Kind, Attempt: q.Attempt, AskedAt: q.AskedAt, ExpiresAt: q.ExpiresAt,
			Fields: []session.Field{}, Choices: []session.Choice{}, Allow: []session.Action{},
		}
		if err := t.run(ctx, blankQuestion, o.operation, q.Number, document(&blank)); err != nil {
			return err
		}
	}
	return nil
}

// forgetSiteErrors removes what a site said: it may name the person.
func (t *tx) forgetSiteErrors(ctx context.Context, workspace, project, id string) error {
	failures, err := list(ctx, t, scanOwned[session.Failure], failuresOf, workspace, project, id)
	if err != nil {
		return err
	}
	for _, o := range failures {
		o.document.SiteError = ""
		if err := t.run(ctx, withoutSiteErrors, o.operation, document(&o.document)); err != nil {
			return err
		}
	}
	return nil
}
