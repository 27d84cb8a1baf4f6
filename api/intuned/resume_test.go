package intuned_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/api/apitest"
	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
)

// waiting starts a login that asks q.
func waiting(t *testing.T, f *apitest.Fixture, q session.InfoRequest) (operationID, questionID string) {
	t.Helper()
	operationID = f.Start(t, nil)
	questionID = f.Ask(operationID, q)
	f.Engine.Told()
	return operationID, questionID
}

func answerOf(t *testing.T, f *apitest.Fixture, operationID, questionID string) string {
	t.Helper()
	sealed, err := f.Store.AnswerInput(t.Context(), store.Ref{Workspace: apitest.Workspace, Operation: operationID}, questionID)
	require.NoError(t, err)
	plain, err := f.Sealer.Open(sealed, apitest.Workspace, session.SealedAnswer, questionID)
	require.NoError(t, err)
	return string(plain)
}

func TestResume_Answers202SealsTheCodeAndHidesTheQuestion(t *testing.T) {
	t.Parallel()
	for _, spelling := range []string{"info_request_id", "infoRequestId"} {
		f := apitest.New(t)
		id, q := waiting(t, f, apitest.CodeQuestion(1))
		r := resume(t, f, id, object{"input": "123456", spelling: q, "extra": 1})
		require.Equal(t, http.StatusAccepted, r.Status, r.Body)
		require.JSONEq(t, `{"status":"resumed"}`, r.Body)
		require.Equal(t, object{"status": "pending"}, f.Result(t, id), "the very next result")
		require.Equal(t, []string{"resume " + id + " " + q}, f.Engine.Told())
		require.JSONEq(t, `{"code":"123456"}`, answerOf(t, f, id, q))
	}
}

func TestResume_ANewQuestionHasANewID(t *testing.T) {
	t.Parallel()
	f := apitest.New(t)
	id, first := waiting(t, f, apitest.CodeQuestion(1))
	require.Equal(t, http.StatusAccepted, resume(t, f, id, object{"input": "111111", "info_request_id": first}).Status)
	again := apitest.CodeQuestion(2)
	again.Attempt, again.Reason, again.SiteError = 2, "code_rejected", "Wrong code"
	second := f.Ask(id, again)
	require.NotEqual(t, first, second)
	require.Equal(t, second, f.Result(t, id)["id"])
	_, details := requireError(t, resume(t, f, id, object{"input": "222222", "info_request_id": first}), http.StatusBadRequest, "bad-request")
	require.Equal(t, "question-stale", details["reason"])
	require.Equal(t, http.StatusAccepted, resume(t, f, id, object{"input": "222222", "info_request_id": second}).Status)
}

func TestResume_TakesSeveralFieldsAsValuesOrAsJSONInput(t *testing.T) {
	t.Parallel()
	for _, answer := range []object{
		{"values": object{"username": "alice", "password": " s3 cret "}},
		{"input": `{"username":"alice","password":" s3 cret "}`},
	} {
		f := apitest.New(t)
		id, q := waiting(t, f, credentialsQuestion())
		answer["info_request_id"] = q
		r := resume(t, f, id, answer)
		require.Equal(t, http.StatusAccepted, r.Status, r.Body)
		require.JSONEq(t, `{"username":"alice","password":" s3 cret "}`, answerOf(t, f, id, q))
	}
}

func TestResume_TakesAChoiceByIDOrLabel(t *testing.T) {
	t.Parallel()
	for _, answer := range []object{{"input": "c2"}, {"input": "E-mail"}, {"choice": "c2"}} {
		f := apitest.New(t)
		id, q := waiting(t, f, choiceQuestion())
		answer["info_request_id"] = q
		r := resume(t, f, id, answer)
		require.Equal(t, http.StatusAccepted, r.Status, r.Body)
		require.JSONEq(t, `{"$choice":"c2"}`, answerOf(t, f, id, q))
	}
}

func TestResume_AnAnswerOfTheWrongShape_Is400NamingTheFieldAndChangesNothing(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		question     session.InfoRequest
		answer       object
		field, words string
	}{
		"no input":            {apitest.CodeQuestion(1), object{}, "input", "required"},
		"null input":          {apitest.CodeQuestion(1), object{"input": nil}, "input", "required"},
		"input as a number":   {apitest.CodeQuestion(1), object{"input": 123456}, "input", "a string, not a number"},
		"both":                {apitest.CodeQuestion(1), object{"input": "123456", "values": object{"code": "1"}}, "input", "one of them"},
		"empty":               {apitest.CodeQuestion(1), object{"input": "  "}, "code", "required"},
		"too short":           {apitest.CodeQuestion(1), object{"input": "12345"}, "code", "5 characters; it must have 6"},
		"letters":             {apitest.CodeQuestion(1), object{"input": "12345x"}, "code", "[0-9]+"},
		"too long":            {credentialsQuestion(), object{"values": object{"username": strings.Repeat("x", 4097), "password": "p"}}, "username", "4097 bytes"},
		"missing field":       {credentialsQuestion(), object{"values": object{"username": "alice"}}, "password", "required"},
		"unknown field":       {credentialsQuestion(), object{"values": object{"username": "a", "password": "b", "pin": "c"}}, "values.pin", "not asked"},
		"long unknown field":  {credentialsQuestion(), object{"values": object{"username": "a", "password": "b", strings.Repeat("n", 99): "c"}}, "values.(a long name)", "not asked"},
		"nested value":        {credentialsQuestion(), object{"values": object{"username": object{}}}, "values.username", "a string, not an object"},
		"values as an array":  {credentialsQuestion(), object{"values": []string{"a"}}, "values", "not an array"},
		"input of one value":  {credentialsQuestion(), object{"input": "alice"}, "input", "username, password"},
		"input of JSON null":  {credentialsQuestion(), object{"input": "null"}, "input", "username, password"},
		"no such choice":      {choiceQuestion(), object{"input": "c3"}, "input", "none of the choices"},
		"choice of no choice": {choiceQuestion(), object{"values": object{"code": "c1"}}, "values", "takes no such answer"},
		"choice of another":   {choiceQuestion(), object{"choice": "Text message"}, "choice", "give the id"},
		"choice as a number":  {choiceQuestion(), object{"choice": 1}, "choice", "a string, not a number"},
		"choice for a code":   {apitest.CodeQuestion(1), object{"choice": "c1"}, "choice", "takes no such answer"},
		"action not allowed":  {apitest.CodeQuestion(1), object{"action": "resend"}, "action", "no action"},
		"action unknown":      {approvalQuestion(), object{"action": "shout"}, "action", "one of resend, tryAnotherWay"},
		"action to cancel":    {approvalQuestion(), object{"action": "cancel"}, "action", "/cancel"},
		"input to approve":    {approvalQuestion(), object{"input": "yes"}, "action", "one of resend, tryAnotherWay"},
		"values to approve":   {approvalQuestion(), object{"values": object{"code": "1"}}, "values", "takes no such answer"},
		"values and choice":   {choiceQuestion(), object{"values": object{"a": "b"}, "choice": "c1"}, "values", "one of them"},
		"choice and action":   {choiceQuestion(), object{"choice": "c1", "action": "resend"}, "choice", "one of them"},
		"three of them":       {unknownQuestion(), object{"values": object{}, "choice": "b1", "action": "resend"}, "values", "one of them"},
		"nothing filled in":   {unknownQuestion(), object{"values": object{}}, "values", "holds no value"},
		"no such control":     {unknownQuestion(), object{"values": object{"f1": "x"}, "choice": "b9"}, "choice", "give the id"},
		"no link":             {linkQuestion(), object{"input": "see my mail"}, "link", "not a link"},
		"link with password":  {linkQuestion(), object{"input": "https://u:p@site.example/"}, "link", "not a link"},
		"a script":            {linkQuestion(), object{"input": "javascript:alert(1)"}, "link", "not a link"},
		"no TOTP secret":      {secretQuestion(), object{"values": object{"totpSecret": "123"}}, "totpSecret", "base32"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := apitest.New(t)
			id, q := waiting(t, f, row.question)
			row.answer["info_request_id"] = q
			message, details := requireError(t, resume(t, f, id, row.answer), http.StatusBadRequest, "bad-request")
			require.Equal(t, row.field, details["field"])
			require.Contains(t, message, row.words)
			require.Equal(t, q, f.Result(t, id)["id"], "it is still asked")
			require.Empty(t, f.Engine.Told())
		})
	}
}

func TestResume_WhiteSpaceInACodeIsTakenOut(t *testing.T) {
	t.Parallel()
	f := apitest.New(t)
	id, q := waiting(t, f, apitest.CodeQuestion(1))
	require.Equal(t, http.StatusAccepted, resume(t, f, id, object{"input": " 123 456\n", "info_request_id": q}).Status)
	require.JSONEq(t, `{"code":"123456"}`, answerOf(t, f, id, q))
}

func TestResume_APatternThatIsNotRE2RefusesNothing(t *testing.T) {
	t.Parallel()
	f := apitest.New(t)
	question := apitest.CodeQuestion(1)
	question.Fields[0].Pattern = `(?!x)[0-9]+`
	id, q := waiting(t, f, question)
	require.Equal(t, http.StatusAccepted, resume(t, f, id, object{"input": "123456", "info_request_id": q}).Status)
}

func TestResume_AQuestionThatTakesNoAnswer_Is400(t *testing.T) {
	t.Parallel()
	f := apitest.New(t)
	question := apitest.CodeQuestion(1)
	question.Allow = []session.Action{session.ActionCancel}
	id, q := waiting(t, f, question)
	_, details := requireError(t, resume(t, f, id, object{"input": "123456", "info_request_id": q}), http.StatusBadRequest, "bad-request")
	require.Equal(t, "not-answerable", details["reason"])
}

func TestResume_OfAQuestionThatCannotBeAnswered_Is400WithTheReason(t *testing.T) {
	t.Parallel()
	good := func(q string) object { return object{"input": "123456", "info_request_id": q} }
	refused := func(t *testing.T, f *apitest.Fixture, id string, body any) (string, any) {
		t.Helper()
		message, details := requireError(t, resume(t, f, id, body), http.StatusBadRequest, "bad-request")
		return message, details["reason"]
	}
	t.Run("made up", func(t *testing.T) {
		t.Parallel()
		f := apitest.New(t)
		id, _ := waiting(t, f, apitest.CodeQuestion(1))
		message, reason := refused(t, f, id, good("ask_madeup"))
		require.Equal(t, "question-unknown", reason)
		require.Contains(t, message, "never asked")
	})
	t.Run("no id", func(t *testing.T) {
		t.Parallel()
		f := apitest.New(t)
		id, _ := waiting(t, f, apitest.CodeQuestion(1))
		message, reason := refused(t, f, id, object{"input": "123456"})
		require.Equal(t, "invalid-field", reason)
		require.Contains(t, message, "info_request_id is required")
	})
	t.Run("two ids", func(t *testing.T) {
		t.Parallel()
		f := apitest.New(t)
		id, q := waiting(t, f, apitest.CodeQuestion(1))
		_, reason := refused(t, f, id, object{"input": "123456", "info_request_id": q, "infoRequestId": "ask_other"})
		require.Equal(t, "invalid-field", reason)
	})
	t.Run("of another operation", func(t *testing.T) {
		t.Parallel()
		f := apitest.New(t)
		_, other := waiting(t, f, apitest.CodeQuestion(1))
		id, _ := waiting(t, f, apitest.CodeQuestion(1))
		_, reason := refused(t, f, id, good(other))
		require.Equal(t, "question-unknown", reason)
	})
	t.Run("nothing asked", func(t *testing.T) {
		t.Parallel()
		f := apitest.New(t)
		id := f.Start(t, nil)
		message, reason := refused(t, f, id, good("ask_madeup"))
		require.Equal(t, "nothing-asked", reason)
		require.Contains(t, message, "asks nothing at the moment")
	})
	t.Run("answered before", func(t *testing.T) {
		t.Parallel()
		f := apitest.New(t)
		id, q := waiting(t, f, apitest.CodeQuestion(1))
		require.Equal(t, http.StatusAccepted, resume(t, f, id, good(q)).Status)
		message, reason := refused(t, f, id, object{"input": "654321", "info_request_id": q})
		require.Equal(t, "question-stale", reason)
		require.Contains(t, message, "answered already")
		require.JSONEq(t, `{"code":"123456"}`, answerOf(t, f, id, q), "the first answer stays")
	})
	t.Run("superseded", func(t *testing.T) {
		t.Parallel()
		f := apitest.New(t)
		id, q := waiting(t, f, apitest.CodeQuestion(1))
		f.Ask(id, apitest.CodeQuestion(2))
		_, reason := refused(t, f, id, good(q))
		require.Equal(t, "question-stale", reason)
	})
	t.Run("over", func(t *testing.T) {
		t.Parallel()
		f := apitest.New(t)
		id, q := waiting(t, f, apitest.CodeQuestion(1))
		f.Fail(id, session.NewFailure(session.FailureSite, "unreachable", "The site is away."))
		message, reason := refused(t, f, id, good(q))
		require.Equal(t, "operation-over", reason)
		require.Contains(t, message, "is over")
		_, reason = refused(t, f, id, good("ask_madeup"))
		require.Equal(t, "operation-over", reason)
	})
	t.Run("malformed", func(t *testing.T) {
		t.Parallel()
		f := apitest.New(t)
		id, _ := waiting(t, f, apitest.CodeQuestion(1))
		_, reason := refused(t, f, id, `{"input":`)
		require.Equal(t, "malformed-json", reason)
		_, reason = refused(t, f, id, "")
		require.Equal(t, "invalid-field", reason)
	})
}

func TestResume_AfterTheDeadline_Is400Expired(t *testing.T) {
	t.Parallel()
	f := apitest.New(t)
	id, q := waiting(t, f, apitest.CodeQuestion(1))
	f.Clock.Move(apitest.AnswerWait)
	message, details := requireError(t, resume(t, f, id, object{"input": "123456", "info_request_id": q}), http.StatusBadRequest, "bad-request")
	require.Equal(t, "question-stale", details["reason"])
	require.Contains(t, message, "expired")
	_, err := f.Store.CloseQuestion(t.Context(), store.Ref{Workspace: apitest.Workspace, Operation: id}, q, f.Clock.Now())
	require.NoError(t, err)
	message, _ = requireError(t, resume(t, f, id, object{"input": "123456", "info_request_id": q}), http.StatusBadRequest, "bad-request")
	require.Contains(t, message, "expired")
}

func TestResume_OfAnUnknownOperation_Is404(t *testing.T) {
	t.Parallel()
	f := apitest.New(t)
	requireError(t, resume(t, f, "op_madeup", object{"input": "1", "info_request_id": "ask_x"}), http.StatusNotFound, "not-found")
}

func TestResume_ByManyAtOnce_AcceptsExactlyOne(t *testing.T) {
	t.Parallel()
	f := apitest.New(t)
	id, q := waiting(t, f, apitest.CodeQuestion(1))
	const callers = 12
	statuses := make([]int, callers)
	var group sync.WaitGroup
	for i := range callers {
		group.Go(func() {
			statuses[i] = resume(t, f, id, object{"input": "123456", "info_request_id": q}).Status
		})
	}
	group.Wait()
	counts := map[int]int{}
	for _, s := range statuses {
		counts[s]++
	}
	require.Equal(t, map[int]int{http.StatusAccepted: 1, http.StatusBadRequest: callers - 1}, counts)
	require.Len(t, f.Engine.Told(), 1)
}
