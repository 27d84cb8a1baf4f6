package session_test

import (
	"bytes"
	"encoding/gob"
	"encoding/json"
	"fmt"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/session"
)

const canary = "hunter2-hunter2"

func TestSecret_HoweverItIsPrinted_ShowsNothing(t *testing.T) {
	t.Parallel()
	s := session.NewSecret(canary)
	holder := struct{ Password session.Secret }{s}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%T %v"} {
		require.NotContains(t, fmt.Sprintf(verb, s), canary, verb)
		require.NotContains(t, fmt.Sprintf(verb, &s), canary, verb)
		require.NotContains(t, fmt.Sprintf(verb, holder), canary, verb)
	}
	require.NotContains(t, fmt.Sprintf("%x", s), fmt.Sprintf("%x", canary))
	for _, printed := range []string{s.String(), s.GoString(), fmt.Sprint(s), fmt.Errorf("log in: %v", s).Error()} {
		require.NotContains(t, printed, canary)
	}
	require.Equal(t, canary, s.Reveal())
}

func TestSecret_HoweverItIsLoggedOrEncoded_ShowsNothing(t *testing.T) {
	t.Parallel()
	s := session.NewSecret(canary)
	var out bytes.Buffer
	for _, h := range []slog.Handler{slog.NewTextHandler(&out, nil), slog.NewJSONHandler(&out, nil)} {
		slog.New(h).Info("x", "secret", s, "in", []session.Secret{s}, "map", map[string]session.Secret{"a": s})
	}
	encoded, err := json.Marshal(map[string]any{"a": s, "b": &s})
	require.NoError(t, err)
	out.Write(encoded)
	require.ErrorIs(t, gob.NewEncoder(&out).Encode(s), session.ErrSecretMarshalled)
	require.NotContains(t, out.String(), canary)
	require.Contains(t, out.String(), session.Redacted)
}

func TestStorageState_WhenPrinted_ShowsNothing(t *testing.T) {
	t.Parallel()
	state := session.StorageState{Cookies: []session.Cookie{{Name: "sid", Value: canary}}}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
		require.NotContains(t, fmt.Sprintf(verb, state), canary, verb)
	}
}
