package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/postgrestest"
	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
	"github.com/anteroom/anteroom/vault"
)

// As docs/backup.md has it: a dump that is taken while logins run is one moment of the store, and opens with the same key.
func TestDump_WhenTakenWhileWritersRun_IsOneMomentAndOpensWithTheKey(t *testing.T) {
	t.Parallel()
	keyFile := filepath.Join(t.TempDir(), "vault.key")
	key, err := vault.OpenOrCreate(keyFile)
	require.NoError(t, err)
	source := shared.migrated(t)
	db := open(t, source)
	require.NoError(t, db.BindVault(t.Context(), key.KeyID()))
	begun(t, db, "op_before") // makes workspace and project
	require.NoError(t, logIn(t.Context(), db, key, "before"))

	stop := make(chan struct{})
	logins, errs := make([]int, 4), make([]error, 4)
	var writers sync.WaitGroup
	for i := range logins {
		writers.Go(func() {
			for errs[i] == nil {
				select {
				case <-stop:
					return
				default:
				}
				errs[i] = logIn(t.Context(), db, key, fmt.Sprintf("%d-%d", i, logins[i]))
				logins[i]++
			}
		})
	}
	file := filepath.Join(t.TempDir(), "anteroom.dump")
	postgresTool(t, "pg_dump", "--format=custom", "--serializable-deferrable", "--file="+file, source)
	close(stop)
	writers.Wait()
	require.NoError(t, errors.Join(errs...))
	restored := shared.database(t)
	postgresTool(t, "pg_restore", "--no-owner", "--exit-on-error", "--dbname="+restored, file)

	again, err := vault.Open(keyFile)
	require.NoError(t, err)
	copied := open(t, restored)
	require.NoError(t, copied.BindVault(t.Context(), again.KeyID()))
	require.ErrorIs(t, copied.BindVault(t.Context(), "key_other"), store.ErrOtherVaultKey)
	ready := requireOneMoment(t, copied, again)
	require.GreaterOrEqual(t, ready, 1, "the login from before the dump is in it")
	t.Logf("%d logins were made, %d of their sessions are in the dump", 1+logins[0]+logins[1]+logins[2]+logins[3], ready)
	require.NoError(t, logIn(t.Context(), copied, again, "after"), "and the store goes on")
}

// logIn writes what a login with a question writes, in the same order.
func logIn(ctx context.Context, db store.Store, key *vault.Vault, name string) error {
	ref := store.Ref{Workspace: "acme", Operation: "op-" + name}
	seal := func(kind string) store.Sealed {
		sealed, err := key.Seal([]byte(kind+" of "+name), vault.Context{Workspace: "acme", Kind: kind, ID: name})
		if err != nil {
			panic(err)
		}
		return sealed
	}
	waiting, done := advance(ref, 2), advance(ref, 3)
	waiting.State, done.State = session.OperationWaiting, session.OperationSucceeded
	for _, step := range []func() error{
		func() error {
			_, err := db.CreateOperation(ctx, store.NewOperation{
				Operation: session.Operation{
					ID: ref.Operation, Workspace: "acme", Project: "portal", SessionID: name, Kind: session.OperationCreate,
					State: session.OperationQueued, CreatedAt: start, StartDeadline: start.Add(time.Hour),
				},
				Secrets: []store.SealedSecret{{Name: "parameters", Value: seal("parameters")}},
			})
			return err
		},
		func() error {
			_, err := db.BeginOperation(ctx, advance(ref, 1))
			return err
		},
		func() error {
			_, _, err := db.AskQuestion(ctx, waiting, session.InfoRequest{
				ID: "ask-" + name, Number: 1, Kind: session.AskCode, ExpiresAt: start.Add(time.Hour),
			})
			return err
		},
		func() error {
			return db.AnswerQuestion(ctx, store.Answer{Ref: ref, QuestionID: "ask-" + name, Input: seal("answer"), At: start})
		},
		func() error { return db.SaveCapture(ctx, ref, seal("state"), start) },
		func() error {
			_, err := db.FinishOperation(ctx, store.Finish{Transition: done})
			return err
		},
	} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// requireOneMoment asserts that nothing is there by half, and returns how many sessions are ready.
func requireOneMoment(t *testing.T, db store.Store, key *vault.Vault) (ready int) {
	t.Helper()
	ctx := t.Context()
	sessions, err := db.ListSessions(ctx, "acme", "portal")
	require.NoError(t, err)
	for _, s := range sessions {
		op, err := db.GetOperation(ctx, store.Ref{Workspace: "acme", Operation: s.OperationID})
		require.NoError(t, err)
		require.Equal(t, op.State == session.OperationSucceeded, s.HasStorageState)
		secrets, err := db.OperationSecrets(ctx, store.Ref{Workspace: "acme", Operation: s.OperationID})
		if !s.HasStorageState {
			require.NoError(t, err)
			if s.ID != "session-op_before" { // which has none
				require.Len(t, secrets, 1, s.ID)
			}
			continue
		}
		require.ErrorIs(t, err, store.ErrSecretsErased)
		sealed, err := db.StorageState(ctx, "acme", "portal", s.ID)
		require.NoError(t, err)
		state, err := key.Open(sealed, vault.Context{Workspace: "acme", Kind: "state", ID: s.ID})
		require.NoError(t, err)
		require.Equal(t, "state of "+s.ID, string(state))
		ready++
	}
	return ready
}

// postgresTool runs one of PostgreSQL's client programs, which come with the server.
func postgresTool(t *testing.T, name string, args ...string) {
	t.Helper()
	programs, err := postgrestest.Find()
	require.NoError(t, err)
	path := filepath.Join(programs, name)
	if _, err := exec.LookPath(path); err != nil {
		path = name
	}
	out, err := exec.CommandContext(t.Context(), path, args...).CombinedOutput()
	require.NoError(t, err, "%s: %s", name, out)
}
