package loginlab_test

import (
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/loginlab"
)

// codePage goes to the code page of a site and returns the code that was texted.
func (v *visitor) codePage(site, user string) (*page, string) {
	v.t.Helper()
	asked := v.open("/s/" + site + "/login").submit(v.credentials(user))
	asked.requireAt("/s/" + site + "/code")
	sent, _ := v.lab.LastCode(site, user)
	return asked, sent
}

func TestCode_WhenRight_ShowsTheAccount(t *testing.T) {
	t.Parallel()
	b := setup(t)
	asked, sent := b.visitor().codePage("code", "ada")
	require.Regexp(t, `^\d{6}$`, sent)
	require.Contains(t, asked.body, `autocomplete="one-time-code" inputmode="numeric" pattern="[0-9]*" maxlength="6"`)
	require.Regexp(t, `We sent a 6-digit code by text message to •••••••\d\d\.`, asked.body)
	require.NotContains(t, asked.body, sent)
	require.NotContains(t, asked.body, b.lab.Messages()[0].To)
	asked.submit(code(sent)).requireAccount("code", "ada")
	b.requireCount(1, loginlab.KindCodeSent, "code", "ada")
	b.requireCount(1, loginlab.KindCodeSubmit, "code", "ada")
	b.requireCount(1, loginlab.KindLogin, "code", "ada")
	require.Empty(t, b.leaks())
}

func TestCode_WhenWrong_IsAskedAgainAndTheRightOneStillWorks(t *testing.T) {
	t.Parallel()
	b := setup(t)
	asked, sent := b.visitor().codePage("code", "ada")
	again := asked.submit(code("wrong"))
	require.Equal(t, http.StatusOK, again.status)
	again.requireAt("/s/code/code")
	require.Equal(t, "That code is incorrect. Please try again.", again.alert())
	again.submit(code("wrong")).submit(code(sent)).requireAccount("code", "ada")
	b.requireCount(1, loginlab.KindCodeSent, "code", "ada")
}

func TestCode_WhenWrongThreeTimes_IsInvalid(t *testing.T) {
	t.Parallel()
	b := setup(t)
	v := b.visitor()
	asked, sent := v.codePage("code", "ada")
	third := asked.submit(code("wrong")).submit(code("wrong")).submit(code("wrong"))
	require.Equal(t, "Too many incorrect codes. Please sign in again.", third.alert())
	require.Contains(t, third.body, `type="password"`)
	asked.submit(code(sent)).requireAt("/s/code/login")
	v.open("/s/code/code").requireAt("/s/code/login")
	b.requireCount(0, loginlab.KindLogin, "", "")
	require.Equal(t, []loginlab.Outcome{
		loginlab.OutcomeWrong, loginlab.OutcomeWrong, loginlab.OutcomeInvalidated, loginlab.OutcomeRedirected,
	}, b.outcomes(loginlab.KindCodeSubmit, "code"))
}

func TestCode_WhenExpired_StartsAgain(t *testing.T) {
	t.Parallel()
	b := setup(t, func(o *loginlab.Options) { o.CodeLifetime = time.Minute })
	asked, sent := b.visitor().codePage("code", "ada")
	b.clock.advance(time.Minute + time.Second)
	late := asked.submit(code(sent))
	require.Equal(t, "That code has expired. Please sign in again.", late.alert())
	require.Contains(t, late.body, `type="password"`)
	asked.submit(code(sent)).requireAt("/s/code/login")
}

func TestCode_SecondUse_IsRefused(t *testing.T) {
	t.Parallel()
	b := setup(t)
	asked, sent := b.visitor().codePage("code", "ada")
	asked.submit(code(sent)).requireAccount("code", "ada")
	asked.submit(code(sent)).requireAccount("code", "ada") // still signed in: login redirects there
	require.Equal(t, []loginlab.Outcome{loginlab.OutcomeOK, loginlab.OutcomeRedirected}, b.outcomes(loginlab.KindCodeSubmit, "code"))
	b.requireCount(1, loginlab.KindLogin, "code", "ada")
}

func TestCode_TypedWithSpaces_IsRight(t *testing.T) {
	t.Parallel()
	b := setup(t)
	asked, sent := b.visitor().codePage("code", "ada")
	asked.submit(code(" "+sent[:3]+" "+sent[3:])).requireAccount("code", "ada")
}

func TestCode_UsedByManyAtOnce_LogsInOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	asked, sent := b.visitor().codePage("code", "ada")
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() { asked.submit(code(sent)) })
	}
	group.Wait()
	b.requireCount(8, loginlab.KindCodeSubmit, "code", "")
	b.requireCount(1, loginlab.KindLogin, "code", "ada")
}

func TestCodeFormat_Alphanumeric16_IsSaidOnThePage(t *testing.T) {
	t.Parallel()
	b := setup(t, func(o *loginlab.Options) { o.CodeFormat = loginlab.CodeAlphanumeric16 })
	asked, sent := b.visitor().codePage("code", "ada")
	require.Regexp(t, `^[A-Z2-7]{16}$`, sent)
	require.Contains(t, asked.body, "16-character code")
	require.Contains(t, asked.body, `maxlength="16"`)
	require.NotContains(t, asked.body, "inputmode")
	asked.submit(code(sent)).requireAccount("code", "ada")
}

func TestCodeFunc_MakesTheCodes(t *testing.T) {
	t.Parallel()
	b := setup(t, func(o *loginlab.Options) {
		o.CodeFunc = func(site, user string) string { return site + "-" + user }
	})
	asked, sent := b.visitor().codePage("code", "ada")
	require.Equal(t, "code-ada", sent)
	asked.submit(code(sent)).requireAccount("code", "ada")
}

func TestOnCode_IsToldBeforeThePageIsAnswered(t *testing.T) {
	t.Parallel()
	told := make(chan loginlab.Message, 1)
	b := setup(t, func(o *loginlab.Options) { o.OnCode = func(m loginlab.Message) { told <- m } })
	asked, sent := b.visitor().codePage("code", "ada")
	require.Len(t, told, 1)
	m := <-told
	require.Equal(t, loginlab.Message{Site: "code", User: "ada", To: m.To, Medium: loginlab.MediumText, Code: sent, At: b.clock.Now()}, m)
	require.Regexp(t, `^\+1 202 555 01\d\d$`, m.To)
	require.Contains(t, asked.body, "•"+m.To[len(m.To)-2:]+".")
	require.Equal(t, []loginlab.Message{m}, b.lab.Messages())
}

func TestCode_WhenPasswordIsWrong_IsNotSent(t *testing.T) {
	t.Parallel()
	b := setup(t)
	values := b.credentials("ada")
	values.Set("password", "guess")
	b.visitor().open("/s/code/login").submit(values).requireAt("/s/code/login")
	require.Empty(t, b.lab.Messages())
	_, sent := b.lab.LastCode("code", "ada")
	require.False(t, sent)
}
