package relational

import (
	"context"
	"fmt"
	"time"

	"github.com/anteroom/anteroom/store"
)

const (
	selectRequest = "SELECT fingerprint, operation_id FROM requests WHERE workspace = ?1 AND key = ?2"
	insertRequest = `INSERT INTO requests (workspace, key, fingerprint, operation_id, made_at) VALUES (?1, ?2, ?3, ?4, ?5)
ON CONFLICT (workspace, key) DO NOTHING`
)

// MadeRequest says which operation a request was about; see store.Operations.
func (d *DB) MadeRequest(ctx context.Context, workspace string, r store.Request) (string, error) {
	operation, err := madeRequest(ctx, d.database, workspace, r)
	if err != nil {
		return "", fmt.Errorf("look for the request: %w", err)
	}
	return operation, nil
}

func madeRequest(ctx context.Context, q Queryer, workspace string, r store.Request) (string, error) {
	var fingerprint, operation string
	err := q.QueryRowContext(ctx, selectRequest, workspace, r.Key).Scan(&fingerprint, &operation)
	if err == nil && fingerprint != r.Fingerprint {
		err = store.ErrRequestDiffers
	}
	return operation, notFound(err)
}

// first remembers the request together with what the transaction writes. It fails with *store.RequestMadeError where the request
// was made before, and with store.ErrRequestDiffers where another one was under its key.
func (t *tx) first(ctx context.Context, ref store.Ref, r store.Request, when time.Time) error {
	if r.Key == "" {
		return nil
	}
	// Written before it is looked for: reading what is not there would stand in the way of every other new request.
	rows, err := t.exec(ctx, insertRequest, ref.Workspace, r.Key, r.Fingerprint, ref.Operation, at(when))
	if err != nil || rows == 1 {
		return err
	}
	operation, err := madeRequest(ctx, t, ref.Workspace, r)
	if err != nil {
		return err
	}
	return &store.RequestMadeError{OperationID: operation}
}
