//go:build e2e

package e2e

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/api"
	"github.com/anteroom/anteroom/e2e/canary"
	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
	"github.com/anteroom/anteroom/store/sqlite"
	"github.com/anteroom/anteroom/vault"
)

// unsealed is a sealer that seals nothing.
type unsealed struct{}

func (unsealed) Seal(plaintext []byte, _, _, _ string) ([]byte, error) { return plaintext, nil }
func (unsealed) Open(sealed []byte, _, _, _ string) ([]byte, error)    { return sealed, nil }
func (unsealed) DeriveID(prefix string, parts ...string) string {
	return prefix + strings.Join(parts, "-")
}

// deaf is an engine that does nothing.
type deaf struct{}

func (deaf) Start(context.Context, session.Operation) error  { return nil }
func (deaf) Resume(context.Context, store.Ref, string) error { return nil }
func (deaf) Cancel(context.Context, store.Ref) error         { return nil }

// The search is worth what it finds: the same API on the same store, but with a sealer that seals nothing.
func TestSecrets_WhenSealingIsOff_AreFoundInTheDatabase(t *testing.T) {
	t.Parallel()
	password, seed := canaryPassword(), rand.Text()
	dir, ctx, now := t.TempDir(), t.Context(), time.Now().UTC()
	db, err := sqlite.Open(ctx, filepath.Join(dir, "anteroom.db"), slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	_, err = db.CreateWorkspace(ctx, workspace, now)
	require.NoError(t, err)
	_, _, err = db.PutProject(ctx, session.Project{Workspace: workspace, Name: "demo", LoginURL: "https://app.example/login"}, now)
	require.NoError(t, err)
	h, err := api.New(api.Deps{Store: db, Sealer: unsealed{}, Engine: deaf{}, Logger: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	key := "ak_" + rand.Text()
	registerKey(t, db, workspace, key)
	listening := httptest.NewServer(h)
	t.Cleanup(listening.Close)

	srv := &server{API: listening.URL, key: key}
	r := srv.call(t, http.MethodPost, "/api/v1/workspace/"+workspace+"/projects/demo/auth-sessions/create",
		object{"parameters": object{"username": "ada", "password": password, "totpSecret": seed}})
	require.Equal(t, http.StatusCreated, r.Status, "%s", r.Body)
	search, err := canary.New(map[string]string{"password": password, "TOTP seed": seed})
	require.NoError(t, err)
	hits, _, err := search.Dir(dir)
	require.NoError(t, err)
	require.Equal(t, map[string]bool{"password": true, "TOTP seed": true}, names(hits))
}

func names(hits []canary.Hit) map[string]bool {
	found := map[string]bool{}
	for _, h := range hits {
		found[h.Canary] = true
	}
	return found
}

// Payloads hold no secret, so one is put there: it is found where nothing seals, and where payloads were opened again.
func TestSecrets_WhenPayloadsAreNotSealed_AreFoundInHistories(t *testing.T) {
	t.Parallel()
	password := canaryPassword()
	search, err := canary.New(map[string]string{"password": password})
	require.NoError(t, err)
	keys, err := vault.OpenOrCreate(filepath.Join(t.TempDir(), "vault.key"))
	require.NoError(t, err)
	plain, sealed := t.TempDir(), t.TempDir()
	historyOf(t, password, everything.temporal.Address, vault.PlainConverters().Data, keys.Codec(), plain)
	historyOf(t, password, everything.temporal.Address, keys.Converters().Data, keys.Codec(), sealed)

	found := map[string][]string{}
	for what, dir := range map[string]string{"plain": plain, "sealed": sealed} {
		hits, files, err := search.Dir(dir)
		require.NoError(t, err)
		require.Equal(t, 3, files)
		for _, h := range hits {
			kind := strings.SplitAfterN(strings.SplitN(h.Where, " ▸", 2)[0], ".", 2)[1]
			if !strings.Contains(strings.Join(found[what], " "), kind) {
				found[what] = append(found[what], kind)
			}
		}
	}
	require.ElementsMatch(t, []string{"sealed.json", "opened.json", "payloads"}, found["plain"])
	require.ElementsMatch(t, []string{"opened.json", "payloads"}, found["sealed"])
}

// registerKey makes an API key for a workspace, as the first start does for the default one.
func registerKey(t *testing.T, db *sqlite.DB, workspace, key string) {
	t.Helper()
	hash := sha256.Sum256([]byte(key))
	require.NoError(t, db.CreateAPIKey(t.Context(), store.APIKey{
		ID: session.NewID(session.APIKeyPrefix), Workspace: workspace, Hash: hash[:], CreatedAt: time.Now().UTC(),
	}))
}
