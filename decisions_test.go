package anteroom_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestDirectDependencies_HaveADecision(t *testing.T) {
	t.Parallel()

	direct := directDependencies(t)
	require.NotEmpty(t, direct)
	require.Empty(t, undecided(direct, decisions(t)), "direct dependencies without a line in docs/decisions")
}

func TestUndecided_WhenOnlyALongerNameIsWritten_IsNamed(t *testing.T) {
	t.Parallel()

	text := "| `example.com/a/v2` | replaces b |"
	require.Equal(t, []string{"example.com/a"}, undecided([]string{"example.com/a", "example.com/a/v2"}, text))
}

// undecided returns the modules that the text names nowhere as code.
func undecided(modules []string, text string) []string {
	var missing []string
	for _, m := range modules {
		if !strings.Contains(text, "`"+m+"`") {
			missing = append(missing, m)
		}
	}
	return missing
}

// decisions returns the text of all decisions.
func decisions(t *testing.T) string {
	t.Helper()

	names, err := filepath.Glob("docs/decisions/*.md")
	require.NoError(t, err)
	var text strings.Builder
	for _, name := range names {
		content, err := os.ReadFile(name)
		require.NoError(t, err)
		text.Write(content)
	}
	return text.String()
}

// directDependencies returns the module paths that go.mod requires directly.
func directDependencies(t *testing.T) []string {
	t.Helper()

	_, err := os.Stat("go.mod") // tells the test cache that the result depends on it
	require.NoError(t, err)
	out, err := exec.CommandContext(t.Context(), "go", "mod", "edit", "-json").Output()
	require.NoError(t, err)
	var file struct {
		Require []struct {
			Path     string `json:"Path"`     //nolint:tagliatelle // the go command's spelling
			Indirect bool   `json:"Indirect"` //nolint:tagliatelle // the go command's spelling
		} `json:"Require"` //nolint:tagliatelle // the go command's spelling
	}
	require.NoError(t, json.Unmarshal(out, &file))
	var direct []string
	for _, r := range file.Require {
		if !r.Indirect {
			direct = append(direct, r.Path)
		}
	}
	return direct
}
