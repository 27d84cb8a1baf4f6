package intuned_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/api/apitest"
	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
)

const passkey = `{"credentialId":"Y3JlZA==","isResidentCredential":true,"rpId":"site.example","privateKey":"a2V5","signCount":3}`

// parametersOf opens what a start sealed.
func parametersOf(t *testing.T, f *apitest.Fixture, operationID string) map[string]string {
	t.Helper()
	secrets, err := f.Store.OperationSecrets(t.Context(), store.Ref{Workspace: apitest.Workspace, Operation: operationID})
	require.NoError(t, err)
	plain, err := f.Sealer.Open(secrets[0].Value, apitest.Workspace, session.SealedParameters, operationID)
	require.NoError(t, err)
	var parameters map[string]string
	require.NoError(t, json.Unmarshal(plain, &parameters))
	return parameters
}

func TestStart_TakesDocumentsAsObjectsAndAsStrings(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"as documents": `{"parameters":{"passkey": ` + passkey + `,"backupCodes":["a1b2","c3d4"],"organisation":"Acme"}}`,
		"as strings":   `{"parameters":{"passkey":` + string(quoted(t, passkey)) + `,"backupCodes":"a1b2\nc3d4","organisation":"Acme"}}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := apitest.New(t)
			got := parametersOf(t, f, f.Start(t, body))
			require.JSONEq(t, passkey, got["passkey"])
			_, err := session.ParsePasskey(session.NewSecret(got["passkey"]))
			require.NoError(t, err)
			require.Equal(t, "a1b2\nc3d4", got["backupCodes"])
			require.Equal(t, "Acme", got["organisation"])
		})
	}
}

func quoted(t *testing.T, text string) []byte {
	t.Helper()
	out, err := json.Marshal(text)
	require.NoError(t, err)
	return out
}

func TestStart_TakesTOTPSecretsInEveryFormThatPeopleHave(t *testing.T) {
	t.Parallel()
	for _, secret := range []string{
		"JBSWY3DPEHPK3PXP", "jbsw y3dp ehpk 3pxp", "JBSW-Y3DP-EHPK-3PXP", "MZXW6===", "",
		"otpauth://totp/Acme:alice?secret=JBSWY3DPEHPK3PXP&issuer=Acme&algorithm=SHA256&digits=8&period=60",
		"otpauth://hotp/Acme:alice?secret=JBSWY3DPEHPK3PXP&counter=7", " OTPAUTH://TOTP/x?secret=jbswy3dpehpk3pxp\n",
	} {
		f := apitest.New(t)
		require.Equal(t, secret, parametersOf(t, f, f.Start(t, object{"parameters": object{"totpSecret": secret}}))["totpSecret"])
	}
}

func TestStart_WithAParameterOfTheWrongForm_Is400NamingItAndNothingElse(t *testing.T) {
	t.Parallel()
	const canary = "c4nary"
	for name, row := range map[string]struct {
		parameter string
		value     any
	}{
		"totp: digits":                {"totpSecret", "1234567890" + canary},
		"totp: another URI":           {"totpSecret", "https://site.example/" + canary},
		"totp: of another type":       {"totpSecret", "otpauth://steam/x?secret=JBSWY3DPEHPK3PXP&issuer=" + canary},
		"totp: without a secret":      {"totpSecret", "otpauth://totp/x?issuer=" + canary},
		"totp: five digits":           {"totpSecret", "otpauth://totp/x?secret=JBSWY3DPEHPK3PXP&digits=5&issuer=" + canary},
		"totp: a period of a day":     {"totpSecret", "otpauth://totp/x?secret=JBSWY3DPEHPK3PXP&period=86400&issuer=" + canary},
		"totp: an unknown hash":       {"totpSecret", "otpauth://totp/x?secret=JBSWY3DPEHPK3PXP&algorithm=" + canary},
		"totp: an object":             {"totpSecret", object{"secret": canary}},
		"passkey: a word":             {"passkey", canary},
		"passkey: without a key":      {"passkey", object{"credentialId": "Y3JlZA==", "userName": canary}},
		"passkey: not base64":         {"passkey", object{"credentialId": "Y3JlZA==", "privateKey": canary}},
		"passkey: an array":           {"passkey", []string{canary}},
		"backup codes: none":          {"backupCodes", " ,; "},
		"backup codes: of an object":  {"backupCodes", object{"a": canary}},
		"backup codes: nested":        {"backupCodes", []any{[]string{canary}}},
		"backup codes: a sentence":    {"backupCodes", strings.Repeat(canary, 11)},
		"backup codes: too many":      {"backupCodes", strings.Repeat(canary+" ", 101)},
		"organisation: white space":   {"organisation", "  "},
		"organisation: control":       {"organisation", canary + "\x00"},
		"organisation: a book":        {"organisation", strings.Repeat(canary, 50)},
		"organisation: an object":     {"organisation", object{"name": canary}},
		"another parameter: an array": {"pin", []string{canary}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := apitest.New(t)
			r := post(t, f, object{"parameters": object{"username": "alice", row.parameter: row.value}})
			message, details := requireError(t, r, http.StatusBadRequest, "bad-request")
			require.Equal(t, "parameters."+row.parameter, details["field"])
			require.Contains(t, message, row.parameter)
			require.NotContains(t, r.Body, canary)
			require.Empty(t, f.Engine.Told())
		})
	}
}
