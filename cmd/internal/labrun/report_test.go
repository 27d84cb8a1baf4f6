package labrun_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/cmd/internal/labrun"
	"github.com/anteroom/anteroom/login"
	"github.com/anteroom/anteroom/loginlab"
	"github.com/anteroom/anteroom/session"
)

func result(site string, part loginlab.Part, v labrun.Verdict, change func(*labrun.Result)) labrun.Result {
	r := labrun.Result{
		Site: site, Part: part, Topology: loginlab.TopologySPA, Factor: loginlab.FactorTOTP, Language: "de", Mode: labrun.ModeRight,
		Possible: true, Expected: []string{"logged_in"}, Judgement: labrun.Judgement{Verdict: v},
	}
	if v != labrun.VerdictRight {
		r.Why = "why of " + site
	}
	if change != nil {
		change(&r)
	}
	return r
}

const (
	tuning  = loginlab.PartTuning
	heldOut = loginlab.PartHeldOut
)

func someResults() []labrun.Result {
	took := func(ms float64) func(*labrun.Result) {
		return func(r *labrun.Result) { r.Timings.Login, r.Timings.Proof = ms, ms/2 }
	}
	return []labrun.Result{
		result("a-1", tuning, labrun.VerdictRight, took(100)),
		result("a-2", tuning, labrun.VerdictRight, took(300)),
		result("a-3", tuning, labrun.VerdictRight, took(200)),
		result("a-4", tuning, labrun.VerdictMissed, func(r *labrun.Result) {
			r.Language, r.Nuisances = "fr", []loginlab.Nuisance{loginlab.NuisanceCookieWall, loginlab.NuisanceHoneypot}
			r.Page, r.PageURL, r.Outcome = "unknown", "/s/a-4/login", "unsupported"
			r.Failure = session.NewFailure(session.FailureUnsupported, "unknown_page", "x")
			r.Failure.SiteError = "Nope"
			r.Evidence = []session.Evidence{{Rule: "no_field", Weight: -5}}
			r.Asked = []labrun.Asked{{Kind: session.AskCode}, {Kind: session.AskCode, Reason: "code_rejected"}}
		}),
		result("a-5", tuning, labrun.VerdictHang, nil),
		result("a-6", tuning, labrun.VerdictFalseLogin, nil),
		result("a-7", tuning, labrun.VerdictFault, nil),
		result("a-8", tuning, labrun.VerdictRight, func(r *labrun.Result) { r.Hostile, r.Possible, r.PassedOn = true, false, 1 }),
		result("a-9", tuning, labrun.VerdictLeak, func(r *labrun.Result) { r.Hostile, r.Possible = true, false }),
		result("b-1", tuning, labrun.VerdictRight, func(r *labrun.Result) { r.Possible, r.Note = false, "asked too often" }),
		result("h-1", heldOut, labrun.VerdictRight, nil),
		result("h-2", heldOut, labrun.VerdictMissed, nil),
	}
}

func TestNewReport_CountsByPart(t *testing.T) {
	t.Parallel()
	r := labrun.NewReport(someResults(), false)
	require.Len(t, r.Passes, 2)
	got := r.Passes[0].Totals
	require.Equal(t, tuning, r.Passes[0].Part)
	require.Equal(t, labrun.Totals{
		Sites: 10, Possible: 7, LoggedIn: 3, Other: 1, OtherRight: 1, Hostile: 2, HostileRight: 1,
		Missed: 1, FalseLogins: 1, Leaks: 1, Hangs: 1, Faults: 1, PassedOn: 1, Median: 200, P95: 300, Proof: 100,
	}, got)
	require.Equal(t, heldOut, r.Passes[1].Part)
	require.Equal(t, 1, r.Passes[1].Totals.LoggedIn)

	tables := map[string]map[string]int{}
	for _, table := range r.Passes[0].Tables {
		tables[table.Dimension] = map[string]int{}
		for _, row := range table.Rows {
			tables[table.Dimension][row.Value] = row.Totals.Sites
		}
	}
	require.Equal(t, map[string]map[string]int{
		"topology": {"spa": 10}, "factor": {"totp": 10}, "language": {"de": 9, "fr": 1},
		"nuisance": {"none": 9, "cookie_wall": 1, "honeypot": 1},
	}, tables)
}

func TestReport_TellsOfHeldOutSites_OnlyCounts(t *testing.T) {
	t.Parallel()
	shown := func(show bool) string {
		r := labrun.NewReport(someResults(), show)
		var out bytes.Buffer
		r.Print(&out)
		file := filepath.Join(t.TempDir(), "report.json")
		require.NoError(t, r.Save(file))
		saved, err := os.ReadFile(file)
		require.NoError(t, err)
		return out.String() + string(saved)
	}
	require.NotContains(t, shown(false), "h-2")
	require.Contains(t, shown(false), "held out sites, right")
	require.Contains(t, shown(false), "logged in 1 of 2")
	require.Contains(t, shown(true), "why of h-2")
}

func TestReport_PrintsTablesAndMisses_WorstFirst(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	labrun.NewReport(someResults(), false).Print(&out)
	text := out.String()
	for _, want := range []string{
		"=== tuning sites, right", "logged in 3 of 7 where a login is possible (42.9 %)", "hostile left alone 1 of 2 (50.0 %)",
		"false logins 1 (10.0 %)", "login median 200 ms", "proof median 100 ms", "own script at 1 sites",
		"TOPOLOGY", "FACTOR", "LANGUAGE", "NUISANCE", "cookie_wall  1      0/1",
		"missed      a-4: why of a-4 | asked: code, code(code_rejected) | last page: unknown at /s/a-4/login | " +
			`the site said: "Nope" | evidence: no_field -5`,
		"RIGHT, WITH OTHER QUESTIONS", "asked too often",
	} {
		require.Contains(t, text, want)
	}
	order := []string{"leak        a-9", "false_login a-6", "hang        a-5", "fault       a-7", "missed      a-4"}
	for i := range order[1:] {
		require.Less(t, strings.Index(text, order[i]), strings.Index(text, order[i+1]))
	}
	require.NotContains(t, text, "right       a-1", "what is right is only counted")
}

func TestReport_KeepsTimingsPerSite(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "report.json")
	require.NoError(t, labrun.NewReport(someResults(), false).Save(file))
	b, err := os.ReadFile(file)
	require.NoError(t, err)
	var saved struct {
		Results []struct {
			Site, Verdict string
			Timings       struct{ Login, Proof float64 }
		}
	}
	require.NoError(t, json.Unmarshal(b, &saved))
	require.Equal(t, "a-2", saved.Results[1].Site)
	require.Equal(t, "right", saved.Results[1].Verdict)
	require.InDelta(t, 300, saved.Results[1].Timings.Login, 0)
	require.Error(t, labrun.NewReport(nil, false).Save(filepath.Join(t.TempDir(), "no", "such")))
}

func TestReport_Check_NamesWhatFallsShort(t *testing.T) {
	t.Parallel()
	err := labrun.NewReport(someResults(), false).Check()
	require.ErrorIs(t, err, labrun.ErrNotGoodEnough)
	for _, want := range []string{
		"tuning, right: logged in 3 of 7", "hostile sites left alone 1 of 2", "1 false logins", "1 leaks", "1 hangs", "held out, right: logged in 1 of 2",
	} {
		require.ErrorContains(t, err, want)
	}
	var good []labrun.Result
	for range 97 {
		good = append(good, result("a", tuning, labrun.VerdictRight, nil))
	}
	for range 3 {
		good = append(good, result("b", tuning, labrun.VerdictMissed, nil))
	}
	require.NoError(t, labrun.NewReport(good, false).Check())
	require.Error(t, labrun.NewReport(append(good, result("c", tuning, labrun.VerdictMissed, nil)), false).Check())
}

func TestReport_OfNothing_IsFine(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	labrun.NewReport(nil, false).Print(&out)
	require.Empty(t, out.String())
}

func TestResult_Line_SaysWhatCameOfIt(t *testing.T) {
	t.Parallel()
	r := result("a", tuning, labrun.VerdictRight, func(r *labrun.Result) { r.Outcome, r.Note, r.Mode = "logged_in", "odd", labrun.ModeWrongCode })
	require.Equal(t, "right       a [wrong_code] (logged_in, 0 ms) | odd", r.Line())
	r = result("a", tuning, labrun.VerdictLeak, nil)
	require.Equal(t, "leak        a: why of a | 0.0 s", r.Line())
}

func TestResult_SavePage_KeepsModelAndPicture(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	r := result("a", tuning, labrun.VerdictMissed, func(r *labrun.Result) { r.Mode = labrun.ModeWrongCode })
	require.NoError(t, r.SavePage(dir))
	r.Left = &labrun.Left{Model: &login.PageModel{Title: "Here"}, Picture: []byte("PNG")}
	require.NoError(t, r.SavePage(dir))
	for name, want := range map[string]string{"a-wrong_code.json": `"title": "Here"`, "a-wrong_code.png": "PNG"} {
		b, err := os.ReadFile(filepath.Join(dir, name))
		require.NoError(t, err)
		require.Contains(t, string(b), want)
	}
	r.Left.Picture = nil
	require.Error(t, r.SavePage(filepath.Join(dir, "none")))
}
