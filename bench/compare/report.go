package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/anteroom/anteroom/bench/internal/stats"
)

// results are what was measured.
type results struct {
	sizes      sizes
	browser    string
	contestant []*measured
	// arrivals tell when each user's code arrived at the site.
	arrivals map[string]time.Time
}

// measured is what was measured of one contestant.
type measured struct {
	name string
	// batches are in the order of the rounds.
	batches   []batch
	perParked int64
	answered  []sample
}

func newResults(n sizes, browser string, all []contestant) *results {
	r := &results{sizes: n, browser: browser}
	for _, c := range all {
		r.contestant = append(r.contestant, &measured{name: c.name()})
	}
	return r
}

func (r *results) of(c contestant) *measured {
	for _, m := range r.contestant {
		if m.name == c.name() {
			return m
		}
	}
	return &measured{}
}

func (r *results) add(c contestant, b batch) {
	m := r.of(c)
	m.batches = append(m.batches, b)
}

// at lists the batches with so many logins at once.
func (m *measured) at(atOnce int) []batch {
	var all []batch
	for _, b := range m.batches {
		if b.atOnce == atOnce {
			all = append(all, b)
		}
	}
	return all
}

// durations applies of to every login that was alone; of returns false for what it knows nothing of.
func (m *measured) durations(of func(sample) (time.Duration, bool)) []time.Duration {
	var all []time.Duration
	for _, b := range m.at(alone) {
		all = append(all, spans(b.samples, of)...)
	}
	return all
}

func spans(samples []sample, of func(sample) (time.Duration, bool)) []time.Duration {
	var all []time.Duration
	for _, s := range samples {
		if d, ok := of(s); ok {
			all = append(all, d)
		}
	}
	return all
}

func (m *measured) rates(atOnce int) []float64 {
	var all []float64
	for _, b := range m.at(atOnce) {
		all = append(all, b.rate)
	}
	return all
}

// cpu is the CPU time of a login, over all batches with so many at once, of the kinds of processes that of names.
func (m *measured) cpu(atOnce int, of func(kind string) bool) time.Duration {
	var sum time.Duration
	n := 0
	for _, b := range m.at(atOnce) {
		n += len(b.samples)
		for kind, cpu := range b.cpu {
			if of(kind) {
				sum += cpu
			}
		}
	}
	return sum / time.Duration(max(n, 1))
}

func anyKind(string) bool { return true }

// kinds are the kinds of Chromium's processes whose CPU time is told apart.
var kinds = []string{"renderer", "browser", "gpu-process", "network"}

func program(kind string) bool { return !slices.Contains(kinds, kind) }

func mean(values []float64) float64 {
	if len(values) == 0 {
		return 0
	}
	var sum float64
	for _, v := range values {
		sum += v
	}
	return sum / float64(len(values))
}

// row is one figure of all contestants.
type row struct {
	Name   string             `json:"name"`
	Unit   string             `json:"unit"`
	Values map[string]float64 `json:"values"`
	format string
}

// rows are all figures.
func (r *results) rows() []row {
	var rows []row
	add := func(name, unit, format string, of func(m *measured) float64) {
		one := row{Name: name, Unit: unit, Values: map[string]float64{}, format: format}
		for _, m := range r.contestant {
			one.Values[m.name] = of(m)
		}
		rows = append(rows, one)
	}
	quantile := func(name string, q float64, of func(s sample) (time.Duration, bool)) {
		add(name, "ms", "%.0f", func(m *measured) float64 { return ms(stats.Quantile(m.durations(of), q)) })
	}
	quantile("one login alone, p50", 0.5, whole)
	quantile("one login alone, p95", 0.95, whole)
	quantile("— until the site has the code, p50", 0.5, r.untilCode)
	quantile("— from there to the session, p50", 0.5, r.fromCode)
	for _, n := range r.sizes.atOnce {
		add(fmt.Sprintf("logins a second, %d at once", n), "1/s", "%.2f", func(m *measured) float64 { return mean(m.rates(n)) })
	}
	for _, n := range r.sizes.atOnce {
		add(fmt.Sprintf("CPU of a login, %d at once", n), "ms", "%.0f", func(m *measured) float64 { return ms(m.cpu(n, anyKind)) })
	}
	for _, kind := range kinds {
		add(fmt.Sprintf("— of it %s, %d at once", kind, compared), "ms", "%.0f", func(m *measured) float64 {
			return ms(m.cpu(compared, func(k string) bool { return k == kind }))
		})
	}
	add(fmt.Sprintf("— of it its own program, %d at once", compared), "ms", "%.0f", func(m *measured) float64 { return ms(m.cpu(compared, program)) })
	if r.sizes.parked > 0 {
		add("memory of a parked login", "MB", "%.1f", func(m *measured) float64 { return float64(m.perParked) / 1e6 })
		for name, q := range map[string]float64{"p50": 0.5, "p95": 0.95} {
			add("answer accepted → code at the site, "+name, "ms", "%.0f", func(m *measured) float64 {
				return ms(stats.Quantile(spans(m.answered, r.fromAnswer), q))
			})
		}
	}
	return rows
}

func whole(s sample) (time.Duration, bool) { return s.took(), true }

func (r *results) untilCode(s sample) (time.Duration, bool) {
	at, ok := r.arrivals[s.user]
	return at.Sub(s.began), ok
}

func (r *results) fromCode(s sample) (time.Duration, bool) {
	at, ok := r.arrivals[s.user]
	return s.ended.Sub(at), ok
}

// fromAnswer is 0 where the code was there before we heard that the answer was accepted.
func (r *results) fromAnswer(s sample) (time.Duration, bool) {
	at, ok := r.arrivals[s.user]
	return max(at.Sub(s.answered), 0), ok && !s.answered.IsZero()
}

// MarshalJSON writes the figures.
func (r *results) MarshalJSON() ([]byte, error) { return json.Marshal(r.rows()) }

// markdown is the table of the figures, and what they are compared with.
func (r *results) markdown() string {
	var b strings.Builder
	b.WriteString("|  |")
	for _, m := range r.contestant {
		b.WriteString(" " + m.name + " |")
	}
	b.WriteString("\n|---|" + strings.Repeat("---:|", len(r.contestant)) + "\n")
	for _, one := range r.rows() {
		fmt.Fprintf(&b, "| %s (%s) |", one.Name, one.Unit)
		for _, m := range r.contestant {
			fmt.Fprintf(&b, " "+one.format+" |", one.Values[m.name])
		}
		b.WriteString("\n")
	}
	if typed := r.typed(); typed != "" {
		b.WriteString("\n" + typed)
	}
	for _, other := range r.contestant[1:] {
		fmt.Fprintf(&b, "\n%s ÷ %s: %s", r.contestant[0].name, other.name, r.ratios(other))
	}
	return b.String()
}

// typed is the engine's time from an answer to the site in its ordinary logins, which are many more than those parked for long.
func (r *results) typed() string {
	took := r.contestant[0].durations(r.fromAnswer)
	if len(took) == 0 {
		return ""
	}
	return fmt.Sprintf("%s, answer accepted → code at the site, %d logins alone that wait for no time: p50 %.0f ms, p95 %.0f ms\n",
		r.contestant[0].name, len(took), ms(stats.Quantile(took, 0.5)), ms(stats.Quantile(took, 0.95)))
}

// ratios compare the first contestant with another, batch by batch, as both had their turn at about the same time: the mean,
// and the least and the greatest.
func (r *results) ratios(other *measured) string {
	first := r.contestant[0]
	var parts []string
	for _, n := range r.sizes.atOnce {
		mine, theirs := first.rates(n), other.rates(n)
		each := make([]float64, len(mine))
		for i := range mine {
			each[i] = mine[i] / theirs[i]
		}
		parts = append(parts, fmt.Sprintf("logins/s at %d at once %.2f (%.2f–%.2f)", n,
			mean(mine)/mean(theirs), stats.Quantile(each, 0), stats.Quantile(each, 1)))
	}
	parts = append(parts, fmt.Sprintf("CPU at %d at once %.2f", compared, first.cpu(compared, anyKind).Seconds()/other.cpu(compared, anyKind).Seconds()))
	return strings.Join(parts, "; ")
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
