package loginlab

import (
	"cmp"
	"net/http"
	"strconv"
	"strings"
)

// judge takes the current step's input; it reports whether the login goes on, and sets the alert otherwise.
func (v *variant) judge(r *http.Request, p *passage, value func(key string) string) bool {
	switch v.step(p) {
	case stepChooser:
		return value(keyChoice) != ""
	case stepTenant:
		return v.judgeTenant(r, p, cmp.Or(r.PostFormValue(keyOrganisation), value(keyOrganisation)))
	case stepIdentifier:
		p.user = username(value(keyUsername))
		v.record(r, KindIdentifierSubmit, outcomeOf(p.user != ""), p.user)
		return p.user != ""
	case stepPassword, stepCredentials:
		return v.judgePassword(r, p, value)
	case stepUnfolded, stepCode:
		return v.judgeCode(r, p, v.typedCode(p, value))
	case stepSecurity:
		ok := strings.EqualFold(value(keyAnswer), v.lab.securityAnswer(v.Name, p.user))
		return v.judged(r, p, outcomeOf(ok))
	case stepBackup:
		v.lab.mu.Lock()
		outcome := v.lab.useBackupCode(v.Name, p.user, value(keyBackup))
		v.lab.mu.Unlock()
		return v.judged(r, p, outcome)
	case stepPasskey:
		return v.judgePasskey(r, p)
	case stepMethod:
		p.method = Medium(r.PostFormValue(keyChoice))
		return p.method == MediumText || p.method == MediumEmail || p.method == MediumVoice
	case stepLink, stepPush:
		return p.approved
	case stepConsent, stepTerms:
		if r.PostFormValue(keyAction) == "accept" {
			return true
		}
		p.at = v.first() // who declines is not let in
		return false
	case stepRedirecting:
		return !v.lab.options.Now().Before(p.expires)
	case stepSend, stepStay, stepOffer:
		return true
	case stepDone:
	}
	return false
}

func outcomeOf(ok bool) Outcome {
	if ok {
		return OutcomeOK
	}
	return OutcomeWrong
}

func (v *variant) judgeTenant(r *http.Request, p *passage, name string) bool {
	ok := strings.EqualFold(name, defaultOrganisation)
	v.record(r, KindIdentifierSubmit, outcomeOf(ok), "")
	if !ok {
		p.alert = v.say("unknownUser")
	}
	return ok
}

func (v *variant) judgePassword(r *http.Request, p *passage, value func(key string) string) bool {
	if v.step(p) == stepCredentials {
		p.user = username(value(keyUsername))
	}
	if v.Has(NuisanceCaptcha) && !strings.EqualFold(value(keyCaptcha), captchaText(v.Name)) {
		v.record(r, KindPasswordSubmit, OutcomeIgnored, p.user)
		p.alert = v.say("captchaHint")
		return false
	}
	ok := p.user != "" && v.lab.passwordIs(r.PostFormValue(v.fieldName(keyPassword, p.salt))) && value(keyTrap) == ""
	v.record(r, KindPasswordSubmit, outcomeOf(ok), p.user)
	if !ok {
		p.alert = v.say("wrongPassword")
		if v.Has(NuisanceTrapPublicPage) {
			p.at = -1
		}
		return false
	}
	if v.Factor != FactorTOTPInForm {
		return true
	}
	v.lab.mu.Lock()
	outcome := v.lab.useCode(v.Factor, v.Name, p.user, typedCode(value(keyCode)))
	v.lab.mu.Unlock()
	v.record(r, KindCodeSubmit, outcome, p.user)
	p.alert = v.codeAlert(outcome)
	return outcome == OutcomeOK
}

// typedCode puts the boxes of a split code together.
func (v *variant) typedCode(p *passage, value func(key string) string) string {
	if v.Factor.split() == 0 {
		return typedCode(value(keyCode))
	}
	var b strings.Builder
	for i := range len(p.code) {
		b.WriteString(value(keyCode + strconv.Itoa(i)))
	}
	return b.String()
}

func (v *variant) judgeCode(r *http.Request, p *passage, code string) bool {
	outcome := OutcomeWrong
	switch {
	case p.method == "":
		v.lab.mu.Lock()
		outcome = v.lab.useCode(v.Factor, v.Name, p.user, code)
		v.lab.mu.Unlock()
	case v.lab.options.Now().After(p.expires):
		outcome = OutcomeExpired
	case equal(code, p.code):
		outcome = OutcomeOK
	}
	return v.judged(r, p, outcome)
}

// judged records how a second factor went. After three wrong ones the login begins again.
func (v *variant) judged(r *http.Request, p *passage, outcome Outcome) bool {
	if outcome == OutcomeWrong || outcome == OutcomeReused {
		if p.wrong++; p.wrong >= maxWrongCodes {
			outcome = OutcomeInvalidated
		}
	}
	v.record(r, v.step(p).submitKind(), outcome, p.user)
	if outcome == OutcomeOK {
		return true
	}
	p.alert = v.codeAlert(outcome)
	if outcome == OutcomeInvalidated || outcome == OutcomeExpired {
		p.at, p.wrong = v.first(), 0
	}
	return false
}

func (v *variant) codeAlert(o Outcome) string {
	switch o { //nolint:exhaustive // the others are wrong codes
	case OutcomeOK:
		return ""
	case OutcomeReused:
		return v.say("reusedCode")
	case OutcomeExpired:
		return v.say("expiredCode")
	case OutcomeInvalidated:
		return v.say("tooManyCodes")
	}
	return v.say("wrongCode")
}

func (v *variant) judgePasskey(r *http.Request, p *passage) bool {
	rp := relyingParty{id: hostOf(r), origin: originOf(r), challenge: p.challenge}
	v.lab.mu.Lock()
	_, err := v.lab.verifyAssertion(rp, v.Name, p.user, r.PostFormValue(keyAssertion))
	v.lab.mu.Unlock()
	return v.judged(r, p, outcomeOf(err == nil))
}
