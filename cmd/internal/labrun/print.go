package labrun

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/anteroom/anteroom/session"
)

// Print writes the figures and the misses for people. Of held-out sites only figures are in the report, unless they were
// asked for.
func (r *Report) Print(w io.Writer) {
	for i := range r.Passes {
		r.Passes[i].print(w)
	}
	r.printMisses(w)
	r.printNotes(w)
}

func (p *Pass) print(w io.Writer) {
	fmt.Fprintf(w, "\n=== %s sites, %s\n", p.partName(), strings.ReplaceAll(string(p.Mode), "_", " "))
	p.Totals.print(w)
	for _, t := range p.Tables {
		t.print(w)
	}
}

func (t *Totals) print(w io.Writer) {
	fmt.Fprintf(w, "%d sites: logged in %d of %d where a login is possible (%s); another right end %d of %d; hostile left alone %d of %d (%s)\n",
		t.Sites, t.LoggedIn, t.Possible, percent(t.LoggedIn, t.Possible), t.OtherRight, t.Other,
		t.HostileRight, t.Hostile, percent(t.HostileRight, t.Hostile))
	fmt.Fprintf(w, "missed %d, false logins %d (%s), leaks %d, hangs %d, faults %d; login median %s ms, 95th percentile %s ms",
		t.Missed, t.FalseLogins, percent(t.FalseLogins, t.Sites), t.Leaks, t.Hangs, t.Faults, whole(t.Median), whole(t.P95))
	if t.PassedOn > 0 {
		fmt.Fprintf(w, ", sent on by the site's own script at %d sites", t.PassedOn)
	}
	if t.Proof > 0 {
		fmt.Fprintf(w, ", proof median %.0f ms", t.Proof)
	}
	fmt.Fprintln(w)
}

func (t *Table) print(w io.Writer) {
	fmt.Fprintln(w)
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(tw, "%s\tsites\tlogged in\t\tother right\thostile right\tmissed\tfalse\tleaks\thangs\tfaults\tmedian ms\n", strings.ToUpper(t.Dimension))
	for _, row := range t.Rows {
		n := row.Totals
		fmt.Fprintf(tw, "%s\t%d\t%s\t%s\t%s\t%s\t%d\t%d\t%d\t%d\t%d\t%s\n", row.Value, n.Sites, of(n.LoggedIn, n.Possible),
			percent(n.LoggedIn, n.Possible), of(n.OtherRight, n.Other), of(n.HostileRight, n.Hostile),
			n.Missed, n.FalseLogins, n.Leaks, n.Hangs, n.Faults, whole(n.Median))
	}
	_ = tw.Flush()
}

func of(n, all int) string {
	if all == 0 {
		return "-"
	}
	return fmt.Sprintf("%d/%d", n, all)
}

// whole is a time without its fraction; a dash for none.
func whole(ms float64) string {
	if ms == 0 {
		return "-"
	}
	return fmt.Sprintf("%.0f", ms)
}

func percent(n, all int) string {
	if all == 0 {
		return "-"
	}
	return fmt.Sprintf("%.1f %%", 100*float64(n)/float64(all))
}

// printMisses lists what did not end right, worst first.
func (r *Report) printMisses(w io.Writer) {
	shown := false
	for _, verdict := range Verdicts() {
		if verdict == VerdictRight {
			continue
		}
		for i := range r.Results {
			if r.Results[i].Verdict != verdict {
				continue
			}
			if !shown {
				fmt.Fprint(w, "\nNOT RIGHT\n")
				shown = true
			}
			fmt.Fprintln(w, r.Results[i].line())
		}
	}
}

// printNotes lists what ended right in another way than the manifest says.
func (r *Report) printNotes(w io.Writer) {
	shown := false
	for i := range r.Results {
		if r.Results[i].Note == "" {
			continue
		}
		if !shown {
			fmt.Fprint(w, "\nRIGHT, WITH OTHER QUESTIONS\n")
			shown = true
		}
		fmt.Fprintln(w, r.Results[i].Line())
	}
}

// Line says in one line what came of a login.
func (r *Result) Line() string {
	if r.Verdict == VerdictRight {
		line := fmt.Sprintf("%-11s %s (%s, %.0f ms)", r.Verdict, r.name(), r.Outcome, r.Timings.Total)
		if r.Note != "" {
			line += " | " + r.Note
		}
		return line
	}
	return r.line()
}

func (r *Result) name() string {
	if r.Mode == ModeRight {
		return r.Site
	}
	return r.Site + " [" + string(r.Mode) + "]"
}

func (r *Result) line() string {
	parts := []string{fmt.Sprintf("%-11s %s: %s", r.Verdict, r.name(), r.Why)}
	if len(r.Asked) > 0 {
		parts = append(parts, "asked: "+describeAsked(r.Asked))
	}
	if r.Page != "" {
		parts = append(parts, fmt.Sprintf("last page: %s at %s", r.Page, r.PageURL))
	}
	if r.Failure != nil && r.Failure.SiteError != "" {
		parts = append(parts, fmt.Sprintf("the site said: %q", r.Failure.SiteError))
	}
	if len(r.Evidence) > 0 {
		parts = append(parts, "evidence: "+describeEvidence(r.Evidence))
	}
	parts = append(parts, fmt.Sprintf("%.1f s", r.Timings.Total/1000))
	return strings.Join(parts, " | ")
}

func describeAsked(asked []Asked) string {
	var texts []string
	for _, a := range asked {
		text := string(a.Kind)
		if a.Reason != "" {
			text += "(" + a.Reason + ")"
		}
		if a.Chosen != "" {
			text += "=" + a.Chosen
		}
		texts = append(texts, text)
	}
	return strings.Join(texts, ", ")
}

func describeEvidence(evidence []session.Evidence) string {
	var texts []string
	for _, e := range evidence {
		texts = append(texts, fmt.Sprintf("%s %+d", e.Rule, e.Weight))
	}
	return strings.Join(texts, ", ")
}
