package login

import (
	"context"
	"errors"
	"time"

	"github.com/anteroom/anteroom/session"
)

// Errors that a [Page] returns, wrapped. Every other error of a Page is an engine fault.
var (
	// ErrOriginNotAllowed: the frame or the top page may not see secrets; nothing was typed.
	ErrOriginNotAllowed = errors.New("this origin may not see the project's secrets")
	// ErrDocumentChanged: the document of the control is gone; nothing was typed or clicked.
	ErrDocumentChanged = errors.New("the document changed")
	// ErrNotInteractable: the control is gone, hidden, disabled or refused the value.
	ErrNotInteractable = errors.New("the control cannot be used")
	// ErrPageLost: the page or its browser is gone, on positive evidence.
	ErrPageLost = errors.New("the page is lost")
)

// LoadError is the error of a navigation that the site or the network refused.
type LoadError struct {
	// Reason is Chromium's network error name: "ERR_CONNECTION_REFUSED".
	Reason string
	// Refused is true when our own forwarding proxy refused the address by policy.
	Refused bool
}

// Error says what could not be loaded, without the URL.
func (e *LoadError) Error() string { return "load page: " + e.Reason }

// Page is one browser page, as the engine sees it. Every method has a bound of its own
// besides ctx. A Page is used by one goroutine.
type Page interface { //nolint:interfacebloat // a page is one thing, and its fakes are ours
	// Navigate opens url and returns when the document was committed. Errors: *LoadError, ErrPageLost.
	Navigate(ctx context.Context, url string) error
	// OpenBeside opens url in a window of its own in front of the page, as a link in a mail does; the page stays behind it
	// and goes on. The methods then see that window, until CloseBeside closes it. Errors: as Navigate.
	OpenBeside(ctx context.Context, url string) error
	// CloseBeside closes the window that OpenBeside opened, if it is still there. Errors: ErrPageLost.
	CloseBeside(ctx context.Context) error
	// Settle waits until the page is quiet: no navigation, no document or XHR or fetch request in flight and no
	// mutation for a moment; at most limit. It returns nil also when limit passed. since is the Mark of a moment before
	// an act: until something happened after it (a request, a navigation, a mutation), Settle waits for grace.
	Settle(ctx context.Context, since Mark, grace, limit time.Duration) error
	// Mark names this moment for Settle.
	Mark() Mark
	// Model reads the page.
	Model(ctx context.Context) (*PageModel, error)
	// Fill replaces the content of a field. In one step inside the page it checks that the control is in the
	// same document as when it was modelled, that the frame's origin and the top page's origin are allowed and that
	// the form does not post from https to http; then it focuses, replaces and verifies the value. Errors:
	// ErrOriginNotAllowed, ErrDocumentChanged, ErrNotInteractable, ErrPageLost.
	Fill(ctx context.Context, c Control, value session.Secret, allowed session.Origins) error
	// Click scrolls to the control and clicks it with trusted mouse events. Errors: ErrDocumentChanged,
	// ErrNotInteractable, ErrPageLost.
	Click(ctx context.Context, c Control) error
	// PressEnter presses Enter in a field. Errors as Click.
	PressEnter(ctx context.Context, c Control) error
	// Matches reports whether the page shows mark: a CSS selector of a visible element, or "text=" and visible text.
	Matches(ctx context.Context, mark string) (bool, error)
	// Find returns the visible control that a recipe's target names, as Model would model it; false when there is none. A
	// target of text or label matches the innermost control. Errors: ErrPageLost, an error for a selector that is none.
	Find(ctx context.Context, target session.Target) (Control, bool, error)
	// Type replaces the content of a field by real key events, one per character; checks and errors as Fill.
	Type(ctx context.Context, c Control, value session.Secret, allowed session.Origins) error
	// FillBoxes distributes value over boxes, one character each: it focuses the first and pastes; boxes that did not
	// take the paste within a moment get key events. Checks and errors as Fill, for every box.
	FillBoxes(ctx context.Context, boxes []Control, value session.Secret, allowed session.Origins) error
	// Select chooses the option of a <select> whose text or value is option. Errors as Click.
	Select(ctx context.Context, c Control, option string) error
	// Authenticate opens url again and answers its HTTP authentication challenge (RFC 7617, RFC 7616) once, if its origin is
	// allowed. Errors: as Navigate, ErrOriginNotAllowed.
	Authenticate(ctx context.Context, url string, username, password session.Secret, allowed session.Origins) error
	// Picture returns a PNG of the viewport in which the value of every field is painted over, and every text
	// that redact changes. With images it first loads the page's images, where they were left out.
	Picture(ctx context.Context, redact func(text string) string, images bool) ([]byte, error)
	// LoadMedia has images, media and fonts loaded from now on, where they were left out; what is shown stays as it is.
	LoadMedia(ctx context.Context) error
}

// Mark is a moment in the life of a page.
type Mark uint64

// ClaimStep names what a claim is for.
type ClaimStep string

// The claim steps.
const (
	ClaimSubmitCredentials ClaimStep = "submit_credentials"
	ClaimEnterCode         ClaimStep = "enter_code"
)

// Gate is asked immediately before what must happen at most once.
type Gate interface {
	// Claim returns true once per step and key within an attempt. On false the engine must not act: it looks at the
	// page and classifies what happened. An open breaker of the account is a *session.Failure.
	Claim(ctx context.Context, step ClaimStep, key string) (bool, error)
	// Spend returns true once per account, kind and key, whichever operation asks: what is spent is never typed again.
	Spend(ctx context.Context, kind SpendKind, key string) (bool, error)
	// NextCounter takes the account's next HOTP counter that is at least from (RFC 4226): no two calls return the same.
	NextCounter(ctx context.Context, from int64) (int64, error)
}

// SpendKind names what is used once per account.
type SpendKind string

// The kinds of things that are used once.
const (
	// SpendTOTPStep is keyed by the number of the time step.
	SpendTOTPStep SpendKind = "totp_step"
	// SpendBackupCode is keyed by a fingerprint of the code that the gate cannot turn back: the engine gives the code's
	// HMAC, see BackupCodeKey.
	SpendBackupCode SpendKind = "backup_code"
)

// Reporter is told what the engine is doing, for people. Calls are cheap and may be dropped.
type Reporter interface {
	Step(step session.Step)
}
