package main

import (
	"fmt"
	"strconv"
	"strings"
)

// results are what was measured.
type results struct {
	Sizes   []figures  `json:"sizes"`
	Restart *restarted `json:"restart,omitempty"`
}

// markdown is the table of the figures, and the restart.
func (r *results) markdown() string {
	var b strings.Builder
	row := func(name string, cell func(f figures) string) {
		b.WriteString("| " + name + " |")
		for _, f := range r.Sizes {
			b.WriteString(" " + cell(f) + " |")
		}
		b.WriteString("\n")
	}
	row("logins that wait", func(f figures) string { return strconv.Itoa(f.Waiting) })
	b.WriteString("|---|" + strings.Repeat("---:|", len(r.Sizes)) + "\n")
	first := r.Sizes[0]
	number := func(name, format string, of func(f figures) float64) {
		row(name, func(f figures) string { return fmt.Sprintf(format, of(f)) })
	}
	row("of them on real pages", func(f figures) string { return strconv.Itoa(f.RealPages) })
	number("new login, p50 (ms)", "%.0f", func(f figures) float64 { return f.LoginP50 })
	number("new login, p95 (ms)", "%.0f", func(f figures) float64 { return f.LoginP95 })
	number("— p50 ÷ that of the first column", "%.2f", func(f figures) float64 { return f.LoginP50 / first.LoginP50 })
	number("answer accepted → code at the site, new login, p50 (ms)", "%.0f", func(f figures) float64 { return f.AnswerP50 })
	number("the same, p95 (ms)", "%.0f", func(f figures) float64 { return f.AnswerP95 })
	number("the same, of one that waited, p50 (ms)", "%.0f", func(f figures) float64 { return f.ParkedAnswerP50 })
	number("the same, p95 (ms)", "%.0f", func(f figures) float64 { return f.ParkedAnswerP95 })
	number("polls a second", "%.0f", func(f figures) float64 { return f.PollsPerSecond })
	number("— ÷ that of the first column", "%.2f", func(f figures) float64 { return f.PollsPerSecond / first.PollsPerSecond })
	number("poll, p50 (ms)", "%.2f", func(f figures) float64 { return f.PollP50 })
	number("poll, p99 (ms)", "%.2f", func(f figures) float64 { return f.PollP99 })
	number("logins that began to wait in a second", "%.1f", func(f figures) float64 { return f.BeginsPerSecond })
	number("CPU while all wait (% of one)", "%.1f", func(f figures) float64 { return f.Idle })
	for _, name := range []string{nameUp, nameKeeper, nameChromium, nameFake} {
		number("memory of "+name+" (MB)", "%.0f", func(f figures) float64 { return f.Memory[name] })
	}
	if r.Restart != nil {
		b.WriteString("\n" + r.Restart.sentence())
	}
	return b.String()
}

func (r *restarted) sentence() string {
	return fmt.Sprintf(`Killed and started again with %d waiting: the API was there after %.1f s, the first poll answered after %.1f s, the first
answer accepted after %.1f s, its code at the site after %.1f s and its session there after %.1f s; a new login took %.0f ms.
%d waited still; %d of them were then answered, and got their sessions.`,
		r.Waiting, r.APIReady/1000, r.FirstPoll/1000, r.FirstAnswer/1000, r.FirstCode/1000, r.FirstSession/1000, r.Login,
		r.StillWaiting, r.AnsweredAfter)
}
