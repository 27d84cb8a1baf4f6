package loginlab

import (
	"slices"
	"strconv"
)

func (v *variant) methods(sc *scene, p *passage) {
	sc.Heading = v.say("chooseMethodHeading")
	for _, m := range []Medium{MediumEmail, MediumText, MediumVoice} {
		sc.Choices = append(sc.Choices, sceneChoice{keyChoice, string(m), v.methodLabel(m, p.user), ""})
	}
}

func (v *variant) methodLabel(m Medium, user string) string {
	switch m { //nolint:exhaustive // a text message is the rest
	case MediumEmail:
		return v.say("methodEmail", mask(addressOf(m, user)))
	case MediumVoice:
		return v.say("methodVoice", mask(addressOf(m, user)))
	}
	return v.say("methodSMS", mask(addressOf(m, user)))
}

func (v *variant) sendFirst(sc *scene, p *passage) {
	sc.Heading, sc.Intro = v.say("sendCodeHeading"), v.say("sendCodeText", mask(addressOf(MediumText, p.user)))
	sc.Buttons = v.submit("sendCode")
}

func (v *variant) code(sc *scene, p *passage) {
	sc.Heading = v.say("codeHeading")
	length := strconv.Itoa(len(p.code))
	field := sceneField{Key: keyCode, Label: v.say("code"), Type: "text", Autocomplete: "one-time-code", InputMode: "numeric", MaxLength: len(p.code)}
	switch p.method {
	case MediumText:
		sc.Intro = v.say("smsIntro", length, mask(p.to))
	case MediumEmail:
		sc.Intro = v.say("emailIntro", length, mask(p.to))
	case MediumVoice:
		sc.Intro = v.say("voiceIntro", length, mask(p.to))
	default:
		field = v.generatedCode()
		key := "authenticatorIntro"
		if v.Factor == FactorHOTP {
			key = "hotpIntro"
		}
		sc.Intro = v.say(key, strconv.Itoa(field.MaxLength))
	}
	if p.method != "" {
		sc.Links = append(sc.Links, link{v.path("resend") + "?flow=" + sc.Flow, v.say("resend")})
	}
	if hashOf(v.Name, "bare code")%3 == 0 { // many sites say nothing of the field but its name
		field.Autocomplete, field.MaxLength = "off", 0
	}
	v.putCode(sc, field, len(p.code))
	sc.Buttons = v.submit("verify")
	v.spring(sc, p)
}

// putCode shows the code's field: one, a box per digit, or one of type password beside another.
func (v *variant) putCode(sc *scene, field sceneField, length int) {
	switch {
	case v.Factor.split() > 0:
		for i := range length {
			box := sceneField{Key: keyCode + strconv.Itoa(i), Type: "text", InputMode: "numeric", MaxLength: 1}
			sc.Boxes = append(sc.Boxes, box)
		}
		return
	case v.Factor == FactorPasswordTypeCode:
		id := sceneField{Key: keyTrap, Label: "Id", Type: "text", Value: "r8k2m5x9w1"}
		field.Type, field.Autocomplete, field.InputMode = "password", "off", ""
		sc.Fields = []sceneField{id, field}
		return
	}
	sc.Fields = []sceneField{field}
}

// spring sets the traps of a page that comes after the password.
func (v *variant) spring(sc *scene, p *passage) {
	if v.Has(NuisanceTrapWelcome) {
		sc.Greeting = v.say("welcomeUser", p.user)
	}
	if v.Has(NuisanceTrapLogout) || v.Has(NuisanceTrapConsent) && v.step(p) == stepConsent {
		sc.Greeting, sc.LogOut = v.say("signedInAs", p.user), v.path("login")
	}
}

func (v *variant) linkSent(sc *scene, p *passage) {
	sc.Heading, sc.Intro, sc.Poll = v.say("linkHeading"), v.say("linkIntro", mask(p.to)), v.path("poll")
	sc.Links = []link{{v.path("resend") + "?flow=" + sc.Flow, v.say("resend")}}
	v.spring(sc, p)
}

func (v *variant) push(sc *scene, p *passage) {
	sc.Heading, sc.Intro, sc.Poll = v.say("pushHeading"), v.say("pushIntro"), v.path("poll")
	if p.number != "" {
		sc.Heading, sc.Intro, sc.BigText = v.say("numberHeading"), v.say("numberIntro"), p.number
	}
	v.spring(sc, p)
}

func (v *variant) security(sc *scene, p *passage) {
	sc.Heading = v.say("securityHeading")
	sc.Fields = []sceneField{{Key: keyAnswer, Label: v.say("securityQuestion"), Type: "text", Autocomplete: "off"}}
	sc.Buttons = v.submit("continue")
	v.spring(sc, p)
}

func (v *variant) passkeyPage(sc *scene, p *passage) {
	sc.Heading, sc.Intro, sc.Passkey = v.say("passkeyHeading"), v.say("passkeyIntro"), p.challenge
	sc.Buttons = v.submit("passkeyButton")
	v.spring(sc, p)
}

func (v *variant) backup(sc *scene, p *passage) {
	sc.Heading, sc.Intro = v.say("backupHeading"), v.say("backupIntro")
	sc.Fields = []sceneField{{Key: keyBackup, Label: v.say("backupLabel"), Type: "text", Autocomplete: "off"}}
	sc.Buttons = v.submit("verify")
	v.spring(sc, p)
}

// mask leaves what sites leave: the last two digits of a number, the first letter and the host of an address.
func mask(to string) string {
	if i := slices.Index([]rune(to), '@'); i > 0 {
		return to[:1] + "•••••" + to[i:]
	}
	if len(to) < 2 {
		return ""
	}
	return maskPhone(to)
}
