package session

import (
	"maps"
	"slices"
)

// Prefixes of the keys. They are stored data: never change one.
const (
	accountPrefix    = "acct_"
	credentialPrefix = "cred_"
)

// Names of the parameters that name an account.
const (
	usernameParameter = "username"
	passkeyParameter  = "passkey"
)

// Deriver makes ids that are keyed pure functions of their parts: vault.Vault.
type Deriver interface {
	DeriveID(prefix string, parts ...string) string
}

// AccountKey is what one live login per account, the breaker and the account's memory go by. Whoever starts an operation
// and whoever learns a user name later must agree on it. It is empty when the parameters name no account; a passkey names
// one without a user name.
func AccountKey(d Deriver, workspace, project string, parameters map[string]Secret) string {
	if username := parameters[usernameParameter]; !username.IsZero() {
		return d.DeriveID(accountPrefix, workspace, project, username.Reveal())
	}
	key, err := ParsePasskey(parameters[passkeyParameter])
	if err != nil {
		return ""
	}
	return d.DeriveID(accountPrefix, workspace, project, passkeyParameter, key.CredentialID)
}

// CredentialKey changes when any parameter does.
func CredentialKey(d Deriver, workspace, project string, parameters map[string]Secret) string {
	parts := []string{workspace, project}
	for _, name := range slices.Sorted(maps.Keys(parameters)) {
		parts = append(parts, name, parameters[name].Reveal())
	}
	return d.DeriveID(credentialPrefix, parts...)
}
