package loginlab

import "strconv"

func (v *variant) chooser(sc *scene, _ *passage) {
	sc.Heading = v.say("chooserHeading")
	for i, name := range []string{"grace@fernwood.example", "linus@fernwood.example"} {
		sc.Choices = append(sc.Choices, sceneChoice{keyChoice, strconv.Itoa(i), name, v.say("chooserSignedOut")})
	}
	sc.Choices = append(sc.Choices, sceneChoice{keyChoice, "another", v.say("chooserAnother"), ""})
}

func (v *variant) tenant(sc *scene, _ *passage) {
	sc.Heading, sc.Intro = v.say("organisationHeading"), v.say("organisationHint")
	if hashOf(v.Name, "tenant list")%2 == 0 {
		sc.Intro = v.say("organisationList")
		for _, name := range []string{"Brightwater", defaultOrganisation, "Millbrook"} {
			sc.Choices = append(sc.Choices, sceneChoice{keyOrganisation, name, name, ""})
		}
		return
	}
	sc.Fields = []sceneField{{Key: keyOrganisation, Label: v.say("organisation"), Type: "text", Autocomplete: "organization"}}
	sc.Buttons = v.submit("continue")
}

func (v *variant) identifier(sc *scene, p *passage) {
	sc.Heading = v.say("signInHeading")
	sc.Fields = []sceneField{v.usernameField(p.user)}
	sc.Buttons = v.submit("next")
	v.aside(sc)
}

func (v *variant) password(sc *scene, p *passage) {
	sc.Heading, sc.Intro = v.say("passwordHeading"), p.user
	sc.Fields = []sceneField{v.passwordField()}
	sc.Buttons = v.submit("signIn")
	v.extras(sc)
	sc.Links = []link{{v.path("forgot"), v.say("forgot")}, {v.path("login"), v.say("notYou")}}
}

func (v *variant) credentials(sc *scene, p *passage) {
	sc.Heading = v.say("signInHeading")
	sc.Fields = []sceneField{v.usernameField(p.user), v.passwordField()}
	sc.Buttons = v.submit("signIn")
	v.extras(sc)
	v.aside(sc)
}

// extras are what stands in the form of the password beside it.
func (v *variant) extras(sc *scene) {
	if v.Factor == FactorTOTPInForm {
		sc.Fields = append(sc.Fields, v.generatedCode())
	}
	if v.Has(NuisanceCaptcha) {
		sc.Picture = v.path("captcha.svg")
		sc.Fields = append(sc.Fields, sceneField{Key: keyCaptcha, Label: v.say("captchaLabel"), Type: "text", Autocomplete: "off"})
	}
	if v.Has(NuisanceRemember) {
		sc.Toggles = append(sc.Toggles, sceneField{Key: keyRemember, Label: v.say("rememberMe"), Type: "checkbox"})
	}
}

func (v *variant) aside(sc *scene) {
	sc.Links = append(sc.Links, link{v.path("forgot"), v.say("forgot")})
	if !v.Has(NuisanceRegistration) && !v.Has(NuisanceFormlessRegistration) {
		sc.Links = append(sc.Links, link{v.path("register"), v.say("register")})
	}
}

func (v *variant) generatedCode() sceneField {
	return sceneField{
		Key: keyCode, Label: v.say("authenticatorLabel"), Type: "text", Autocomplete: "one-time-code", InputMode: "numeric",
		MaxLength: authenticatorOf(v.Factor).digits,
	}
}

func (v *variant) unfolded(sc *scene, p *passage) {
	sc.Heading = v.say("signInHeading")
	user, password := v.usernameField(p.user), v.passwordField()
	user.ReadOnly, password.Disabled, password.Value = true, true, "••••••••"
	sc.Intro = v.say("unfoldIntro", strconv.Itoa(len(p.code)), mask(p.to))
	sc.Fields = []sceneField{user, password, {Key: keyCode, Label: v.say("code"), Type: "text", Autocomplete: "one-time-code"}}
	sc.Buttons = v.submit("verify")
}

func (v *variant) redirecting(sc *scene, _ *passage) {
	sc.Heading, sc.Poll = v.say("redirecting"), v.path("poll")
}
