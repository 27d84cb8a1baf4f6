package labrun

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/anteroom/anteroom/login"
	"github.com/anteroom/anteroom/loginlab"
	"github.com/anteroom/anteroom/session"
)

// Result is what came of one login, as the report keeps it.
type Result struct {
	Judgement

	Site      string              `json:"site"`
	Group     loginlab.Group      `json:"group"`
	Part      loginlab.Part       `json:"part"`
	Topology  loginlab.Topology   `json:"topology"`
	Factor    loginlab.Factor     `json:"factor"`
	Language  string              `json:"language"`
	Nuisances []loginlab.Nuisance `json:"nuisances,omitempty"`
	Hostile   bool                `json:"hostile,omitempty"`
	Mode      Mode                `json:"mode"`
	Expected  []string            `json:"expected"`
	// Possible is true when a login is expected.
	Possible bool `json:"possible"`
	// Outcome is "logged_in", a failure class, or "question:" and a kind; empty where it did not end.
	Outcome string `json:"outcome"`
	// Note says what went otherwise than the manifest says, though it ended right: a question too many.
	Note     string             `json:"note,omitempty"`
	Failure  *session.Failure   `json:"failure,omitempty"`
	Asked    []Asked            `json:"asked,omitempty"`
	Page     login.Class        `json:"page,omitempty"`
	PageURL  string             `json:"pageUrl,omitempty"`
	Evidence []session.Evidence `json:"evidence,omitempty"`
	Timings  Milliseconds       `json:"timings"`
	// Left is the page where it ended, see End.
	Left *Left `json:"-"`
}

// Milliseconds is a Timing in milliseconds.
type Milliseconds struct {
	Login   float64 `json:"login,omitempty"`
	Capture float64 `json:"capture,omitempty"`
	Proof   float64 `json:"proof,omitempty"`
	Answers float64 `json:"answers,omitempty"`
	Total   float64 `json:"total"`
}

func newResult(t *Trial, j Judgement) Result {
	c, e := t.Case, &t.End
	r := Result{
		Site: c.Name, Group: c.Group, Part: c.Part, Topology: c.Topology, Factor: c.Factor, Language: c.Language, Nuisances: c.Nuisances,
		Hostile: c.Hostile, Mode: t.Mode, Expected: c.expected(t.Mode), Outcome: e.outcome(), Judgement: j,
		Failure: e.Failure, Asked: e.Asked, Page: e.Page, PageURL: e.PageURL, Evidence: e.Evidence,
		Left: e.Left,
		Timings: Milliseconds{
			Login: ms(e.Timing.Login), Capture: ms(e.Timing.Capture), Proof: ms(e.Timing.Proof),
			Answers: ms(e.Timing.Answers), Total: ms(e.Timing.Total),
		},
	}
	r.Possible = len(r.Expected) > 0 && r.Expected[0] == OutcomeLoggedIn
	if t.Mode == ModeRight && j.Verdict == VerdictRight {
		r.Note = t.questionsNote()
	}
	return r
}

// questionsNote says which questions were asked, where the manifest wants others.
func (t *Trial) questionsNote() string {
	var asked, wanted []string
	for _, a := range t.End.Asked {
		asked = append(asked, string(a.Kind))
	}
	for _, q := range t.Case.Questions {
		wanted = append(wanted, string(q.Kind))
	}
	if slices.Equal(asked, wanted) {
		return ""
	}
	return fmt.Sprintf("asked [%s], the manifest says [%s]", strings.Join(asked, " "), strings.Join(wanted, " "))
}

// ms gives tenths of a millisecond.
func ms(d time.Duration) float64 {
	return float64(d.Round(100*time.Microsecond)) / float64(time.Millisecond)
}

// SavePage writes the page where the login ended into dir, as a model and a picture named after the site. It does nothing
// where there is none.
func (r *Result) SavePage(dir string) error {
	if r.Left == nil {
		return nil
	}
	b, err := json.MarshalIndent(r.Left, "", " ")
	if err != nil {
		return fmt.Errorf("encode the page of %s: %w", r.Site, err)
	}
	name := r.Site
	if r.Mode != ModeRight {
		name += "-" + string(r.Mode)
	}
	if err := os.WriteFile(filepath.Join(dir, name+".json"), append(b, '\n'), reportMode); err != nil {
		return fmt.Errorf("save the page of %s: %w", r.Site, err)
	}
	if len(r.Left.Picture) == 0 {
		return nil
	}
	if err := os.WriteFile(filepath.Join(dir, name+".png"), r.Left.Picture, reportMode); err != nil {
		return fmt.Errorf("save the picture of %s: %w", r.Site, err)
	}
	return nil
}
