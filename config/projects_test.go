package config_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/config"
	"github.com/anteroom/anteroom/session"
)

func TestLoadProjects_WhenFilesAreGood_ReadsOneProjectEach(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	writeFile(t, dir, "shop.yaml", `# the shop
name: shop-eu
loginUrl: https://shop.example.com/login
allowedHosts: [id.example.com, "*.example.org"]
checkUrl: https://shop.example.com/account
loggedIn: text=Sign out
browser: chrome
otp:
  wait: 5m
`)
	writeFile(t, dir, "bank.v2.yml", "loginUrl: https://bank.example.com/\n")
	writeFile(t, dir, ".draft.yaml", "nonsense")
	writeFile(t, dir, "README.md", "nonsense")
	require.NoError(t, os.Mkdir(filepath.Join(dir, "old.yaml"), 0o700))

	projects, err := config.LoadProjects(dir)

	require.NoError(t, err)
	require.Empty(t, cmp.Diff([]session.Project{
		{Name: "bank.v2", LoginURL: "https://bank.example.com/"},
		{
			Name: "shop-eu", LoginURL: "https://shop.example.com/login", AllowedHosts: []string{"id.example.com", "*.example.org"},
			CheckURL: "https://shop.example.com/account", LoggedIn: "text=Sign out", Browser: session.BrowserChrome,
			OTP: session.OTPSettings{Wait: "5m"},
		},
	}, projects))
}

func TestLoadProjects_WhenTheDirectoryIsEmpty_GivesNone(t *testing.T) {
	t.Parallel()

	projects, err := config.LoadProjects(t.TempDir())

	require.NoError(t, err)
	require.Empty(t, projects)
}

func TestLoadProjects_WhenTheDirectoryIsMissing_NamesIt(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "none")

	_, err := config.LoadProjects(dir)

	require.ErrorIs(t, err, fs.ErrNotExist)
	require.Equal(t, 1, strings.Count(err.Error(), dir), "named once: %v", err)
}

func TestLoadProjects_WhenAFileIsWrong_NamesFileLineAndField(t *testing.T) {
	t.Parallel()
	const ok = "loginUrl: https://a.test/\n"
	for name, tc := range map[string]struct {
		content, field, says string
		line                 int
	}{
		"unknown field":        {ok + "logedIn: text=x\n", "logedIn", "is an unknown field: did you mean loggedIn? (known here: name, loginUrl,", 2},
		"unknown nested field": {ok + "otp:\n  timeout: 5m\n", "timeout", "is an unknown field (known here: wait, prefer)", 3},
		"version is ours":      {ok + "version: 3\n", "version", "is an unknown field", 2},
		"no login":             {"name: a\n", "loginUrl", "is required", 0},
		"empty document":       {"---\n", "loginUrl", "is required", 0},
		"bad login":            {"# c\nloginUrl: ftp://a\n", "loginUrl", "must start with http", 2},
		"bad host":             {ok + "allowedHosts:\n  - a.test\n  - http://b\n", "allowedHosts[1]", "without scheme", 4},
		"bad wait":             {ok + "otp:\n  wait: soon\n", "otp.wait", `is "soon"`, 3},
		"aliased bad wait":     {ok + "allowedHosts: [&x a@b]\ncheckUrl: *x\n", "checkUrl", "must start with http", 3},
		"bad browser":          {ok + "browser: lynx\n", "browser", `is "lynx"`, 2},
		"bad name":             {ok + "name: a/b\n", "name", "letters, digits", 2},
		"list for text":        {"loginUrl: [a]\n", "", "a list stands where one value", 1},
		"section for text":     {"loginUrl: {a: b}\n", "", "a section stands where one value", 1},
		"text for a list":      {ok + "allowedHosts: a b\n", "", "one value stands where a list", 2},
		"no YAML":              {ok + "a: [\n", "", "did not find", 2},
		"twice":                {ok + ok, "", "already defined", 2},
		"a list":               {"- a\n", "", "a list stands where", 1},
		"empty":                {"", "", "is empty: it needs at least loginUrl", 0},
		"only a comment":       {"# x\n", "", "is empty", 0},
		"two documents":        {ok + "---\n" + ok, "", "more than one document", 0},
		"huge":                 {ok + "#" + strings.Repeat("x", 1<<20), "", "is larger than 1MiB", 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			file := writeFile(t, dir, "p.yaml", tc.content)

			projects, err := config.LoadProjects(dir)

			require.Nil(t, projects)
			require.ErrorIs(t, err, config.ErrInvalid)
			require.ErrorContains(t, err, tc.says)
			require.True(t, strings.HasPrefix(err.Error(), file), "%v", err)
			require.NotContains(t, err.Error(), "session.", "no names of our code")
			found := false
			for _, f := range projectFaults(t, err) {
				var field *session.FieldError
				isField := errors.As(f, &field) && field.Field == tc.field
				found = found || (f.Line == tc.line && (tc.field == "" || isField))
			}
			require.True(t, found, "%v", err)
		})
	}
}

func TestLoadProjects_WhenSeveralFilesAreWrong_ReportsAllFaults(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	writeFile(t, dir, "a.yaml", "loginUrl: x\nbrowser: lynx\n")
	writeFile(t, dir, "b.yaml", "loginUrl: https://b.test/\nfoo: 1\nbar: 2\n")
	writeFile(t, dir, "c.yaml", "loginUrl: https://c.test/\n")

	_, err := config.LoadProjects(dir)

	require.Len(t, projectFaults(t, err), 4)
	require.ErrorContains(t, err, "a.yaml:1: loginUrl")
	require.ErrorContains(t, err, "a.yaml:2: browser")
	require.ErrorContains(t, err, "b.yaml:2: foo")
	require.ErrorContains(t, err, "b.yaml:3: bar")
}

func TestLoadProjects_WhenTwoFilesNameTheSameProject_Refuses(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	writeFile(t, dir, "shop.yaml", "loginUrl: https://a.test/\n")
	writeFile(t, dir, "zoo.yaml", "name: shop\nloginUrl: https://b.test/\n")

	_, err := config.LoadProjects(dir)

	require.ErrorContains(t, err, "zoo.yaml: name: is \"shop\", as in ")
	require.ErrorContains(t, err, "shop.yaml")
}

func TestLoadProjects_WhenAFileIsNoFile_SaysSo(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	require.NoError(t, os.Symlink(filepath.Join(dir, "none"), filepath.Join(dir, "a.yaml")))
	require.NoError(t, os.Symlink(dir, filepath.Join(dir, "b.yaml")))

	_, err := config.LoadProjects(dir)

	require.ErrorIs(t, err, fs.ErrNotExist)
	require.ErrorContains(t, err, "b.yaml: is not a regular file")
}

func FuzzLoadProjects_WhateverTheFile_GivesAValidProjectOrAFault(f *testing.F) {
	f.Add("loginUrl: https://a.test/\n")
	f.Add("name: &a [*a]\n<<: {loginUrl: x}\n")
	f.Add("otp: {wait: 5m}\n? [a]\n: b\n")
	f.Fuzz(func(t *testing.T, content string) {
		dir := t.TempDir()
		writeFile(t, dir, "p.yaml", content)

		projects, err := config.LoadProjects(dir)

		if err != nil {
			require.NotEmpty(t, projectFaults(t, err))
			return
		}
		require.Len(t, projects, 1)
		require.NoError(t, projects[0].Validate())
	})
}

// projectFaults takes a joined error apart, also where files have several faults.
func projectFaults(t *testing.T, err error) []*config.ProjectFileError {
	t.Helper()
	// A ProjectFileError unwraps to a list as well, but to no further one of its kind.
	var out []*config.ProjectFileError
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		for _, e := range joined.Unwrap() {
			if _, ok := errors.AsType[*config.ProjectFileError](e); ok {
				out = append(out, projectFaults(t, e)...)
			}
		}
	}
	if len(out) > 0 {
		return out
	}
	var f *config.ProjectFileError
	require.ErrorAs(t, err, &f)
	return []*config.ProjectFileError{f}
}
