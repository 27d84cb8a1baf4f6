package session_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/session"
)

// joiner derives ids that show what they were derived from.
type joiner struct{}

func (joiner) DeriveID(prefix string, parts ...string) string {
	return prefix + strings.Join(parts, "|")
}

const passkeyDocument = `{"credentialId":"Y3JlZA==","privateKey":"a2V5","isResidentCredential":true,"rpId":"a.example"}`

func TestAccountKey_NamesTheAccountByUserNameElseByPasskey(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		parameters map[string]session.Secret
		want       string
	}{
		"user name":             {secrets("username", "ada", "password", "x"), "acct_w|p|ada"},
		"other password":        {secrets("username", "ada", "password", "y"), "acct_w|p|ada"},
		"both":                  {secrets("username", "ada", "passkey", passkeyDocument), "acct_w|p|ada"},
		"passkey alone":         {secrets("passkey", passkeyDocument), "acct_w|p|passkey|Y3JlZA=="},
		"neither":               {secrets("password", "x"), ""},
		"an empty user name":    {secrets("username", ""), ""},
		"what is not a passkey": {secrets("passkey", "{}"), ""},
	} {
		require.Equal(t, c.want, session.AccountKey(joiner{}, "w", "p", c.parameters), name)
	}
}

func TestCredentialKey_ChangesWithEveryParameter_AndNotWithTheirOrder(t *testing.T) {
	t.Parallel()
	key := func(parameters map[string]session.Secret) string {
		return session.CredentialKey(joiner{}, "w", "p", parameters)
	}
	require.Equal(t, "cred_w|p|password|x|username|ada", key(secrets("username", "ada", "password", "x")))
	require.NotEqual(t, key(secrets("username", "ada")), key(secrets("username", "ada", "password", "x")))
	require.NotEqual(t, key(secrets("username", "ada", "password", "y")), key(secrets("username", "ada", "password", "x")))
}

// secrets makes parameters of names and values by turns.
func secrets(pairs ...string) map[string]session.Secret {
	out := map[string]session.Secret{}
	for i := 0; i < len(pairs); i += 2 {
		out[pairs[i]] = session.NewSecret(pairs[i+1])
	}
	return out
}
