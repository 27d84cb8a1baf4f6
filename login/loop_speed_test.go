package login_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/login"
	"github.com/anteroom/anteroom/session"
)

// TestRun_OfAPlainLogin_AsksTheBrowserNoMoreThanItMust counts what goes over the browser's protocol: each is a round trip
// that a login pays for. A plain login must not become dearer by accident.
func TestRun_OfAPlainLogin_AsksTheBrowserNoMoreThanItMust(t *testing.T) {
	t.Parallel()
	b := setup(t, codeSite())
	b.give(login.ParameterTOTPSecret, testSeed)
	b.page.site.pages["code"].submit = func(map[string]string) string { return "home" }
	require.NotNil(t, b.run(t).LoggedIn)
	require.Equal(t, []string{
		"navigate", "settle", "model",
		"fill", "fill", "click", "settle", "model",
		"fill", "model", "click", "settle", "model",
	}, b.page.trips)
	require.Zero(t, b.page.clock.slept)
	require.Zero(t, b.page.clock.Now().Sub(b.page.entered), "nothing was waited for")
}

func TestRun_OfAPasswordAlone_AsksTheBrowserNoMoreThanItMust(t *testing.T) {
	t.Parallel()
	b := setup(t, plainSite())
	require.NotNil(t, b.run(t).LoggedIn)
	require.Equal(t, []string{"navigate", "settle", "model", "fill", "fill", "click", "settle", "model"}, b.page.trips)
}

func TestRun_RecordsTheWay_WithoutASecret(t *testing.T) {
	t.Parallel()
	b := setup(t, codeSite())
	first := b.run(t)
	require.Len(t, first.Way.Steps, 1)
	out := b.resume(t, first, codeAnswer("ask_1", testCode))
	require.NotNil(t, out.LoggedIn)
	steps := out.Way.Steps
	require.Len(t, steps, 2)
	require.Equal(t, login.ClassIdentifierPassword, steps[0].Class)
	require.Len(t, steps[0].Fields, 2)
	require.NotEmpty(t, steps[0].Used)
	require.Equal(t, login.ClassCode, steps[1].Class)
	require.Equal(t, out.Way, out.Progress.Way)
	document, err := json.Marshal(out.Way)
	require.NoError(t, err)
	for _, secret := range []string{testUser, testPassword, testCode, "Username"} {
		require.NotContains(t, string(document), secret)
	}

	again := setup(t, codeSite())
	require.Equal(t, first.Way, again.run(t).Way, "the same way has the same signatures")
}

func TestRun_GivesTheRememberedWayToTheClassification(t *testing.T) {
	t.Parallel()
	b := setup(t, plainSite())
	b.in.Way = &login.Way{Steps: []login.WayStep{{Class: login.ClassIdentifierPassword}}}
	var got *login.Way
	_, err := login.RunClassifiedBy(t.Context(), b.page, b.gate, b.steps, b.in, func(m *login.PageModel, past login.History) login.Classification {
		got = past.Way
		return login.Classify(m, past)
	})
	require.NoError(t, err)
	require.Same(t, b.in.Way, got)
}

func TestProgress_SurvivesJSONAndIsNotShared(t *testing.T) {
	t.Parallel()
	b := setup(t, methodSite(login.MethodSMS, login.MethodEmail))
	out := b.run(t)
	document, err := json.Marshal(out.Progress)
	require.NoError(t, err)
	var back login.Progress
	require.NoError(t, json.Unmarshal(document, &back))
	require.Equal(t, out.Progress, back)

	b.in.Progress, b.in.Resumed, b.in.Answer = back, true, choiceOf("ask_1", "method-sms")
	b.run(t)
	again, err := json.Marshal(back)
	require.NoError(t, err)
	require.JSONEq(t, string(document), string(again), "a run changes no Progress that it was given")
}

func TestArtefact_HoldsNoSecret(t *testing.T) {
	t.Parallel()
	s := strangeSite(login.ClassUnknown)
	s.pages["page"].model.Text = "Hello " + testUser + ", your password is " + testPassword
	b := setup(t, s)
	out := b.run(t)
	require.NotNil(t, out.Artefact, "%+v", out)
	document, err := json.Marshal(out.Artefact)
	require.NoError(t, err)
	require.NotContains(t, string(document), testPassword)
	require.NotContains(t, string(document), "Hello "+testUser)
	require.Equal(t, session.AskUnknownPage, out.Question.Kind)
}
