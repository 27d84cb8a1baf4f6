package session

import (
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Limits of a recipe. A long login has a handful of steps; they bound what is kept and what a person must read.
const (
	MaxRecipeSteps = 50
	// MaxRecipeText bounds a target, a mark and a message, in bytes.
	MaxRecipeText = 1000
	// MinRecipeWait and MaxRecipeWait bound each of RecipeWaits.
	MinRecipeWait = 50 * time.Millisecond
	MaxRecipeWait = 5 * time.Minute
)

// The typing modes of a recipe.
const (
	// TypingInsert inserts the text at once.
	TypingInsert = "insert"
	// TypingKeys presses one key per character.
	TypingKeys = "keys"
)

// The prefixes of a Target.
const (
	TargetCSS   = "css="
	TargetLabel = "label="
	TargetText  = "text="
)

// RecipeRoles lists the roles that Recipe.Fields may name.
func RecipeRoles() []string { return []string{"identifier", "password", "code", "organisation"} }

// Validate returns every fault of the recipe as *FieldError values joined by errors.Join, or nil. Fields are named from
// the recipe down: "before[1].click". Whether a selector matches anything shows only on the page.
func (r *Recipe) Validate() error {
	c := &recipeCheck{}
	c.recipe(r)
	return errors.Join(c.faults...)
}

// recipeCheck collects faults.
type recipeCheck struct {
	// below begins the name of every field.
	below  string
	faults []error
}

func (c *recipeCheck) fault(field, format string, args ...any) {
	c.faults = append(c.faults, &FieldError{Field: c.below + field, Message: fmt.Sprintf(format, args...)})
}

func (c *recipeCheck) recipe(r *Recipe) {
	c.steps("before", r.Before)
	for _, role := range slices.Sorted(maps.Keys(r.Fields)) {
		c.field("fields."+role, role, r.Fields[role])
	}
	if r.Submit != "" {
		c.target("submit", r.Submit)
	}
	c.steps("after", r.After)
	for i, mark := range r.Success {
		c.mark(fmt.Sprintf("success[%d]", i), mark)
	}
	for i, f := range r.Failures {
		c.failure(fmt.Sprintf("failures[%d]", i), f)
	}
	for _, kind := range slices.Sorted(maps.Keys(r.Prompts)) {
		c.prompt("prompts."+string(kind), kind, r.Prompts[kind])
	}
	c.typing("typing", r.Typing)
	c.wait("waits.settle", r.Waits.Settle)
	c.wait("waits.unchanged", r.Waits.Unchanged)
	c.wait("waits.unknown", r.Waits.Unknown)
}

// recipeFaults are the faults of the project's recipe, named from the project down.
func (p *Project) recipeFaults() []error {
	if p.Recipe == nil {
		return nil
	}
	c := &recipeCheck{below: "recipe."}
	c.recipe(p.Recipe)
	return c.faults
}

func (c *recipeCheck) steps(list string, steps []RecipeStep) {
	if len(steps) > MaxRecipeSteps {
		c.fault(list, "has %d steps; it may have %d", len(steps), MaxRecipeSteps)
		return
	}
	for i := range steps {
		c.step(fmt.Sprintf("%s[%d]", list, i), &steps[i])
	}
}

func (c *recipeCheck) step(at string, s *RecipeStep) {
	switch acts := s.acts(); len(acts) {
	case 0:
		c.fault(at, "does nothing: give it one of click, waitFor, open and fill")
	case 1:
	default:
		c.fault(at, "does more than one thing (%s): write a step for each", strings.Join(acts, ", "))
	}
	if s.Click != "" {
		c.target(at+".click", s.Click)
	}
	if s.WaitFor != "" {
		c.target(at+".waitFor", s.WaitFor)
	}
	if s.Open != "" {
		c.open(at+".open", s.Open)
	}
	if s.Fill != nil {
		c.fill(at+".fill", s.Fill)
	}
}

// acts names what the step does.
func (s *RecipeStep) acts() []string {
	var acts []string
	for _, a := range []struct {
		name string
		set  bool
	}{{"click", s.Click != ""}, {"waitFor", s.WaitFor != ""}, {"open", s.Open != ""}, {"fill", s.Fill != nil}} {
		if a.set {
			acts = append(acts, a.name)
		}
	}
	return acts
}

func (c *recipeCheck) fill(at string, f *RecipeFill) {
	c.target(at+".target", f.Target)
	switch {
	case f.Parameter == "":
		c.fault(at+".parameter", "is required: it names the parameter to type, such as username")
	case len(f.Parameter) > maxParameterName:
		c.fault(at+".parameter", "has %d bytes; a parameter's name may have %d", len(f.Parameter), maxParameterName)
	case strings.HasPrefix(f.Parameter, "$"):
		c.fault(at+".parameter", "must not start with a dollar sign")
	}
}

// maxParameterName is how long the API lets the name of a parameter be.
const maxParameterName = 64

func (c *recipeCheck) open(at, raw string) {
	u, err := url.Parse(raw)
	switch {
	case err != nil:
		c.fault(at, "is not a URL")
	case u.Scheme != "" && u.Scheme != "http" && u.Scheme != "https":
		c.fault(at, "must be relative, or start with http:// or https://")
	case u.Scheme != "" && u.Host == "":
		c.fault(at, "names no host")
	case u.User != nil:
		c.fault(at, "must not hold a user name or password")
	}
}

func (c *recipeCheck) field(at, role string, f RecipeField) {
	if !slices.Contains(RecipeRoles(), role) {
		c.fault(at, "is no role of a field; the roles are %s", strings.Join(RecipeRoles(), ", "))
		return
	}
	c.target(at+".target", f.Target)
	c.typing(at+".typing", f.Typing)
}

func (c *recipeCheck) failure(at string, f RecipeFailure) {
	c.mark(at+".mark", f.Mark)
	known := slices.DeleteFunc(FailureClasses(), func(k FailureClass) bool { return k == FailureEngine })
	if !slices.Contains(known, f.Class) {
		c.fault(at+".class", "is %q; it may be %s", f.Class, oneOf(known))
	}
	c.length(at+".message", f.Message)
}

func (c *recipeCheck) prompt(at string, kind InfoRequestKind, text string) {
	if !slices.Contains(InfoRequestKinds(), kind) {
		c.fault(at, "is no kind of question; the kinds are %s", oneOf(InfoRequestKinds()))
		return
	}
	if strings.TrimSpace(text) == "" {
		c.fault(at, "is empty: leave it out to keep the message")
	}
	c.length(at, text)
}

func (c *recipeCheck) typing(at, mode string) {
	if mode != "" && mode != TypingInsert && mode != TypingKeys {
		c.fault(at, "is %q; it may be %q or %q", mode, TypingInsert, TypingKeys)
	}
}

func (c *recipeCheck) wait(at, text string) {
	if text == "" {
		return
	}
	d, err := time.ParseDuration(text)
	if err != nil || d < MinRecipeWait || d > MaxRecipeWait {
		c.fault(at, "is %q; it is a duration between %v and 5m, such as \"20s\"", text, MinRecipeWait)
	}
}

// target checks what names an element.
func (c *recipeCheck) target(at string, t Target) {
	prefix, rest := t.split()
	switch {
	case t == "":
		c.fault(at, `is required: a CSS selector, "label=" and an accessible name, or "text=" and visible text`)
	case strings.TrimSpace(rest) == "":
		c.fault(at, "names nothing after %q", prefix)
	case prefix == "" && unknownPrefix(rest) != "":
		c.fault(at, "starts with %q; a target is a CSS selector, or starts with css=, label= or text=", unknownPrefix(rest))
	case prefix == "" || prefix == TargetCSS:
		c.selector(at, rest)
	}
	c.length(at, string(t))
}

// mark checks a mark of a page, as Project.LoggedIn.
func (c *recipeCheck) mark(at, mark string) {
	text, isText := strings.CutPrefix(mark, TargetText)
	switch {
	case mark == "":
		c.fault(at, `is required: a CSS selector, or "text=" and visible text`)
	case strings.TrimSpace(text) == "":
		c.fault(at, "names no text after %q", TargetText)
	case isText:
	case unknownPrefix(mark) != "":
		c.fault(at, "starts with %q; a mark is a CSS selector, or starts with text=", unknownPrefix(mark))
	default:
		c.selector(at, mark)
	}
	c.length(at, mark)
}

func (c *recipeCheck) selector(at, selector string) {
	if fault := selectorFault(selector); fault != "" {
		c.fault(at, "is no CSS selector: %s", fault)
	}
}

func (c *recipeCheck) length(at, text string) {
	if len(text) > MaxRecipeText {
		c.fault(at, "has %d bytes; it may have %d", len(text), MaxRecipeText)
	}
}

// split cuts the prefix off; it is empty for a target without one.
func (t Target) split() (prefix, rest string) {
	for _, p := range []string{TargetCSS, TargetLabel, TargetText} {
		if rest, ok := strings.CutPrefix(string(t), p); ok {
			return p, rest
		}
	}
	return "", string(t)
}

// unknownPrefix is what a text begins with that looks like a prefix: no selector begins with a word and "=", or with
// a slash.
func unknownPrefix(text string) string {
	if strings.HasPrefix(text, "/") {
		return "/"
	}
	i := strings.IndexByte(text, '=')
	if i <= 0 || strings.ContainsFunc(text[:i], notInSessionID) {
		return ""
	}
	return text[:i+1]
}

// selectorFault says what makes a text no CSS selector, as far as that shows without a browser: brackets and quotation
// marks that do not match (CSS Syntax Level 3, section 5).
func selectorFault(selector string) string {
	closing := map[rune]rune{'(': ')', '[': ']'}
	var open []rune
	var quote rune
	escaped := false
	for _, r := range selector {
		switch {
		case escaped:
			escaped = false
		case r == '\\':
			escaped = true
		case quote != 0:
			if r == quote {
				quote = 0
			}
		case r == '"' || r == '\'':
			quote = r
		case r == '(' || r == '[':
			open = append(open, closing[r])
		case r == ')' || r == ']':
			if len(open) == 0 || open[len(open)-1] != r {
				return fmt.Sprintf("a %q too many", r)
			}
			open = open[:len(open)-1]
		case r == '{' || r == '}' || r == ';':
			return fmt.Sprintf("%q has no place in it", r)
		}
	}
	switch {
	case quote != 0:
		return "a quotation mark is not closed"
	case len(open) > 0:
		return fmt.Sprintf("a %q is missing", open[len(open)-1])
	}
	return ""
}

// oneOf lists names for a sentence.
func oneOf[S ~string](names []S) string {
	texts := make([]string, 0, len(names))
	for _, n := range names {
		texts = append(texts, string(n))
	}
	return strings.Join(texts, ", ")
}
