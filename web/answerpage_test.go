package web_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/api/apitest"
	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
)

const notFound = "This link leads nowhere."

func TestAnswer_WhenRight_IsKeptAndTheReceiptTellsTheEnd(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	operation := s.login()
	link := s.ask(operation, apitest.CodeQuestion(1))
	p := s.open(link).says(http.StatusOK, "Enter the code", "Ada's account", "demo", "127.0.0.1:1", "Enter the code we texted you.", "•••• 42", "12:10 UTC", "10 minutes")
	s.Engine.Told()
	receipt := s.leads(s.send(link, p.code(" 123 456 ")))
	require.NotEqual(t, link, receipt)
	require.Len(t, s.Engine.Told(), 1, "the workflow is told")
	require.Equal(t, map[string]string{"code": "123456", session.AnswerForm: p.formID()}, s.answerOf(operation, 1))
	require.Equal(t, "?", s.open(receipt).says(http.StatusOK, "Your answer has arrived").refreshes())
	s.GoOn(operation)
	s.Succeed(operation, "ada", `{"cookies":[]}`)
	done := s.open(receipt).says(http.StatusOK, "Logged in", "You can close this page")
	require.Empty(t, done.refreshes())
}

// answerOf opens what was kept.
func (s *site) answerOf(operation string, number int) map[string]string {
	s.t.Helper()
	asked, err := s.Store.QuestionByNumber(s.t.Context(), operation, number)
	require.NoError(s.t, err)
	sealed, err := s.Store.AnswerInput(s.t.Context(), asked.Ref, asked.Question.ID)
	require.NoError(s.t, err)
	plain, err := s.Sealer.Open(sealed, asked.Workspace, session.SealedAnswer, asked.Question.ID)
	require.NoError(s.t, err)
	var values map[string]string
	require.NoError(s.t, json.Unmarshal(plain, &values))
	return values
}

func TestAnswer_WhenTheSiteRefusesTheCode_LeadsWhoSentItToTheNextQuestion(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	operation := s.login()
	first := s.ask(operation, apitest.CodeQuestion(1))
	receipt := s.leads(s.send(first, s.open(first).code("111111")))
	s.GoOn(operation)
	again := apitest.CodeQuestion(2)
	again.Attempt, again.Reason, again.SiteError = 2, "code_rejected", "That is <b>not</b> it."
	second := s.ask(operation, again)
	require.NotEqual(t, first, second)

	require.Equal(t, second, s.leads(s.open(receipt)))
	p := s.open(second).says(http.StatusOK, "The site refused the code.", "That is <b>not</b> it.")
	require.NotContains(t, p.Body, "<b>not</b>")
	s.open(first).says(http.StatusGone, "was answered at 12:00 UTC")
	s.leads(s.send(second, p.code("222222")))
}

func TestAnswer_WhenFormIsWrong_SaysSoAtTheFieldAndKeepsNothing(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	operation := s.login()
	q := apitest.CodeQuestion(1)
	q.Fields = append(q.Fields, session.Field{Name: "device", Type: "text", Label: "Device name"})
	q.Fields[0].Secret = true
	link := s.ask(operation, q)
	s.Engine.Told()
	for code, why := range map[string]string{"": "Code is required.", "12345": "Code has 5 characters; it must have 6.", "12345x": "Code may hold digits only."} {
		values := s.open(link).code(code)
		values.Set("v.device", `my "phone"`)
		p := s.send(link, values).says(http.StatusBadRequest, why)
		var focused string
		for n := range p.all("input") {
			if has(n, "autofocus") {
				focused = attr(n, "name")
				require.Equal(t, "true", attr(n, "aria-invalid"))
				require.Empty(t, attr(n, "value"), "a secret is not sent back")
				require.Contains(t, attr(n, "aria-describedby"), "-error")
			}
			if attr(n, "name") == "v.device" {
				require.Equal(t, `my "phone"`, attr(n, "value"), "what is no secret need not be typed again")
			}
		}
		require.Equal(t, "v.code", focused)
	}
	require.Empty(t, s.Engine.Told())
	asked, err := s.Store.QuestionByNumber(t.Context(), operation, 1)
	require.NoError(t, err)
	require.Equal(t, session.QuestionOpen, asked.State)
}

func TestLink_WhenUsedTwice_SaysWhenItWasAnsweredAndNothingOfTheLogin(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	operation := s.login()
	link := s.ask(operation, apitest.CodeQuestion(1))
	p, other := s.open(link), s.open(link)
	s.Clock.Move(3 * time.Minute)
	receipt := s.leads(s.send(link, p.code("123456")))
	s.Clock.Move(time.Minute)
	s.send(link, other.code("123456")).says(http.StatusConflict, "answered at 12:03 UTC")
	s.open(link).says(http.StatusGone, "answered at 12:03 UTC")
	s.Succeed(operation, "ada", `{"cookies":[]}`)
	require.NotContains(t, s.open(link).says(http.StatusGone, "answered at 12:03 UTC").text(), "Logged in")
	s.send(receipt, p.code("123456")).says(http.StatusMethodNotAllowed)
}

func TestForm_WhenSentTwice_CountsOnceAndIsNoError(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	link := s.ask(s.login(), apitest.CodeQuestion(1))
	values := s.open(link).code("123456")
	s.Engine.Told()
	receipt := s.leads(s.send(link, values))
	require.Equal(t, receipt, s.leads(s.send(link, values)), "a double click")
	require.Len(t, s.Engine.Told(), 1)
	values.Del("form")
	s.send(link, values).says(http.StatusConflict)
}

func TestForm_WhenTwoPeopleSendAtOnce_ExactlyOneWins(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	operation := s.login()
	link := s.ask(operation, apitest.CodeQuestion(1))
	const people = 8
	pages := make([]page, people)
	for i := range pages {
		pages[i] = s.open(link)
	}
	answers := make([]apitest.Response, people)
	var wg sync.WaitGroup
	for i := range people {
		wg.Go(func() { answers[i] = s.send(link, pages[i].code("12345"+string(rune('0'+i)))).Response })
	}
	wg.Wait()
	won := 0
	for i, a := range answers {
		if a.Status == http.StatusSeeOther {
			won++
			require.Equal(t, "12345"+string(rune('0'+i)), s.answerOf(operation, 1)["code"])
			continue
		}
		require.Equal(t, http.StatusConflict, a.Status)
		require.Contains(t, a.Body, "was answered at")
	}
	require.Equal(t, 1, won)
}

func TestLink_WhenItsTimeIsUp_SaysSince(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	operation := s.login()
	link := s.ask(operation, apitest.CodeQuestion(1))
	p := s.open(link)
	s.Clock.Move(apitest.AnswerWait)
	for _, got := range []page{s.open(link), s.send(link, p.code("123456"))} {
		got.says(http.StatusGone, "was up at 12:10 UTC", "start again")
	}
	s.Expire(operation, session.NewFailure(session.FailureNeedsUser, "question_expired", "Nobody answered."))
	s.Clock.Move(24 * time.Hour)
	s.open(link).says(http.StatusGone, "was up at")
}

func TestLink_WhenTheLoginEndedOrWentOn_SaysSo(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	operation := s.login()
	link := s.ask(operation, apitest.CodeQuestion(1))
	p := s.open(link)
	s.GoOn(operation)
	s.open(link).says(http.StatusGone, "went on without this answer")
	s.send(link, p.code("123456")).says(http.StatusGone, "went on without this answer")
	s.Fail(operation, session.NewFailure(session.FailureSite, "unreachable", "internal words"))
	require.NotContains(t, s.open(link).says(http.StatusGone, "has ended").text(), "internal words")

	r := s.Call(t, http.MethodDelete, apitest.Sessions+"/ada", nil)
	require.Equal(t, http.StatusNoContent, r.Status, r.Body)
	s.open(link).says(http.StatusGone, "has ended")
}

func TestLink_WhenUnknown_Is404AndTellsNothing(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	link := s.ask(s.login(), apitest.CodeQuestion(1))
	other := s.Start(t, object{"id": "eve"})
	theirs := strings.TrimPrefix(s.ask(other, apitest.CodeQuestion(1)), "/a/")
	mine := strings.TrimPrefix(link, "/a/")
	id, proof, _ := strings.Cut(mine, "-1-")
	otherID, otherProof, _ := strings.Cut(theirs, "-1-")
	last := "2"
	if strings.HasSuffix(proof, last) {
		last = "3"
	}
	for _, token := range []string{
		"x", id, id + "-1", id + "-1-" + otherProof, otherID + "-1-" + proof, id + "-2-" + proof, id + "-01-" + proof,
		mine[:len(mine)-1] + last, mine + "2", strings.ToUpper(mine), "%00", "..%2f", mine + "%20", strings.Repeat("a", 5000),
	} {
		p := s.open("/a/"+token).says(http.StatusNotFound, notFound)
		require.NotContains(t, p.text(), "demo", token)
		s.open("/a/"+token+"/picture").says(http.StatusNotFound, notFound)
		s.send("/a/"+token, url.Values{"v.code": {"123456"}}).says(http.StatusNotFound, notFound)
	}
	for _, torn := range []string{"/a", "/a/", link + "/"} {
		s.open(torn).says(http.StatusNotFound, notFound)
	}
	s.open(link).says(http.StatusOK)
}

func TestLink_WhenOnlyLookedAt_ChangesNothing(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	operation := s.login()
	link := s.ask(operation, apitest.CodeQuestion(1))
	s.Engine.Told()
	before, err := s.Store.GetOperation(t.Context(), store.Ref{Workspace: apitest.Workspace, Operation: operation})
	require.NoError(t, err)
	for range 3 {
		s.open(link + "?v.code=123456&action=cancel&form=x").says(http.StatusOK)
		head := s.Call(t, http.MethodHead, link, nil, apitest.Header{"X-Api-Key", ""})
		require.Equal(t, http.StatusOK, head.Status)
		require.Empty(t, head.Body)
	}
	after, err := s.Store.GetOperation(t.Context(), store.Ref{Workspace: apitest.Workspace, Operation: operation})
	require.NoError(t, err)
	require.Equal(t, before, after)
	require.Empty(t, s.Engine.Told())
	require.Equal(t, link, s.link(operation), "every poll shows the same link")
}

func TestForm_OfAnotherOrigin_Is403(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	operation := s.login()
	link := s.ask(operation, apitest.CodeQuestion(1))
	values := s.open(link).code("123456")
	for _, header := range []apitest.Header{{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Site", "same-site"}} {
		require.Equal(t, http.StatusForbidden, s.send(link, values, header).Status)
	}
	require.Equal(t, http.StatusForbidden, s.send(link, values, apitest.Header{"Sec-Fetch-Site", ""}, apitest.Header{"Origin", "null"}).Status)
	require.Equal(t, link, s.link(operation), "still asked")
	s.leads(s.send(link, values, apitest.Header{"Sec-Fetch-Site", ""}, apitest.Header{"Origin", s.URL}))
}

func TestForm_WhenItIsNone_Is400OrTooLarge(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	operation := s.login()
	link := s.ask(operation, apitest.CodeQuestion(1))
	form := apitest.Header{"Content-Type", "application/x-www-form-urlencoded"}
	for _, body := range []string{"v.code=%zz", "v.code=%ff%fe", "v.code=123456;x", ""} {
		s.read(s.Call(t, http.MethodPost, link, body, form, apitest.Header{"X-Api-Key", ""})).says(http.StatusBadRequest)
	}
	s.read(s.Call(t, http.MethodPost, link, `{"v.code":"123456"}`)).says(http.StatusBadRequest)
	large := s.Call(t, http.MethodPost, link, "v.code="+strings.Repeat("1", 300<<10), form)
	require.Equal(t, http.StatusRequestEntityTooLarge, large.Status)
	s.leads(s.send(link, s.open(link).code("123456")))
}

func TestStore_WhenAway_Is503WithRetryAfterAndThePageTriesAgain(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	link := s.ask(s.login(), apitest.CodeQuestion(1))
	values := s.open(link).code("123456")
	require.NoError(t, s.Store.Close())
	p := s.open(link).says(http.StatusServiceUnavailable, "tries again by itself")
	require.NotEmpty(t, p.Header.Get("Retry-After"))
	require.Equal(t, "?again=1", p.refreshes())
	require.Equal(t, "?again=24", s.open(link+"?again=23").refreshes())
	require.Empty(t, s.open(link+"?again=24").says(http.StatusServiceUnavailable, "Try again").refreshes())
	require.Equal(t, "?again=1", s.open(link+"?again=-7").refreshes())
	sent := s.send(link, values).says(http.StatusServiceUnavailable, "send it again")
	require.NotEmpty(t, sent.Header.Get("Retry-After"))
	s.open("/a/nothing").says(http.StatusNotFound, notFound)
	require.NotContains(t, s.Log.String(), strings.TrimPrefix(link, "/a/"))
	require.NotContains(t, s.Log.String(), "123456")
}
