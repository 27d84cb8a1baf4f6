package labrun

import (
	"cmp"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/anteroom/anteroom/loginlab"
)

// Report is what came of a run.
type Report struct {
	StartedAt  time.Time `json:"startedAt"`
	FinishedAt time.Time `json:"finishedAt"`
	Driver     string    `json:"driver"`
	Lab        string    `json:"lab"`
	// Concurrency and DeadlineSeconds say how the run was made.
	Concurrency     int     `json:"concurrency"`
	DeadlineSeconds float64 `json:"deadlineSeconds"`
	// Passes hold the figures of each part and mode.
	Passes []Pass `json:"passes"`
	// Results are the single logins. Those of held-out sites are left out unless they were asked for.
	Results []Result `json:"results"`
}

// Pass holds the figures of one part of the corpus in one mode.
type Pass struct {
	Part   loginlab.Part `json:"part"`
	Mode   Mode          `json:"mode"`
	Totals Totals        `json:"totals"`
	// Tables count by topology, factor, language and nuisance.
	Tables []Table `json:"tables"`
}

// Table counts the logins by one dimension.
type Table struct {
	Dimension string `json:"dimension"`
	Rows      []Row  `json:"rows"`
}

// Row is one value of a dimension.
type Row struct {
	Value  string `json:"value"`
	Totals Totals `json:"totals"`
}

// Totals count logins.
type Totals struct {
	Sites int `json:"sites"`
	// Possible is how many a login is expected of; LoggedIn how many of these were logged in.
	Possible int `json:"possible"`
	LoggedIn int `json:"loggedIn"`
	// Other is how many another end is expected of; OtherRight how many of these ended so.
	Other      int `json:"other"`
	OtherRight int `json:"otherRight"`
	// Hostile is how many must not be typed into; HostileRight how many of these ended right and untouched.
	Hostile      int `json:"hostile"`
	HostileRight int `json:"hostileRight"`
	// The rest count verdicts.
	Missed      int `json:"missed"`
	FalseLogins int `json:"falseLogins"`
	Leaks       int `json:"leaks"`
	Hangs       int `json:"hangs"`
	Faults      int `json:"faults"`
	// PassedOn counts the sites whose own script sent a secret on, though nothing was typed where it must not be.
	PassedOn int `json:"passedOn,omitempty"`
	// Median and P95 are of the logins that worked, in milliseconds, without the time that answers took.
	Median float64 `json:"medianMs"`
	P95    float64 `json:"p95Ms"`
	// Proof is the median of the proof, where the driver tells it apart.
	Proof float64 `json:"proofMs,omitempty"`
}

// dimensions are what the tables are by.
var dimensions = []struct {
	name string
	of   func(r *Result) []string
}{
	{"topology", func(r *Result) []string { return []string{string(r.Topology)} }},
	{"factor", func(r *Result) []string { return []string{string(r.Factor)} }},
	{"language", func(r *Result) []string { return []string{r.Language} }},
	{"nuisance", func(r *Result) []string {
		if len(r.Nuisances) == 0 {
			return []string{"none"}
		}
		names := make([]string, 0, len(r.Nuisances))
		for _, n := range r.Nuisances {
			names = append(names, string(n))
		}
		return names
	}},
}

// NewReport counts results. Those of held-out sites stay in it only with showHeldOut.
func NewReport(results []Result, showHeldOut bool) *Report {
	report := &Report{Results: []Result{}}
	for _, key := range passesOf(results) {
		report.Passes = append(report.Passes, newPass(key.Part, key.Mode, results))
	}
	for _, r := range results {
		if showHeldOut || r.Part != loginlab.PartHeldOut {
			report.Results = append(report.Results, r)
		}
	}
	return report
}

// passesOf lists the parts and modes that occur.
func passesOf(results []Result) []Pass {
	var keys []Pass
	for _, mode := range Modes() {
		for _, part := range []loginlab.Part{loginlab.PartTuning, loginlab.PartHeldOut, ""} {
			holds := func(r Result) bool { return r.Mode == mode && partOf(&r) == part }
			if slices.ContainsFunc(results, holds) {
				keys = append(keys, Pass{Part: part, Mode: mode})
			}
		}
	}
	return keys
}

// partOf is the part of a result; empty for one of no known part.
func partOf(r *Result) loginlab.Part {
	if r.Part == loginlab.PartTuning || r.Part == loginlab.PartHeldOut {
		return r.Part
	}
	return ""
}

func newPass(part loginlab.Part, mode Mode, all []Result) Pass {
	var own []*Result
	for i := range all {
		if all[i].Mode == mode && partOf(&all[i]) == part {
			own = append(own, &all[i])
		}
	}
	p := Pass{Part: part, Mode: mode, Totals: count(own)}
	for _, d := range dimensions {
		groups := map[string][]*Result{}
		for _, r := range own {
			for _, value := range d.of(r) {
				groups[value] = append(groups[value], r)
			}
		}
		t := Table{Dimension: d.name}
		for value, group := range groups {
			t.Rows = append(t.Rows, Row{Value: value, Totals: count(group)})
		}
		slices.SortFunc(t.Rows, func(a, b Row) int { return cmp.Compare(a.Value, b.Value) })
		p.Tables = append(p.Tables, t)
	}
	return p
}

func count(results []*Result) Totals {
	t := Totals{Sites: len(results)}
	var took, proofs []float64
	for _, r := range results {
		right := r.Verdict == VerdictRight
		switch {
		case r.Possible:
			t.Possible++
			if right {
				t.LoggedIn++
				took = append(took, loginTime(r))
				if r.Timings.Proof > 0 {
					proofs = append(proofs, r.Timings.Proof)
				}
			}
		case r.Hostile:
			t.Hostile++
			if right {
				t.HostileRight++
			}
		default:
			t.Other++
			if right {
				t.OtherRight++
			}
		}
		t.add(r.Verdict)
		if r.PassedOn > 0 {
			t.PassedOn++
		}
	}
	t.Median, t.P95, t.Proof = quantile(took, 0.5), quantile(took, 0.95), quantile(proofs, 0.5)
	return t
}

// loginTime is the time that the login took without the answers.
func loginTime(r *Result) float64 {
	if r.Timings.Login > 0 {
		return r.Timings.Login
	}
	return r.Timings.Total - r.Timings.Answers
}

func (t *Totals) add(v Verdict) {
	switch v {
	case VerdictLeak:
		t.Leaks++
	case VerdictFalseLogin:
		t.FalseLogins++
	case VerdictHang:
		t.Hangs++
	case VerdictFault:
		t.Faults++
	case VerdictMissed:
		t.Missed++
	case VerdictRight:
	}
}

// quantile is the nearest-rank quantile; 0 of nothing.
func quantile(values []float64, q float64) float64 {
	if len(values) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(values))
	return sorted[min(len(sorted)-1, int(q*float64(len(sorted))))]
}

// reportMode lets the owner alone write, everybody read: a report holds no secret.
const reportMode = 0o644

// Save writes the report as JSON.
func (r *Report) Save(file string) error {
	b, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return fmt.Errorf("encode the report: %w", err)
	}
	if err := os.WriteFile(file, append(b, '\n'), reportMode); err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	return nil
}
