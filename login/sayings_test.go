package login_test

// saying is what sites say in one language.
type saying struct {
	login, next, username, password, code, wrong, lockout             string
	logout, forgot, remember, trust, resend, anotherWay, usePassword  string
	cookieReject, cookieAccept, accept, decline, later, register, sms string
	app, passkey, linkSent, externalWait, terms, loading, sendCode    string
	recovery, organisation, consent, offer, method, tooMany, badCode  string
}

// sayings are what sites say, by language.
//
//nolint:misspell // words of other languages
var sayings = map[string]saying{
	"en": {
		"Sign in", "Continue", "Username", "Password", "Enter the verification code", "Incorrect password", "Your account has been locked",
		"Log out", "Forgot your password?", "Keep me signed in", "Trust this device for 30 days", "Resend code", "Try another way", "Use your password instead",
		"Reject all", "Accept all", "Allow", "Deny", "Not now", "Create an account", "Text message",
		"Authenticator app", "Sign in with a passkey", "Click the link in the email", "Approve the request on your phone", "Terms of use", "Redirecting…", "Send code",
		"Backup code", "Workspace", "Example wants to access your account", "Create a passkey", "Choose a verification method", "Too many attempts. Try again later.", "The code is incorrect",
	},
	"de": {
		"Anmelden", "Weiter", "Benutzername", "Passwort", "Bestätigungscode eingeben", "Das Passwort ist falsch", "Ihr Konto wurde gesperrt",
		"Abmelden", "Passwort vergessen?", "Angemeldet bleiben", "Diesem Gerät vertrauen", "Code erneut senden", "Andere Methode wählen", "Passwort verwenden",
		"Alle ablehnen", "Alle akzeptieren", "Zulassen", "Ablehnen", "Jetzt nicht", "Konto erstellen", "Per SMS",
		"Authenticator-App", "Mit Passkey anmelden", "Klicken Sie auf den Link", "Genehmigen Sie die Anforderung auf Ihrem Smartphone", "Nutzungsbedingungen", "Bitte warten", "Code senden",
		"Wiederherstellungscode", "Firma", "Example möchte auf Ihr Konto zugreifen", "Passkey erstellen", "Wählen Sie eine Methode", "Zu viele Versuche. Versuchen Sie es später erneut.", "Der Code ist ungültig",
	},
	"fr": {
		"Se connecter", "Suivant", "Nom d'utilisateur", "Mot de passe", "Code de vérification", "Mot de passe incorrect", "Votre compte est bloqué",
		"Se déconnecter", "Mot de passe oublié ?", "Rester connecté", "Faire confiance à cet appareil", "Renvoyer le code", "Essayer une autre méthode", "Utiliser votre mot de passe",
		"Tout refuser", "Tout accepter", "Autoriser", "Refuser", "Plus tard", "Créer un compte", "Par SMS",
		"Application d'authentification", "Clé d'accès", "Cliquez sur le lien", "Approuvez la demande sur votre téléphone", "Conditions d'utilisation", "Chargement…", "Envoyer le code",
		"Code de récupération", "Entreprise", "Example souhaite accéder à votre compte", "Créer une clé d'accès", "Choisissez une méthode", "Trop de tentatives. Réessayez plus tard.", "Le code est incorrect",
	},
	"es": {
		"Iniciar sesión", "Siguiente", "Nombre de usuario", "Contraseña", "Código de verificación", "Contraseña incorrecta", "Cuenta bloqueada",
		"Cerrar sesión", "¿Olvidaste tu contraseña?", "Recordarme", "Confiar en este dispositivo", "Reenviar código", "Probar otra manera", "Usar contraseña",
		"Rechazar todo", "Aceptar todo", "Permitir", "Denegar", "Ahora no", "Crear cuenta", "Mensaje de texto",
		"Aplicación de autenticación", "Llave de acceso", "Haz clic en el enlace", "Aprueba la solicitud en tu teléfono", "Términos y condiciones", "Cargando…", "Enviar código",
		"Código de recuperación", "Empresa", "Example quiere acceder a tu cuenta", "Crear una llave de acceso", "Elige un método", "Demasiados intentos. Inténtelo más tarde.", "El código no es válido",
	},
	"pt": {
		"Entrar", "Avançar", "Nome de usuário", "Senha", "Código de verificação", "Senha incorreta", "Conta bloqueada",
		"Terminar sessão", "Esqueceu a senha?", "Lembrar-me", "Confiar neste dispositivo", "Reenviar código", "Tentar de outro jeito", "Usar senha",
		"Rejeitar tudo", "Aceitar tudo", "Permitir", "Recusar", "Agora não", "Criar conta", "Mensagem de texto",
		"Aplicativo autenticador", "Chave de acesso", "Clique no link", "Aprove o pedido no seu telemóvel", "Termos de uso", "Aguarde…", "Enviar código",
		"Código de recuperação", "Empresa", "Example quer acessar sua conta", "Criar uma chave de acesso", "Escolha um método", "Muitas tentativas. Tente mais tarde.", "O código está incorreto",
	},
	"it": {
		"Accedi", "Avanti", "Nome utente", "Password", "Codice di verifica", "Password errata", "Account bloccato",
		"Esci", "Password dimenticata?", "Ricordami", "Considera attendibile questo browser", "Invia di nuovo", "Prova un altro metodo", "Usa la password",
		"Rifiuta tutto", "Accetta tutto", "Consenti", "Rifiuta", "Non ora", "Crea un account", "Messaggio di testo",
		"App di autenticazione", "Chiave di accesso", "Fai clic sul link", "Approva la richiesta sul tuo telefono", "Termini e condizioni", "Caricamento…", "Invia codice",
		"Codice di recupero", "Azienda", "Example vuole accedere al tuo account", "Crea una passkey", "Scegli un metodo", "Troppi tentativi. Riprova più tardi.", "Il codice non è valido",
	},
	"nl": {
		"Inloggen", "Volgende", "Gebruikersnaam", "Wachtwoord", "Verificatiecode", "Onjuist wachtwoord", "Account geblokkeerd",
		"Uitloggen", "Wachtwoord vergeten?", "Onthoud mij", "Vertrouw dit apparaat", "Code opnieuw verzenden", "Probeer een andere manier", "Gebruik wachtwoord",
		"Alles weigeren", "Alles accepteren", "Toestaan", "Weigeren", "Niet nu", "Account aanmaken", "Sms-bericht",
		"Authenticatie-app", "Toegangssleutel", "Klik op de link", "Keur het verzoek goed op je telefoon", "Gebruiksvoorwaarden", "Even geduld", "Code verzenden",
		"Herstelcode", "Bedrijf", "Example wil toegang tot je account", "Toegangssleutel maken", "Kies een methode", "Te veel pogingen. Probeer het later opnieuw.", "De code is onjuist",
	},
	"pl": {
		"Zaloguj się", "Dalej", "Nazwa użytkownika", "Hasło", "Kod weryfikacyjny", "Nieprawidłowe hasło", "Konto zablokowane",
		"Wyloguj się", "Zapomniałeś hasła?", "Zapamiętaj mnie", "Zaufaj temu urządzeniu", "Wyślij ponownie", "Wypróbuj inny sposób", "Użyj hasła",
		"Odrzuć wszystkie", "Akceptuj wszystkie", "Zezwól", "Odmów", "Nie teraz", "Utwórz konto", "Wiadomość SMS",
		"Aplikacja uwierzytelniająca", "Klucz dostępu", "Kliknij link", "Zatwierdź prośbę na telefonie", "Regulamin", "Ładowanie…", "Wyślij kod",
		"Kod odzyskiwania", "Firma", "Example chce uzyskać dostęp do Twojego konta", "Utwórz klucz dostępu", "Wybierz metodę", "Zbyt wiele prób. Spróbuj później.", "Kod jest nieprawidłowy",
	},
	"cs": {
		"Přihlásit se", "Další", "Uživatelské jméno", "Heslo", "Ověřovací kód", "Nesprávné heslo", "Účet zablokován",
		"Odhlásit se", "Zapomněli jste heslo?", "Zůstat přihlášen", "Důvěřovat tomuto zařízení", "Odeslat znovu", "Vyzkoušet jiný způsob", "Použít heslo",
		"Odmítnout vše", "Přijmout vše", "Povolit", "Zamítnout", "Teď ne", "Vytvořit účet", "Textová zpráva",
		"Ověřovací aplikace", "Přístupový klíč", "Klikněte na odkaz", "Schvalte žádost v telefonu", "Podmínky použití", "Načítání…", "Odeslat kód",
		"Záložní kód", "Společnost", "Example žádá o přístup k vašemu účtu", "Vytvořit přístupový klíč", "Vyberte metodu", "Příliš mnoho pokusů. Zkuste to později.", "Kód je neplatný",
	},
	"sv": {
		"Logga in", "Nästa", "Användarnamn", "Lösenord", "Verifieringskod", "Fel lösenord", "Kontot är låst",
		"Logga ut", "Glömt lösenordet?", "Håll mig inloggad", "Lita på den här enheten", "Skicka igen", "Prova ett annat sätt", "Använd lösenord",
		"Avvisa alla", "Godkänn alla", "Tillåt", "Neka", "Inte nu", "Skapa konto", "Textmeddelande",
		"Autentiseringsappen", "Lösennyckel", "Klicka på länken", "Godkänn begäran på din telefon", "Användarvillkor", "Laddar…", "Skicka kod",
		"Återställningskod", "Företag", "Example vill ha åtkomst till ditt konto", "Skapa en lösennyckel", "Välj metod", "För många försök. Försök igen senare.", "Koden är ogiltig",
	},
	"da": {
		"Log ind", "Næste", "Brugernavn", "Adgangskode", "Bekræftelseskode", "Forkert adgangskode", "Kontoen er spærret",
		"Log ud", "Glemt adgangskode?", "Husk mig", "Stol på denne enhed", "Send igen", "Prøv en anden måde", "Brug adgangskode",
		"Afvis alle", "Tillad alle", "Tillad", "Afvis", "Ikke nu", "Opret konto", "Sms-besked",
		"Godkendelsesappen", "Adgangsnøgle", "Klik på linket", "Godkend anmodningen på din telefon", "Vilkår", "Vent venligst", "Send kode",
		"Gendannelseskode", "Virksomhed", "Example ønsker adgang til din konto", "Opret en adgangsnøgle", "Vælg metode", "For mange forsøg. Prøv igen senere.", "Koden er ugyldig",
	},
	"nb": {
		"Logg inn", "Neste", "Brukernavn", "Passord", "Bekreftelseskode", "Feil passord", "Kontoen er sperret",
		"Logg ut", "Glemt passord?", "Husk meg", "Stol på denne enheten", "Send på nytt", "Prøv en annen måte", "Bruk passord",
		"Avvis alle", "Godta alle", "Tillat", "Avslå", "Ikke nå", "Opprett konto", "Tekstmelding",
		"Autentiseringsappen", "Tilgangsnøkkel", "Klikk på lenken", "Godkjenn forespørselen på telefonen", "Vilkår", "Vennligst vent", "Send kode",
		"Reservekode", "Bedrift", "Example ønsker tilgang til kontoen", "Opprett en tilgangsnøkkel", "Velg metode", "For mange forsøk. Prøv igjen senere.", "Koden er ugyldig",
	},
	"fi": {
		"Kirjaudu sisään", "Seuraava", "Käyttäjätunnus", "Salasana", "Vahvistuskoodi", "Väärä salasana", "Tili on lukittu",
		"Kirjaudu ulos", "Unohditko salasanan?", "Muista minut", "Luota tähän laitteeseen", "Lähetä uudelleen", "Kokeile toista tapaa", "Käytä salasanaa",
		"Hylkää kaikki", "Hyväksy kaikki", "Salli", "Hylkää", "Ei nyt", "Luo tili", "Tekstiviesti",
		"Todennussovellus", "Pääsyavain", "Napsauta linkkiä", "Hyväksy pyyntö puhelimessasi", "Käyttöehdot", "Ladataan…", "Lähetä koodi",
		"Palautuskoodi", "Yritys", "Example haluaa käyttää tiliäsi", "Luo pääsyavain", "Valitse tapa", "Liian monta yritystä. Yritä myöhemmin uudelleen.", "Koodi on virheellinen",
	},
	"tr": {
		"Giriş yap", "İleri", "Kullanıcı adı", "Şifre", "Doğrulama kodu", "Hatalı şifre", "Hesabınız kilitlendi",
		"Çıkış yap", "Şifremi unuttum", "Beni hatırla", "Bu cihaza güven", "Yeniden gönder", "Başka bir yol dene", "Şifre kullan",
		"Tümünü reddet", "Tümünü kabul et", "İzin ver", "Reddet", "Şimdi değil", "Hesap oluştur", "Kısa mesaj",
		"Kimlik doğrulama uygulaması", "Geçiş anahtarı", "Bağlantıya tıklayın", "İsteği onaylayın", "Kullanım koşulları", "Lütfen bekleyin", "Kod gönder",
		"Kurtarma kodu", "Şirket", "Example hesabınıza erişmek istiyor", "Geçiş anahtarı oluştur", "Bir yöntem seçin", "Çok fazla deneme. Daha sonra tekrar deneyin.", "Kod geçersiz",
	},
	"ru": {
		"Войти", "Далее", "Имя пользователя", "Пароль", "Код подтверждения", "Неверный пароль", "Аккаунт заблокирован",
		"Выйти", "Забыли пароль?", "Запомнить меня", "Доверять этому устройству", "Отправить код повторно", "Другой способ", "Использовать пароль",
		"Отклонить все", "Принять все", "Разрешить", "Отклонить", "Не сейчас", "Создать аккаунт", "Текстовое сообщение",
		"Аутентификатор", "Ключ доступа", "Перейдите по ссылке", "Подтвердите вход на телефоне", "Условия использования", "Загрузка…", "Отправить код",
		"Резервный код", "Компания", "Example запрашивает доступ к аккаунту", "Создать ключ доступа", "Выберите способ", "Слишком много попыток. Попробуйте позже.", "Неверный код",
	},
	"uk": {
		"Увійти", "Далі", "Ім'я користувача", "Пароль", "Код підтвердження", "Невірний пароль", "Обліковий запис заблоковано",
		"Вийти", "Забули пароль?", "Запам'ятати мене", "Довіряти цьому пристрою", "Надіслати повторно", "Інший спосіб", "Використати пароль",
		"Відхилити всі", "Прийняти всі", "Дозволити", "Відхилити", "Не зараз", "Створити обліковий запис", "Текстове повідомлення",
		"Застосунок автентифікації", "Ключ доступу", "Перейдіть за посиланням", "Підтвердьте вхід на телефоні", "Умови використання", "Завантаження…", "Надіслати код",
		"Резервний код", "Компанія", "Example запитує доступ до облікового запису", "Створити ключ доступу", "Виберіть спосіб", "Забагато спроб. Спробуйте пізніше.", "Невірний код",
	},
	"ja": {
		"ログイン", "次へ", "ユーザー名", "パスワード", "認証コードを入力", "パスワードが正しくありません", "アカウントがロックされました",
		"ログアウト", "パスワードをお忘れですか", "ログイン状態を保持する", "このデバイスを信頼する", "コードを再送信", "別の方法を試す", "パスワードを使用する",
		"すべて拒否", "すべて許可", "許可", "拒否", "後で", "アカウントを作成", "SMSで受け取る",
		"認証アプリ", "パスキー", "リンクをクリックしてください", "リクエストを承認してください", "利用規約", "お待ちください", "コードを送信",
		"バックアップコード", "会社名", "Exampleがアクセスを求めています。アクセスを許可しますか", "パスキーを作成", "認証方法を選択", "試行回数が上限に達しました", "コードが正しくありません",
	},
	"ko": {
		"로그인", "다음", "아이디", "비밀번호", "인증번호 입력", "비밀번호가 올바르지 않습니다", "계정이 잠겼습니다",
		"로그아웃", "비밀번호를 잊으셨나요?", "로그인 상태 유지", "이 기기 신뢰", "인증번호 재전송", "다른 방법", "비밀번호 사용",
		"모두 거부", "모두 허용", "허용", "거부", "나중에", "회원가입", "문자 메시지",
		"인증 앱", "패스키", "링크를 클릭", "요청을 승인", "이용약관", "잠시만 기다려 주세요", "인증번호 받기",
		"백업 코드", "회사", "Example에서 계정에 액세스를 요청합니다", "패스키 만들기", "인증 방법 선택", "시도 횟수를 초과했습니다", "인증번호가 올바르지 않습니다",
	},
	"zh": {
		"登录", "下一步", "用户名", "密码", "输入验证码", "密码错误", "账号已被锁定",
		"退出登录", "忘记密码？", "记住我", "信任此设备", "重新发送", "其他方式", "使用密码",
		"全部拒绝", "全部接受", "允许", "拒绝", "暂不", "注册", "短信",
		"身份验证器", "通行密钥", "点击链接", "请在手机上确认", "服务条款", "请稍候", "获取验证码",
		"恢复代码", "公司", "Example 请求访问您的账户", "创建通行密钥", "选择验证方式", "尝试次数过多，请稍后再试", "验证码错误",
	},
	"ar": {
		"تسجيل الدخول", "التالي", "اسم المستخدم", "كلمة المرور", "أدخل رمز التحقق", "كلمة المرور غير صحيحة", "تم قفل الحساب",
		"تسجيل الخروج", "هل نسيت كلمة المرور؟", "تذكرني", "الوثوق بهذا الجهاز", "إعادة الإرسال", "طريقة أخرى", "استخدام كلمة المرور",
		"رفض الكل", "قبول الكل", "السماح", "رفض", "ليس الآن", "إنشاء حساب", "رسالة نصية",
		"تطبيق المصادقة", "مفتاح المرور", "انقر على الرابط", "افتح التطبيق على هاتفك", "شروط الاستخدام", "يرجى الانتظار", "إرسال الرمز",
		"رمز احتياطي", "الشركة", "يطلب الوصول إلى حسابك", "إنشاء مفتاح مرور", "اختر طريقة", "محاولات كثيرة. حاول لاحقا", "رمز التحقق غير صحيح",
	},
	"he": {
		"התחברות", "הבא", "שם משתמש", "סיסמה", "קוד אימות", "סיסמה שגויה", "החשבון נעול",
		"התנתק", "שכחת סיסמה?", "זכור אותי", "סמוך על מכשיר זה", "שלח שוב", "דרך אחרת", "השתמש בסיסמה",
		"דחה הכל", "אשר הכל", "אפשר", "דחה", "לא עכשיו", "צור חשבון", "הודעת טקסט",
		"אפליקציית אימות", "מפתח גישה", "לחץ על הקישור", "אשר את הבקשה", "תנאי השימוש", "אנא המתן", "שלח קוד",
		"קוד גיבוי", "חברה", "Example מבקש גישה לחשבון", "יצירת מפתח גישה", "בחר שיטה", "יותר מדי ניסיונות. נסה מאוחר יותר", "הקוד שגוי",
	},
}
