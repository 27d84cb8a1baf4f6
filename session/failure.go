package session

// FailureClass says what kind of end a failure is, and so whether a retry is
// allowed. See DESIGN "Failure classes".
type FailureClass string

// The failure classes.
const (
	// FailureCredential: the site refused the user name or the password. Nothing
	// submits again for the account until a person changes something.
	FailureCredential FailureClass = "credential"
	// FailureLockout: too many tries, or the account is locked.
	FailureLockout FailureClass = "lockout"
	// FailureNeedsUser: a person did not answer, or must act at the site.
	FailureNeedsUser FailureClass = "needs_user"
	// FailureSite: the site is unreachable, slow or answers 5xx.
	FailureSite FailureClass = "site"
	// FailureBlocked: a bot wall, or the secrets would go where they must not.
	FailureBlocked FailureClass = "blocked"
	// FailureUnsupported: the page was not understood, or the method is not supported.
	FailureUnsupported FailureClass = "unsupported"
	// FailureEngine: our side: browser lost, crash, could not be started.
	FailureEngine FailureClass = "engine"
)

// FailureClasses lists every class.
func FailureClasses() []FailureClass {
	return []FailureClass{
		FailureCredential, FailureLockout, FailureNeedsUser, FailureSite,
		FailureBlocked, FailureUnsupported, FailureEngine,
	}
}

// OpensBreaker reports whether a failure of this class stops further submits for the
// account until its credentials change or a person resets it.
func (c FailureClass) OpensBreaker() bool {
	return c == FailureCredential || c == FailureLockout
}

// Failure is a typed end of an operation. Neither Code nor Message ever holds a
// secret, a cookie or more of a page than a short error sentence of the site.
type Failure struct {
	Class FailureClass `json:"class"`
	// Code names the reason within the class, in snake_case: "wrong_password".
	Code string `json:"code"`
	// Message is a sentence for the person who must act.
	Message string `json:"message"`
	// SiteError is what the site said, if it said anything: at most 200 characters.
	SiteError string `json:"siteError,omitempty"`
	// Evidence says on what the decision rests.
	Evidence []Evidence `json:"evidence,omitempty"`
}

// Error makes *Failure an error: "class: code: message".
func (f *Failure) Error() string {
	return string(f.Class) + ": " + f.Code + ": " + f.Message
}

// NewFailure makes a failure without evidence.
func NewFailure(class FailureClass, code, message string) *Failure {
	return &Failure{Class: class, Code: code, Message: message}
}

// Evidence is one observation that a decision rests on.
type Evidence struct {
	// Rule names the observation: "password_field", "logout_control".
	Rule string `json:"rule"`
	// Weight is how much it counted, in points.
	Weight int `json:"weight"`
	// Where says where on the page it was seen, without page text: "main frame, form 1".
	Where string `json:"where,omitempty"`
}

// Verdict is a decision with its evidence.
type Verdict struct {
	// LoggedIn is the decision.
	LoggedIn bool `json:"loggedIn"`
	// Confidence is 0 to 100.
	Confidence int `json:"confidence"`
	// Proven is true when the captured state, restored into a fresh browser context,
	// satisfied the proof and an anonymous context did not.
	Proven   bool       `json:"proven"`
	Evidence []Evidence `json:"evidence"`
}
