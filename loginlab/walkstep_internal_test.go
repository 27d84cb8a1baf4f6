package loginlab

import (
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"
	"github.com/pquerna/otp/totp"
	"github.com/stretchr/testify/require"
)

// logIn does every step with what the manifest says, as it stands when it is needed.
func (w *walker) logIn() {
	w.t.Helper()
	if w.site.Topology == TopologyHTTPBasic {
		w.basic(w.Password())
	}
	for range 20 {
		if w.isIn() {
			return
		}
		w.stepOn()
	}
	w.t.Fatalf("%s: the login does not end: %s", w.site.Name, w.body)
}

// stepOn does the current step right.
func (w *walker) stepOn() {
	w.t.Helper()
	switch _, at := w.at(); at {
	case stepRedirecting:
		w.seconds.Add(1)
		w.goOn()
	case stepLink:
		w.openMessageLink()
		w.goOn()
	case stepPush:
		require.Equal(w.t, OutcomeOK, w.Approve(w.site.Name, w.user, w.number()), w.site.Name)
		w.goOn()
	default:
		w.send(w.right(at))
	}
}

// right is what the current page wants, by key.
func (w *walker) right(at step) map[string]string {
	w.t.Helper()
	a := w.Account(w.site.Name, w.user, "localhost")
	switch at { //nolint:exhaustive // the others want a click only
	case stepChooser:
		return map[string]string{keyChoice: "another"}
	case stepTenant:
		return map[string]string{keyOrganisation: a.Organisation}
	case stepIdentifier:
		return map[string]string{keyUsername: w.user}
	case stepPassword, stepCredentials:
		return w.credentials(at, a.Password)
	case stepCode, stepUnfolded:
		return w.boxes(w.code())
	case stepMethod:
		return map[string]string{keyChoice: string(MediumText)}
	case stepSecurity:
		return map[string]string{keyAnswer: a.SecurityAnswer}
	case stepBackup:
		require.NotEmpty(w.t, a.BackupCodes, w.site.Name)
		return map[string]string{keyBackup: a.BackupCodes[0]}
	case stepPasskey:
		return map[string]string{keyAssertion: w.assertion(a.Passkey)}
	case stepStay, stepConsent, stepTerms:
		return map[string]string{keyAction: "accept"}
	case stepOffer:
		return map[string]string{keyAction: "decline"}
	}
	return nil
}

// credentials fill in the page of the password.
func (w *walker) credentials(at step, password string) map[string]string {
	w.t.Helper()
	filled := map[string]string{keyPassword: password}
	if at == stepCredentials {
		filled[keyUsername] = w.user
	}
	if w.site.Factor == FactorTOTPInForm {
		filled[keyCode] = w.code()
	}
	if w.site.Has(NuisanceCaptcha) {
		require.Equal(w.t, QuestionCaptcha, w.site.Questions[0].Kind)
		filled[keyCaptcha] = w.site.Questions[0].Value
	}
	return filled
}

// boxes spreads a code over the boxes of a page that has some.
func (w *walker) boxes(code string) map[string]string {
	if w.site.Factor.split() == 0 {
		return map[string]string{keyCode: code}
	}
	filled := make(map[string]string)
	for i, digit := range code {
		filled[keyCode+strconv.Itoa(i)] = string(digit)
	}
	return filled
}

// code is the newest one that was sent, or what an authenticator shows that was given the manifest's URI.
func (w *walker) code() string {
	w.t.Helper()
	a := w.Account(w.site.Name, w.user, "localhost")
	if a.TOTPSecret == "" {
		sent, ok := w.LastCode(w.site.Name, w.user)
		require.True(w.t, ok, "%s sent a code", w.site.Name)
		return sent
	}
	key, err := otp.NewKeyFromURL(a.TOTPSecret)
	require.NoError(w.t, err)
	if key.Type() == "hotp" {
		u, err := url.Parse(a.TOTPSecret)
		require.NoError(w.t, err)
		counter, err := strconv.ParseUint(u.Query().Get("counter"), 10, 64)
		require.NoError(w.t, err)
		code, err := hotp.GenerateCodeCustom(key.Secret(), counter, hotp.ValidateOpts{Digits: key.Digits(), Algorithm: key.Algorithm()})
		require.NoError(w.t, err)
		return code
	}
	code, err := totp.GenerateCodeCustom(key.Secret(), time.Unix(w.seconds.Load(), 0), totp.ValidateOpts{
		Period: uint(key.Period()), Digits: key.Digits(), Algorithm: key.Algorithm(),
	})
	require.NoError(w.t, err)
	return code
}

// openMessageLink opens the link of the newest message in another browser.
func (w *walker) openMessageLink() {
	w.t.Helper()
	m, ok := w.LastMessage(w.site.Name, w.user)
	require.True(w.t, ok, "%s sent a link", w.site.Name)
	r, err := http.NewRequestWithContext(w.t.Context(), http.MethodGet, m.Link, http.NoBody)
	require.NoError(w.t, err)
	response, err := http.DefaultClient.Do(r)
	require.NoError(w.t, err)
	require.NoError(w.t, response.Body.Close())
	require.Equal(w.t, http.StatusOK, response.StatusCode)
}

// assertion is what an authenticator with the manifest's passkey signs.
func (w *walker) assertion(key *Passkey) string {
	w.t.Helper()
	require.NotNil(w.t, key)
	p, _ := w.at()
	require.Equal(w.t, p.challenge, w.parse().value("data-passkey"))
	return signAssertion(w.t, key, p.challenge, w.address.Scheme+"://"+w.address.Host, flagUserIsHere)
}

// failer is what a test needs of testing.T here.
type failer interface {
	Errorf(format string, args ...any)
	FailNow()
	Helper()
}

// signAssertion answers a challenge as WebAuthn, section 6.3.3 has it.
func signAssertion(t failer, key *Passkey, challenge, origin string, flags byte) string {
	t.Helper()
	clientData, err := json.Marshal(map[string]any{"type": "webauthn.get", "challenge": challenge, "origin": origin, "crossOrigin": false})
	require.NoError(t, err)
	rpIDHash, clientHash := sha256.Sum256([]byte(key.RPID)), sha256.Sum256(clientData)
	authData := append(rpIDHash[:], flags)
	authData = binary.BigEndian.AppendUint32(authData, key.SignCount+1)
	signed := sha256.Sum256(append(slices.Clip(authData), clientHash[:]...))
	raw, err := base64.StdEncoding.DecodeString(key.PrivateKey)
	require.NoError(t, err)
	parsed, err := x509.ParsePKCS8PrivateKey(raw)
	require.NoError(t, err)
	private, ok := parsed.(*ecdsa.PrivateKey)
	require.True(t, ok)
	signature, err := ecdsa.SignASN1(rand.Reader, private, signed[:])
	require.NoError(t, err)
	text := func(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }
	std := func(s string) []byte {
		b, err := base64.StdEncoding.DecodeString(s)
		require.NoError(t, err)
		return b
	}
	answer, err := json.Marshal(assertion{
		ID: text(std(key.CredentialID)), ClientDataJSON: text(clientData), AuthenticatorData: text(authData),
		Signature: text(signature), UserHandle: text(std(key.UserHandle)),
	})
	require.NoError(t, err)
	return string(answer)
}
