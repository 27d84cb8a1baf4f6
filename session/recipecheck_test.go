package session_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/session"
)

// fullRecipe names everything that a recipe can.
func fullRecipe() session.Recipe {
	return session.Recipe{
		Before: []session.RecipeStep{
			{Click: "text=Log in", Optional: true}, {WaitFor: "css=#login form"}, {Open: "/sign-in?next=/"},
			{Fill: &session.RecipeFill{Target: "label=Customer number", Parameter: "customer"}},
		},
		Fields: map[string]session.RecipeField{
			"identifier": {Target: `input[name="user"]`}, "password": {Target: "label=Password", Typing: "keys"},
			"code": {Target: "css=#otp"}, "organisation": {Target: "#org"},
		},
		Submit:   "button[type=submit]:not([disabled])",
		After:    []session.RecipeStep{{Click: "text=Skip"}, {Open: "https://app.example/home"}},
		Success:  []string{"text=Sign out", "nav a[href='/logout']"},
		Failures: []session.RecipeFailure{{Mark: "text=Maintenance", Class: session.FailureSite, Message: "Try again at night."}},
		Prompts:  map[session.InfoRequestKind]string{session.AskCode: "The code of the blue token, please."},
		Typing:   "insert",
		Waits:    session.RecipeWaits{Settle: "20s", Unchanged: "8s", Unknown: "1m"},
	}
}

func TestRecipe_Validate_OfAGoodOne_IsFine(t *testing.T) {
	t.Parallel()
	full := fullRecipe()
	require.NoError(t, full.Validate())
	require.NoError(t, (&session.Recipe{}).Validate())
	p := session.Project{Name: "p", LoginURL: "https://app.example/", Recipe: &full}
	require.NoError(t, p.Validate())
}

func TestRecipe_Validate_NamesTheFaultyField(t *testing.T) {
	t.Parallel()
	long := session.Target("#" + strings.Repeat("x", session.MaxRecipeText))
	for name, c := range map[string]struct {
		change      func(*session.Recipe)
		field, says string
	}{
		"an empty step":       {func(r *session.Recipe) { r.Before[1] = session.RecipeStep{Optional: true} }, "before[1]", "does nothing"},
		"two acts":            {func(r *session.Recipe) { r.Before[0].Open = "/" }, "before[0]", "more than one thing (click, open)"},
		"two acts with fill":  {func(r *session.Recipe) { r.After[0].Fill = &session.RecipeFill{Target: "#a", Parameter: "b"} }, "after[0]", "(click, fill)"},
		"too many steps":      {func(r *session.Recipe) { r.After = make([]session.RecipeStep, session.MaxRecipeSteps+1) }, "after", "has 51 steps"},
		"an empty label":      {func(r *session.Recipe) { r.Before[0].Click = "label= " }, "before[0].click", `names nothing after "label="`},
		"an empty selector":   {func(r *session.Recipe) { r.Before[0].Click = "css=" }, "before[0].click", "names nothing"},
		"a blank selector":    {func(r *session.Recipe) { r.Before[0].Click = " " }, "before[0].click", "names nothing"},
		"an XPath":            {func(r *session.Recipe) { r.Before[1].WaitFor = "//form" }, "before[1].waitFor", `starts with "/"`},
		"an unknown prefix":   {func(r *session.Recipe) { r.Before[1].WaitFor = "xpath=//a" }, "before[1].waitFor", `starts with "xpath="`},
		"an open bracket":     {func(r *session.Recipe) { r.Submit = "button[type=submit" }, "submit", "a ']' is missing"},
		"a bracket too many":  {func(r *session.Recipe) { r.Submit = "css=button)" }, "submit", "a ')' too many"},
		"crossed brackets":    {func(r *session.Recipe) { r.Submit = "a:is([b)]" }, "submit", "a ')' too many"},
		"an open quotation":   {func(r *session.Recipe) { r.Submit = `a[b="c]` }, "submit", "quotation mark"},
		"a rule":              {func(r *session.Recipe) { r.Submit = "a{b:c}" }, "submit", "has no place"},
		"a long target":       {func(r *session.Recipe) { r.Submit = long }, "submit", "has 1001 bytes"},
		"a script":            {func(r *session.Recipe) { r.Before[2].Open = "javascript:alert(1)" }, "before[2].open", "must be relative"},
		"a password in a URL": {func(r *session.Recipe) { r.Before[2].Open = "https://u:pw@a/" }, "before[2].open", "must not hold"},
		"no host":             {func(r *session.Recipe) { r.Before[2].Open = "https:///a" }, "before[2].open", "names no host"},
		"no URL":              {func(r *session.Recipe) { r.Before[2].Open = "http://a b/%zz" }, "before[2].open", "is not a URL"},
		"fill without target": {func(r *session.Recipe) { r.Before[3].Fill.Target = "" }, "before[3].fill.target", "is required"},
		"fill without name":   {func(r *session.Recipe) { r.Before[3].Fill.Parameter = "" }, "before[3].fill.parameter", "is required"},
		"fill of an action":   {func(r *session.Recipe) { r.Before[3].Fill.Parameter = "$choice" }, "before[3].fill.parameter", "dollar"},
		"fill of a long name": {func(r *session.Recipe) { r.Before[3].Fill.Parameter = strings.Repeat("x", 65) }, "before[3].fill.parameter", "65 bytes"},
		"an unknown role":     {func(r *session.Recipe) { r.Fields["user"] = session.RecipeField{Target: "#u"} }, "fields.user", "the roles are identifier, password, code, organisation"},
		"a field's target":    {func(r *session.Recipe) { r.Fields["code"] = session.RecipeField{} }, "fields.code.target", "is required"},
		"a field's typing":    {func(r *session.Recipe) { r.Fields["code"] = session.RecipeField{Target: "#c", Typing: "fast"} }, "fields.code.typing", `"insert" or "keys"`},
		"typing":              {func(r *session.Recipe) { r.Typing = "key" }, "typing", `is "key"`},
		"an empty mark":       {func(r *session.Recipe) { r.Success[1] = "" }, "success[1]", "is required"},
		"a mark without text": {func(r *session.Recipe) { r.Success[0] = "text=" }, "success[0]", "names no text"},
		"a label as mark":     {func(r *session.Recipe) { r.Success[0] = "label=Name" }, "success[0]", `starts with "label="`},
		"a broken mark":       {func(r *session.Recipe) { r.Failures[0].Mark = "a[" }, "failures[0].mark", "no CSS selector"},
		"an unknown class":    {func(r *session.Recipe) { r.Failures[0].Class = "maintenance" }, "failures[0].class", "it may be credential, lockout,"},
		"our own class":       {func(r *session.Recipe) { r.Failures[0].Class = session.FailureEngine }, "failures[0].class", "may be"},
		"a long message":      {func(r *session.Recipe) { r.Failures[0].Message = strings.Repeat("é", 501) }, "failures[0].message", "has 1002 bytes"},
		"an unknown kind":     {func(r *session.Recipe) { r.Prompts["otp"] = "Code?" }, "prompts.otp", "the kinds are code, credentials"},
		"an empty prompt":     {func(r *session.Recipe) { r.Prompts[session.AskCode] = " " }, "prompts.code", "is empty"},
		"no duration":         {func(r *session.Recipe) { r.Waits.Settle = "20" }, "waits.settle", `is "20"`},
		"a short wait":        {func(r *session.Recipe) { r.Waits.Unchanged = "1ms" }, "waits.unchanged", "between 50ms and 5m"},
		"a long wait":         {func(r *session.Recipe) { r.Waits.Unknown = "6m" }, "waits.unknown", "between 50ms and 5m"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := fullRecipe()
			c.change(&r)
			require.Equal(t, []string{c.field}, faultyFields(t, r.Validate()))
			require.ErrorContains(t, r.Validate(), c.says)
			p := session.Project{Name: "p", LoginURL: "https://app.example/", Recipe: &r}
			require.Equal(t, []string{"recipe." + c.field}, faultyFields(t, p.Validate()))
		})
	}
}

func TestRecipe_Validate_NamesAllFaults(t *testing.T) {
	t.Parallel()
	r := session.Recipe{
		Before: []session.RecipeStep{{}, {Click: "css="}}, Success: []string{"", "text="}, Typing: "x",
		Fields: map[string]session.RecipeField{"z": {}, "a": {}},
	}
	require.Equal(t, []string{"before[0]", "before[1].click", "fields.a", "fields.z", "success[0]", "success[1]", "typing"},
		faultyFields(t, r.Validate()), "in the order of the document, names sorted")
}

func faultyFields(t *testing.T, err error) []string {
	t.Helper()
	joined, ok := err.(interface{ Unwrap() []error })
	require.True(t, ok, "%v", err)
	var fields []string
	for _, e := range joined.Unwrap() {
		f, ok := errors.AsType[*session.FieldError](e)
		require.True(t, ok, "%v", e)
		fields = append(fields, f.Field)
	}
	return fields
}

func TestRecipe_SelectorsThatLookOdd_AreLeftToTheBrowser(t *testing.T) {
	t.Parallel()
	for _, selector := range []session.Target{
		`a[href="x)"]`, `[data-x='}']`, `#a\:b`, "input:not([type=hidden]):nth-child(2n + 1)", "my-element::part(button)", "*", "css=a > b ~ c",
	} {
		require.NoError(t, (&session.Recipe{Submit: selector}).Validate(), selector)
	}
}

func FuzzRecipeValidate(f *testing.F) {
	full, err := json.Marshal(fullRecipe())
	require.NoError(f, err)
	f.Add(string(full))
	f.Add(`{"before":[{"click":"a["}],"fields":{"x":{}},"waits":{"settle":"-1s"}}`)
	f.Fuzz(func(t *testing.T, document string) {
		var r session.Recipe
		if json.Unmarshal([]byte(document), &r) != nil {
			return
		}
		err := r.Validate()
		p := session.Project{Name: "p", LoginURL: "https://app.example/", Recipe: &r}
		require.Equal(t, err == nil, p.Validate() == nil)
		if err == nil {
			return
		}
		for _, field := range faultyFields(t, err) {
			require.NotEmpty(t, field)
		}
	})
}
