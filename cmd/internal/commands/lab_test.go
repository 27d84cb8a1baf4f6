package commands_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/cmd/internal/commands"
	"github.com/anteroom/anteroom/login"
)

func TestLabServe_ServesTheLab_UntilItIsTold(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	out, in := io.Pipe()
	code := make(chan int, 1)
	go func() {
		code <- commands.Run(ctx, commands.Program{Name: "anteroom"}, []string{"lab", "serve", "--json"}, strings.NewReader(""), in, io.Discard)
		_ = in.Close()
	}()
	var at struct{ Lab, OtherOrigin, Manifest string }
	require.NoError(t, json.NewDecoder(out).Decode(&at))
	resp, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Get(at.Manifest)
	require.NoError(t, err)
	var manifest struct {
		Sites       []json.RawMessage
		OtherOrigin string
	}
	require.NoError(t, json.NewDecoder(resp.Body).Decode(&manifest))
	require.NoError(t, resp.Body.Close())
	require.NotEmpty(t, manifest.Sites)
	require.Equal(t, at.OtherOrigin, manifest.OtherOrigin)
	cancel()
	require.Zero(t, <-code)
}

func TestLabServe_TellsPeopleHowToRunOtherTools(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	out := &told{until: "Ctrl-C", then: cancel}
	program := commands.Program{Name: "anteroom", Path: "./bin/anteroom"}
	require.Zero(t, commands.Run(ctx, program, []string{"lab", "serve"}, strings.NewReader(""), out, io.Discard))
	for _, want := range []string{"/lab/manifest", "/lab/messages?site=", "/lab/approve", "/lab/events", "./bin/anteroom lab run --direct --lab http://localhost:"} {
		require.Contains(t, out.String(), want)
	}
}

// told is an output that acts when it was told something.
type told struct {
	bytes.Buffer

	until string
	then  func()
}

func (o *told) Write(b []byte) (int, error) {
	n, err := o.Buffer.Write(b)
	if strings.Contains(o.String(), o.until) {
		o.then()
	}
	return n, err
}

func TestLabRun_WithWrongFlags_IsAUsageError(t *testing.T) {
	t.Parallel()
	for line, told := range map[string]string{
		"lab run --part third":                       "it may be all, tuning, held_out",
		"lab run --group odd":                        "it may be all, basic, corpus, refusal, hostile, nasty",
		"lab run --mode odd":                         "it may be right, wrong_password, wrong_code or all",
		"lab run --pages no-such-directory":          "no directory",
		"lab run --concurrency 0":                    "at least 1",
		"lab run --deadline 1ms":                     "at least 1s",
		"lab run --direct --lab nonsense":            "http://localhost:8082",
		"lab run --direct --sites [":                 "the pattern",
		"lab run --direct --sites no-such-site":      "no site of the lab matches",
		"lab run --direct --network-allow 10.0":      "network.allow",
		"lab run extra":                              "extra",
		"lab frobnicate":                             "frobnicate",
		"lab serve extra":                            "extra",
		"lab add":                                    "takes OPERATION",
		"lab add op --name A/b":                      "small letters",
		"lab add op --class odd":                     "no class of a page",
		"lab add op --dir no-such-directory --api x": "no directory",
		"recipe check":                               "takes FILE",
		"recipe record":                              "takes PROJECT",
		"recipe frobnicate":                          "frobnicate",
	} {
		e := run(t, "", strings.Fields(line)...)
		require.Equal(t, 2, e.code, "%s: %s", line, e.err)
		require.Contains(t, e.err, told, line)
	}
}

func TestLabRun_WithALabThatIsNotThere_SaysSo(t *testing.T) {
	t.Parallel()
	e := run(t, "", "lab", "run", "--direct", "--lab", "http://127.0.0.1:1")
	require.Equal(t, 1, e.code)
	require.Contains(t, e.err, "read the manifest of the lab at http://127.0.0.1:1")
}

// TestLabRun_ThroughAServiceThatMayNotReachTheLab_SaysWhatToSet starts the lab of its own and asks a fake service.
func TestLabRun_ThroughAServiceThatMayNotReachTheLab_SaysWhatToSet(t *testing.T) {
	t.Parallel()
	const sites = base + "/projects/lab-password/auth-sessions"
	f := newAPI(t).
		on("PUT "+base+"/projects/lab-password", http.StatusCreated, map[string]any{"name": "lab-password"}).
		on("POST "+sites+"/create", http.StatusAccepted, map[string]any{"operationId": "op_1"}).
		on("GET "+sites+"/create/op_1/result", http.StatusOK, map[string]any{
			"status": "failed", "details": map[string]any{"failure": map[string]any{"class": "blocked", "code": "address_not_allowed", "message": "It is private."}},
		}).
		on("GET "+base+"/operations/op_1", http.StatusOK, map[string]any{"id": "op_1"})
	e := f.run("", "lab", "run", "--sites", "password")
	require.Equal(t, 1, e.code)
	require.Contains(t, e.err, "--network-allow=127.0.0.0/8")
	require.Contains(t, e.err, "It is private.")
}

func TestLabRun_ThroughTheAPI_PrintsTablesAndKeepsAReport(t *testing.T) {
	t.Parallel()
	const sites = base + "/projects/lab-locked/auth-sessions"
	f := newAPI(t).
		on("PUT "+base+"/projects/lab-locked", http.StatusCreated, map[string]any{"name": "lab-locked"}).
		on("POST "+sites+"/create", http.StatusAccepted, map[string]any{"operationId": "op_1"}).
		on("GET "+sites+"/create/op_1/result", http.StatusOK, map[string]any{
			"status": "failed", "details": map[string]any{"failure": map[string]any{"class": "lockout", "code": "too_many", "message": "Later."}},
		}).
		on("GET "+base+"/operations/op_1", http.StatusOK, map[string]any{"id": "op_1"})
	report := filepath.Join(t.TempDir(), "report.json")
	e := f.run("", "lab", "run", "--sites", "locked", "--report", report, "--show-held-out", "-v", "--check")
	require.Zero(t, e.code, e.err)
	require.Contains(t, e.out, "another right end 1 of 1")
	require.Contains(t, e.err, "right       locked (lockout")
	b, err := os.ReadFile(report)
	require.NoError(t, err)
	var saved struct {
		Driver  string
		Results []struct{ Site, Outcome string }
	}
	require.NoError(t, json.Unmarshal(b, &saved))
	require.Equal(t, "api", saved.Driver)
	require.Equal(t, "locked", saved.Results[0].Site)
	require.Equal(t, "lockout", saved.Results[0].Outcome)

	e = f.run("", "lab", "run", "--sites", "locked", "--json")
	require.Zero(t, e.code, e.err)
	require.Contains(t, e.decode(t), "passes")
}

// artefact is a page that a login left.
func artefact(t *testing.T) map[string]any {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "..", "..", "login", "testdata", "generic.json"))
	require.NoError(t, err)
	var f map[string]any
	require.NoError(t, json.Unmarshal(b, &f))
	return map[string]any{"model": f["model"], "history": f["history"], "classification": map[string]any{"class": "unknown"}}
}

const leftBehind = "GET " + base + "/operations/op_1/artefacts"

func leftPages(t *testing.T) *fakeAPI {
	t.Helper()
	return newAPI(t).
		on(leftBehind, http.StatusOK, []any{
			map[string]any{"name": "page-2.json"}, map[string]any{"name": "page-10.json"}, map[string]any{"name": "page-11.png"},
		}).
		on(leftBehind+"/page-10.json", http.StatusOK, artefact(t)).
		on(leftBehind+"/page-2.json", http.StatusOK, map[string]any{"history": map[string]any{}})
}

func TestLabAdd_WritesAFixture_ThatWaitsForAPerson(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	e := leftPages(t).run("", "lab", "add", "op_1", "--dir", dir)
	require.Zero(t, e.code, e.err)
	require.Contains(t, e.out, `Fill in "want.class"`)
	b, err := os.ReadFile(filepath.Join(dir, "added_op_1.json"))
	require.NoError(t, err)
	var f struct {
		Model   login.PageModel
		History login.History
		Want    struct {
			Class  login.Class
			Fields map[login.Role]string
			Submit string
		}
	}
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.DisallowUnknownFields()
	require.NoError(t, dec.Decode(&f))
	require.NotContains(t, login.Classes(), f.Want.Class, "the table test fails until a person fills it in")
	require.NotEmpty(t, f.Model.Controls)
	found := login.Classify(&f.Model, f.History)
	for _, field := range found.Fields {
		require.Equal(t, field.Control.Ref, f.Want.Fields[field.Role])
	}

	e = leftPages(t).run("", "lab", "add", "op_1", "--dir", dir)
	require.Equal(t, 2, e.code, "nothing is overwritten")
	require.Contains(t, e.err, "exists")
}

func TestLabAdd_TakesNameClassAndPage(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	e := leftPages(t).run("", "lab", "add", "op_1", "--dir", dir, "--name", "intranet", "--class", "code", "--page", "page-10.json", "--json")
	require.Zero(t, e.code, e.err)
	require.Equal(t, filepath.Join(dir, "intranet.json"), e.decode(t).(map[string]any)["file"])
	b, err := os.ReadFile(filepath.Join(dir, "intranet.json"))
	require.NoError(t, err)
	require.Contains(t, string(b), `"class": "code"`)
}

func TestLabAdd_WithoutAPage_SaysWhy(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	f := newAPI(t).on(leftBehind, http.StatusOK, []any{map[string]any{"name": "page-1.png"}})
	e := f.run("", "lab", "add", "op_1", "--dir", dir)
	require.Equal(t, 5, e.code)
	require.Contains(t, e.err, "left no page")
	require.Equal(t, 5, newAPI(t).run("", "lab", "add", "op_1", "--dir", dir).code)
	e = leftPages(t).run("", "lab", "add", "op_1", "--dir", dir, "--page", "page-2.json")
	require.Equal(t, 1, e.code)
	require.Contains(t, e.err, "holds no page model")
	left, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Empty(t, left)
}

func TestLabDocs_ListEveryClass(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile(filepath.Join("..", "..", "..", "docs", "lab-run.md"))
	require.NoError(t, err)
	missing := slices.DeleteFunc(login.Classes(), func(c login.Class) bool { return strings.Contains(string(b), "`"+string(c)+"`") })
	require.Empty(t, missing)
}
