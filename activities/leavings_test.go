package activities_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/activities"
	"github.com/anteroom/anteroom/login"
	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
	"github.com/anteroom/anteroom/vault"
	"github.com/anteroom/anteroom/workflows"
)

// leave is what an outcome leaves behind, and what the workflow is told of it.
func (f *fixture) leave(ref store.Ref, number int, res login.Outcome) *workflows.AdvanceOutput {
	f.t.Helper()
	out, err := activities.Advanced(res)
	require.NoError(f.t, err)
	require.NoError(f.t, activities.LeaveBehind(f.t.Context(), f.pages, ref, number, res, out))
	return out
}

func unknownPage(picture string) *login.Artefact {
	return &login.Artefact{
		Model:          &login.PageModel{URL: "https://portal.example/xxxx", Title: "Xxxxx"},
		Classification: login.Classification{Class: login.ClassUnknown}, Picture: []byte(picture),
	}
}

func (f *fixture) artefact(ref store.Ref, name string) (store.Artefact, []byte) {
	f.t.Helper()
	a, err := f.db.GetArtefact(f.t.Context(), ref, name)
	require.NoError(f.t, err)
	plain, err := f.vault.Open(a.Data, vault.ArtefactOf(workspace, ref.Operation, name))
	require.NoError(f.t, err)
	return a, plain
}

func TestArtefact_OfAQuestion_IsKeptSealedUnderItsNumber(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ref := f.running("op_1")
	question := &login.Question{Kind: session.AskUnknownPage}
	out := f.leave(ref, 3, login.Outcome{Question: question, Artefact: unknownPage("pixels")})
	require.Equal(t, "page-3.png", out.Question.Picture)
	picture, plain := f.artefact(ref, "page-3.png")
	require.Equal(t, "pixels", string(plain))
	require.Equal(t, "image/png", picture.MediaType)
	require.NotContains(t, string(picture.Data), "pixels")
	model, plain := f.artefact(ref, "page-3.json")
	require.Equal(t, "application/json", model.MediaType)
	var kept login.Artefact
	require.NoError(t, json.Unmarshal(plain, &kept))
	require.Equal(t, login.ClassUnknown, kept.Classification.Class)
	require.Equal(t, "Xxxxx", kept.Model.Title)
	_, err := f.vault.Open(model.Data, vault.ArtefactOf(workspace, ref.Operation, "page-3.png"))
	require.Error(t, err, "it is bound to its name")

	f.leave(ref, 3, login.Outcome{Question: question, Artefact: unknownPage("other pixels")})
	_, plain = f.artefact(ref, "page-3.png")
	require.Equal(t, "other pixels", string(plain), "a repeat replaces it")
}

func TestArtefact_WithoutAPicture_LeavesTheQuestionWithoutOne(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ref := f.running("op_1")
	out := f.leave(ref, 1, login.Outcome{Question: &login.Question{Kind: session.AskUnknownPage}, Artefact: unknownPage("")})
	require.Empty(t, out.Question.Picture)
	f.artefact(ref, "page-1.json")
	_, err := f.db.GetArtefact(t.Context(), ref, "page-1.png")
	require.ErrorIs(t, err, store.ErrNotFound)
}

func TestArtefact_OfAFailure_IsKept(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ref := f.running("op_1")
	out := f.leave(ref, 1, login.Outcome{
		Failed: session.NewFailure(session.FailureUnsupported, "unknown_page", "…"), Artefact: unknownPage("pixels"),
	})
	require.Equal(t, "unknown_page", out.Failure.Code)
	f.artefact(ref, "page-1.json")
	f.finish(ref, out.Failure)
	f.artefact(ref, "page-1.png")
}

func TestWay_IsAHint_UntilALoginByItIsNotUnderstood(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ref := f.running("op_1")
	in, err := f.input(ref, &workflows.AdvanceInput{})
	require.NoError(t, err)
	require.Nil(t, in.Way)

	require.NoError(t, f.db.SaveWay(t.Context(), workspace, project, []byte(`{"steps":[{"class":"password","signature":"s1"}]}`), f.clock.now()))
	in, err = f.input(ref, &workflows.AdvanceInput{})
	require.NoError(t, err)
	require.Equal(t, "s1", in.Way.Steps[0].Signature)

	f.leave(ref, 1, login.Outcome{Failed: siteFailure()})
	in, err = f.input(ref, &workflows.AdvanceInput{})
	require.NoError(t, err)
	require.NotNil(t, in.Way, "a site that is slow may still be the same")

	f.leave(ref, 1, login.Outcome{Failed: session.NewFailure(session.FailureUnsupported, "unknown_page", "…")})
	in, err = f.input(ref, &workflows.AdvanceInput{})
	require.NoError(t, err)
	require.Nil(t, in.Way)
}

func TestWay_ThatCannotBeRead_IsNone(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	require.NoError(t, f.db.SaveWay(t.Context(), workspace, project, []byte(`[]`), f.clock.now()))
	in, err := f.input(f.running("op_1"), &workflows.AdvanceInput{})
	require.NoError(t, err)
	require.Nil(t, in.Way)
}

func TestWay_IsRememberedWhenTheLoginIsProven_AndNotOtherwise(t *testing.T) {
	t.Parallel()
	for _, proven := range []bool{true, false} {
		f := newFixture(t)
		f.browser.next = viewApp
		if !proven {
			f.browser.restored = viewLogin
		}
		begun, err := f.begun(f.running("op_1"))
		require.NoError(t, err)
		require.NotEmpty(t, begun.Advanced.Way)
		require.Equal(t, proven, begun.Advanced.Proof.Failure == nil)
		saved, err := f.db.Way(t.Context(), workspace, project)
		if !proven {
			require.ErrorIs(t, err, store.ErrNotFound)
			continue
		}
		require.NoError(t, err)
		require.JSONEq(t, string(begun.Advanced.Way), string(saved))
	}
}

func TestQuestion_GoesOutAsTheEngineAsksIt(t *testing.T) {
	t.Parallel()
	q := &login.Question{
		Kind: session.AskChoice, Message: "Which way?", MaskedTarget: "•••• 42", Medium: session.MediumSMS, DisplayCode: "42",
		Fields: []session.Field{{Name: "code"}}, Choices: []session.Choice{{ID: "method-sms", Type: "method", Automatable: true}},
		Allow:   []session.Action{session.ActionChoose, session.ActionResend, session.ActionTryAnotherWay, session.ActionCancel},
		Attempt: 2, Reason: "code_rejected", SiteError: "Wrong.",
	}
	out, err := activities.Advanced(login.Outcome{Question: q})
	require.NoError(t, err)
	require.Equal(t, &session.InfoRequest{
		Kind: q.Kind, Message: q.Message, Fields: q.Fields, Choices: q.Choices, MaskedTarget: q.MaskedTarget, Medium: q.Medium,
		DisplayCode: q.DisplayCode, Attempt: 2, Reason: q.Reason, SiteError: q.SiteError, Allow: q.Allow,
	}, out.Question)
	require.Empty(t, out.Way, "a way that led to nothing is no way")

	out, err = activities.Advanced(login.Outcome{Question: &login.Question{Kind: session.AskApproval}})
	require.NoError(t, err)
	require.NotNil(t, out.Question.Fields, "the wire has lists")
	require.NotNil(t, out.Question.Choices)
	require.Equal(t, []session.Action{session.ActionAnswer, session.ActionCancel}, out.Question.Allow)
}

func TestAnswer_TellsAChoiceAndAnActionFromValues(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ref := f.running("op_1")
	id := f.ask(ref, 2, 1, session.AskUnknownPage, map[string]session.Secret{
		"field": session.NewSecret("x"), session.AnswerChoice: session.NewSecret("control-1"),
	})
	in, err := f.input(ref, &workflows.AdvanceInput{Answers: []string{id}, CodeQuestion: id})
	require.NoError(t, err)
	require.Equal(t, "control-1", in.Answer.Choice)
	require.Equal(t, []string{"field"}, in.Answer.Values.Names())

	id = f.ask(ref, 3, 2, session.AskCredentials, map[string]session.Secret{session.AnswerAction: session.NewSecret("tryAnotherWay")})
	in, err = f.input(ref, &workflows.AdvanceInput{Answers: []string{id}, CodeQuestion: id})
	require.NoError(t, err)
	require.Equal(t, session.ActionTryAnotherWay, in.Answer.Action)
	require.ElementsMatch(t, []string{"username", "password"}, in.Parameters.Names(), "neither is a parameter")
}
