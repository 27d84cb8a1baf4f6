package sqlite_test

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
	"github.com/anteroom/anteroom/store/sqlite"
	"github.com/anteroom/anteroom/store/storetest"
)

// oldDatabase is a file as the first version of the schema has it: three live operations, two of one account, and two breakers.
func oldDatabase(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "anteroom.db")
	schema, err := os.ReadFile(filepath.Join("migrations", "00001_initial.sql"))
	require.NoError(t, err)
	const columns = "(id, workspace, project, session_id, kind, state, step, seq, run_id, attempt, account_key, credential_key, created_at, updated_at, start_deadline)"
	execute(t, path,
		"CREATE TABLE goose_db_version (id INTEGER PRIMARY KEY AUTOINCREMENT, version_id INTEGER NOT NULL, is_applied INTEGER NOT NULL, tstamp TIMESTAMP DEFAULT (datetime('now')))",
		"INSERT INTO goose_db_version (version_id, is_applied) VALUES (0, 1), (1, 1)",
		strings.TrimPrefix(string(schema), "-- +goose Up"),
		"INSERT INTO workspaces VALUES ('acme', 1)",
		"INSERT INTO projects VALUES ('acme', 'portal', '{\"name\":\"portal\",\"loginUrl\":\"https://portal.example\"}', 1, 1)",
		"INSERT INTO operations "+columns+` VALUES
('op_1', 'acme', 'portal', 's1', 'create', 'running', '', 1, 'run', 1, 'account', 'c1', 5, 5, 9),
('op_2', 'acme', 'portal', 's2', 'create', 'waiting', '', 1, 'run', 1, 'account', 'c1', 6, 6, 9),
('op_3', 'acme', 'portal', 's3', 'create', 'queued', '', 1, '', 1, 'other', 'c1', 6, 6, 9),
('op_4', 'acme', 'portal', 's2', 'create', 'failed', '', 1, 'run', 1, 'account', 'c1', 2, 2, 9)`,
		"INSERT INTO breakers VALUES ('acme', 'refused', 'c1', 'credential', 1000), ('acme', 'locked', 'c1', 'lockout', 1000)")
	return path
}

func TestMigrate_WhenTwoLoginsOfAnAccountAreLive_TheFirstKeepsIt(t *testing.T) {
	t.Parallel()
	db := open(t, oldDatabase(t))
	keys := map[string]string{}
	for _, id := range []string{"op_1", "op_2", "op_3", "op_4"} {
		op, err := db.GetOperation(t.Context(), store.Ref{Workspace: "acme", Operation: id})
		require.NoError(t, err)
		keys[id] = op.AccountKey
	}
	require.Equal(t, map[string]string{"op_1": "account", "op_2": "", "op_3": "other", "op_4": "account"}, keys)
}

func TestMigrate_WhenBreakersAreOpen_KeepsThemAndLetsLockoutsEnd(t *testing.T) {
	t.Parallel()
	db := open(t, oldDatabase(t))
	begin := func(account string, at time.Time) error {
		_, err := db.CreateOperation(t.Context(), store.NewOperation{Operation: session.Operation{
			ID: "op_new_" + account, Workspace: "acme", Project: "portal", SessionID: account, Kind: session.OperationCreate,
			AccountKey: account, CredentialKey: "c1", CreatedAt: at, StartDeadline: at,
		}})
		return err
	}
	var refused *store.BreakerOpenError
	since := time.UnixMilli(1000).UTC()
	require.ErrorAs(t, begin("refused", start), &refused)
	require.Equal(t, store.BreakerOpenError{Class: session.FailureCredential, Since: since}, *refused)
	require.ErrorAs(t, begin("locked", since), &refused)
	require.Equal(t, store.BreakerOpenError{Class: session.FailureLockout, Since: since, Until: since.Add(store.LockoutCoolDown)}, *refused)
	require.NoError(t, begin("locked", start))
}

func TestOpen_WhenANewerProgramOnlyAddedToTheSchema_GoesOn(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "anteroom.db")
	require.NoError(t, open(t, path).Close())
	execute(t, path, "INSERT INTO goose_db_version (version_id, is_applied) VALUES (9000, 1)")
	populate(t, open(t, path), 1)
	execute(t, path, "UPDATE installation SET value = '8999' WHERE name = 'least_schema'")
	_, err := sqlite.Open(t.Context(), path, discard())
	require.ErrorIs(t, err, store.ErrNewerSchema)
}

func TestMigrations_WhenTheyBreakWhatProgramsKnow_SaySo(t *testing.T) {
	t.Parallel()
	storetest.RequireCompatible(t, os.DirFS("migrations"))
}

// millis is the column form of a time.
func millis(t time.Time) string { return strconv.FormatInt(t.UnixMilli(), 10) }
