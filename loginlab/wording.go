package loginlab

import "strconv"

// wording holds what the pages of one language say, so that a further language is a
// further value.
type wording struct {
	SignIn, Continue, Verify, LogOut         string
	Username, Password, Code                 string
	SignInHeading, PasswordHeading           string
	CodeHeading, AccountHeading              string
	Forgot, Register, BackToSignIn, NotYou   string
	SignedInAs, AccountIntro                 string
	WrongPassword, TooManyAttempts           string
	WrongCode, ReusedCode, ExpiredCode       string
	TooManyCodes, FormExpired                string
	ErrorHeading, ErrorText                  string
	NothingHeading, NothingText              string
	PuzzleHeading, PuzzleText, PuzzleConfirm string
	AuthenticatorIntro, AuthenticatorLabel   string
	// textedIntro says what was sent and where to; digits tells whether it is only digits.
	textedIntro func(length int, digits bool, masked string) string
}

// words returns the wording of a BCP 47 tag. English is what there is today.
func words(string) wording { return english }

var english = wording{
	SignIn: "Sign in", Continue: "Continue", Verify: "Verify", LogOut: "Log out",
	Username: "User name", Password: "Password", Code: "Verification code",
	SignInHeading: "Sign in to your account", PasswordHeading: "Enter your password",
	CodeHeading: "Two-step verification", AccountHeading: "Your account",
	Forgot: "Forgot your password?", Register: "Create an account",
	BackToSignIn: "Back to sign in", NotYou: "Not you?",
	SignedInAs: "Signed in as", AccountIntro: "You have no new messages.",
	WrongPassword:   "Incorrect user name or password.",
	TooManyAttempts: "Too many attempts. Please try again later.",
	WrongCode:       "That code is incorrect. Please try again.",
	ReusedCode:      "That code was used already. Please wait for the next one.",
	ExpiredCode:     "That code has expired. Please sign in again.",
	TooManyCodes:    "Too many incorrect codes. Please sign in again.",
	FormExpired:     "This form has expired. Please go back, reload the page and try again.",
	ErrorHeading:    "Something went wrong",
	ErrorText:       "An unexpected error occurred. Please try again in a few minutes.",
	NothingHeading:  "Not part of the lab",
	NothingText:     "This page exists to be linked to. Please go back to sign in.",
	PuzzleHeading:   "Are you human?",
	PuzzleText:      "Choose every picture that shows a circle, then confirm.",
	PuzzleConfirm:   "Confirm",

	AuthenticatorIntro: "Enter the 6-digit code that your authenticator app shows.",
	AuthenticatorLabel: "Authenticator code",
	textedIntro: func(length int, digits bool, masked string) string {
		unit := "-character"
		if digits {
			unit = "-digit"
		}
		return "We sent a " + strconv.Itoa(length) + unit + " code by text message to " + masked + "."
	},
}
