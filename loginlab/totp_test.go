package loginlab_test

import (
	"encoding/base32"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/loginlab"
)

// rfcKey is the key of the SHA-1 test vectors of RFC 6238, appendix B.
const rfcKey = "12345678901234567890"

func TestTOTPCode_RFC6238Vectors(t *testing.T) {
	t.Parallel()
	lab := loginlab.New(loginlab.Options{TOTPKey: []byte(rfcKey)})
	// The RFC's codes have eight digits; one of six is the end of one of eight.
	for seconds, want := range map[int64]string{
		59: "94287082", 1111111109: "07081804", 1111111111: "14050471",
		1234567890: "89005924", 2000000000: "69279037", 20000000000: "65353130",
	} {
		require.Equal(t, want[2:], lab.TOTPCode(time.Unix(seconds, 0)), "at %d", seconds)
	}
}

func TestTOTPCode_RFC4226Vectors(t *testing.T) {
	t.Parallel()
	lab := loginlab.New(loginlab.Options{TOTPKey: []byte(rfcKey)})
	// RFC 4226, appendix D: counter n is the time step n.
	for counter, want := range []string{
		"755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489",
	} {
		require.Equal(t, want, lab.TOTPCode(time.Unix(int64(counter)*30, 0)), "counter %d", counter)
	}
}

func TestTOTPSecret_IsTheKeyInBase32(t *testing.T) {
	t.Parallel()
	lab := loginlab.New(loginlab.Options{TOTPKey: []byte(rfcKey)})
	require.Equal(t, "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", lab.TOTPSecret())
	key, err := base32.StdEncoding.DecodeString(loginlab.New(loginlab.Options{}).TOTPSecret())
	require.NoError(t, err)
	require.Len(t, key, 20)
}

// totpPage goes to the code page of the site "totp".
func (b *testBundle) totpPage(user string) *page {
	b.t.Helper()
	asked := b.visitor().open("/s/totp/login").submit(b.credentials(user))
	asked.requireAt("/s/totp/code")
	return asked
}

func TestTOTP_WhenRight_ShowsTheAccount(t *testing.T) {
	t.Parallel()
	b := setup(t)
	asked := b.totpPage("ada")
	require.Contains(t, asked.body, "authenticator")
	asked.submit(code(b.lab.TOTPCode(b.clock.Now()))).requireAccount("totp", "ada")
	require.Empty(t, b.lab.Messages())
	require.Empty(t, b.leaks())
}

func TestTOTP_OneStepEarlyOrLate_IsRight_TwoAreNot(t *testing.T) {
	t.Parallel()
	for offset, want := range map[time.Duration]loginlab.Outcome{
		-60 * time.Second: loginlab.OutcomeWrong, -30 * time.Second: loginlab.OutcomeOK,
		30 * time.Second: loginlab.OutcomeOK, 60 * time.Second: loginlab.OutcomeWrong,
	} {
		b := setup(t, func(o *loginlab.Options) { o.TOTPKey = []byte(rfcKey) })
		b.totpPage("ada").submit(code(b.lab.TOTPCode(b.clock.Now().Add(offset))))
		require.Equal(t, []loginlab.Outcome{want}, b.outcomes(loginlab.KindCodeSubmit, "totp"), "offset %s", offset)
	}
}

func TestTOTP_UsedStep_IsRefusedForThatAccountOnly(t *testing.T) {
	t.Parallel()
	b := setup(t)
	now := b.lab.TOTPCode(b.clock.Now())
	b.totpPage("ada").submit(code(now)).requireAccount("totp", "ada")
	again := b.totpPage("ada").submit(code(now))
	require.Equal(t, "That code was used already. Please wait for the next one.", again.alert())
	b.totpPage("bob").submit(code(now)).requireAccount("totp", "bob")
	b.clock.advance(30 * time.Second)
	again.submit(code(b.lab.TOTPCode(b.clock.Now()))).requireAccount("totp", "ada")
}

func TestTOTP_StepBeforeTheUsedOne_IsRefused(t *testing.T) {
	t.Parallel()
	b := setup(t, func(o *loginlab.Options) { o.TOTPKey = []byte(rfcKey) })
	b.totpPage("ada").submit(code(b.lab.TOTPCode(b.clock.Now()))).requireAccount("totp", "ada")
	b.totpPage("ada").submit(code(b.lab.TOTPCode(b.clock.Now().Add(-30 * time.Second))))
	require.Equal(t, []loginlab.Outcome{loginlab.OutcomeOK, loginlab.OutcomeReused}, b.outcomes(loginlab.KindCodeSubmit, "totp"))
}

func TestTOTP_WhenWrongThreeTimes_StartsAgain(t *testing.T) {
	t.Parallel()
	b := setup(t)
	third := b.totpPage("ada").submit(code("wrong")).submit(code("wrong")).submit(code("wrong"))
	require.Equal(t, "Too many incorrect codes. Please sign in again.", third.alert())
	require.Contains(t, third.body, `type="password"`)
}

func TestTOTP_SameCodeByManyBrowsersAtOnce_LogsInOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	pages := make([]*page, 6)
	for i := range pages {
		pages[i] = b.totpPage("ada")
	}
	var group sync.WaitGroup
	for _, p := range pages {
		group.Go(func() { p.submit(code(b.lab.TOTPCode(b.clock.Now()))) })
	}
	group.Wait()
	b.requireCount(1, loginlab.KindLogin, "totp", "ada")
}

func TestCodeInForm_WhenBothAreRight_ShowsTheAccount(t *testing.T) {
	t.Parallel()
	b := setup(t)
	values := b.credentials("ada")
	values.Set("code", b.lab.TOTPCode(b.clock.Now()))
	b.visitor().open("/s/code-in-form/login").submit(values).requireAccount("code-in-form", "ada")
	b.requireCount(1, loginlab.KindPasswordSubmit, "code-in-form", "ada")
	b.requireCount(1, loginlab.KindCodeSubmit, "code-in-form", "ada")
	require.Empty(t, b.leaks())
}

func TestCodeInForm_WhenTheCodeIsWrong_BlamesTheCode(t *testing.T) {
	t.Parallel()
	b := setup(t)
	values := b.credentials("ada")
	values.Set("code", "wrong")
	again := b.visitor().open("/s/code-in-form/login").submit(values)
	require.Equal(t, "That code is incorrect. Please try again.", again.alert())
	require.NotContains(t, again.body, b.lab.Password())
	require.Equal(t, []loginlab.Outcome{loginlab.OutcomeOK}, b.outcomes(loginlab.KindPasswordSubmit, "code-in-form"))
}

func TestCodeInForm_WhenThePasswordIsWrong_BlamesItAndSparesTheCode(t *testing.T) {
	t.Parallel()
	b := setup(t)
	values := b.credentials("ada")
	values.Set("password", "guess")
	values.Set("code", b.lab.TOTPCode(b.clock.Now()))
	again := b.visitor().open("/s/code-in-form/login").submit(values)
	require.Equal(t, "Incorrect user name or password.", again.alert())
	require.Equal(t, []loginlab.Outcome{loginlab.OutcomeIgnored}, b.outcomes(loginlab.KindCodeSubmit, "code-in-form"))
	values.Set("password", b.lab.Password())
	again.submit(values).requireAccount("code-in-form", "ada")
}
