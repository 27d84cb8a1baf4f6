package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/api/apitest"
	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
)

var everyAction = []session.Action{
	session.ActionAnswer, session.ActionChoose, session.ActionResend, session.ActionTryAnotherWay, session.ActionCancel,
}

// sample is a question of each kind, and the answer that a person gives.
func sample(kind session.InfoRequestKind) (q session.InfoRequest, sent url.Values, kept map[string]string) {
	q = session.InfoRequest{Number: 1, Kind: kind, Message: "What the <site> asks.", Attempt: 1, Allow: everyAction}
	field := func(name, typ string) {
		q.Fields = append(q.Fields, session.Field{Name: name, Type: typ, Label: "The " + name, Secret: true})
	}
	switch kind {
	case session.AskCode:
		field("code", "code")
		return q, url.Values{"v.code": {"12 34"}}, map[string]string{"code": "1234"}
	case session.AskCredentials:
		field("username", "text")
		field("password", "password")
		return q, url.Values{"v.username": {"ada"}, "v.password": {" secret "}}, map[string]string{"username": "ada", "password": " secret "}
	case session.AskChoice:
		q.Choices = []session.Choice{{ID: "c1", Label: "Text", Description: "•••• 42"}, {ID: "c2", Label: "Call"}, {ID: "c3", Label: "Call"}}
		return q, url.Values{"choice": {"c2"}}, map[string]string{session.AnswerChoice: "c2"}
	case session.AskApproval:
		q.DisplayCode, q.Medium, q.MaskedTarget = "73", session.MediumApp, "Ada's phone"
		return q, url.Values{"action": {"resend"}}, map[string]string{session.AnswerAction: "resend"}
	case session.AskSecurityQuestion:
		field("answer", "text")
		return q, url.Values{"v.answer": {"Grünwald"}}, map[string]string{"answer": "Grünwald"}
	case session.AskLink:
		field("link", "url")
		return q, url.Values{"v.link": {" https://site.example/x?y=1&z=2 "}}, map[string]string{"link": "https://site.example/x?y=1&z=2"}
	case session.AskCaptcha:
		field("answer", "text")
		q.Picture = "page-1.png"
		return q, url.Values{"v.answer": {"xk2p"}}, map[string]string{"answer": "xk2p"}
	default:
		field("f1", "text")
		field("f2", "text")
		q.Fields[0].Optional, q.Fields[1].Optional = true, true
		q.Choices = []session.Choice{{ID: "b1", Type: "control", Label: "Continue"}}
		q.Picture = "page-1.png"
		return q, url.Values{"v.f1": {"4711"}, "v.f2": {""}, "choice": {"b1"}}, map[string]string{"f1": "4711", session.AnswerChoice: "b1"}
	}
}

func TestEveryKind_IsShownAndCanBeAnswered(t *testing.T) {
	t.Parallel()
	for _, kind := range session.InfoRequestKinds() {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			operation := s.login()
			q, sent, kept := sample(kind)
			link := s.ask(operation, q)
			p := s.open(link).says(http.StatusOK, "What the <site> asks.", "Send it again", "Try another way", "I cannot answer this")
			requireUsable(t, p)
			for _, f := range q.Fields {
				require.Contains(t, p.text(), f.Label)
			}
			sent.Set("form", p.formID())
			kept[session.AnswerForm] = p.formID()
			s.leads(s.send(link, sent))
			require.Equal(t, kept, s.answerOf(operation, 1))
		})
	}
}

func TestEveryKind_WhenNothingIsGiven_Is400(t *testing.T) {
	t.Parallel()
	for _, kind := range session.InfoRequestKinds() {
		s := newSite(t)
		q, _, _ := sample(kind)
		link := s.ask(s.login(), q)
		requireUsable(t, s.send(link, url.Values{}).says(http.StatusBadRequest))
		s.send(link, url.Values{"choice": {"none of them"}}).says(http.StatusBadRequest)
		s.send(link, url.Values{"action": {"dance"}}).says(http.StatusBadRequest)
		s.open(link).says(http.StatusOK)
	}
}

func TestEveryAction_IsSent(t *testing.T) {
	t.Parallel()
	for _, action := range []string{"resend", "tryAnotherWay"} {
		s := newSite(t)
		operation := s.login()
		link := s.ask(operation, apitest.CodeQuestion(1))
		q := apitest.CodeQuestion(2)
		q.Allow = everyAction
		s.GoOn(operation)
		s.open(link).says(http.StatusGone)
		link = s.ask(operation, q)
		p := s.open(link)
		s.leads(s.send(link, url.Values{"action": {action}, "form": {p.formID()}, "v.code": {"ignored"}}))
		require.Equal(t, action, s.answerOf(operation, 2)[session.AnswerAction])
	}
}

func TestApproval_WhenApprovedElsewhere_IsNoticedByThePage(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	operation := s.login()
	q, _, _ := sample(session.AskApproval)
	link := s.ask(operation, q)
	p := s.open(link).says(http.StatusOK, "Approve the login", "73", "an app, Ada's phone.", "this page notices")
	receipt := "/a/" + p.refreshes()
	require.Equal(t, p.refreshes(), s.open(receipt).says(http.StatusOK, "Approve the login").refreshes(), "it looks on")
	still := s.open(link+"?still=1").says(http.StatusOK, "Cancel the login", "Look whether the login went on")
	require.Empty(t, still.refreshes(), "who needs more time gets it")
	requireUsable(t, still)
	s.GoOn(operation)
	require.Equal(t, "?", s.open(receipt).says(http.StatusOK, "The login goes on.").refreshes())
	s.open(link).says(http.StatusGone, "went on")
	s.Succeed(operation, "ada", `{"cookies":[]}`)
	s.open(receipt).says(http.StatusOK, "Logged in")
}

func TestLinkAndCaptcha_WhileSomebodyTypes_AreNotLoadedAgain(t *testing.T) {
	t.Parallel()
	for _, kind := range []session.InfoRequestKind{session.AskLink, session.AskCaptcha} {
		s := newSite(t)
		operation := s.login()
		q, _, _ := sample(kind)
		p := s.open(s.ask(operation, q)).says(http.StatusOK, "Look whether the login went on")
		require.Empty(t, p.refreshes())
		var receipt string
		for n := range p.all("a") {
			if strings.Contains(textOf(n), "went on") {
				receipt = "/a/" + attr(n, "href")
			}
		}
		s.GoOn(operation)
		s.open(receipt).says(http.StatusOK, "The login goes on.")
	}
}

func TestPicture_IsServedThroughTheLinkWhileTheQuestionIsOpen(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	operation := s.login()
	q, sent, _ := sample(session.AskCaptcha)
	link := s.ask(operation, q)
	s.savePicture(operation, "image/png", "PNG of the page")
	p := s.open(link)
	var source string
	for n := range p.all("img") {
		source = "/a/" + attr(n, "src")
		require.NotEmpty(t, attr(n, "alt"))
	}
	require.Equal(t, link+"/picture", source)
	r := s.Call(t, http.MethodGet, source, nil, apitest.Header{"X-Api-Key", ""})
	require.Equal(t, http.StatusOK, r.Status)
	require.Equal(t, "PNG of the page", r.Body)
	require.Equal(t, "image/png", r.Header.Get("Content-Type"))
	require.Equal(t, "no-store", r.Header.Get("Cache-Control"))
	sent.Set("form", p.formID())
	s.leads(s.send(link, sent))
	s.open(source).says(http.StatusNotFound)
}

func (s *site) savePicture(operation, mediaType, data string) {
	s.t.Helper()
	sealed, err := s.Sealer.Seal([]byte(data), apitest.Workspace, session.SealedArtefact, session.ArtefactID(operation, "page-1.png"))
	require.NoError(s.t, err)
	require.NoError(s.t, s.Store.SaveArtefact(s.t.Context(), store.Artefact{
		Ref: store.Ref{Workspace: apitest.Workspace, Operation: operation}, Name: "page-1.png", MediaType: mediaType, Data: sealed, At: s.Clock.Now(),
	}))
}

func TestPicture_WhenItIsNone_IsNotShownAsOne(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	operation := s.login()
	q, _, _ := sample(session.AskCaptcha)
	link := s.ask(operation, q)
	s.open(link + "/picture").says(http.StatusNotFound)
	s.savePicture(operation, "text/html", "<script>")
	require.NotContains(t, s.open(link+"/picture").says(http.StatusInternalServerError).Body, "<script>")
}

func TestFields_HaveWhatKeyboardsAndPasswordManagersNeed(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	q := session.InfoRequest{Number: 1, Kind: session.AskCredentials, Message: "m", Attempt: 1, Allow: everyAction, Fields: []session.Field{
		{Name: "digits", Type: "code", Label: "a", Length: 6, Pattern: `[0-9]+`},
		{Name: "groups", Type: "code", Label: "b", Pattern: `\d{3}-?\d{3}`},
		{Name: "letters", Type: "code", Label: "c", Pattern: `[0-9A-Z]+`},
		{Name: "broken", Type: "code", Label: "d", Pattern: `(?=x)[`},
		{Name: "password", Type: "password", Label: "e"},
		{Name: "url", Type: "url", Label: "f"},
	}}
	want := map[string][3]string{
		"v.digits": {"text", "numeric", "one-time-code"}, "v.groups": {"text", "", "one-time-code"}, "v.letters": {"text", "", "one-time-code"},
		"v.broken": {"text", "", "one-time-code"}, "v.password": {"password", "", "off"}, "v.url": {"text", "url", "off"},
	}
	p := s.open(s.ask(s.login(), q)).says(http.StatusOK, "6 digits")
	got := map[string][3]string{}
	for n := range p.all("input") {
		if attr(n, "type") != "hidden" {
			got[attr(n, "name")] = [3]string{attr(n, "type"), attr(n, "inputmode"), attr(n, "autocomplete")}
		}
	}
	require.Equal(t, want, got)
}
