package web_test

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/api/apitest"
	"github.com/anteroom/anteroom/session"
)

// answered is a login whose first question was answered; the receipt's path.
func (s *site) answered() (operation, receipt string) {
	s.t.Helper()
	operation = s.login()
	link := s.ask(operation, apitest.CodeQuestion(1))
	receipt = s.leads(s.send(link, s.open(link).code("123456")))
	return operation, receipt
}

func TestReceipt_OfEveryFailure_SaysItInASentenceAndNoInternals(t *testing.T) {
	t.Parallel()
	said := map[string]bool{}
	for _, class := range session.FailureClasses() {
		s := newSite(t)
		operation, receipt := s.answered()
		f := session.NewFailure(class, "internal_code", "internal message")
		f.SiteError = "Sorry <i>Ada</i>."
		s.Fail(operation, f)
		p := s.open(receipt).says(http.StatusOK, "Not logged in", "The site said: Sorry <i>Ada</i>.", "hoever sent you the link")
		require.NotContains(t, p.Body, "internal")
		require.NotContains(t, p.Body, "<i>")
		require.Empty(t, p.refreshes())
		said[p.text()] = true
	}
	require.Len(t, said, len(session.FailureClasses()), "each class has a sentence of its own")
}

func TestReceipt_WhileNothingHappens_LooksLessAndLessAndThenStops(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	_, receipt := s.answered()
	require.Contains(t, s.open(receipt).Body, `content="2; url=?"`)
	s.Clock.Move(2 * time.Minute)
	require.Contains(t, s.open(receipt).says(http.StatusOK, "longer than usual").Body, `content="5; url=?"`)
	s.Clock.Move(10 * time.Minute)
	require.Empty(t, s.open(receipt).says(http.StatusOK, "Look again").refreshes())
}

func TestCancel_WhereAllowed_EndsTheLogin(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	operation := s.login()
	link := s.ask(operation, apitest.CodeQuestion(1))
	s.Engine.Told()
	values := url.Values{"action": {"cancel"}, "form": {s.open(link).formID()}}
	receipt := s.leads(s.send(link, values))
	require.Equal(t, []string{"cancel " + operation}, s.Engine.Told())
	require.Equal(t, "?", s.open(receipt).says(http.StatusOK, "is being canceled").refreshes())
	s.open(link).says(http.StatusGone)
	s.send(link, values).says(http.StatusGone)
	s.Cancel(operation)
	require.Empty(t, s.open(receipt).says(http.StatusOK, "was canceled").refreshes())
}

func TestCancel_WhereNotAllowed_Is400(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	q := apitest.CodeQuestion(1)
	q.Allow = []session.Action{session.ActionAnswer}
	link := s.ask(s.login(), q)
	s.Engine.Told()
	p := s.open(link)
	require.NotContains(t, p.text(), "Cancel")
	s.send(link, url.Values{"action": {"cancel"}}).says(http.StatusBadRequest)
	s.send(link, url.Values{"action": {"resend"}}).says(http.StatusBadRequest)
	require.Empty(t, s.Engine.Told())
}

func TestReceipt_WhenNobodyAnsweredInTime_SaysSo(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	operation := s.login()
	q := apitest.CodeQuestion(1)
	q.Kind, q.Fields, q.Allow = session.AskApproval, nil, []session.Action{session.ActionCancel}
	receipt := "/a/" + s.open(s.ask(operation, q)).refreshes()
	s.Clock.Move(apitest.AnswerWait)
	require.Empty(t, s.open(receipt).says(http.StatusOK, "was up at 12:10 UTC").refreshes())
	s.Expire(operation, session.NewFailure(session.FailureNeedsUser, "question_expired", "Nobody answered."))
	s.open(receipt).says(http.StatusOK, "was up at 12:10 UTC")
}
