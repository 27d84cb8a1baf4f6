package loginlab

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestMisplaced_WhatOtherFormsAreSent_IsRecordedByName(t *testing.T) {
	t.Parallel()
	lab := newWalkedLab(t)
	sites := having(NuisanceNewsletterField, func(s *Site) bool { return s.Topology == TopologySingleForm })
	require.NotEmpty(t, sites)
	w := lab.walk(t, sites[0].Name, DefaultUser)
	require.NotNil(t, w.parse().input("news"))
	w.request(http.MethodPost, "/s/"+w.site.Name+"/other", url.Values{"news": {DefaultUser}, "empty": {""}})
	require.Len(t, lab.kinds(KindMisplaced), 1)
	require.Equal(t, []string{"news"}, lab.kinds(KindMisplaced)[0].Fields)
	w.request(http.MethodPost, "/s/"+w.site.Name+"/other", url.Values{"news": {""}})
	require.Len(t, lab.kinds(KindMisplaced), 1, "an empty field is no fault")
	w.request(http.MethodGet, "/s/"+w.site.Name+"/search?q=x", nil)
	require.Len(t, lab.kinds(KindMisplaced), 2)
}

func TestMisplaced_WhatIsTypedBesideTheLogin_IsReportedByThePage(t *testing.T) {
	t.Parallel()
	lab := newWalkedLab(t)
	site := having(NuisanceSearch, nil)[0].Name
	send := func(body string) int {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, lab.base+"/s/"+site+"/misplaced", strings.NewReader(body))
		require.NoError(t, err)
		response, err := http.DefaultClient.Do(r)
		require.NoError(t, err)
		require.NoError(t, response.Body.Close())
		return response.StatusCode
	}
	require.Equal(t, http.StatusNoContent, send(`{"field":"q"}`))
	require.Equal(t, http.StatusBadRequest, send(`[`))
	require.Equal(t, []string{"q"}, lab.kinds(KindMisplaced)[0].Fields)
	send(`{"field":"` + lab.Password() + `"}`)
	require.Equal(t, []string{"(name withheld)"}, lab.kinds(KindMisplaced)[1].Fields)
}

func TestMisplaced_TrapsForRobots_AreRecorded_AndThePagesOwnIDIsNot(t *testing.T) {
	t.Parallel()
	lab := newWalkedLab(t)
	for _, s := range having(NuisanceHoneypot, nil) {
		lab.Reset()
		w := lab.walk(t, s.Name, DefaultUser).toCredentials()
		require.NotNil(t, w.parse().input("email_confirm"), s.Name)
		w.request(http.MethodPost, "/s/"+s.Name+"/step", url.Values{keyFlow: {w.flow()}, "email_confirm": {"x"}})
		require.Equal(t, 1, lab.Count(KindMisplaced, s.Name, ""), s.Name)
		right := lab.walk(t, s.Name, DefaultUser)
		right.logIn()
		require.Equal(t, 1, lab.Count(KindMisplaced, s.Name, ""), s.Name)
	}
}

// secretOf is the secret of a factor that belongs to one account.
func secretOf(f Factor, a *Account) string {
	if f == FactorBackupCode {
		return a.BackupCodes[3]
	}
	return a.SecurityAnswer
}

func TestLeak_SecretsOfOneAccount_AreSearchedForOnceTheyWereTold(t *testing.T) {
	t.Parallel()
	for f, kind := range map[Factor]SecretKind{FactorBackupCode: SecretBackupCode, FactorSecurityQuestion: SecretAnswer} {
		lab := newWalkedLab(t)
		s := withFactor(t, f)
		a := lab.Account(s.Name, DefaultUser, "localhost")
		w := lab.walk(t, s.Name, DefaultUser)
		w.request(http.MethodPost, lab.other+"/collect", url.Values{"x": {secretOf(f, &a)}})
		require.Len(t, lab.kinds(KindLeak), 1, f)
		require.Equal(t, kind, lab.kinds(KindLeak)[0].Secret)
	}
}

func TestLeak_AnAuthenticatorsCode_IsKnownInEveryForm(t *testing.T) {
	t.Parallel()
	for _, f := range []Factor{FactorTOTP, FactorTOTPSHA256, FactorTOTP8Digits, FactorTOTP60s, FactorHOTP} {
		lab := newWalkedLab(t)
		w := lab.walk(t, withFactor(t, f).Name, DefaultUser)
		w.request(http.MethodPost, "/s/"+w.site.Name+"/other", url.Values{"x": {w.code()}})
		require.Len(t, lab.kinds(KindLeak), 1, f)
		require.Equal(t, SecretTOTPCode, lab.kinds(KindLeak)[0].Secret, f)
	}
}

func TestEvents_NameWhatWasAnswered(t *testing.T) {
	t.Parallel()
	lab := newWalkedLab(t)
	for f, kind := range map[Factor]Kind{
		FactorSecurityQuestion: KindAnswerSubmit, FactorPasskey: KindPasskeySubmit, FactorBackupCode: KindCodeSubmit, FactorEmailedLink: KindLinkOpened,
	} {
		w := lab.walk(t, withFactor(t, f).Name, DefaultUser)
		w.logIn()
		require.Equal(t, 1, lab.Count(kind, w.site.Name, DefaultUser), f)
	}
}
