package login_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/login"
	"github.com/anteroom/anteroom/session"
)

func TestConsent_ByDefault_IsAccepted(t *testing.T) {
	t.Parallel()
	b := setup(t, after(as(login.ClassConsent, withAction(login.ActionAccept, "allow"), withAction(login.ActionDecline, "deny"))))
	require.NotNil(t, b.run(t).LoggedIn)
	require.Equal(t, 1, b.page.did("click allow"))
	require.Zero(t, b.page.did("click deny"))
}

func TestConsent_WhenTheProjectAsks_IsAPersonsToGive(t *testing.T) {
	t.Parallel()
	for _, choice := range []string{"consent-accept", "consent-decline"} {
		b := setup(t, after(as(login.ClassConsent, withAction(login.ActionAccept, "allow"))))
		b.in.Project.Consent = session.PolicyAsk
		out := b.run(t)
		require.NotNil(t, out.Question, "%+v", out.Failed)
		require.Equal(t, session.AskChoice, out.Question.Kind)
		require.Equal(t, []session.Choice{
			{ID: "consent-accept", Type: "consent", Label: "Accept"}, {ID: "consent-decline", Type: "consent", Label: "Decline"},
		}, out.Question.Choices)
		require.Equal(t, []session.Action{session.ActionChoose, session.ActionCancel}, out.Question.Allow)
		require.Zero(t, b.page.did("click allow"))
		out = b.resume(t, out, choiceOf("ask_1", choice))
		if choice == "consent-accept" {
			require.NotNil(t, out.LoggedIn)
			continue
		}
		requireFailure(t, out, session.FailureNeedsUser, "consent_declined")
		require.Zero(t, b.page.did("click allow"))
	}
}

func TestTerms_WithoutThePolicy_AreAPersonsToAccept(t *testing.T) {
	t.Parallel()
	terms := as(login.ClassTerms, withToggle(login.ToggleTerms, "agree"), withAction(login.ActionAccept, "next"))
	b := setup(t, after(terms))
	b.page.site.pages["page"].clicks = map[string]string{"agree": ""}
	out := b.run(t)
	require.NotNil(t, out.Question, "%+v", out.Failed)
	require.Equal(t, "terms", out.Question.Choices[0].Type)
	require.Zero(t, b.page.did("click agree"))
	declined := b.resume(t, out, choiceOf("ask_1", "terms-decline"))
	requireFailure(t, declined, session.FailureNeedsUser, "terms_declined")

	accepted := b.resume(t, out, choiceOf("ask_2", "terms-accept"))
	require.NotNil(t, accepted.LoggedIn, "%+v", accepted.Failed)
	require.Equal(t, 1, b.page.did("click agree"))
}

func TestTerms_WithThePolicy_AreTickedAndAccepted(t *testing.T) {
	t.Parallel()
	b := setup(t, after(as(login.ClassTerms, withToggle(login.ToggleTerms, "agree"), withAction(login.ActionAccept, "next"))))
	b.page.site.pages["page"].clicks = map[string]string{"agree": ""}
	b.in.Project.Terms = session.PolicyAccept
	require.NotNil(t, b.run(t).LoggedIn)
	require.Equal(t, []string{"click agree", "click next"}, b.page.acts[len(b.page.acts)-2:])
}

func TestStaySignedIn_FollowsTheProject(t *testing.T) {
	t.Parallel()
	for policy, want := range map[session.Policy]string{"": "yes", session.PolicyAccept: "yes", session.PolicyDecline: "no"} {
		b := setup(t, after(as(login.ClassStaySignedIn, withAction(login.ActionAccept, "yes"), withAction(login.ActionDecline, "no"))))
		b.in.Project.Remember = policy
		require.NotNil(t, b.run(t).LoggedIn)
		require.Equal(t, 1, b.page.did("click "+want), "policy %q", policy)
		require.Equal(t, 2, b.page.did("click"))
	}
}

func TestOffers_AreDeclined(t *testing.T) {
	t.Parallel()
	for _, class := range []login.Class{login.ClassOffer, login.ClassEnrolment, login.ClassChangePassword} {
		b := setup(t, after(as(class, withAction(login.ActionAccept, "set up"), withAction(login.ActionDecline, "not now"))))
		out := b.run(t)
		require.NotNil(t, out.LoggedIn, "%s: %+v", class, out.Failed)
		require.Equal(t, 1, b.page.did("click not now"))
	}
}

func TestOffers_WithoutAWayRound_EndTyped(t *testing.T) {
	t.Parallel()
	for class, want := range map[login.Class][2]string{
		login.ClassOffer:          {"unsupported", "offer"},
		login.ClassEnrolment:      {"needs_user", "enrolment"},
		login.ClassChangePassword: {"needs_user", "password_expired"},
		login.ClassConsent:        {"unsupported", "consent"},
	} {
		b := setup(t, after(as(class, withField(login.RoleNewPassword, "new"))))
		out := b.run(t)
		requireFailure(t, out, session.FailureClass(want[0]), want[1])
		require.Empty(t, b.page.values["new"])
		require.Equal(t, want[0] == "unsupported", out.Artefact != nil)
	}
}

func TestFollow_WhenThePageStaysTheSame_IsStuckAfterTwoClicks(t *testing.T) {
	t.Parallel()
	s := after(as(login.ClassConsent, withAction(login.ActionAccept, "allow")))
	s.pages["page"].submit = func(map[string]string) string { return "" }
	b := setup(t, s)
	out := b.run(t)
	requireFailure(t, out, session.FailureUnsupported, "stuck")
	require.Equal(t, 2, b.page.did("click allow"))
	require.NotNil(t, out.Artefact)
}

func TestToggles_FollowTheProject(t *testing.T) {
	t.Parallel()
	checked := func(c *login.Control) { c.Checked = true }
	elsewhere := func(c *login.Control) { c.Form = 2 }
	for policy, want := range map[session.Policy][]string{
		"":                    {"open", "fill user", "fill pass", "click go"},
		session.PolicyAccept:  {"open", "click remember", "fill user", "fill pass", "click go"},
		session.PolicyDecline: {"open", "click trust", "fill user", "fill pass", "click go"},
	} {
		s := after(as(login.ClassLoggedIn))
		form := s.pages["login"]
		for _, with := range []func(*login.Classification){
			withToggle(login.ToggleRemember, "remember"), withToggle(login.ToggleTrust, "trust", checked),
			withToggle(login.ToggleTerms, "terms"), withToggle(login.ToggleRemember, "other form", elsewhere),
		} {
			with(form.seen)
		}
		form.clicks = map[string]string{"remember": "", "trust": "", "terms": "", "other form": ""}
		b := setup(t, s)
		b.in.Project.Remember = policy
		require.NotNil(t, b.run(t).LoggedIn)
		require.Equal(t, want, b.page.acts, "policy %q", policy)
	}
}

func TestToggles_OfRequiredTerms_AreAskedBeforeAnythingIsTyped(t *testing.T) {
	t.Parallel()
	s := after(as(login.ClassLoggedIn))
	withToggle(login.ToggleTerms, "terms", func(c *login.Control) { c.Required = true })(s.pages["login"].seen)
	s.pages["login"].clicks = map[string]string{"terms": ""}
	b := setup(t, s)
	out := b.run(t)
	require.NotNil(t, out.Question, "%+v", out.Failed)
	require.Empty(t, b.page.values)
	out = b.resume(t, out, choiceOf("ask_1", "terms-accept"))
	require.NotNil(t, out.LoggedIn, "%+v", out.Failed)
	require.Equal(t, 1, b.page.did("click terms"))
}
