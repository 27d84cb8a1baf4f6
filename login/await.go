package login

import (
	"context"
	"slices"
	"time"
)

// maxLooks bounds how often a page that keeps changing is looked at in one wait.
const maxLooks = 200

// effect is what a submit did.
type effect int

const (
	// effectForward: another step came, or there was no submit.
	effectForward effect = iota
	// effectAgain: the same step, or one before it, came again.
	effectAgain
)

// effect compares the page with the one that was submitted. It does not say why a step came again.
func (r *run) effect() effect {
	if r.pending == nil {
		return effectForward
	}
	seen := r.seen.Class
	again := false
	switch r.pending.class { //nolint:exhaustive // only these are ever submitted
	case ClassIdentifier:
		again = seen == ClassIdentifier && (r.seen.Signature == r.pending.signature || r.seen.NewError() != nil)
	case ClassPassword, ClassIdentifierPassword:
		again = seen == ClassIdentifier || seen == ClassPassword || seen == ClassIdentifierPassword ||
			seen == ClassCodeInForm && r.seen.NewError(ErrorCredentials, ErrorUnknownUser, ErrorRejected, ErrorLockout, ErrorPasswordExpired) != nil
	case ClassCode:
		again = seen == ClassIdentifier || seen.asksForPassword() ||
			seen == ClassCode && (r.seen.Signature == r.pending.signature || r.seen.NewError() != nil)
	case ClassCodeInForm:
		again = seen == ClassIdentifier || seen.asksForPassword()
	}
	if again {
		return effectAgain
	}
	return effectForward
}

// mayChange reports whether it is too early to judge the page, and until when to wait for it to change.
func (r *run) mayChange() (bool, time.Duration) {
	waited := r.clock.Now().Sub(r.actedAt)
	switch {
	case !r.seen.Class.settled():
		// A page that complains is no page that loads.
		return waited < r.timing.Unknown && (r.pending == nil || r.seen.NewError() == nil), r.timing.Unknown - waited
	case r.effect() == effectForward || r.explained():
		return false, 0
	case r.emptied():
		return waited < 2*r.timing.Grace, 2*r.timing.Grace - waited
	}
	return waited < r.timing.Unchanged, r.timing.Unchanged - waited
}

// explained reports whether the page shows that the submit was answered: a new document, a new message, or a
// status that says so.
func (r *run) explained() bool {
	if r.document(r.pending.field.Frame) != r.pending.document {
		return true
	}
	if r.model.SubmitStatus == statusTooMany || r.model.SubmitStatus >= statusServerError {
		return true
	}
	return r.seen.NewError() != nil && r.seen.ModelHash != r.pending.modelHash
}

// emptied reports whether the same field stands there again, empty: some sites say nothing and just ask again.
func (r *run) emptied() bool {
	i := slices.IndexFunc(r.seen.Fields, func(f FieldRole) bool {
		return f.Control.Type == r.pending.field.Type && f.Control.Frame == r.pending.field.Frame
	})
	return r.seen.Signature == r.pending.signature && i >= 0 && !r.seen.Fields[i].Control.Filled
}

// awaitChange looks at the page until it is another one than it is now, at most limit. It returns false when it
// stayed the same.
func (r *run) awaitChange(ctx context.Context, limit time.Duration) (bool, error) {
	before, document, class := r.seen.ModelHash, r.document(""), r.seen.Class
	deadline := r.clock.Now().Add(limit)
	for range maxLooks {
		left := deadline.Sub(r.clock.Now())
		if left <= 0 {
			break
		}
		if err := r.page.Settle(ctx, r.readAt, left, left); err != nil {
			return false, err
		}
		if err := r.read(ctx); err != nil {
			return false, err
		}
		if r.seen.ModelHash != before || r.document("") != document || r.seen.Class != class {
			return true, nil
		}
	}
	return false, nil
}

// document names the document of a frame; the top frame's when frame is empty.
func (r *run) document(frame string) string {
	for _, f := range r.model.Frames {
		if f.ID == frame || frame == "" {
			return f.Document
		}
	}
	return ""
}
