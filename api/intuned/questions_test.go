package intuned_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/api/apitest"
	"github.com/anteroom/anteroom/session"
)

// A question of each kind, as the engine asks it.

func approvalQuestion() session.InfoRequest {
	q := apitest.CodeQuestion(1)
	q.Kind, q.Fields, q.DisplayCode, q.Medium = session.AskApproval, nil, "42", session.MediumApp
	q.Message = "Approve the sign-in on your phone."
	q.Allow = []session.Action{session.ActionResend, session.ActionTryAnotherWay, session.ActionCancel}
	return q
}

func waitQuestion() session.InfoRequest {
	q := approvalQuestion()
	q.Message, q.Allow = "Approve the number 42.", []session.Action{session.ActionCancel}
	return q
}

func linkQuestion() session.InfoRequest {
	q := apitest.CodeQuestion(1)
	q.Kind, q.Medium = session.AskLink, session.MediumEmail
	q.Fields = []session.Field{{Name: "link", Type: "url", Label: "Link", Secret: true}}
	return q
}

func secretQuestion() session.InfoRequest {
	q := credentialsQuestion()
	q.Fields = []session.Field{{Name: "totpSecret", Type: "password", Label: "TOTP secret", Secret: true}}
	return q
}

func captchaQuestion() session.InfoRequest {
	q := apitest.CodeQuestion(1)
	q.Kind, q.Picture = session.AskCaptcha, "page-1.png"
	q.Fields = []session.Field{{Name: "answer", Type: "text", Label: "Letters"}}
	return q
}

func securityQuestion() session.InfoRequest {
	q := captchaQuestion()
	q.Kind, q.Picture, q.Message = session.AskSecurityQuestion, "", "What was your first pet called?"
	return q
}

func unknownQuestion() session.InfoRequest {
	q := apitest.CodeQuestion(1)
	q.Kind, q.Picture = session.AskUnknownPage, "page-1.png"
	q.Fields = []session.Field{
		{Name: "f1", Type: "text", Label: "Customer number", Optional: true}, {Name: "f2", Type: "password", Label: "PIN", Secret: true, Optional: true},
	}
	q.Choices = []session.Choice{{ID: "b1", Type: "control", Label: "Continue"}, {ID: "b2", Type: "control", Label: "Continue"}, {ID: "b3", Type: "control"}}
	q.Allow = []session.Action{session.ActionAnswer, session.ActionChoose, session.ActionCancel}
	return q
}

func controlsQuestion() session.InfoRequest {
	q := unknownQuestion()
	q.Fields = nil
	return q
}

// TestResult_OfEveryKind_FitsTheTwoRequestTypesAndTakesAnInput shows what a client that knows nothing but Intuned's contract sees, and
// that it can answer.
func TestResult_OfEveryKind_FitsTheTwoRequestTypesAndTakesAnInput(t *testing.T) {
	t.Parallel()
	covered := map[session.InfoRequestKind]bool{}
	for _, row := range []struct {
		question session.InfoRequest
		choices  []any // nil: otp
		message  string
		input    string // "": nothing can be said
		sealed   string
	}{
		{apitest.CodeQuestion(1), nil, "Enter the code we texted you.", "123 456", `{"code":"123456"}`},
		{credentialsQuestion(), nil, "", `{"username":"alice","password":"p"}`, `{"username":"alice","password":"p"}`},
		{secretQuestion(), nil, "", "jbsw y3dp-ehpk3pxp", `{"totpSecret":"jbsw y3dp-ehpk3pxp"}`},
		{choiceQuestion(), []any{"Text message", "E-mail"}, "", "E-mail", `{"$choice":"c2"}`},
		{approvalQuestion(), []any{"resend", "tryAnotherWay"}, "Approve the sign-in on your phone. (42)", "resend", `{"$action":"resend"}`},
		{waitQuestion(), nil, "Approve the number 42.", "", ""},
		{securityQuestion(), nil, "What was your first pet called?", "Rex", `{"answer":"Rex"}`},
		{linkQuestion(), nil, "", " https://site.example/in?t=1\n", `{"link":"https://site.example/in?t=1"}`},
		{captchaQuestion(), nil, "", "xk2p", `{"answer":"xk2p"}`},
		{unknownQuestion(), nil, "", `{"f1":"4711","$choice":"b2"}`, `{"f1":"4711","$choice":"b2"}`},
		{controlsQuestion(), []any{"Continue (b1)", "Continue (b2)", "(b3)"}, "", "Continue (b2)", `{"$choice":"b2"}`},
	} {
		t.Run(string(row.question.Kind)+" "+row.input, func(t *testing.T) {
			t.Parallel()
			f := apitest.New(t)
			id, q := waiting(t, f, row.question)
			details, _ := f.Result(t, id)["details"].(object)
			require.Equal(t, "request_more_info", details["action"])
			want := "otp"
			if row.choices != nil {
				want = "multiple_choice"
				require.Equal(t, row.choices, details["choices"])
			} else {
				require.NotContains(t, details, "choices")
			}
			require.Equal(t, want, details["requestType"])
			if row.message != "" {
				require.Equal(t, row.message, details["messageToUser"])
			}
			full, _ := details["infoRequest"].(object)
			require.Equal(t, string(row.question.Kind), full["kind"])

			if row.input == "" {
				_, why := requireError(t, resume(t, f, id, object{"input": "ok", "info_request_id": q}), http.StatusBadRequest, "bad-request")
				require.Equal(t, "not-answerable", why["reason"])
				return
			}
			r := resume(t, f, id, object{"input": row.input, "info_request_id": q})
			require.Equal(t, http.StatusAccepted, r.Status, r.Body)
			require.JSONEq(t, row.sealed, answerOf(t, f, id, q))
		})
		covered[row.question.Kind] = true
	}
	for _, kind := range session.InfoRequestKinds() {
		require.True(t, covered[kind], kind)
	}
}

func TestResult_ShowsAllOfAQuestion(t *testing.T) {
	t.Parallel()
	f := apitest.New(t)
	q := approvalQuestion()
	q.Picture, q.Reason, q.Attempt = "page-1.png", "resent", 2
	id, _ := waiting(t, f, q)
	details, _ := f.Result(t, id)["details"].(object)
	full, _ := details["infoRequest"].(object)
	for field, want := range map[string]any{
		"displayCode": "42", "medium": "app", "picture": "page-1.png", "reason": "resent", "attempt": 2.0,
		"allow": []any{"resend", "tryAnotherWay", "cancel"},
	} {
		require.Equal(t, want, full[field], field)
	}
}

func TestResume_TakesActionsChoicesAndValues(t *testing.T) {
	t.Parallel()
	resendable := apitest.CodeQuestion(1)
	resendable.Allow = append(resendable.Allow, session.ActionResend)
	oldQuestion := choiceQuestion()
	oldQuestion.Allow = nil
	for name, row := range map[string]struct {
		question session.InfoRequest
		answer   object
		sealed   string
	}{
		"resend a code":           {resendable, object{"action": "resend"}, `{"$action":"resend"}`},
		"another way":             {approvalQuestion(), object{"action": "tryAnotherWay"}, `{"$action":"tryAnotherWay"}`},
		"fields of unknown page":  {unknownQuestion(), object{"values": object{"f2": "1234"}}, `{"f2":"1234"}`},
		"control of unknown page": {unknownQuestion(), object{"choice": "b1"}, `{"$choice":"b1"}`},
		"both of unknown page":    {unknownQuestion(), object{"values": object{"f1": "1"}, "choice": "b1"}, `{"f1":"1","$choice":"b1"}`},
		"control, nothing filled": {unknownQuestion(), object{"values": object{}, "choice": "b1"}, `{"$choice":"b1"}`},
		"of an earlier version":   {oldQuestion, object{"choice": "c1"}, `{"$choice":"c1"}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := apitest.New(t)
			id, q := waiting(t, f, row.question)
			row.answer["info_request_id"] = q
			r := resume(t, f, id, row.answer)
			require.Equal(t, http.StatusAccepted, r.Status, r.Body)
			require.JSONEq(t, row.sealed, answerOf(t, f, id, q))
		})
	}
}
