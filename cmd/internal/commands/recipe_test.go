package commands_test

import (
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestRecipeCheck_OfAGoodOne_SaysSo(t *testing.T) {
	t.Parallel()
	for _, content := range []string{
		"before:\n  - click: text=Log in\nfields:\n  code: {target: '#otp'}\n",
		"loginUrl: https://a.test/\nname: a\nrecipe:\n  before:\n    - click: text=Log in\n  fields:\n    code: {target: '#otp'}\n",
	} {
		e := run(t, "", "recipe", "check", file(t, content))
		require.Zero(t, e.code, e.err)
		require.Contains(t, e.out, "1 steps before, 1 fields, 0 steps after")
	}
}

func TestRecipeCheck_OfABadOne_PrintsEachFaultWithItsLine(t *testing.T) {
	t.Parallel()
	path := file(t, "before:\n  - click: a\n    open: /\nsubmit: 'a['\nfields:\n  usr: {target: b}\n")
	e := run(t, "", "recipe", "check", path)
	require.Equal(t, 1, e.code)
	lines := strings.Split(strings.TrimSpace(e.out), "\n")
	require.Len(t, lines, 3)
	require.Contains(t, e.out, path+":2: before[0]: does more than one thing")
	require.Contains(t, e.out, path+":4: submit: is no CSS selector")
	require.Contains(t, e.out, path+":6: fields.usr: is no role")
	require.Contains(t, e.err, "cannot be used")

	e = run(t, "", "recipe", "check", filepath.Join(t.TempDir(), "none.yaml"))
	require.Equal(t, 1, e.code)
	require.Contains(t, e.out, "none.yaml")
}

func TestRecipeRecord_ThatCannotBegin_SaysWhy(t *testing.T) {
	t.Parallel()
	e := newAPI(t).run("", "recipe", "record", "demo")
	require.Equal(t, 5, e.code, "there is no such project")

	e = run(t, "", "recipe", "record", "demo", "--project-file", file(t, "name: other\nloginUrl: https://a.test/\n"))
	require.Equal(t, 2, e.code)
	require.Contains(t, e.err, `holds the project "other"`)

	e = run(t, "", "recipe", "record", "demo", "--project-file", file(t, "loginUrl: nonsense\n"))
	require.Equal(t, 2, e.code)
	require.Contains(t, e.err, "loginUrl")

	f := newAPI(t).on("GET "+base+"/projects/demo", http.StatusOK, map[string]any{"name": "demo", "loginUrl": "https://demo.example/login"})
	e = f.run(canary+"\n", "recipe", "record", "demo", "-u", "ada", "--browser-path", filepath.Join(t.TempDir(), "no-browser"))
	require.Equal(t, 1, e.code)
	require.Contains(t, e.err, "no-browser")
	require.NotContains(t, e.out+e.err, canary)
}
