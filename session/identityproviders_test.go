package session_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/session"
)

func TestOrigins_WithIdentityProviders_AllowTheWellKnownOnes(t *testing.T) {
	t.Parallel()
	p := session.Project{LoginURL: "https://app.example.com/login"}
	with := p
	with.IdentityProviders = true
	for origin, allowed := range map[string]bool{
		"https://accounts.google.com":             true,
		"https://login.microsoftonline.com":       true,
		"https://acme.okta.com":                   true,
		"https://acme.okta.com:443":               true,
		"https://app.example.com":                 true,
		"https://okta.com":                        false,
		"https://acme.okta.com:8443":              false,
		"https://okta.com.evil.test":              false,
		"https://accounts.google.com.evil.test":   false,
		"https://evil-accounts.google.com":        false,
		"https://sites.google.com":                false,
		"https://anybody.auth0.com":               false,
		"https://anybody.b2clogin.com":            false,
		"https://login-microsoftonline.com":       false,
		"https://idp.example.org":                 false,
		"https://login.microsoftonline.com.":      true, // the same host, written as a root
		"https://login.microsoftonline.com%2eevl": false,
	} {
		require.Equal(t, allowed, with.SecretOrigins().Allows(origin), origin)
		require.Equal(t, origin == "https://app.example.com", p.SecretOrigins().Allows(origin), "by default: %s", origin)
	}
}

func TestOrigins_OfAnHTTPLogin_AllowNoIdentityProviderOverHTTP(t *testing.T) {
	t.Parallel()
	p := session.Project{LoginURL: "http://intranet/login", IdentityProviders: true}
	require.False(t, p.SecretOrigins().Allows("http://accounts.google.com"))
	require.False(t, p.SecretOrigins().Allows("http://accounts.google.com:443"))
	require.True(t, p.SecretOrigins().Allows("https://accounts.google.com"))
}
