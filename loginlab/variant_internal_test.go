package loginlab

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// corpus lists the variants.
func corpus() []Site { return gridSites() }

func TestVariants_WithTheManifestsAccount_LogIn(t *testing.T) {
	t.Parallel()
	lab := newWalkedLab(t)
	for _, s := range corpus() {
		w := lab.walk(t, s.Name, DefaultUser)
		w.logIn()
		require.Equal(t, 1, lab.Count(KindLogin, s.Name, DefaultUser), s.Name)
		require.Contains(t, w.body, DefaultUser, s.Name)
		if !s.Has(NuisanceNoLogout) {
			require.Contains(t, w.body, `action="/s/`+s.Name+`/logout"`, s.Name)
		}
	}
	require.Zero(t, lab.Count(KindLeak, "", ""), "%+v", lab.kinds(KindLeak))
	require.Zero(t, lab.Dropped())
}

func (l *walkedLab) kinds(k Kind) []Event {
	var found []Event
	for _, e := range l.Events() {
		if e.Kind == k {
			found = append(found, e)
		}
	}
	return found
}

// refused goes to the page of the password and sends a wrong one.
func (w *walker) refused() {
	w.t.Helper()
	if w.site.Topology == TopologyHTTPBasic {
		w.basic("Not-the-password-0")
		return
	}
	for range 6 {
		_, at := w.at()
		if at == stepPassword || at == stepCredentials {
			w.send(w.credentials(at, "Not-the-password-0"))
			return
		}
		w.stepOn()
	}
	w.t.Fatalf("%s: no page asks for the password", w.site.Name)
}

func TestVariants_WithAWrongPassword_LetNobodyInAndSaySo(t *testing.T) {
	t.Parallel()
	lab := newWalkedLab(t)
	for _, s := range corpus() {
		w := lab.walk(t, s.Name, DefaultUser)
		w.refused()
		require.False(t, w.isIn(), s.Name)
		require.Equal(t, 1, lab.Count(KindPasswordSubmit, s.Name, DefaultUser), s.Name)
		switch {
		case s.Has(NuisanceErrorSilent):
			require.NotContains(t, w.text(), phraseIn(&s, "wrongPassword"), s.Name)
		case s.Has(NuisanceTrapPublicPage):
			require.Contains(t, w.text(), phraseIn(&s, "publicWelcome", DefaultUser), s.Name)
		default:
			require.Contains(t, w.text(), phraseIn(&s, "wrongPassword"), s.Name)
		}
	}
	require.Zero(t, lab.Count(KindLogin, "", ""))
	require.Zero(t, lab.Count(KindLeak, "", ""))
}

// phraseIn is what a site says, as it stands in HTML.
func phraseIn(s *Site, key string, args ...string) string { return phraseOf(s, key, args...) }

// text is all that a page says, without the escapes of HTML.
func (w *walker) text() string {
	return strings.NewReplacer("&#39;", "'", "&#34;", `"`, "&amp;", "&", "&#43;", "+").Replace(w.body) + w.said
}

// withFactor returns a variant of a factor whose pages say plainly what is wrong.
func withFactor(t *testing.T, f Factor) Site {
	t.Helper()
	for _, s := range corpus() {
		plain := s.Topology != TopologyHTTPBasic && !s.Has(NuisanceErrorSilent) && !s.Has(NuisanceErrorTitle) && !s.Has(NuisanceTrapVanish)
		if s.Factor == f && plain {
			return s
		}
	}
	t.Fatalf("no variant has the factor %s", f)
	return Site{}
}

// wrong is a wrong answer to the second factor's page.
func (w *walker) wrong(at step) map[string]string {
	switch at { //nolint:exhaustive // the others have no wrong answer
	case stepCode, stepUnfolded:
		return w.boxes(strings.Repeat("x", max(1, w.site.Factor.split())))
	case stepSecurity:
		return map[string]string{keyAnswer: "Rex"}
	case stepBackup:
		return map[string]string{keyBackup: "2222-2222"}
	case stepPasskey:
		return map[string]string{keyAssertion: "{}"}
	}
	return nil
}

// factorSteps are the steps that a second factor can be wrong at.
func factorStep(at step) bool {
	return at == stepCode || at == stepUnfolded || at == stepSecurity || at == stepBackup || at == stepPasskey
}

// toFactor goes to the page that takes the second factor; false when there is none that can be wrong.
func (w *walker) toFactor() bool {
	w.t.Helper()
	for range 10 {
		if w.isIn() {
			return false
		}
		if _, at := w.at(); factorStep(at) {
			return true
		}
		w.stepOn()
	}
	return false
}

func TestFactors_WhenWrong_AreAskedAgain_AndTheRightOneStillWorks(t *testing.T) {
	t.Parallel()
	lab := newWalkedLab(t)
	for _, f := range gridFactors() {
		s := withFactor(t, f)
		w := lab.walk(t, s.Name, "bob@fernwood.example")
		if !w.toFactor() {
			continue
		}
		_, before := w.at()
		w.send(w.wrong(before))
		_, after := w.at()
		require.Equal(t, before, after, s.Name)
		require.Contains(t, w.text(), phraseIn(&s, "wrongCode"), s.Name)
		w.logIn()
		require.Equal(t, 1, lab.Count(KindLogin, s.Name, w.user), s.Name)
	}
	require.Zero(t, lab.Count(KindLeak, "", ""), "%+v", lab.kinds(KindLeak))
}

func TestFactors_WhenWrongThreeTimes_BeginAgain(t *testing.T) {
	t.Parallel()
	lab := newWalkedLab(t)
	for _, f := range gridFactors() {
		s := withFactor(t, f)
		w := lab.walk(t, s.Name, "eve@fernwood.example")
		if !w.toFactor() {
			continue
		}
		for range maxWrongCodes {
			_, at := w.at()
			w.send(w.wrong(at))
		}
		_, at := w.at()
		require.False(t, factorStep(at), s.Name)
		require.Contains(t, w.text(), phraseIn(&s, "tooManyCodes"), s.Name)
		require.Zero(t, lab.Count(KindLogin, s.Name, ""), s.Name)
	}
}

func TestFactors_WhoseSecretIsUsedUp_RefuseItTheSecondTime(t *testing.T) {
	t.Parallel()
	lab := newWalkedLab(t)
	for _, f := range []Factor{FactorTOTP, FactorTOTPSHA256, FactorTOTP8Digits, FactorTOTP60s, FactorBackupCode} {
		s := withFactor(t, f)
		w := lab.walk(t, s.Name, DefaultUser)
		require.True(t, w.toFactor(), s.Name)
		_, at := w.at()
		used := w.right(at)
		w.send(used)
		again := lab.walk(t, s.Name, DefaultUser)
		require.True(t, again.toFactor(), s.Name)
		again.send(used)
		require.Contains(t, again.text(), phraseIn(&s, "reusedCode"), s.Name)
	}
}

func TestFactors_OfAnotherPerson_AreRefused(t *testing.T) {
	t.Parallel()
	lab := newWalkedLab(t)
	for _, f := range []Factor{FactorBackupCode, FactorSecurityQuestion, FactorPasskey} {
		s := withFactor(t, f)
		other := lab.Account(s.Name, "grace@fernwood.example", "localhost")
		w := lab.walk(t, s.Name, DefaultUser)
		require.True(t, w.toFactor(), s.Name)
		_, at := w.at()
		switch f {
		case FactorBackupCode:
			w.send(map[string]string{keyBackup: other.BackupCodes[0]})
		case FactorSecurityQuestion:
			w.send(map[string]string{keyAnswer: other.SecurityAnswer})
		default:
			w.send(map[string]string{keyAssertion: w.assertion(other.Passkey)})
		}
		_, after := w.at()
		require.Equal(t, at, after, s.Name)
	}
	require.Zero(t, lab.Count(KindLogin, "", ""))
}
