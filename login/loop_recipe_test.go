package login_test

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/login"
	"github.com/anteroom/anteroom/session"
)

// oddSite has a login page that nobody would understand, but for a recipe.
func oddSite() *site {
	odd := &sitePage{
		model: at("/odd"), seen: as(login.ClassUnknown, signed("odd")), submit: func(typed map[string]string) string {
			if typed["x1"] == testUser && typed["x2"] == testPassword {
				return "home"
			}
			return ""
		},
		targets: map[session.Target]login.Control{
			"#u": control("x1", login.ControlField), "label=Secret": control("x2", login.ControlField),
			"text=Let me in": control("x3", login.ControlButton), "#menu": control("menu", login.ControlButton),
		},
		clicks: map[string]string{"menu": ""},
	}
	return &site{start: "odd", pages: map[string]*sitePage{"odd": odd, "home": arrivedPage()}}
}

func oddRecipe() *session.Recipe {
	return &session.Recipe{
		Fields: map[string]session.RecipeField{
			"identifier": {Target: "#u"}, "password": {Target: "label=Secret"}, "code": {Target: "#nowhere"},
		},
		Submit: "text=Let me in",
	}
}

func TestRecipe_NamesFieldsAndTheButton(t *testing.T) {
	t.Parallel()
	b := setup(t, oddSite())
	b.in.Project.Recipe = oddRecipe()
	out := b.run(t)
	require.NotNil(t, out.LoggedIn, "%+v", out.Failed)
	require.Equal(t, []string{"open", "fill x1", "fill x2", "click x3"}, b.page.acts)
	require.Equal(t, []string{"submit_credentials/password"}, b.gate.granted)
}

func TestRecipe_WhoseButtonIsNotThere_PressesEnter(t *testing.T) {
	t.Parallel()
	b := setup(t, oddSite())
	b.in.Project.Recipe = oddRecipe()
	b.in.Project.Recipe.Submit = "#gone"
	require.NotNil(t, b.run(t).LoggedIn)
	require.Equal(t, 1, b.page.did("enter x2")+b.page.did("enter x1"))
}

func TestRecipe_TypesByKeysWhereItSaysSo(t *testing.T) {
	t.Parallel()
	b := setup(t, oddSite())
	b.in.Project.Recipe = oddRecipe()
	b.in.Project.Recipe.Fields["password"] = session.RecipeField{Target: "label=Secret", Typing: "keys"}
	require.NotNil(t, b.run(t).LoggedIn)
	require.Equal(t, []string{"open", "fill x1", "type x2", "click x3"}, b.page.acts)

	all := setup(t, oddSite())
	all.in.Project.Recipe = oddRecipe()
	all.in.Project.Recipe.Typing = "keys"
	require.NotNil(t, all.run(t).LoggedIn)
	require.Equal(t, []string{"open", "type x1", "type x2", "click x3"}, all.page.acts)
}

func TestRecipe_TypesNothingWhereSecretsMayNotBe(t *testing.T) {
	t.Parallel()
	s := oddSite()
	s.pages["odd"].origin = "https://evil.example"
	b := setup(t, s)
	b.in.Project.Recipe = oddRecipe()
	requireFailure(t, b.run(t), session.FailureBlocked, "origin_not_allowed")

	b = setup(t, s)
	b.in.Project.Recipe = &session.Recipe{Before: []session.RecipeStep{{Fill: &session.RecipeFill{Target: "#u", Parameter: "username"}}}}
	requireFailure(t, b.run(t), session.FailureBlocked, "origin_not_allowed")
	require.Empty(t, b.page.values)
}

func TestRecipe_StepsBefore_AreDoneInOrder(t *testing.T) {
	t.Parallel()
	b := setup(t, oddSite())
	b.in.Project.Recipe = oddRecipe()
	b.in.Project.Recipe.Before = []session.RecipeStep{
		{WaitFor: "#menu"}, {Click: "#menu"}, {Click: "#cookie", Optional: true}, {Open: "/odd?x=1"},
		{Fill: &session.RecipeFill{Target: "#u", Parameter: "branch"}},
	}
	out := b.run(t)
	require.NotNil(t, out.Question, "%+v", out.Failed)
	require.Equal(t, session.AskCredentials, out.Question.Kind)
	require.Equal(t, []session.Field{{Name: "branch", Type: "password", Label: "branch", Secret: true}}, out.Question.Fields)
	require.Empty(t, b.page.acts, "what is missing is asked for before anything is done")

	b.give("branch", "0815")
	out = b.resume(t, out, nil)
	require.NotNil(t, out.LoggedIn, "%+v", out.Failed)
	require.Equal(t, []string{"open", "click menu", "open", "fill x1", "fill x1", "fill x2", "click x3"}, b.page.acts)
	require.Equal(t, "https://app.example/odd?x=1", b.page.opened[1])
	require.Equal(t, []string{"0815", testUser}, b.page.values["x1"])
}

func TestRecipe_StepsBefore_AreNotRepeatedOnAResumedPage(t *testing.T) {
	t.Parallel()
	s := oddSite()
	s.pages["odd"].submit = func(map[string]string) string { return "code" }
	s.pages["code"] = page("home", codePage())
	b := setup(t, s)
	b.in.Project.Recipe = oddRecipe()
	b.in.Project.Recipe.Before = []session.RecipeStep{{Click: "#menu"}}
	out := b.resume(t, b.run(t), codeAnswer("ask_1", testCode))
	require.NotNil(t, out.LoggedIn, "%+v", out.Failed)
	require.Equal(t, 1, b.page.did("click menu"))
}

func TestRecipe_StepThatFindsNothing_EndsTyped(t *testing.T) {
	t.Parallel()
	for _, step := range []session.RecipeStep{{Click: "#gone"}, {WaitFor: "#gone"}, {Open: "ftp://app.example/"}, {Fill: &session.RecipeFill{Target: "#u", Parameter: "totpSecret"}}} {
		b := setup(t, oddSite())
		b.give(login.ParameterTOTPSecret, testSeed)
		b.in.Project.Recipe = &session.Recipe{Before: []session.RecipeStep{step}}
		began := b.page.clock.Now()
		out := b.run(t)
		requireFailure(t, out, session.FailureUnsupported, "recipe_step")
		require.Less(t, b.page.clock.Now().Sub(began), 20*time.Second)
		require.Empty(t, b.page.values)
	}
}

func TestRecipe_WithASelectorThatIsNone_EndsTyped(t *testing.T) {
	t.Parallel()
	b := setup(t, oddSite())
	b.page.findErr = errors.New("not a selector")
	b.in.Project.Recipe = oddRecipe()
	requireFailure(t, b.run(t), session.FailureUnsupported, "recipe_target")
}

func TestRecipe_ThatSubmitsThePassword_ClaimsIt(t *testing.T) {
	t.Parallel()
	recipe := &session.Recipe{Before: []session.RecipeStep{
		{Fill: &session.RecipeFill{Target: "#u", Parameter: "username"}},
		{Fill: &session.RecipeFill{Target: "label=Secret", Parameter: "password"}}, {Click: "text=Let me in"},
	}}
	b := setup(t, oddSite())
	b.in.Project.Recipe = recipe
	out := b.run(t)
	require.NotNil(t, out.LoggedIn, "%+v", out.Failed)
	require.Equal(t, []string{"submit_credentials/password"}, b.gate.granted)
	require.Equal(t, 1, out.CredentialAttempts)

	taken := setup(t, oddSite())
	taken.in.Project.Recipe = recipe
	taken.gate.taken = []string{"submit_credentials/password"}
	requireFailure(t, taken.run(t), session.FailureCredential, "submit_outcome_unknown")
	require.Zero(t, taken.page.did("click"))
}

func TestRecipe_StepsAfter_AreDoneBeforeTheCapture(t *testing.T) {
	t.Parallel()
	s := oddSite()
	s.pages["home"].targets = map[session.Target]login.Control{"#tenant": control("tenant", login.ControlButton)}
	s.pages["home"].clicks = map[string]string{"tenant": "tenant home"}
	s.pages["tenant home"] = &sitePage{model: at("/tenant"), seen: as(login.ClassLoggedIn)}
	b := setup(t, s)
	b.in.Project.Recipe = oddRecipe()
	b.in.Project.Recipe.After = []session.RecipeStep{{Click: "#tenant"}}
	out := b.run(t)
	require.NotNil(t, out.LoggedIn, "%+v", out.Failed)
	require.Equal(t, "https://app.example/tenant", out.LoggedIn.LandingURL)
	require.Equal(t, 1, b.page.did("click tenant"))
}

func TestRecipe_Marks_DecideSuccessAndFailure(t *testing.T) {
	t.Parallel()
	s := after(as(login.ClassUnknown))
	s.pages["page"].marks = []string{"#dashboard"}
	s.pages["login"].marks = []string{"#dashboard", "text=Blocked by HR"}
	b := setup(t, s)
	b.in.Project.Recipe = &session.Recipe{
		Success:  []string{"#none", "#dashboard"},
		Failures: []session.RecipeFailure{{Mark: "text=Blocked by HR", Class: session.FailureNeedsUser, Message: "Call HR."}},
	}
	out := b.run(t)
	require.NotNil(t, out.LoggedIn, "%+v", out.Failed)
	require.Equal(t, "recipe_mark", out.LoggedIn.Verdict.Evidence[0].Rule)
	require.Equal(t, 1, b.page.did("click"), "a mark on the login form itself does not count")

	s.pages["page"].marks = []string{"text=Blocked by HR"}
	b2 := setup(t, s)
	b2.in.Project.Recipe = b.in.Project.Recipe
	out = b2.run(t)
	requireFailure(t, out, session.FailureNeedsUser, "recipe_mark")
	require.Equal(t, "Call HR.", out.Failed.Message)
}

func TestRecipe_PromptsAndWaits_ReplaceTheEnginesOwn(t *testing.T) {
	t.Parallel()
	s := after(codePage())
	s.pages["login"].submit = func(map[string]string) string { return "" }
	b := setup(t, s)
	b.in.Project.Recipe = &session.Recipe{Waits: session.RecipeWaits{Unchanged: "20s"}}
	began := b.page.clock.Now()
	requireFailure(t, b.run(t), session.FailureCredential, "wrong_password")
	require.GreaterOrEqual(t, b.page.clock.Now().Sub(began), 20*time.Second)

	b = setup(t, after(codePage()))
	b.in.Project.Recipe = &session.Recipe{Prompts: map[session.InfoRequestKind]string{session.AskCode: "Look at the token."}}
	require.Equal(t, "Look at the token.", b.run(t).Question.Message)
}
