package relational

import (
	"context"
	"fmt"
	"time"

	"github.com/anteroom/anteroom/store"
)

// SaveCapture keeps a candidate storage state, replacing an earlier one; store.ErrOperationOver once the operation ended.
func (d *DB) SaveCapture(ctx context.Context, ref store.Ref, state store.Sealed, captured time.Time) error {
	return d.write(ctx, "save the capture of operation "+ref.Operation, func(ctx context.Context, tx *tx) error {
		rows, err := tx.exec(ctx, `INSERT INTO captures (operation_id, workspace, state, captured_at)
SELECT id, workspace, ?3, ?4 FROM operations WHERE id = ?1 AND workspace = ?2 AND `+isLive+`
ON CONFLICT (operation_id) DO UPDATE SET state = excluded.state, captured_at = excluded.captured_at`,
			ref.Operation, ref.Workspace, notNull(state), at(captured))
		if err != nil || rows == 1 {
			return err
		}
		if _, err := loadOperation(ctx, tx, ref); err != nil {
			return err
		}
		return store.ErrOperationOver
	})
}

// Capture returns the candidate storage state, or store.ErrNotFound.
func (d *DB) Capture(ctx context.Context, ref store.Ref) (store.Sealed, error) {
	state, err := one[[]byte](ctx, d.database, "SELECT state FROM captures WHERE operation_id = ?1 AND workspace = ?2", ref.Operation, ref.Workspace)
	if err != nil {
		return nil, fmt.Errorf("read the capture of operation %s: %w", ref.Operation, err)
	}
	return state, nil
}

// OperationSecrets returns the sealed secrets by name; see store.Operations.
func (d *DB) OperationSecrets(ctx context.Context, ref store.Ref) ([]store.SealedSecret, error) {
	secrets, err := d.operationSecrets(ctx, ref)
	if err != nil {
		return nil, fmt.Errorf("read the secrets of operation %s: %w", ref.Operation, err)
	}
	return secrets, nil
}

func (d *DB) operationSecrets(ctx context.Context, ref store.Ref) ([]store.SealedSecret, error) {
	secrets, err := list(ctx, d.database, scanSecret,
		"SELECT name, value FROM operation_secrets WHERE operation_id = ?1 AND workspace = ?2 ORDER BY name", ref.Operation, ref.Workspace)
	if err != nil || len(secrets) > 0 {
		return secrets, err
	}
	op, err := loadOperation(ctx, d.database, ref) // after the secrets: then none of a live operation are missed
	if err != nil {
		return nil, err
	}
	if op.State.Final() {
		return nil, store.ErrSecretsErased
	}
	return secrets, nil
}

func scanSecret(row Row) (secret store.SealedSecret, err error) {
	err = row.Scan(&secret.Name, &secret.Value)
	return secret, err
}
