package service_test

import (
	"context"
	"crypto/sha256"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/api/apitest"
	"github.com/anteroom/anteroom/api/service"
	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
)

// countLookUps is a store that counts how often a key is looked up.
type countLookUps struct {
	service.Store
	lookUps atomic.Int64
}

func (s *countLookUps) APIKeyByHash(ctx context.Context, hash []byte) (store.APIKey, error) {
	s.lookUps.Add(1)
	return s.Store.APIKeyByHash(ctx, hash)
}

func newKey(t *testing.T, f *apitest.Fixture, id, text string) session.Secret {
	t.Helper()
	hash := sha256.Sum256([]byte(text))
	require.NoError(t, f.Store.CreateAPIKey(t.Context(), store.APIKey{
		ID: id, Workspace: apitest.Workspace, Hash: hash[:], CreatedAt: f.Clock.Now(),
	}))
	return session.NewSecret(text)
}

func TestAuthorize_OfAKeyThatWasJustFound_DoesNotAskTheStore(t *testing.T) {
	t.Parallel()
	f := apitest.New(t)
	counted := &countLookUps{Store: f.Store}
	use, key := serviceOver(t, f, counted), newKey(t, f, "key_one", "one")
	for range 3 {
		id, err := use.Authorize(t.Context(), apitest.Workspace, key)
		require.NoError(t, err)
		require.Equal(t, "key_one", id)
	}
	require.Equal(t, int64(1), counted.lookUps.Load())

	_, err := use.Authorize(t.Context(), "another", key)
	require.Equal(t, service.NotFound, service.AsError(err).Kind, "it is remembered for its own workspace only")
	f.Clock.Move(-time.Hour)
	_, err = use.Authorize(t.Context(), apitest.Workspace, key)
	require.NoError(t, err)
	require.Equal(t, int64(2), counted.lookUps.Load(), "a clock that was set back prolongs nothing")
}

func TestAuthorize_OfARevokedKey_IsRefusedAfterASecond(t *testing.T) {
	t.Parallel()
	f := apitest.New(t)
	use, key := serviceOver(t, f, f.Store), newKey(t, f, "key_one", "one")
	_, err := use.Authorize(t.Context(), apitest.Workspace, key)
	require.NoError(t, err)
	_, err = f.Store.RevokeAPIKey(t.Context(), "key_one", f.Clock.Now())
	require.NoError(t, err)
	for _, step := range []time.Duration{time.Second, -time.Second} { // then a clock that is set back
		f.Clock.Move(step)
		_, err = use.Authorize(t.Context(), apitest.Workspace, key)
		require.Equal(t, service.Unauthorized, service.AsError(err).Kind)
	}
}

func TestAuthorize_OfAKeyThatWasUnknown_FindsItOnceItIsThere(t *testing.T) {
	t.Parallel()
	f := apitest.New(t)
	use := serviceOver(t, f, f.Store)
	_, err := use.Authorize(t.Context(), apitest.Workspace, session.NewSecret("late"))
	require.Equal(t, service.Unauthorized, service.AsError(err).Kind)
	key := newKey(t, f, "key_late", "late")
	id, err := use.Authorize(t.Context(), apitest.Workspace, key)
	require.NoError(t, err)
	require.Equal(t, "key_late", id)
}
