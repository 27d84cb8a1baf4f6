package session_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/session"
)

func TestProject_Validate_OfEveryPolicy_NamesWhatItMayBe(t *testing.T) {
	t.Parallel()
	type fields struct{ consent, terms, remember session.Policy }
	for given, faulty := range map[fields]string{
		{}:                               "",
		{"accept", "accept", "accept"}:   "",
		{"ask", "ask", "decline"}:        "",
		{consent: session.PolicyDecline}: `consent: is "decline"; it may be "accept" (the default) or "ask"`,
		{terms: session.PolicyDecline}:   `terms: is "decline"; it may be "ask" (the default) or "accept"`,
		{remember: session.PolicyAsk}:    `remember: is "ask"; it may be "accept" (the default) or "decline"`,
		{consent: "Accept"}:              `consent: is "Accept"`,
	} {
		p := session.Project{
			Name: "p", LoginURL: "https://site.example/", Consent: given.consent, Terms: given.terms, Remember: given.remember,
		}
		if faulty == "" {
			require.NoError(t, p.Validate())
			continue
		}
		require.ErrorContains(t, p.Validate(), faulty)
	}
}

func TestProject_Validate_OfPreferredMethods_RefusesUnknownAndRepeatedOnes(t *testing.T) {
	t.Parallel()
	p := session.Project{Name: "p", LoginURL: "https://site.example/", OTP: session.OTPSettings{Prefer: session.PreferableMethods()}}
	require.NoError(t, p.Validate())
	p.OTP.Prefer = []string{"sms", "pigeon", "sms", ""}
	err := p.Validate()
	require.NotContains(t, err.Error(), "otp.prefer[0]")
	for _, want := range []string{`otp.prefer[1]: is "pigeon"`, `otp.prefer[2]: names "sms" again`, `otp.prefer[3]: is ""`} {
		require.ErrorContains(t, err, want)
	}
}

func TestProject_Validate_OfSignInWith_TakesWhatAButtonMaySay(t *testing.T) {
	t.Parallel()
	p := session.Project{Name: "p", LoginURL: "https://site.example/"}
	for _, good := range []string{"", "google", "Acme Single Sign-On", "企業ログイン"} {
		p.SignInWith = good
		require.NoError(t, p.Validate(), good)
	}
	for _, bad := range []string{" google", "google\n", "a\x00b", " ", strings.Repeat("x", 65)} {
		p.SignInWith = bad
		require.ErrorContains(t, p.Validate(), "signInWith: ", bad)
	}
}

func TestProject_SuffixFaults_NameEveryWildcardThatAnybodyCanUse(t *testing.T) {
	t.Parallel()
	p := session.Project{AllowedHosts: []string{"co.uk", "*.corp.example", "*.Co.UK", "*.github.io", "site.github.io"}}
	err := errors.Join(p.SuffixFaults(func(domain string) bool { return domain == "co.uk" || domain == "github.io" })...)
	require.Equal(t, 2, strings.Count(err.Error(), "anybody can have a host"))
	require.ErrorContains(t, err, `allowedHosts[2]: is "*.Co.UK"`)
	require.ErrorContains(t, err, "allowedHosts[3]: ")
	var field *session.FieldError
	require.ErrorAs(t, err, &field)
}
