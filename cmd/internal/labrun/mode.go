package labrun

// Mode says what a pass over the sites gives them.
type Mode string

// The modes.
const (
	// ModeRight gives everything right.
	ModeRight Mode = "right"
	// ModeWrongPassword gives a wrong password.
	ModeWrongPassword Mode = "wrong_password"
	// ModeWrongCode answers the first question for a code wrongly, and the next rightly.
	ModeWrongCode Mode = "wrong_code"
)

// Modes lists every mode.
func Modes() []Mode { return []Mode{ModeRight, ModeWrongPassword, ModeWrongCode} }
