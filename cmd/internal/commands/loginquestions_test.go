package commands_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/cmd/internal/commands"
)

func asks1(q object) object {
	q["id"], q["expiresAt"] = "ask_1", "2026-01-02T03:04:05Z"
	return object{"status": "requested_more_info", "details": object{"infoRequest": q}}
}

func TestLogin_WaitsForAnApproval_AndGoesOnByItself(t *testing.T) {
	t.Parallel()
	for name, stdin := range map[string]func() io.Reader{
		"where nobody types": func() io.Reader { return strings.NewReader("") },
		"at a terminal":      terminal(t),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := starts(t, asks1(approvalQuestion("resend")), asks1(approvalQuestion("resend")), done)
			var out, told strings.Builder
			code := commands.Run(t.Context(), commands.Program{Name: "anteroom"},
				[]string{"login", "demo", "--no-password", "--api", f.url, "--api-key-file", f.key}, stdin(), &out, &told)
			require.Zero(t, code, told.String())
			require.Equal(t, "session alice is ready\n", out.String())
			require.Contains(t, told.String(), "The site shows: 42")
			for _, r := range f.asked {
				require.NotEqual(t, strings.TrimPrefix(resume, "POST "), r.path, "nothing was answered")
			}
		})
	}
}

// terminal is a standard input where nobody types until the test ends.
func terminal(t *testing.T) func() io.Reader {
	t.Helper()
	return func() io.Reader {
		stdin, typist := io.Pipe()
		t.Cleanup(func() { _ = typist.Close() })
		return stdin
	}
}

func TestLogin_ThatMayNotAsk_WaitsForAnApprovalAllTheSame(t *testing.T) {
	t.Parallel()
	f := starts(t, asks1(approvalQuestion("resend")), done)
	e := f.run("", "login", "demo", "--no-input")
	require.Zero(t, e.code, e.err)
	require.Contains(t, e.err, "Approve the sign-in on your phone. The site shows: 42")
	require.NotContains(t, e.err, "Type")
}

func TestLogin_AsksOneQuestionAfterTheOther(t *testing.T) {
	t.Parallel()
	second := asks1(codeQuestion())
	second["details"].(object)["infoRequest"].(object)["id"] = "ask_2"
	f := starts(t, asks1(choiceQuestion()), second, done)
	e := f.run("1\n123456\n", "login", "demo", "--no-password")
	require.Zero(t, e.code, e.err)
	var bodies []object
	for _, r := range f.asked {
		if "POST "+r.path == resume {
			bodies = append(bodies, r.body)
		}
	}
	require.Equal(t, []object{
		{"info_request_id": "ask_1", "choice": "sms"}, {"info_request_id": "ask_2", "values": object{"code": "123456"}},
	}, bodies)
}

func TestLogin_TakesPasskeyBackupCodesAndOrganisation(t *testing.T) {
	t.Parallel()
	f := starts(t, done)
	e := f.run("", "login", "demo", "--no-password", "--organisation", "Acme",
		"--passkey-file", file(t, `{"credentialId":"`+canary+`"}`), "--backup-codes-file", file(t, canary+"\nc3d4\n"))
	require.Zero(t, e.code, e.err)
	require.Equal(t, object{
		"organisation": "Acme", "passkey": `{"credentialId":"` + canary + `"}`, "backupCodes": canary + "\nc3d4",
	}, parametersOf(f))
}

func TestLogin_RefusedForItsAccount_TellsTheSentence(t *testing.T) {
	t.Parallel()
	e := newAPI(t).on(start, http.StatusConflict, object{
		"message": `the site refused these credentials; reset the breaker of session "s1"`,
		"details": object{"reason": "breaker-open", "class": "credential", "since": "2026-03-01T12:00:00.000Z"},
	}).run("", "login", "demo", "--no-password")
	require.Equal(t, 1, e.code)
	require.Contains(t, e.err, `reset the breaker of session "s1"`)
}

func TestLogin_InterruptedWhileItWaitsForAnApproval_EndsAtOnce(t *testing.T) {
	t.Parallel()
	f := starts(t, asks1(approvalQuestion("resend")))
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	prompted := &signalling{wait: "goes on by itself", then: cancel}
	code := commands.Run(ctx, commands.Program{Name: "anteroom"},
		[]string{"login", "demo", "--no-password", "--api", f.url, "--api-key-file", f.key}, terminal(t)(), io.Discard, prompted)
	require.Equal(t, 130, code, prompted.String())
}
