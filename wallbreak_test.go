package anteroom_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// graph makes an import graph from "a: b c" lines. Paths that start with "/" are rooms of ours; a path without a dot in its
// first element is of the standard library.
func graph(lines ...string) imports {
	full := func(name string) string {
		if strings.HasPrefix(name, "/") {
			return module + name
		}
		return name
	}
	g := imports{}
	for _, line := range lines {
		from, list, _ := strings.Cut(line, ":")
		var to []string
		for name := range strings.FieldsSeq(list) {
			to = append(to, full(name))
			first, _, _ := strings.Cut(full(name), "/")
			if _, known := g[full(name)]; !known {
				g[full(name)] = node{standard: !strings.Contains(first, ".")}
			}
		}
		g[full(from)] = node{imports: to}
	}
	return g
}

func TestViolations_WhenEveryImportIsAllowed_AreNone(t *testing.T) {
	t.Parallel()

	require.Empty(t, house.violations(graph(
		"/session: fmt time",
		"/login: /session golang.org/x/text/unicode/norm",
		"/browser: /session /login github.com/chromedp/chromedp net/http",
		"/workflows: /session go.temporal.io/sdk/workflow",
		"go.temporal.io/sdk/workflow: os net/http",
		"/activities: /workflows /browser /store go.temporal.io/sdk/activity",
		"/store/sqlite: /session /store database/sql modernc.org/sqlite",
		"/api: /session /store github.com/gin-gonic/gin",
		"/embedded: go.temporal.io/server/temporal",
		"/cmd/anteroom-standalone: /embedded /api /worker",
		"/worker: /activities /workflows",
	)))
}

func TestViolations_WhenAWallIsBroken_NameRoomRuleAndChain(t *testing.T) {
	t.Parallel()

	for name, tc := range map[string]struct {
		graph []string
		want  string
	}{
		"third party in the domain": {
			[]string{"/session: github.com/google/uuid"},
			"session never imports third-party packages but its own list: /session -> github.com/google/uuid",
		},
		"a room of ours, directly": {
			[]string{"/login: /store"},
			"login never reaches room store: /login -> /store",
		},
		"a room of ours, through an allowed one": {
			[]string{"/workflows: /login", "/login: /session", "/session: /browser"},
			"workflows never reaches room browser: /workflows -> /login -> /session -> /browser",
		},
		"a room below a room": {
			[]string{"/config/file: /store/sqlite"},
			"config never reaches room store: /config/file -> /store/sqlite",
		},
		"a module, directly": {
			[]string{"/store: github.com/gin-gonic/gin/binding"},
			"store never reaches github.com/gin-gonic/gin: /store -> github.com/gin-gonic/gin/binding",
		},
		"a module, through another module": {
			[]string{"/worker: example.com/metrics", "example.com/metrics: github.com/gin-gonic/gin"},
			"worker never reaches github.com/gin-gonic/gin: /worker -> example.com/metrics -> github.com/gin-gonic/gin",
		},
		"temporal behind the api's store": {
			[]string{"/api: /store", "/store: go.temporal.io/sdk/client"},
			"api never reaches go.temporal.io: /api -> /store -> go.temporal.io/sdk/client",
		},
		"the operating system in a workflow": {
			[]string{"/workflows: os"},
			"workflows never imports os: /workflows -> os",
		},
		"the server in the light binary": {
			[]string{"/cmd/anteroom: /worker", "/worker: example.com/x", "example.com/x: go.temporal.io/server/common"},
			"cmd/anteroom never contains go.temporal.io/server: " +
				"/cmd/anteroom -> /worker -> example.com/x -> go.temporal.io/server/common",
		},
		"the embedded server in the light binary": {
			[]string{"/cmd/anteroom: /embedded"},
			"cmd/anteroom never contains github.com/anteroom/anteroom/embedded: /cmd/anteroom -> /embedded",
		},
		"a second room that knows viper": {
			[]string{"/worker: github.com/spf13/viper"},
			"worker has no door to github.com/spf13/viper: /worker -> github.com/spf13/viper",
		},
		"a package of ours outside the table": {
			[]string{"/helpers: fmt"},
			"/helpers is in no room of the table",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			got := house.violations(graph(tc.graph...))
			require.Contains(t, short(got), tc.want)
		})
	}
}

func TestViolations_OfAChainOfAnyLength_AreFound(t *testing.T) {
	t.Parallel()

	rapid.Check(t, func(t *rapid.T) {
		length := rapid.IntRange(0, 30).Draw(t, "length")
		forbidden := rapid.SampledFrom([]string{gin, chromedp + "/cdproto", temporal + "/sdk/client", module + "/api"}).Draw(t, "forbidden")
		lines, from := []string{}, "/login"
		for i := range length {
			next := fmt.Sprintf("golang.org/x/text/p%d", i)
			// A way back must not confuse the walk.
			lines = append(lines, fmt.Sprintf("%s: %s golang.org/x/text/p0", from, next))
			from = next
		}
		lines = append(lines, from+": "+strings.TrimPrefix(forbidden, module))

		got := house.violations(graph(lines...))
		require.NotEmpty(t, got)
		require.Contains(t, got[0], "login never ")
		require.True(t, strings.HasSuffix(got[0], " -> "+forbidden), got[0])
	})
}

func TestCompare_WhenFolderAndTableDiffer_NamesBothWays(t *testing.T) {
	t.Parallel()

	w := walls{module: module, rooms: []room{{path: "session"}, {path: "web", planned: true}, {path: "store"}, {path: "."}}}
	unlisted, absent := w.compare([]string{".", "helpers", "session", "session/deep", "web"})
	require.Equal(t, []string{"helpers"}, unlisted)
	require.Equal(t, []string{"web", "store"}, absent)
}

func TestGoFolders_SeeFilesThatGoListPassesOver(t *testing.T) {
	t.Parallel()

	dirs, err := goFolders(fstest.MapFS{
		"hidden/tagged.go":         {Data: []byte("//go:build never\n\npackage hidden\n")},
		"session/session.go":       {},
		"session/testdata/in.go":   {},
		".tools/mod/x.go":          {},
		"docs/decisions/README.md": {},
	})
	require.NoError(t, err)
	require.Equal(t, []string{"hidden", "session"}, dirs)
}

// A wrong import in a real room is laid over the real files, one at a time, and must be found.
func TestWalls_WhenAWrongImportIsLaidOverARealRoom_AreBroken(t *testing.T) {
	t.Parallel()

	for name, tc := range map[string]struct {
		in, imports string
		check       string
		want        string
	}{
		"direct": {
			in: "login", imports: gin, check: "login",
			want: "login never reaches github.com/gin-gonic/gin: /login -> github.com/gin-gonic/gin",
		},
		"direct, standard library": {
			in: "workflows", imports: "os", check: "workflows",
			want: "workflows never imports os: /workflows -> os",
		},
		"direct, a module in the lab": {
			in: "loginlab", imports: "github.com/google/uuid", check: "loginlab",
			want: "loginlab never imports third-party packages but its own list: /loginlab -> github.com/google/uuid",
		},
		"transitive, one room away": {
			in: "session", imports: "github.com/chromedp/chromedp", check: "store",
			want: "store never reaches github.com/chromedp: /store -> /session -> github.com/chromedp/chromedp",
		},
		"transitive, of ours": {
			in: "session", imports: module + "/loginlab", check: "client",
			want: "client never reaches room loginlab: /client -> /session -> /loginlab",
		},
		"transitive, the server in the light binary": {
			in: "config", imports: module + "/embedded", check: "cmd/anteroom",
			want: "cmd/anteroom never contains github.com/anteroom/anteroom/embedded: /cmd/anteroom -> ",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			got := house.violations(listImports(t, overlay(t, tc.in, tc.imports), "./"+tc.check))
			require.Contains(t, strings.Join(short(got), "\n"), tc.want)
		})
	}
}

// overlay writes a file for `go list -overlay` that adds one importing file to a room, and returns its name.
func overlay(t *testing.T, dir, imported string) string {
	t.Helper()

	root, err := os.Getwd()
	require.NoError(t, err)
	temp := t.TempDir()
	wrong := filepath.Join(temp, "wrong.go")
	source := fmt.Sprintf("package %s\n\nimport _ %q\n", filepath.Base(dir), imported)
	require.NoError(t, os.WriteFile(wrong, []byte(source), 0o600))
	replace, err := json.Marshal(map[string]map[string]string{
		"Replace": {filepath.Join(root, dir, "wrong_import.go"): wrong},
	})
	require.NoError(t, err)
	name := filepath.Join(temp, "overlay.json")
	require.NoError(t, os.WriteFile(name, replace, 0o600))
	return name
}

// short leaves the module path out of the chains of sentences.
func short(sentences []string) []string {
	out := make([]string, len(sentences))
	for i, s := range sentences {
		rule, chain, _ := strings.Cut(s, ": ")
		out[i] = strings.ReplaceAll(rule, module+"/helpers", "/helpers")
		if chain != "" {
			out[i] += ": " + strings.ReplaceAll(chain, module+"/", "/")
		}
	}
	return out
}
