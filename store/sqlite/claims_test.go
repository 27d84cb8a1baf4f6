package sqlite_test

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
)

// One live login per account means that no breaker opens while another login of its account lives. The claim asks all the
// same: this opens one behind the store's back.
func TestClaim_WhenTheBreakerOpenedMeanwhile_IsRefused(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "anteroom.db")
	db := open(t, path)
	populate(t, db, 0)
	begin(t, db, 0, "sealed")
	lease, err := db.LendPage(t.Context(), store.Lease{Ref: operationRef(0), Attempt: 1, BrowserID: "br_1", LentAt: start}, 10)
	require.NoError(t, err)
	require.NoError(t, db.BindAccount(t.Context(), store.AccountBinding{Ref: operationRef(0), AccountKey: "account", CredentialKey: "c1", At: start}))
	claim := store.Claim{Ref: operationRef(0), Attempt: 1, Step: "submit", Key: "first", Epoch: lease.Epoch, At: start}
	granted, err := db.Claim(t.Context(), claim)
	require.NoError(t, err)
	require.True(t, granted)

	execute(t, path, "INSERT INTO breakers (workspace, account_key, credential_key, operation_id, session_id, class, since, until) VALUES ('acme', 'account', 'c1', '', '', 'credential', 1000, 0)")
	granted, err = db.Claim(t.Context(), claim)
	require.NoError(t, err, "who submitted already must look at the page, not give up")
	require.False(t, granted)
	second := claim
	second.Key = "second"
	granted, err = db.Claim(t.Context(), second)
	var refused *store.BreakerOpenError
	require.ErrorAs(t, err, &refused)
	require.False(t, granted)
	require.Equal(t, store.BreakerOpenError{Class: session.FailureCredential, Since: time.UnixMilli(1000).UTC()}, *refused)

	execute(t, path, "UPDATE breakers SET class = 'lockout', until = "+millis(start.Add(time.Second)))
	_, err = db.Claim(t.Context(), second)
	require.ErrorAs(t, err, &refused)
	second.At = start.Add(time.Second)
	granted, err = db.Claim(t.Context(), second)
	require.NoError(t, err)
	require.True(t, granted, "the lockout cooled down")
}
