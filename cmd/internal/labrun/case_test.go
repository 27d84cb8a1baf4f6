package labrun_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/cmd/internal/labrun"
	"github.com/anteroom/anteroom/loginlab"
	"github.com/anteroom/anteroom/session"
)

func TestCase_Parameters_AreWhatTheAccountHas(t *testing.T) {
	t.Parallel()
	c := newCase(func(c *labrun.Case) {
		c.Account.Organisation, c.Account.TOTPSecret, c.Account.BackupCodes = "Fernwood", otpauth, []string{"a", "b"}
		c.Account.SecurityAnswer = "Rex"
		c.Account.Passkey = &loginlab.Passkey{CredentialID: "AA==", PrivateKey: "AA==", RPID: "localhost"}
	})
	plain := func(mode labrun.Mode) map[string]string {
		parameters, err := c.Parameters(mode)
		require.NoError(t, err)
		out := map[string]string{}
		for name, v := range parameters {
			out[name] = v.Reveal()
		}
		return out
	}
	right := plain(labrun.ModeRight)
	key, err := session.ParsePasskey(session.NewSecret(right["passkey"]))
	require.NoError(t, err)
	require.Equal(t, "localhost", key.RPID)
	delete(right, "passkey")
	require.Equal(t, map[string]string{
		"username": user, "password": "right", "organisation": "Fernwood", "totpSecret": otpauth, "backupCodes": "a b",
	}, right)
	require.NotEqual(t, "right", plain(labrun.ModeWrongPassword)["password"])
	require.NotContains(t, plain(labrun.ModeWrongCode), "totpSecret", "or nobody would be asked")
}

func TestFitting_LeavesOutWhatMakesNoSense(t *testing.T) {
	t.Parallel()
	texted := newCase(nil)
	totp := newCase(func(c *labrun.Case) { c.Questions, c.Account.TOTPSecret = nil, otpauth })
	hotp := newCase(func(c *labrun.Case) { c.Questions, c.Account.TOTPSecret = nil, "otpauth://hotp/x?secret=A" })
	plain := newCase(func(c *labrun.Case) { c.Questions = nil })
	locked := newCase(func(c *labrun.Case) { c.Expected = []loginlab.Expectation{loginlab.ExpectLockout} })
	evil := newCase(hostile)
	all := []*labrun.Case{texted, totp, hotp, plain, locked, evil}
	require.Equal(t, all, labrun.Fitting(all, labrun.ModeRight))
	require.Equal(t, []*labrun.Case{texted, totp, hotp, plain, locked}, labrun.Fitting(all, labrun.ModeWrongPassword))
	require.Equal(t, []*labrun.Case{texted, totp}, labrun.Fitting(all, labrun.ModeWrongCode))
}

func TestFilter_SelectsByNamePartAndGroup_Sorted(t *testing.T) {
	t.Parallel()
	site := func(name string, part loginlab.Part, group loginlab.Group) loginlab.ManifestSite {
		return loginlab.ManifestSite{Site: loginlab.Site{Name: name, Part: part, Group: group}}
	}
	sites := []loginlab.ManifestSite{
		site("fr-b", tuning, loginlab.GroupCorpus), site("de-b", heldOut, loginlab.GroupCorpus), site("de-a", tuning, loginlab.GroupHostile),
		site("nasty-x", tuning, loginlab.GroupNasty), site("tls", tuning, loginlab.GroupBasic), site("host", tuning, loginlab.GroupBasic),
	}
	sites[4].NeedsTLS, sites[5].NeedsHostName = true, true
	for _, tc := range []struct {
		filter labrun.Filter
		want   []string
	}{
		{labrun.Filter{}, []string{"de-a", "de-b", "fr-b", "nasty-x"}},
		{labrun.Filter{TLS: true, HostName: true, Without: loginlab.GroupNasty}, []string{"de-a", "de-b", "fr-b", "host", "tls"}},
		{labrun.Filter{Sites: "de-*"}, []string{"de-a", "de-b"}},
		{labrun.Filter{Sites: "de-*", Part: tuning}, []string{"de-a"}},
		{labrun.Filter{Group: loginlab.GroupNasty}, []string{"nasty-x"}},
		{labrun.Filter{Sites: "x"}, nil},
	} {
		got, err := tc.filter.Select(sites)
		require.NoError(t, err)
		var names []string
		for _, s := range got {
			names = append(names, s.Name)
		}
		require.Equal(t, tc.want, names)
	}
	_, err := labrun.Filter{Sites: "[a"}.Select(sites)
	require.ErrorContains(t, err, "[a")
}
