package session

// Recipe is what a person knows of a login that detection does not find. It overrides only what it names.
type Recipe struct {
	// Before is done on the login page before it is read.
	Before []RecipeStep `json:"before,omitempty" yaml:"before"`
	// Fields says where a value belongs, by the field's role: "identifier", "password", "code", "organisation".
	Fields map[string]RecipeField `json:"fields,omitempty" yaml:"fields"`
	// Submit is the button of every form, where it is found; Enter otherwise.
	Submit Target `json:"submit,omitempty" yaml:"submit"`
	// After is done once logged in, before the session is captured.
	After []RecipeStep `json:"after,omitempty" yaml:"after"`
	// Success are marks of a logged-in page; any of them will do.
	Success []string `json:"success,omitempty" yaml:"success"`
	// Failures are marks of a failed login.
	Failures []RecipeFailure `json:"failures,omitempty" yaml:"failures"`
	// Prompts replace the message of a question, by its kind.
	Prompts map[InfoRequestKind]string `json:"prompts,omitempty" yaml:"prompts"`
	// Typing is "insert" (the default) or "keys": one key event per character.
	Typing string      `json:"typing,omitempty" yaml:"typing"`
	Waits  RecipeWaits `json:"waits,omitzero" yaml:"waits"`
}

// Target names an element: "css=…" is a selector, "label=…" an accessible name, "text=…" visible text. Without a
// prefix it is a selector.
type Target string

// RecipeField is where a value belongs.
type RecipeField struct {
	Target Target `json:"target" yaml:"target"`
	// Typing overrides the recipe's.
	Typing string `json:"typing,omitempty" yaml:"typing"`
}

// RecipeStep is one act: exactly one of its fields is set.
type RecipeStep struct {
	// Click clicks an element.
	Click Target `json:"click,omitempty" yaml:"click"`
	// WaitFor waits until an element is shown.
	WaitFor Target `json:"waitFor,omitempty" yaml:"waitFor"`
	// Open opens a URL, relative to the page.
	Open string `json:"open,omitempty" yaml:"open"`
	// Fill types a parameter into an element.
	Fill *RecipeFill `json:"fill,omitempty" yaml:"fill"`
	// Optional lets the login go on where the element does not come.
	Optional bool `json:"optional,omitempty" yaml:"optional"`
}

// RecipeFill types a parameter of the operation.
type RecipeFill struct {
	Target Target `json:"target" yaml:"target"`
	// Parameter is the parameter's name; it is asked for when there is none.
	Parameter string `json:"parameter" yaml:"parameter"`
}

// RecipeFailure turns a mark into a failure.
type RecipeFailure struct {
	// Mark is a CSS selector, or "text=" and visible text, as Project.LoggedIn.
	Mark  string       `json:"mark" yaml:"mark"`
	Class FailureClass `json:"class" yaml:"class"`
	// Message is for the person who must act.
	Message string `json:"message,omitempty" yaml:"message"`
}

// RecipeWaits bound the engine's waits, as Go durations; empty ones keep the defaults.
type RecipeWaits struct {
	Settle    string `json:"settle,omitempty" yaml:"settle"`
	Unchanged string `json:"unchanged,omitempty" yaml:"unchanged"`
	Unknown   string `json:"unknown,omitempty" yaml:"unknown"`
}
