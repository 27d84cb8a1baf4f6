package words_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/anteroom/anteroom/login/words"
)

// mustLanguages are those of login-detection §7.
var mustLanguages = []string{
	"en", "de", "fr", "es", "pt", "it", "nl", "pl", "cs", "sv", "da", "nb", "fi", "tr", "ru", "uk", "ja", "ko", "zh", "ar", "he",
}

func TestLists_HaveEveryLanguage(t *testing.T) {
	t.Parallel()
	for _, c := range words.Concerns() {
		if c != words.Provider { // names are the same everywhere
			require.Subset(t, words.Languages(c), mustLanguages, c.String())
		}
	}
}

// Each row is what one language says on the pages of a login, in the order of wantOfLanguages.
func TestFind_InEveryLanguage_KnowsWhatEveryLoginSays(t *testing.T) {
	t.Parallel()
	for lang, said := range saidInLanguages {
		require.Len(t, said, len(wantOfLanguages), lang)
		for i, text := range said {
			require.True(t, words.Find(text).Has(wantOfLanguages[i]), "%s: %q says %s", lang, text, wantOfLanguages[i])
		}
	}
	for _, lang := range mustLanguages {
		require.Contains(t, saidInLanguages, lang)
	}
}

func TestMask_KeepsWhatIsSaidAndNothingElse(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"Welcome back, Alice Miller!":           "Welcome back, xxxxx xxxxxx!",
		"We sent a code to alice@mail.example.": "We sent a code xx xxxxx@xxxx.xxxxxxx.",
		"Your 6-digit code expires in 04:59":    "xxxx 6-digit code expires xx 00:00",
		"山田様のパスワード":                             "々々々々パスワード",
		"Konto 4711 ist gesperrt":               "Konto 0000 ist gesperrt",
		"NE٠":                                   "xx0",
	} {
		require.Equal(t, want, words.Mask(text))
	}
	require.Equal(t, "xxxxxUserName00", words.MaskIdentifier("aliceUserName42"))
}

func TestMask_SaysTheSameAndIsIdempotent(t *testing.T) {
	t.Parallel()
	pieces := rapid.SliceOfN(rapid.SampledFrom([]string{
		"Alice", "Log in", " ", "パスワード", "山田", "@", "alice@mail.com", "2fa", "otp7", "Código", "de verificación", ".", "\u0301",
		"انتهت صلاحية", "أحمد", "6-digit", "تـسجيل الدخول", "ｌｏｇ", "İ", "x", "user", "Name", "•••", "한국", "인증번호", "-", "no",
	}), 0, 8)
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(pieces.Draw(t, "pieces"), rapid.SampledFrom([]string{"", " "}).Draw(t, "between"))
		if rapid.Bool().Draw(t, "any") {
			text = rapid.String().Draw(t, "text")
		}
		masked := words.Mask(text)
		if a, b := words.Find(text), words.Find(masked); a != b {
			t.Fatalf("%q says %v, %q says %v", text, a, masked, b)
		}
		if again := words.Mask(masked); again != masked {
			t.Fatalf("%q becomes %q, then %q", text, masked, again)
		}
		named := words.MaskIdentifier(text)
		if a, b := words.FindIdentifier(text), words.FindIdentifier(named); a != b {
			t.Fatalf("the name %q says %v, %q says %v", text, a, named, b)
		}
	})
}

func TestFind_OfAnAddress_SaysEmailAndNothingOfItsParts(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"name@company.com", "login@search.example", "メールalice@example.comに送信"} {
		s := words.Find(text)
		require.True(t, s.Has(words.Email), text)
		require.False(t, s.Has(words.Organisation, words.Login, words.Search), text)
	}
	for _, text := range []string{"@anteroom", "Alice@.", "A@.\u0301", "-@a"} {
		require.False(t, words.Find(text).Has(words.Email), text)
	}
	for _, text := range []string{"A@\u0591A", "A\u0591@b", "Alice@a.com"} {
		require.True(t, words.Find(text).Has(words.Email), text)
		require.True(t, words.Find(words.Mask(text)).Has(words.Email), text)
	}
	require.True(t, words.Find("อีเมลที่alice@example.com").Has(words.Email))
	require.False(t, words.Find("a @ b").Has(words.Email))
}

func TestFind_InProse_FindsTheConcern(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]words.Concern{
		"Sign in": words.Login, "LOG IN!": words.Login, "Ｌｏｇ　ｉｎ": words.Login, "GİRİŞ YAP": words.Login, "ログイン画面": words.Login,
		"Weiter »": words.Next, "Passwort": words.Password, "Введите пароль": words.Password, "הקלד סיסמה": words.Password,
		"Código de verificación": words.Code, "numero de telefono, codigo": words.CodeWeak, "المكون من ٦ أرقام": words.Code, "Saisissez l'OTP": words.Code,
		"6-digit code": words.Code, "One-time password": words.Code, "短信验证码": words.Code,
		"Das Kennwort ist ungültig.": words.Wrong, "Неверный логин": words.Wrong, "It doesn’t match": words.Wrong,
		"Konto gesperrt": words.Lockout, "Too many attempts": words.TooMany, "次数过多": words.TooMany,
		"Déconnexion": words.Logout, "Wyloguj się": words.Logout, "تسجيل الخروج": words.Logout,
		"Zapomněli jste heslo?": words.Forgot, "Postleitzahl": words.OtherCode, "Promo code": words.OtherCode,
	} {
		require.True(t, words.Find(text).Has(want), "%q says %s", text, want)
	}
}

func TestFind_WhenALongerTermHidesAShorterOne_FindsTheLongerOnly(t *testing.T) {
	t.Parallel()
	for text, c := range map[string]struct{ found, hidden words.Concern }{
		"Forgot password?":      {words.Forgot, words.Password},
		"One-time password":     {words.Code, words.Password},
		"Continue with Google":  {words.SSO, words.Next},
		"Postal code":           {words.OtherCode, words.CodeWeak},
		"New password":          {words.NewPassword, words.Password},
		"Cerrar sesión":         {words.Logout, words.Login},
		"Mot de passe oublié ?": {words.Forgot, words.Password},
		"Resend code":           {words.Resend, words.CodeWeak},
		"مساعدة نسيت كلمة المرور": {words.Forgot, words.Password},
	} {
		s := words.Find(text)
		require.True(t, s.Has(c.found), text)
		require.False(t, s.Has(c.hidden), text)
	}
}

func TestFind_DoesNotFindShortWordsInsideOthers(t *testing.T) {
	t.Parallel()
	for text, never := range map[string]words.Concern{
		"shipping": words.CodeWeak, "opinion": words.CodeWeak, "tango": words.Code, "compass": words.Password, "idea": words.WeakIdentifier,
		"gonext": words.Next, "research": words.Search, "note": words.Back, "felix": words.Wrong, "catalogue": words.Login,
	} {
		require.False(t, words.Find(text).Has(never), "%q does not say %s", text, never)
	}
}

func TestFindIdentifier_SplitsNamesOfDevelopers(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]words.Concern{
		"userName": words.Username, "user_name": words.Username, "txtUserName2": words.Username, "login-form": words.Login,
		"ctl00$Main$Password": words.Password, "OTPCode": words.Code, "otp_code_1": words.Code, "form[email]": words.Email,
		"2fa": words.Code, "auth2faToken": words.Code, "newPassword": words.NewPassword, "zipCode": words.OtherCode,
	} {
		require.True(t, words.FindIdentifier(name).Has(want), "%q says %s: it is %q", name, want, words.NormaliseIdentifier(name))
	}
}

func TestNormalise_IsIdempotent(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.String().Draw(t, "text")
		once := words.Normalise(text)
		if twice := words.Normalise(once); twice != once {
			t.Fatalf("%q becomes %q, then %q", text, once, twice)
		}
		_ = words.FindIdentifier(text)
	})
}

func TestConcern_String_IsTheNameOfItsFile(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, c := range words.Concerns() {
		require.NotEmpty(t, c.String())
		require.False(t, seen[c.String()])
		seen[c.String()] = true
	}
	require.Equal(t, "concern(250)", words.Concern(250).String())
}

func TestSet_HasAnyAndHasAll(t *testing.T) {
	t.Parallel()
	s := words.Of(words.Login, words.Code)
	require.True(t, s.Has(words.Search, words.Code))
	require.False(t, s.Has(words.Search))
	require.True(t, s.HasAll(words.Login, words.Code))
	require.False(t, s.HasAll(words.Login, words.Search))
	require.Equal(t, 2, s.Len())
	require.True(t, s.Meets(words.Of(words.Code, words.Provider)))
	require.Equal(t, words.Of(words.Login), s.Without(words.Of(words.Code, words.Provider)))
	require.True(t, words.Set{}.Empty())
	require.Equal(t, s, words.Of(words.Login).Or(words.Of(words.Code), words.Set{}))
	require.True(t, words.Of(words.Provider).Has(words.Provider))
}
