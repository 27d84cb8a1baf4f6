package commands_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
)

type object = map[string]any

// asked is an API with an operation that asks q; more are q's further fields.
func asked(t *testing.T, q object) *fakeAPI {
	t.Helper()
	q["id"], q["expiresAt"] = "ask_1", "2026-01-02T03:04:05Z"
	op := object{"id": "op_1", "project": "demo", "state": "waiting", "question": q}
	return newAPI(t).on(operation, http.StatusOK, op).on(resume, http.StatusAccepted, nil)
}

func choices() []any {
	return []any{
		object{"id": "sms", "label": "Text message", "description": "•••• 42"}, object{"id": "mail", "label": "E-mail"},
		object{"id": "app", "label": "Authenticator", "automatable": true}, object{"id": "c4", "label": "E-mail"},
	}
}

func choiceQuestion() object {
	return object{"kind": "choice", "message": "How do you want to verify?", "choices": choices(), "allow": []any{"choose", "tryAnotherWay", "cancel"}}
}

func codeQuestion() object {
	return object{
		"kind": "code", "message": "Enter the code.", "allow": []any{"answer", "resend", "tryAnotherWay", "cancel"},
		"fields": []any{object{"name": "code", "type": "code", "label": "Code", "secret": true}},
	}
}

func credentialsQuestion() object {
	return object{"kind": "credentials", "message": "The site wants more.", "allow": []any{"answer", "cancel"}, "fields": []any{
		object{"name": "username", "type": "text", "label": "User name"},
		object{"name": "password", "type": "password", "label": "Password", "secret": true},
	}}
}

func approvalQuestion(allow ...any) object {
	return object{"kind": "approval", "message": "Approve the sign-in on your phone.", "displayCode": "42", "allow": append(allow, "cancel")}
}

func linkQuestion() object {
	return object{
		"kind": "link", "message": "The site sent a link.", "allow": []any{"answer", "resend", "cancel"},
		"fields": []any{object{"name": "link", "type": "url", "label": "Link", "secret": true}},
	}
}

func unknownQuestion() object {
	return object{
		"kind": "unknown_page", "message": "This page was not understood.", "picture": "page-1.png", "allow": []any{"answer", "choose", "cancel"},
		"fields":  []any{object{"name": "f1", "type": "text", "label": "Customer number", "optional": true}},
		"choices": []any{object{"id": "b1", "label": "Continue"}, object{"id": "b2", "label": "Back"}},
	}
}

func TestAnswer_OnTheTerminal_TakesEveryKindOfAnswer(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		question object
		typed    string
		sent     object
		told     []string
	}{
		"a choice by number":      {choiceQuestion(), "3\n", object{"choice": "app"}, []string{"1  Text message (•••• 42)", "3  Authenticator - needs nobody"}},
		"a choice by id":          {choiceQuestion(), "c4\n", object{"choice": "c4"}, nil},
		"a choice by label":       {choiceQuestion(), "text MESSAGE\n", object{"choice": "sms"}, nil},
		"a choice after a slip":   {choiceQuestion(), "9\nE-mail\n2\n", object{"choice": "mail"}, []string{"none of them; type a number from 1 to 4"}},
		"another way of a choice": {choiceQuestion(), "other\n", object{"action": "tryAnotherWay"}, []string{`"other" to try another way`}},
		"a code":                  {codeQuestion(), " 123456 \n", object{"values": object{"code": "123456"}}, []string{`"resend" to have it sent again`}},
		"a new code":              {codeQuestion(), "Resend\n", object{"action": "resend"}, nil},
		"another way of a code":   {codeQuestion(), "other\n", object{"action": "tryAnotherWay"}, nil},
		"several fields":          {credentialsQuestion(), "alice\n s3 cret\n", object{"values": object{"username": "alice", "password": " s3 cret"}}, nil},
		"words that are no words": {credentialsQuestion(), "resend\nother\n", object{"values": object{"username": "resend", "password": "other"}}, nil},
		"an approval again":       {approvalQuestion("resend"), "what?\nresend\n", object{"action": "resend"}, []string{"The site shows: 42", "goes on by itself"}},
		"a link":                  {linkQuestion(), "https://site.example/in?t=1\n", object{"values": object{"link": "https://site.example/in?t=1"}}, []string{"opened elsewhere"}},
		"a field and a control":   {unknownQuestion(), "4711\n1\n", object{"values": object{"f1": "4711"}, "choice": "b1"}, []string{"(may be left empty)"}},
		"a field alone":           {unknownQuestion(), "4711\n\n", object{"values": object{"f1": "4711"}}, nil},
		"a control alone":         {unknownQuestion(), "\n\nBack\n", object{"choice": "b2"}, []string{"Fill a field in or name a number"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := asked(t, row.question)
			e := f.run(row.typed, "answer", "op_1")
			require.Zero(t, e.code, e.err)
			require.Equal(t, "answered\n", e.out)
			row.sent["info_request_id"] = "ask_1"
			require.Equal(t, row.sent, f.body(resume))
			for _, told := range row.told {
				require.Contains(t, e.err, told)
			}
		})
	}
}

func TestAnswer_ByFlags_AsksNothing(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		question object
		flags    []string
		sent     object
	}{
		"choice by id":      {choiceQuestion(), []string{"--choice", "mail"}, object{"choice": "mail"}},
		"choice by number":  {choiceQuestion(), []string{"--choice", "2"}, object{"choice": "mail"}},
		"value":             {codeQuestion(), []string{"--value", "code=123=456"}, object{"values": object{"code": "123=456"}}},
		"action":            {codeQuestion(), []string{"--action", "resend"}, object{"action": "resend"}},
		"values and files":  {credentialsQuestion(), []string{"--value", "username=alice", "--value-file", "password=" + file(t, canary+"\n")}, object{"values": object{"username": "alice", "password": canary}}},
		"value and choice":  {unknownQuestion(), []string{"--value", "f1=1", "--choice", "b1"}, object{"values": object{"f1": "1"}, "choice": "b1"}},
		"a file with an =":  {codeQuestion(), []string{"--value-file", file(t, "123456")}, object{"values": object{"code": "123456"}}},
		"a choice's number": {object{"kind": "choice", "choices": []any{object{"id": "2", "label": "B"}, object{"id": "1", "label": "A"}}}, []string{"--choice", "1"}, object{"choice": "1"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := asked(t, row.question)
			e := f.run("", append([]string{"answer", "op_1"}, row.flags...)...)
			require.Zero(t, e.code, e.err)
			row.sent["info_request_id"] = "ask_1"
			require.Equal(t, row.sent, f.body(resume))
		})
	}
}

func TestAnswer_ByFlagsThatDoNotFit_IsAUsageError(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		question object
		flags    []string
		told     string
	}{
		"unknown choice":        {choiceQuestion(), []string{"--choice", "pigeon"}, "sms, mail, app, c4"},
		"label of two":          {choiceQuestion(), []string{"--choice", "E-mail"}, "several of this label"},
		"unknown field":         {codeQuestion(), []string{"--value", "pin=" + canary}, "it has code"},
		"no field named":        {codeQuestion(), []string{"--value", canary}, "NAME=VALUE"},
		"action and value":      {codeQuestion(), []string{"--action", "resend", "--value", "code=1"}, "stands alone"},
		"file for which field?": {credentialsQuestion(), []string{"--value-file", "-"}, "2 fields"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := asked(t, row.question)
			e := f.run("", append([]string{"answer", "op_1"}, row.flags...)...)
			require.Equal(t, 2, e.code, e.err)
			require.Contains(t, e.err, row.told)
			for _, r := range f.asked {
				require.Equal(t, http.MethodGet, r.method, "nothing is answered")
			}
		})
	}
}

func TestAnswer_WithAPasswordAsAnArgument_IsRefused(t *testing.T) {
	t.Parallel()
	e := asked(t, credentialsQuestion()).run("", "answer", "op_1", "--value", "password="+canary)
	require.Equal(t, 2, e.code)
	require.Contains(t, e.err, "--value-file password=FILE")
}

func TestAnswer_OfWhatHappensElsewhere_SaysThatItWaits(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		question object
		typed    string
	}{
		"an approval":               {approvalQuestion(), ""},
		"an approval, nobody types": {approvalQuestion("resend"), ""},
		"a link that was opened":    {linkQuestion(), "\n"},
	} {
		f := asked(t, row.question)
		e := f.run(row.typed, "answer", "op_1", "--json")
		require.Zero(t, e.code, name+e.err)
		require.Equal(t, object{"operationId": "op_1", "infoRequestId": "ask_1", "status": "waiting"}, e.decode(t), name)
		require.Len(t, f.asked, 1, name)
	}
}

func TestAnswer_ThatNamesNoChoice_GivesUp(t *testing.T) {
	t.Parallel()
	f := asked(t, choiceQuestion())
	e := f.run("7\n8\n9\n1\n", "answer", "op_1")
	require.Equal(t, 1, e.code)
	require.Contains(t, e.err, "none of its choices was named")
	require.Len(t, f.asked, 1)
}
