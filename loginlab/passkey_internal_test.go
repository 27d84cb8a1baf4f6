package loginlab

import (
	"encoding/base64"
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

const (
	passkeySite   = "en-single-form-passkey"
	passkeyOrigin = "http://localhost:1"
)

// verify checks an assertion for the relying party of these tests.
func verify(l *Lab, user, text string) (string, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.verifyAssertion(relyingParty{id: "localhost", origin: passkeyOrigin, challenge: "Y2hhbGxlbmdl"}, passkeySite, user, text)
}

func passkeyFor(l *Lab, user string) *Passkey {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.passkey(passkeySite, user, "localhost")
}

func TestPasskey_WhenSignedRight_NamesItsUser(t *testing.T) {
	t.Parallel()
	l := New(Options{})
	signed := signAssertion(t, passkeyFor(l, "ada"), "Y2hhbGxlbmdl", passkeyOrigin, flagUserIsHere)
	user, err := verify(l, "ada", signed)
	require.NoError(t, err)
	require.Equal(t, "ada", user)
	require.Equal(t, uint32(1), passkeyFor(l, "ada").SignCount)
	user, err = verify(l, "", signAssertion(t, passkeyFor(l, "bob"), "Y2hhbGxlbmdl", passkeyOrigin, flagUserIsHere))
	require.NoError(t, err, "a discoverable credential says whose it is")
	require.Equal(t, "bob", user)
}

func TestPasskey_UsedAgainWithoutAGrownCounter_IsRefused(t *testing.T) {
	t.Parallel()
	l := New(Options{})
	signed := signAssertion(t, passkeyFor(l, "ada"), "Y2hhbGxlbmdl", passkeyOrigin, flagUserIsHere)
	_, err := verify(l, "ada", signed)
	require.NoError(t, err)
	_, err = verify(l, "ada", signed)
	require.ErrorIs(t, err, errAssertion)
	require.ErrorContains(t, err, "counter")
}

func TestPasskey_WhenAnythingIsDifferent_IsRefused(t *testing.T) {
	t.Parallel()
	l := New(Options{})
	key := passkeyFor(l, "ada")
	foreign := *key
	foreign.RPID = "evil.example"
	for why, signed := range map[string]string{
		"challenge":     signAssertion(t, key, "b3RoZXI", passkeyOrigin, flagUserIsHere),
		"page":          signAssertion(t, key, "Y2hhbGxlbmdl", "http://evil.example", flagUserIsHere),
		"relying party": signAssertion(t, &foreign, "Y2hhbGxlbmdl", passkeyOrigin, flagUserIsHere),
		"present":       signAssertion(t, key, "Y2hhbGxlbmdl", passkeyOrigin, 0),
		"another user":  signAssertion(t, passkeyFor(l, "bob"), "Y2hhbGxlbmdl", passkeyOrigin, flagUserIsHere),
		"not JSON":      "{",
		"base64url":     `{"userHandle":"%"}`,
		"unknown":       `{"id":"AA","userHandle":"YWRh"}`,
	} {
		_, err := verify(l, "ada", signed)
		require.ErrorIs(t, err, errAssertion, why)
		require.ErrorContains(t, err, why)
	}
	require.Zero(t, passkeyFor(l, "ada").SignCount)
}

func TestPasskey_AnyChangedByte_IsRefused(t *testing.T) {
	t.Parallel()
	l := New(Options{})
	var good assertion
	require.NoError(t, json.Unmarshal([]byte(signAssertion(t, passkeyFor(l, "ada"), "Y2hhbGxlbmdl", passkeyOrigin, flagUserIsHere)), &good))
	rapid.Check(t, func(rt *rapid.T) {
		changed := good
		part := rapid.SampledFrom([]*string{&changed.ID, &changed.ClientDataJSON, &changed.AuthenticatorData, &changed.Signature}).Draw(rt, "part")
		raw, err := base64.RawURLEncoding.DecodeString(*part)
		require.NoError(rt, err)
		raw[rapid.IntRange(0, len(raw)-1).Draw(rt, "at")] ^= rapid.Byte().Filter(func(b byte) bool { return b != 0 }).Draw(rt, "change")
		*part = base64.RawURLEncoding.EncodeToString(raw)
		text, err := json.Marshal(changed)
		require.NoError(rt, err)
		_, err = verify(l, "ada", string(text))
		require.ErrorIs(rt, err, errAssertion)
	})
}

func TestPasskey_OfEachAccountAndLab_IsItsOwn(t *testing.T) {
	t.Parallel()
	l := New(Options{})
	again := passkeyFor(l, "ada")
	require.Equal(t, passkeyFor(l, "ada"), again)
	require.NotEqual(t, passkeyFor(l, "ada").PrivateKey, passkeyFor(l, "bob").PrivateKey)
	require.NotEqual(t, passkeyFor(l, "ada").PrivateKey, passkeyFor(New(Options{}), "ada").PrivateKey)
}
