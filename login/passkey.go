package login

import (
	"context"
	"time"
)

// passkeyMoment is how long a page with a passkey is given to go on by itself, as those do that ask on load (WebAuthn,
// conditional mediation).
const passkeyMoment = time.Second

// hasPasskey reports whether the browser holds a passkey of the account.
func (r *run) hasPasskey() bool {
	_, ok := r.in.Parameters.Get(ParameterPasskey)
	return ok
}

// usePasskey answers a page that asks for a passkey; without one it looks for another way.
func (r *run) usePasskey(ctx context.Context) (*Outcome, error) {
	if r.hasPasskey() {
		if taken, err := r.offerPasskey(ctx, maxSame); taken || err != nil {
			return nil, err
		}
	}
	for _, kind := range []ActionKind{ActionUsePassword, ActionAnotherWay, ActionDecline} {
		if c := r.seen.Action(kind); c != nil && r.may(r.here("follow/"+string(kind)), 1) {
			return nil, r.click(ctx, *c)
		}
	}
	return ended(r.ending()), nil
}

// viaPasskey uses the account's passkey on a form that takes one as well, once per page.
func (r *run) viaPasskey(ctx context.Context) (bool, error) {
	if !r.hasPasskey() {
		return false, nil
	}
	switch r.seen.Class { //nolint:exhaustive // the others take no passkey, or are about it
	case ClassIdentifier, ClassPassword, ClassIdentifierPassword:
		return r.offerPasskey(ctx, 1)
	case ClassCode, ClassCodeSplit, ClassBackupCode, ClassSecurityQuestion, ClassExternalWait, ClassSendCode:
		if r.seen.Action(ActionUsePasskey) != nil {
			return r.offerPasskey(ctx, 1)
		}
	case ClassUnknown:
		// A page that took the passkey on load may be past the login already.
		if !r.history().submitted() && r.may("passkey", 1) {
			r.progress.CodeSubmitted = true
			return true, r.classify(ctx)
		}
	}
	return false, nil
}

// offerPasskey waits for the page to take the passkey by itself, then asks for it, at most limit times.
func (r *run) offerPasskey(ctx context.Context, limit int) (bool, error) {
	before := r.progress.CodeSubmitted
	r.progress.CodeSubmitted = true // what comes next may be past the login
	if r.may(r.here("passkey_moment"), 1) {
		if changed, err := r.awaitChange(ctx, passkeyMoment); changed || err != nil {
			return true, err
		}
	}
	if c := r.seen.Action(ActionUsePasskey); c != nil && r.may(r.here("passkey"), limit) {
		return true, r.click(ctx, *c)
	}
	r.progress.CodeSubmitted = before
	return false, nil
}
