package login_test

import (
	"errors"
	"strconv"
	"testing"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"
	"github.com/pquerna/otp/totp"
	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/login"
	"github.com/anteroom/anteroom/session"
)

func codePage(with ...func(*login.Classification)) *login.Classification {
	return as(login.ClassCode, append([]func(*login.Classification){withField(login.RoleCode, "code"), withSubmit("go"), signed("code")}, with...)...)
}

func sentBySMS(c *login.Classification) {
	c.Medium, c.MaskedTarget = session.MediumSMS, "•••• 42"
}

func TestTOTP_OfAnyAlgorithmDigitsAndPeriod_IsComputed(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		uri    string
		period uint
		digits otp.Digits
		alg    otp.Algorithm
	}{
		{"otpauth://totp/a?algorithm=SHA256&digits=8&period=60&secret=" + testSeed, 60, 8, otp.AlgorithmSHA256},
		{"otpauth://totp/a?algorithm=SHA512&digits=7&secret=" + testSeed, 30, 7, otp.AlgorithmSHA512},
	} {
		b := setup(t, after(codePage()))
		b.give(login.ParameterTOTPSecret, c.uri)
		want, err := totp.GenerateCodeCustom(testSeed, b.page.clock.Now(), totp.ValidateOpts{Period: c.period, Digits: c.digits, Algorithm: c.alg})
		require.NoError(t, err)
		require.NotNil(t, b.run(t).LoggedIn)
		require.Equal(t, []string{want}, b.page.values["code"])
	}
}

func TestTOTP_StepThatAnotherLoginSpent_IsNotTypedAgain(t *testing.T) {
	t.Parallel()
	b := setup(t, after(codePage()))
	b.give(login.ParameterTOTPSecret, testSeed)
	now := b.page.clock.Now().Unix() / 30
	b.gate.spent = []string{"totp_step/" + strconv.FormatInt(now, 10)}
	require.NotNil(t, b.run(t).LoggedIn)
	require.Equal(t, []string{totpAt(t, time.Unix((now+1)*30, 0))}, b.page.values["code"])
	require.Equal(t, "totp_step/"+strconv.FormatInt(now+1, 10), b.gate.spent[1])
}

func TestTOTP_WhenEveryStepIsSpent_EndsTyped(t *testing.T) {
	t.Parallel()
	b := setup(t, after(codePage()))
	b.give(login.ParameterTOTPSecret, testSeed)
	for step := b.page.clock.Now().Unix() / 30; len(b.gate.spent) < 9; step++ {
		b.gate.spent = append(b.gate.spent, "totp_step/"+strconv.FormatInt(step, 10))
	}
	requireFailure(t, b.run(t), session.FailureSite, "totp_steps_spent")
	require.Empty(t, b.page.values["code"])
}

func TestTOTP_WhenThePageGoesOnWhileWaitingForAStep_TypesNothing(t *testing.T) {
	t.Parallel()
	s := after(codePage())
	s.pages["page"].later, s.pages["page"].after = "home", 3*time.Second
	b := setup(t, s)
	b.give(login.ParameterTOTPSecret, testSeed)
	b.page.clock.now = time.Unix(1_800_000_026, 0)
	b.page.clock.onSleep = func() { b.page.goTo("home") }
	require.NotNil(t, b.run(t).LoggedIn)
	require.Empty(t, b.page.values["code"])
}

func TestTOTP_WhenTheCodeWasSentElsewhere_IsNotTyped(t *testing.T) {
	t.Parallel()
	b := setup(t, after(codePage(sentBySMS)))
	b.give(login.ParameterTOTPSecret, testSeed)
	out := b.run(t)
	require.NotNil(t, out.Question, "%+v", out.Failed)
	require.Equal(t, session.MediumSMS, out.Question.Medium)

	s := methodSite(login.MethodSMS, login.MethodTOTP)
	s.pages["login"].submit = func(map[string]string) string { return "texted" }
	s.pages["texted"] = page("", codePage(sentBySMS, withAction(login.ActionAnotherWay, "other")))
	s.pages["texted"].clicks = map[string]string{"other": "page"}
	b = setup(t, s)
	b.give(login.ParameterTOTPSecret, testSeed)
	require.NotNil(t, b.run(t).LoggedIn, "the way that needs no person was found")
	require.Equal(t, 1, b.page.did("click totp"))
}

func TestTOTP_BesideAnAddressThatIsAskedFor_IsComputed(t *testing.T) {
	t.Parallel()
	b := setup(t, before(as(login.ClassCodeInForm, withField(login.RoleIdentifier, "user"), withField(login.RolePassword, "pass"),
		withField(login.RoleCode, "code"), withSubmit("go"), sentBySMS)))
	b.page.site.pages["page"].submit = func(map[string]string) string { return "home" }
	b.give(login.ParameterTOTPSecret, testSeed)
	require.NotNil(t, b.run(t).LoggedIn, "nothing can have been sent yet")
}

func TestTOTP_ThatSlippedAway_IsTypedWithTheSameStep(t *testing.T) {
	t.Parallel()
	s := after(codePage())
	s.pages["page"].fillErr = login.ErrNotInteractable
	b := setup(t, s)
	b.give(login.ParameterTOTPSecret, testSeed)
	require.NotNil(t, b.run(t).LoggedIn)
	require.Zero(t, b.page.clock.slept)
	require.Len(t, b.gate.spent, 1)
}

func TestHOTP_TakesTheNextCounterOfTheAccount(t *testing.T) {
	t.Parallel()
	s := after(codePage())
	s.pages["page"].submit = func(map[string]string) string { return "wrong" }
	s.pages["wrong"] = page("home", codePage(withError(login.ErrorCode, "Wrong code")))
	b := setup(t, s)
	b.give(login.ParameterTOTPSecret, "otpauth://hotp/a?counter=7&secret="+testSeed)
	out := b.run(t)
	require.NotNil(t, out.LoggedIn, "%+v", out)
	require.Equal(t, []string{hotpAt(t, 7), hotpAt(t, 8)}, b.page.values["code"])
	require.Equal(t, []string{"enter_code/hotp:7", "enter_code/hotp:8"}, b.gate.granted[1:])

	b = setup(t, after(codePage()))
	b.give(login.ParameterTOTPSecret, "otpauth://hotp/a?counter=7&secret="+testSeed)
	b.gate.counter = 40
	require.NotNil(t, b.run(t).LoggedIn)
	require.Equal(t, []string{hotpAt(t, 41)}, b.page.values["code"])
}

func hotpAt(t *testing.T, counter uint64) string {
	t.Helper()
	code, err := hotp.GenerateCode(testSeed, counter)
	require.NoError(t, err)
	return code
}

func backupPage(with ...func(*login.Classification)) *login.Classification {
	return as(login.ClassBackupCode, append([]func(*login.Classification){withField(login.RoleBackupCode, "backup"), withSubmit("go"), signed("backup")}, with...)...)
}

func TestBackupCodes_AreUsedOnceEach(t *testing.T) {
	t.Parallel()
	s := after(backupPage())
	s.pages["page"].submit = func(map[string]string) string { return "wrong" }
	s.pages["wrong"] = page("home", backupPage(withError(login.ErrorCode, "Wrong code")))
	b := setup(t, s)
	b.give(login.ParameterBackupCodes, "aaaa-1111, bbbb-2222;cccc-3333\ndddd-4444")
	first := login.BackupCodeKey(session.NewSecret(testUser), session.NewSecret("AAAA1111"))
	b.gate.spent = []string{"backup_code/" + first}
	require.NotNil(t, b.run(t).LoggedIn)
	require.Equal(t, []string{"bbbb-2222", "cccc-3333"}, b.page.values["backup"])
	require.Len(t, b.gate.spent, 3)
}

func TestBackupCodes_WhenNoneIsLeft_AreAskedFor(t *testing.T) {
	t.Parallel()
	b := setup(t, after(backupPage()))
	b.give(login.ParameterBackupCodes, "aaaa")
	key := login.BackupCodeKey(session.NewSecret(testUser), session.NewSecret("aaaa"))
	b.gate.spent = []string{"backup_code/" + key}
	out := b.run(t)
	require.NotNil(t, out.Question, "%+v", out.Failed)
	require.Equal(t, session.AskCode, out.Question.Kind)
	require.Contains(t, out.Question.Message, "backup code")
	out = b.resume(t, out, codeAnswer("ask_1", "zzzz yyyy"))
	require.NotNil(t, out.LoggedIn, "%+v", out)
	require.Equal(t, []string{"zzzz yyyy"}, b.page.values["backup"])
	require.Contains(t, b.gate.granted, "enter_code/ask_1")
}

func TestBackupCodes_OnACodePage_AreReachedByItsLink(t *testing.T) {
	t.Parallel()
	s := after(codePage(withAction(login.ActionUseBackupCode, "backup instead")))
	s.pages["page"].clicks = map[string]string{"backup instead": "backup"}
	s.pages["backup"] = page("home", backupPage())
	b := setup(t, s)
	b.give(login.ParameterBackupCodes, "aaaa")
	require.NotNil(t, b.run(t).LoggedIn)

	none := setup(t, s)
	require.NotNil(t, none.run(t).Question)
	require.Zero(t, none.page.did("click backup"))
}

func TestBackupCodeKey_NamesTheCodeOfOneAccountAndShowsNothing(t *testing.T) {
	t.Parallel()
	key := func(user, code string) string {
		return login.BackupCodeKey(session.NewSecret(user), session.NewSecret(code))
	}
	require.Equal(t, key("alice", "AbCd-1234"), key("alice", " abcd 1234"))
	require.NotEqual(t, key("alice", "abcd1234"), key("bob", "abcd1234"))
	require.NotEqual(t, key("alice", "abcd1234"), key("alice", "abcd1235"))
	require.Len(t, key("alice", "abcd1234"), 64)
	require.NotContains(t, key("alice", "abcd1234"), "abcd1234")
}

func TestCodes_WhenTheSpendCannotBeRecorded_AreNotTyped(t *testing.T) {
	t.Parallel()
	fault := errors.New("store is away")
	for name, give := range map[string]map[string]string{
		"totp":   {login.ParameterTOTPSecret: testSeed},
		"hotp":   {login.ParameterTOTPSecret: "otpauth://hotp/a?secret=" + testSeed},
		"backup": {login.ParameterBackupCodes: "aaaa"},
	} {
		seen := codePage()
		if name == "backup" {
			seen = backupPage()
		}
		b := setup(t, before(seen))
		for k, v := range give {
			b.give(k, v)
		}
		b.gate.err = fault
		_, err := login.RunClassifiedBy(t.Context(), b.page, b.gate, b.steps, b.in, b.page.classify)
		require.ErrorIs(t, err, fault, name)
		require.Empty(t, b.page.values, name)
	}
}

func TestCodes_RefusedThreeTimes_NeedThePersonEvenWhenTheSiteSaysTooMany(t *testing.T) {
	t.Parallel()
	s := after(codePage())
	again := codePage(withError(login.ErrorCode, "Too many wrong codes"))
	s.pages["page"].submit = func(map[string]string) string { return "again" }
	s.pages["again"] = page("again", again)
	s.pages["again"].model.SubmitStatus = 429
	b := setup(t, s)
	out := b.run(t)
	for n := range 2 {
		out = b.resume(t, out, codeAnswer(askedAgain(n), "000000"))
		require.NotNil(t, out.Question, "%+v", out.Failed)
	}
	requireFailure(t, b.resume(t, out, codeAnswer("ask_9", "000000")), session.FailureNeedsUser, "code_rejected")
}

func TestCodes_AfterWhichTheAccountIsLocked_AreALockout(t *testing.T) {
	t.Parallel()
	s := after(codePage())
	s.pages["page"].submit = func(map[string]string) string { return "locked" }
	s.pages["locked"] = page("", codePage(withError(login.ErrorLockout, "Your account is locked")))
	b := setup(t, s)
	requireFailure(t, b.resume(t, b.run(t), codeAnswer("ask_1", "000000")), session.FailureLockout, "account_locked")
}

func TestCode_BeforeThePassword_LeadsToThePassword(t *testing.T) {
	t.Parallel()
	b := setup(t, before(codePage()))
	out := b.resume(t, b.run(t), codeAnswer("ask_1", testCode))
	require.NotNil(t, out.LoggedIn, "%+v", out)
}
