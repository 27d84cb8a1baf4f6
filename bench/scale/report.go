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
	number := func(name, format string, of func(f figures) float64) {
		row(name, func(f figures) string { return fmt.Sprintf(format, of(f)) })
	}
	beside := func(name, format string, of func(f figures, e emptyFigures) float64) {
		row(name, func(f figures) string {
			if f.Empty == nil {
				return ""
			}
			return fmt.Sprintf(format, of(f, *f.Empty))
		})
	}
	row("of them on real pages", func(f figures) string { return strconv.Itoa(f.RealPages) })
	number("new login, p50 (ms)", "%.0f", func(f figures) float64 { return f.LoginP50 })
	number("new login, p95 (ms)", "%.0f", func(f figures) float64 { return f.LoginP95 })
	beside("— the same of an empty installation, in turns, p50 (ms)", "%.0f", func(_ figures, e emptyFigures) float64 { return e.LoginP50 })
	beside("— p50 ÷ that", "%.2f", func(f figures, e emptyFigures) float64 { return f.LoginP50 / e.LoginP50 })
	number("answer accepted → code at the site, new login, p50 (ms)", "%.0f", func(f figures) float64 { return f.AnswerP50 })
	number("the same, p95 (ms)", "%.0f", func(f figures) float64 { return f.AnswerP95 })
	number("the same, of one that waited, p50 (ms)", "%.0f", func(f figures) float64 { return f.ParkedAnswerP50 })
	number("the same, p95 (ms)", "%.0f", func(f figures) float64 { return f.ParkedAnswerP95 })
	number("polls a second", "%.0f", func(f figures) float64 { return f.PollsPerSecond })
	beside("— the same of an empty installation, in turns", "%.0f", func(_ figures, e emptyFigures) float64 { return e.PollsPerSecond })
	beside("— ÷ that", "%.2f", func(f figures, e emptyFigures) float64 { return f.PollsPerSecond / e.PollsPerSecond })
	number("poll, p50 (ms)", "%.2f", func(f figures) float64 { return f.PollP50 })
	number("poll, p99 (ms)", "%.2f", func(f figures) float64 { return f.PollP99 })
	beside("— the same of an empty installation, in turns", "%.2f", func(_ figures, e emptyFigures) float64 { return e.PollP99 })
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
