package login_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/login"
)

// fixture is a page and what it should be taken for.
type fixture struct {
	Model   login.PageModel `json:"model"`
	History login.History   `json:"history"`
	Want    struct {
		Class login.Class `json:"class"`
		// Fields names the control of each role.
		Fields       map[login.Role]string `json:"fields"`
		Submit       string                `json:"submit"`
		Errors       []login.ErrorClass    `json:"errors"`
		CodeLength   int                   `json:"codeLength"`
		MaskedTarget string                `json:"maskedTarget"`
	} `json:"want"`
}

func readFixtures(tb testing.TB) map[string]fixture {
	tb.Helper()
	files, err := filepath.Glob("testdata/*.json")
	require.NoError(tb, err)
	require.GreaterOrEqual(tb, len(files), 25)
	all := map[string]fixture{}
	for _, file := range files {
		content, err := os.ReadFile(file)
		require.NoError(tb, err)
		var f fixture
		require.NoError(tb, json.Unmarshal(content, &f), file)
		all[strings.TrimSuffix(filepath.Base(file), ".json")] = f
	}
	return all
}

func TestClassify_OnFixtures_NamesClassFieldsAndButton(t *testing.T) {
	t.Parallel()
	for name, f := range readFixtures(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := login.Classify(&f.Model, f.History)
			require.Equal(t, f.Want.Class, c.Class, "evidence: %v, fields: %v", c.Evidence, c.Fields)
			fields := map[login.Role]string{}
			for _, x := range c.Fields {
				fields[x.Role] = x.Control.Ref
			}
			if f.Want.Submit != "" || len(f.Want.Fields) > 0 {
				require.Equal(t, f.Want.Fields, fields)
			}
			require.Equal(t, f.Want.Submit, refOf(c.Submit))
			require.Equal(t, f.Want.MaskedTarget, c.MaskedTarget)
			require.Equal(t, f.Want.CodeLength, c.CodeLength)
			if f.Want.Errors != nil {
				classes := []login.ErrorClass{}
				for _, e := range c.Errors {
					classes = append(classes, e.Class)
				}
				require.Equal(t, f.Want.Errors, classes)
			}
		})
	}
}

func refOf(c *login.Control) string {
	if c == nil {
		return ""
	}
	return c.Ref
}
