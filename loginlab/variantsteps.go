package loginlab

import "slices"

// step is one page of a variant's login.
type step string

// The steps.
const (
	stepChooser     step = "chooser"
	stepTenant      step = "tenant"
	stepIdentifier  step = "identifier"
	stepPassword    step = "password"
	stepCredentials step = "credentials"
	stepUnfolded    step = "unfolded"
	stepRedirecting step = "redirecting"
	stepMethod      step = "method"
	stepSend        step = "send"
	stepCode        step = "code"
	stepLink        step = "link"
	stepPush        step = "push"
	stepSecurity    step = "security"
	stepPasskey     step = "passkey"
	stepBackup      step = "backup"
	stepStay        step = "stay"
	stepConsent     step = "consent"
	stepTerms       step = "terms"
	stepOffer       step = "offer"
	stepDone        step = "done"
)

// steps lists the pages of a variant in their order; the last is stepDone.
func (s *Site) steps() []step {
	var all []step
	add := func(when bool, steps ...step) {
		if when {
			all = append(all, steps...)
		}
	}
	basic := s.Topology == TopologyHTTPBasic
	add(s.Has(NuisanceAccountChooser) && !basic, stepChooser)
	add(s.Topology == TopologyTenantFirst, stepTenant)
	switch {
	case basic:
	case s.Topology == TopologyIdentifierFirst:
		add(true, stepIdentifier, stepPassword)
	default:
		add(true, stepCredentials)
	}
	add(s.Has(NuisanceRedirecting), stepRedirecting)
	all = append(all, s.Factor.steps()...)
	add(s.Has(NuisanceStaySignedIn), stepStay)
	add(s.Has(NuisanceConsent) || s.Has(NuisanceTrapConsent), stepConsent)
	add(s.Has(NuisanceTerms), stepTerms)
	add(s.Has(NuisanceOffer), stepOffer)
	return append(all, stepDone)
}

// steps lists the pages that a factor adds after the password.
func (f Factor) steps() []step {
	switch f { //nolint:exhaustive // the others ask for a code on a page of its own
	case FactorNone, FactorTOTPInForm:
		return nil
	case FactorUnfolding:
		return []step{stepUnfolded}
	case FactorSendCode:
		return []step{stepSend, stepCode}
	case FactorMethodChoice:
		return []step{stepMethod, stepCode}
	case FactorEmailedLink:
		return []step{stepLink}
	case FactorPush, FactorNumberMatching:
		return []step{stepPush}
	case FactorSecurityQuestion:
		return []step{stepSecurity}
	case FactorPasskey:
		return []step{stepPasskey}
	case FactorBackupCode:
		return []step{stepBackup}
	}
	return []step{stepCode}
}

// first returns the place of the step that a login goes back to when its codes are used up.
func (s *Site) first() int {
	return max(0, slices.IndexFunc(s.steps(), func(x step) bool { return x != stepChooser }))
}

// sent reports whether the factor's code is sent, and by which medium.
func (f Factor) sent() (Medium, bool) {
	switch f { //nolint:exhaustive // the others send nothing
	case FactorTextedCode, FactorSendCode, FactorUnfolding, FactorSplit4, FactorSplit6, FactorSplit8:
		return MediumText, true
	case FactorEmailedCode, FactorPasswordTypeCode:
		return MediumEmail, true
	case FactorVoiceCode:
		return MediumVoice, true
	}
	return "", false
}

// codeLength is how many digits a variant's sent code has.
func (f Factor) codeLength() int {
	switch {
	case f.split() > 0:
		return f.split()
	case f == FactorPasswordTypeCode:
		return 8
	}
	return 6
}

// submitKind is the kind of event that a second factor's answer makes.
func (at step) submitKind() Kind {
	switch at { //nolint:exhaustive // the others take codes
	case stepSecurity:
		return KindAnswerSubmit
	case stepPasskey:
		return KindPasskeySubmit
	}
	return KindCodeSubmit
}
