package config_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/config"
	"github.com/anteroom/anteroom/session"
)

const wholeRecipe = `# how to get in
before:
  - click: text=Log in
    optional: true
  - fill:
      target: label=Customer number
      parameter: customer
fields:
  identifier: {target: '#user'}
  password:
    target: css=#pass
    typing: keys
submit: button.go
after:
  - open: /home
success: [text=Sign out]
failures:
  - mark: text=Maintenance
    class: site
    message: At night only.
prompts:
  code: The blue token, please.
waits: {settle: 20s}
`

func wantedRecipe() *session.Recipe {
	return &session.Recipe{
		Before: []session.RecipeStep{
			{Click: "text=Log in", Optional: true},
			{Fill: &session.RecipeFill{Target: "label=Customer number", Parameter: "customer"}},
		},
		Fields: map[string]session.RecipeField{"identifier": {Target: "#user"}, "password": {Target: "css=#pass", Typing: "keys"}},
		Submit: "button.go", After: []session.RecipeStep{{Open: "/home"}}, Success: []string{"text=Sign out"},
		Failures: []session.RecipeFailure{{Mark: "text=Maintenance", Class: session.FailureSite, Message: "At night only."}},
		Prompts:  map[session.InfoRequestKind]string{session.AskCode: "The blue token, please."},
		Waits:    session.RecipeWaits{Settle: "20s"},
	}
}

// inProject makes a project file of a recipe.
func inProject(recipe string) string {
	var b strings.Builder
	b.WriteString("loginUrl: https://a.test/\nrecipe:\n")
	for line := range strings.Lines(recipe) {
		b.WriteString("  " + line)
	}
	return b.String()
}

func TestLoadRecipe_ReadsARecipeAlone_AndAProjectWithOne(t *testing.T) {
	t.Parallel()
	for _, content := range []string{wholeRecipe, inProject(wholeRecipe)} {
		got, err := config.LoadRecipe(writeFile(t, t.TempDir(), "a.yaml", content))
		require.NoError(t, err)
		require.Empty(t, cmp.Diff(wantedRecipe(), got))
	}
}

func TestLoadProjects_ReadsTheRecipe(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	writeFile(t, dir, "a.yaml", inProject(wholeRecipe))
	projects, err := config.LoadProjects(dir)
	require.NoError(t, err)
	require.Empty(t, cmp.Diff(wantedRecipe(), projects[0].Recipe))
}

func TestLoadRecipe_WhenSomethingIsWrong_NamesLineAndField(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		content, field, says string
		line                 int
	}{
		"unknown field":        {"submit: a\nbefor:\n  - click: a\n", "befor", "is an unknown field: did you mean before? (known here: before, fields,", 2},
		"unknown step":         {"before:\n  - clik: a\n", "clik", "did you mean click? (known here: click, waitFor, open, fill, optional)", 2},
		"unknown fill":         {"before:\n  - fill: {target: a, param: b}\n", "param", "(known here: target, parameter)", 2},
		"unknown of a field":   {"fields:\n  code:\n    selector: a\n", "selector", "(known here: target, typing)", 3},
		"unknown of a failure": {"failures:\n  - mark: a\n    class: site\n    text: b\n", "text", "(known here: mark, class, message)", 4},
		"unknown wait":         {"waits:\n  settled: 3s\n", "settled", "did you mean settle?", 2},
		"empty step":           {"before:\n  - click: a\n  - optional: true\n", "before[1]", "does nothing", 3},
		"second step":          {"before:\n  - click: a\n  - click: a\n    open: /\n", "before[1]", "more than one thing", 3},
		"bad target":           {"before:\n  - click: a\n  -\n    click: xpath=a\n", "before[1].click", "xpath=", 4},
		"missing target":       {"before:\n  - click: a\n  - fill:\n      parameter: x\n", "before[1].fill.target", "is required", 3},
		"bad role":             {"fields:\n  identifier: {target: a}\n  user: {target: b}\n", "fields.user", "is no role", 3},
		"bad role's target":    {"fields:\n  identifier:\n    target: 'a['\n", "fields.identifier.target", "no CSS selector", 3},
		"bad prompt":           {"prompts:\n  otp: x\n", "prompts.otp", "is no kind", 2},
		"bad mark":             {"success:\n  - a\n  - text=\n", "success[1]", "names no text", 3},
		"bad class":            {"failures:\n  - mark: a\n    class: broken\n", "failures[0].class", `is "broken"`, 3},
		"bad wait":             {"waits:\n  unknown: soon\n", "waits.unknown", `is "soon"`, 2},
		"a comment":            {"submit: #go\n", "submit", "write '#go', in quotation marks", 1},
		"a comment in a step":  {"before:\n  - click: #go\n", "click", "is a comment to YAML", 2},
		"text for steps":       {"before: a\n", "", "one value stands where a list", 1},
		"a list":               {"- click: a\n", "", "a list stands where", 1},
		"empty":                {"# nothing\n", "", "it holds no recipe", 0},
		"two documents":        {"submit: a\n---\nsubmit: b\n", "", "more than one document", 0},
		"no recipe in it":      {"loginUrl: https://a.test/\n", "", "is a project without a recipe", 0},
		"in a project":         {"loginUrl: https://a.test/\nrecipe:\n  typing: fast\n", "recipe.typing", `is "fast"`, 3},
		"of the project":       {"loginUrl: ftp://a.test/\nrecipe:\n  typing: keys\n", "loginUrl", "must start with http", 1},
		"no YAML":              {"before: [\n", "", "did not find", 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := writeFile(t, t.TempDir(), "r.yaml", tc.content)
			got, err := config.LoadRecipe(file)
			require.Nil(t, got)
			require.ErrorIs(t, err, config.ErrInvalid)
			faults := projectFaults(t, err)
			require.Len(t, faults, 1, "%v", err)
			require.Equal(t, tc.line, faults[0].Line, "%v", err)
			require.ErrorContains(t, err, tc.says)
			require.True(t, strings.HasPrefix(err.Error(), file), "%v", err)
			require.NotContains(t, err.Error(), "session.", "no names of our code")
			field, isField := errors.AsType[*session.FieldError](faults[0])
			require.Equal(t, tc.field != "", isField)
			if isField {
				require.Equal(t, tc.field, field.Field)
			}
		})
	}
}

func TestLoadRecipe_WhenAnAliasIsWrong_NamesTheLineOfWhatItStandsFor(t *testing.T) {
	t.Parallel()
	_, err := config.LoadRecipe(writeFile(t, t.TempDir(), "r.yaml", "before: &b\n  - click: 'a['\n\nafter: *b\n"))
	require.ErrorContains(t, err, "r.yaml:2: before[0].click")
	require.ErrorContains(t, err, "r.yaml:2: after[0].click")
}

func TestLoadRecipe_WhenCommentsAreMeant_TakesThemAsSuch(t *testing.T) {
	t.Parallel()
	for _, content := range []string{
		"submit: # the blue one\n", "submit: '#go' #blue\n", "typing: #fast\n", "submit: ~ #go\n", "#submit\nsubmit: a\n",
	} {
		_, err := config.LoadRecipe(writeFile(t, t.TempDir(), "r.yaml", content))
		require.NoError(t, err, content)
	}
}

func TestLoadRecipe_WithoutAFile_NamesIt(t *testing.T) {
	t.Parallel()
	_, err := config.LoadRecipe(filepath.Join(t.TempDir(), "none.yaml"))
	require.ErrorIs(t, err, os.ErrNotExist)
	require.ErrorContains(t, err, "none.yaml")
}

func FuzzLoadRecipe(f *testing.F) {
	f.Add(wholeRecipe)
	f.Add(inProject(wholeRecipe))
	f.Add("before: &b\n  - click: #a\nafter: *b\nfields: {<<: {a: {target: x}}}\n")
	f.Add("a: [*x]\n- 1\n")
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, content string) {
		file := filepath.Join(dir, "r.yaml")
		require.NoError(t, os.WriteFile(file, []byte(content), 0o600))
		got, err := config.LoadRecipe(file)
		if err == nil {
			require.NoError(t, got.Validate())
			return
		}
		require.Nil(t, got)
		lines := strings.Count(content, "\n") + strings.Count(content, "\r") + strings.Count(content, "\u0085") +
			strings.Count(content, "\u2028") + strings.Count(content, "\u2029") + 2
		for _, fault := range projectFaults(t, err) {
			require.Equal(t, file, fault.File)
			require.LessOrEqual(t, fault.Line, lines, "%v", err)
		}
	})
}
