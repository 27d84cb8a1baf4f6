package words_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/login/words"
)

// phrases are sentences of login pages, with what they say and what they must not be taken for.
//
//nolint:misspell // words of other languages
var phrases = []struct {
	text       string
	says, nots []words.Concern
}{
	{"Chcesz pozostać zalogowany?", []words.Concern{words.Remember}, []words.Concern{words.SignedInAs}},
	{"Serwis otrzyma Twoje imię i nazwisko oraz adres e-mail.", []words.Concern{words.Consent, words.Email}, []words.Concern{words.Sent}},
	{"Nie dotarł kod? Wyślij ponownie", []words.Concern{words.Resend}, []words.Concern{words.Wrong}},
	{"Wprowadź jednorazowy kod", []words.Concern{words.Code}, []words.Concern{words.Password}},
	{"Konto zostało tymczasowo zablokowane", []words.Concern{words.Lockout}, []words.Concern{words.Wrong}},
	{"Změnili jsme podmínky", []words.Concern{words.Terms}, []words.Concern{words.Method}},
	{"Přihlašování bez hesla", []words.Concern{words.Offer}, nil},
	{"Zadej kód, který ti přišel na e-mail", []words.Concern{words.Code, words.Email}, []words.Concern{words.Wrong}},
	{"Zkontrolujte si e-mail a klikněte na odkaz", []words.Concern{words.LinkSent}, []words.Concern{words.Resend}},
	{"Учётная запись заблокирована", []words.Concern{words.Lockout}, []words.Concern{words.Wrong}},
	{"Отправить код ещё раз", []words.Concern{words.Resend}, nil},
	{"Приложение запрашивает доступ к вашему профилю", []words.Concern{words.Consent}, []words.Concern{words.App}},
	{"Введите одноразовый код из приложения для аутентификации", []words.Concern{words.Code, words.App}, []words.Concern{words.Login}},
	{"Неверный логин или пароль", []words.Concern{words.Wrong, words.Password}, []words.Concern{words.UnknownUser}},
	{"Застосунок хоче використовувати ваш обліковий запис", []words.Concern{words.Consent}, []words.Concern{words.Register}},
	{"Запамʼятати мене", []words.Concern{words.Remember}, []words.Concern{words.Trust}},
	{"Код підтвердження надіслано на номер", []words.Concern{words.Code}, []words.Concern{words.Wrong}},
	{"Oturumunuz açık kalsın mı?", []words.Concern{words.Remember}, []words.Concern{words.Logout}},
	{"Telefonunuza gönderilen 6 haneli kodu girin", []words.Concern{words.Code}, []words.Concern{words.Wrong}},
	{"Hesabınız geçici olarak kilitlendi", []words.Concern{words.Lockout}, []words.Concern{words.SiteError}},
	{"Çok faktörlü kimlik doğrulama", []words.Concern{words.Code}, nil},
	{"スマートフォンに通知が送信されました", []words.Concern{words.ExternalWait}, []words.Concern{words.LinkSent}},
	{"ログイン用のリンクをお送りしました", []words.Concern{words.LinkSent}, []words.Concern{words.Code}},
	{"アカウントの使用を許可しますか", []words.Concern{words.Consent}, []words.Concern{words.Lockout}},
	{"認証コードが届かない場合", []words.Concern{words.Resend}, []words.Concern{words.Wrong}},
	{"로그인 상태를 유지하시겠습니까?", []words.Concern{words.Remember}, []words.Concern{words.SignedInAs}},
	{"휴대폰에서 이 숫자를 누르세요", []words.Concern{words.NumberMatch, words.ExternalWait}, []words.Concern{words.Code}},
	{"이메일로 전송된 코드 입력", []words.Concern{words.Code, words.Email}, []words.Concern{words.Wrong}},
	{"我们已将登录链接发送到您的邮箱，请打开链接继续", []words.Concern{words.LinkSent}, []words.Concern{words.Lockout}},
	{"請輸入發送到您手機的驗證碼", []words.Concern{words.Code}, []words.Concern{words.Captcha}},
	{"保持登入狀態", []words.Concern{words.Remember}, []words.Concern{words.SignedInAs}},
	{"帳戶已鎖定，請稍後再試", []words.Concern{words.Lockout}, nil},
	{"螢幕鎖定後背景播放音樂", nil, []words.Concern{words.Lockout}},
	{"验证码错误，请重新输入", []words.Concern{words.Wrong, words.Code}, []words.Concern{words.Lockout}},
	{"أرسلنا إليك رابطًا لتسجيل الدخول", []words.Concern{words.LinkSent}, []words.Concern{words.Code}},
	{"هل تسمح لتطبيقنا باستخدام حسابك؟", []words.Concern{words.Consent}, []words.Concern{words.Wrong}},
	{"ادخل كلمه المرور لمرة واحدة", []words.Concern{words.Code}, []words.Concern{words.Password}},
	{"לשמור את הכניסה במכשיר זה?", []words.Concern{words.Remember}, []words.Concern{words.Trust}},
	{"הקלידו את הקוד ששלחנו לטלפון", []words.Concern{words.Code}, []words.Concern{words.Wrong}},
	{"דחיית הכול", []words.Concern{words.CookieReject}, []words.Concern{words.CookieAccept}},
}

func TestFind_InSentencesOfLoginPages_FindsWhatTheySayAndNothingTheyDoNot(t *testing.T) {
	t.Parallel()
	for _, p := range phrases {
		found := words.Find(p.text)
		require.True(t, found.HasAll(p.says...), "%q says %v", p.text, p.says)
		require.False(t, found.Has(p.nots...), "%q says none of %v", p.text, p.nots)
	}
}

// aboutLogins are the concerns that lead a login on or end it.
var aboutLogins = []words.Concern{
	words.Login, words.Next, words.Username, words.Password, words.Code, words.CodeWeak, words.Wrong, words.Expired, words.Lockout, words.TooMany,
	words.UnknownUser, words.Accept, words.Decline, words.Later, words.Consent, words.Terms, words.Offer, words.Enrolment, words.Remember,
	words.Trust, words.Resend, words.AnotherWay, words.Method, words.LinkSent, words.ExternalWait, words.NumberMatch, words.Passkey,
	words.Recovery, words.Captcha, words.Logout, words.SignedInAs, words.SiteError, words.ErrorPage, words.SessionExpired,
}

func TestFind_InNewsAndApplications_FindsNothingOfALogin(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"Zamówienie zostało wysłane do klienta 12 maja", "Blokada drogi w centrum miasta – dalsze informacje", "Raport kwartalny jest gotowy",
		"Objednávka byla odeslána zákazníkovi dne 12. května", "Počasí na víkend: déšť a vítr", "Zbývá vyřídit tři faktury",
		"Заказ передан в доставку, осталось два дня", "Новости компании: открыт новый офис в Казани", "Отчёт за квартал готов к просмотру",
		"Замовлення передано в доставку, залишилося два дні", "Новини: відкрито новий офіс у Львові",
		"Siparişiniz kargoya verildi, takip numarası aşağıdadır", "Takvimde yarın üç toplantı var",
		"注文した商品は明日発送されます", "今週の天気は晴れのち曇りです", "会議の議事録を共有しました", "障害者支援のお知らせ一覧",
		"주문하신 상품이 내일 도착할 예정입니다", "이번 주 회의 일정을 정리했습니다",
		"您的订单将于明天送达", "本周销售报表已更新，请查看附件", "本週會議紀錄整理完成",
		"سيتم شحن طلبك غدا صباحا", "اهتمام كبير بالمشروع الجديد في المدينة",
		"ההזמנה שלך תגיע מחר בבוקר", "תוכן העניינים מתעדכן בכל שבוע",
	} {
		for _, c := range aboutLogins {
			require.False(t, words.Find(text).Has(c), "%q says nothing of %s", text, c)
		}
	}
}

func TestFind_TakesSpellingsOfTheSameWordAlike(t *testing.T) {
	t.Parallel()
	for _, same := range [][]string{
		{"忘记密码", "忘記密碼"}, {"账户已锁定", "帳戶已鎖定", "賬戶已鎖定", "帐户已锁定"}, {"다시 시도", "다시시도"}, {"учётная запись", "учетная запись"},
		{"Запам'ятати мене", "Запам’ятати мене", "Запамʼятати мене"}, {"الإشعارات", "الاشعارات"}, {"كلمة المرور", "كلمه المرور"},
	} {
		require.False(t, words.Find(same[0]).Empty(), same[0])
		for _, other := range same[1:] {
			require.Equal(t, words.Find(same[0]), words.Find(other), "%q and %q", same[0], other)
		}
	}
}

func TestFind_InHebrewAndArabic_TakesShortTermsAsWordsBehindPrefixesOnly(t *testing.T) {
	t.Parallel()
	require.True(t, words.Find("כן").Has(words.Accept))
	require.True(t, words.Find("והקוד").Has(words.CodeWeak))
	require.False(t, words.Find("תוכן").Has(words.Accept))
	require.True(t, words.Find("تم").Has(words.Confirm))
	require.False(t, words.Find("اهتمام").Has(words.Confirm))
}
